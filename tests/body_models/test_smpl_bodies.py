"""Bodies of SMPL model files: mass, shape, genders, skin, and what is said where they lack."""

import os

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from smpl_model_files import RADIUS, joint_places, model_arrays, parents_of, write_model

from body_models import get_body_model
from imusim.body import Body, BodyOptions
from imusim.conventions import JOINTS
from imusim.errors import ConfigError, MotionError
from imusim.motion import BodyShape

pytest.importorskip("smplx", reason="needs imusim-toolkit[smpl]")
pytest.importorskip("torch", reason="needs imusim-toolkit[smpl]")

EXAMPLES = int(os.environ.get("IMUSIM_FUZZ", "300"))
BALL = trimesh.creation.icosphere(subdivisions=0, radius=1.0)
OURS_FROM_SMPL = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
"""Forward is z there, left x, up y."""


def make(folder, family="smplh", shape=None, **options) -> Body:
    return get_body_model(family).tailor(BodyOptions(models=folder, **options))(shape)


@pytest.mark.parametrize("family", ["smpl", "smplh", "smplx"])
def test_masses_and_inertias_of_balls(tmp_path, family):
    """Icosahedra of one density, those of the hands and face carried by wrists and head.

    To the single precision in which the smplx package keeps models.
    """
    write_model(tmp_path, family)
    body = make(tmp_path, family, mass_kg=60.0)
    places = joint_places(family) @ OURS_FROM_SMPL.T
    parents = parents_of(family)
    radius = np.where(np.arange(len(places)) < 22, RADIUS, 0.005)
    volume = BALL.volume * radius**3
    mass = 60.0 * volume / volume.sum()
    carrier = np.arange(len(places))
    while (carrier >= 22).any():
        carrier = np.where(carrier >= 22, parents[carrier], carrier)
    for joint in range(22):
        mine = np.flatnonzero(carrier == joint)
        arm = places[mine] - places[joint]
        centre = mass[mine] @ arm / mass[mine].sum()
        arm = arm - centre
        square = (arm**2).sum(axis=1)[:, None, None] * np.eye(3) - arm[:, :, None] * arm[:, None]
        own = BALL.moment_inertia[0, 0] / BALL.volume * radius[mine] ** 2
        inertia = (mass[mine, None, None] * (own[:, None, None] * np.eye(3) + square)).sum(axis=0)
        assert body.masses[joint] == pytest.approx(mass[mine].sum(), rel=1e-6)
        np.testing.assert_allclose(body.centres_of_mass[joint], centre, atol=1e-7)
        np.testing.assert_allclose(body.inertias[joint], inertia, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(body.rest_positions(), places[:22] - places[0], atol=1e-6)


def test_coefficients_shape_the_body(tmp_path):
    """Skin and joints are linear in them, and a number less or more changes nothing else."""
    write_model(tmp_path)
    arrays = model_arrays()
    betas = np.random.default_rng(5).standard_normal(16)
    plain = make(tmp_path, shape=BodyShape("smplh", "neutral", ()))
    shaped = make(tmp_path, shape=BodyShape("smplh", "neutral", tuple(betas)))
    joints = arrays["J_regressor"] @ (arrays["v_template"] + arrays["shapedirs"] @ betas)
    own = (joints @ OURS_FROM_SMPL.T)[:22]
    np.testing.assert_allclose(shaped.rest_positions(), own - own[0], atol=1e-6)
    assert np.abs(shaped.offsets - plain.offsets).max() > 1e-3
    assert shaped.shape == BodyShape("smplh", "neutral", tuple(betas))
    same = make(tmp_path, shape=BodyShape("smplh", "neutral", (*betas, 0.0, 0.0)))
    np.testing.assert_array_equal(same.offsets, shaped.offsets)
    some = make(tmp_path, shape=BodyShape("smplh", "neutral", tuple(betas[:3])))
    zero = make(tmp_path, shape=BodyShape("smplh", "neutral", (*betas[:3], *[0.0] * 13)))
    np.testing.assert_array_equal(some.offsets, zero.offsets)


def test_a_shape_serves_where_its_family_s_coefficients_hold(tmp_path):
    """SMPL-H has SMPL's; SMPL-X has its own, so of others only the gender is taken."""
    for family in ("smpl", "smplh", "smplx"):
        write_model(tmp_path, family, betas=400 if family == "smplx" else 16)
    betas = (2.0, -1.0)
    for wearer, stated, taken in (
        ("smplh", "smpl", betas), ("smpl", "smplh", betas), ("smplx", "smplh", ()),
        ("smplh", "smplx", ()), ("smplx", "smplx", betas),
    ):  # fmt: skip
        body = make(tmp_path, wearer, BodyShape(stated, "neutral", betas))
        assert body.shape == BodyShape(wearer, "neutral", taken)


def test_genders(tmp_path):
    """The clip's own, else neutral; without a stated shape, whichever there is."""
    write_model(tmp_path, gender="female")
    write_model(tmp_path, "smpl", "male")
    write_model(tmp_path, "smpl", "neutral")
    maker = get_body_model("smplh").tailor(BodyOptions(models=tmp_path))
    female = maker(BodyShape("smplh", "female", ()))
    assert female.shape == maker(None).shape == BodyShape("smplh", "female", ())
    assert maker(BodyShape("smplh", "female", ())) is female
    with pytest.raises(MotionError, match=r"no male smplh model: looked for smplh.SMPLH_MALE.npz"):
        maker(BodyShape("smplh", "male", ()))
    for gender, served in (("male", "male"), ("female", "neutral"), ("neutral", "neutral")):
        body = make(tmp_path, "smpl", BodyShape("smpl", gender, ()))
        assert body.shape == BodyShape("smpl", served, ())


@pytest.mark.parametrize(
    "place", ["smplh/SMPLH_MALE.npz", "SMPLH_MALE.npz", "smplh/male/model.npz", "male/model.npz"]
)
def test_folders_as_smplx_and_as_amass_lay_them_out(tmp_path, place):
    file = write_model(tmp_path / "elsewhere", gender="male")
    target = tmp_path / "models" / place
    target.parent.mkdir(parents=True)
    file.rename(target)
    assert make(tmp_path / "models", shape=BodyShape("smplh", "male", ())).shape is not None


def test_height_and_mass(tmp_path):
    write_model(tmp_path)
    plain, tall = make(tmp_path), make(tmp_path, height_m=2.0, mass_kg=140.0)
    scale = tall.offsets[4, 2] / plain.offsets[4, 2]
    assert tall.masses.sum() == pytest.approx(140.0)
    np.testing.assert_allclose(tall.offsets, plain.offsets * scale)
    np.testing.assert_allclose(tall.inertias, plain.inertias * 2 * scale**2)
    assert tall.skin is not None
    high = tall.skin.vertices[:, 2] + tall.rest_positions()[tall.skin.segment, 2]
    assert np.ptp(high) == pytest.approx(2.0)
    for wrong in ({"height_m": 9.0}, {"mass_kg": 1.0}):
        with pytest.raises(ConfigError, match="outside"):
            make(tmp_path, **wrong)


def test_the_skin_lies_in_its_links_frames(tmp_path):
    write_model(tmp_path)
    body, arrays = make(tmp_path), model_arrays()
    assert body.skin is not None
    rest = body.skin.vertices + body.rest_positions()[body.skin.segment]
    apart = rest - arrays["v_template"] @ OURS_FROM_SMPL.T
    np.testing.assert_allclose(apart, np.tile(apart[0], (len(apart), 1)), atol=1e-6)
    np.testing.assert_array_equal(body.skin.faces, arrays["f"])
    assert set(body.skin.segment) == set(range(len(JOINTS)))


def test_coefficients_of_no_person(tmp_path):
    write_model(tmp_path)
    with pytest.raises(MotionError, match="feet to head"):
        make(tmp_path, shape=BodyShape("smplh", "neutral", (1e4,) * 16))


def test_without_model_files(tmp_path):
    model = get_body_model("smplh")
    with pytest.raises(ConfigError, match=r"--body-models; register at https://mano"):
        model.tailor(BodyOptions())
    with pytest.raises(ConfigError, match=r"no neutral smplh model: looked for smplh.SMPLH_NEUTR"):
        model.tailor(BodyOptions(models=tmp_path))
    assert model.licence == "LicenseRef-SMPL-H"


DAMAGE = {
    "weights gone": ({"weights": None}, "there is no 'weights'"),
    "shorter weights": ({"weights": np.zeros((7, 52))}, r"'weights' has the shape \(7, 52\)"),
    "another family": ({"J_regressor": np.zeros((24, 624))}, "no smplh model: 'J_regressor'"),
    "no vertex": ({"v_template": np.zeros((0, 3))}, "'v_template'"),
    "flat vertices": ({"v_template": np.zeros(624)}, r"'v_template' has the shape \(624,\)"),
    "NaN": ({"v_template": np.full((624, 3), np.nan)}, "'v_template' holds numbers"),
    "far": ({"shapedirs": np.full((624, 3, 16), 1e300)}, "'shapedirs' holds numbers"),
    "objects": ({"weights": np.array([None])}, "Python objects"),
    "words": ({"f": np.array([["a", "b", "c"]])}, "'f' holds <U1"),
    "face of nothing": ({"f": np.array([[0, 1, 624]])}, "a face names a vertex"),
    "negative face": ({"f": np.array([[0, 1, -1]])}, "a face names a vertex"),
    "endless face": ({"f": np.full((3, 3), 1e300)}, "'f' holds float64"),
    "other tree": ({"kintree_table": np.tile(np.arange(52) - 1, (2, 1))}, "not SMPL's"),
    "no tree": ({"kintree_table": np.zeros((2, 52), int) + 51}, "no parent before it"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_model_files(tmp_path, case):
    changes, words = DAMAGE[case]
    file = write_model(tmp_path, **changes)
    with pytest.raises(ConfigError, match=words) as caught:
        make(tmp_path)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


VALUES = st.sampled_from([0.0, 1.0, -1.0, 7.0, 1e-9, 60.0, 1e3, 1e300, np.nan, np.inf])
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 16, 52, 624]), max_size=3)
KINDS = st.sampled_from(["f2", "f8", "i1", "u4", "i8", "?", "c8", "U2", "O"])
ARRAYS = model_arrays()


@settings(max_examples=EXAMPLES // 3, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from(["v_template", "shapedirs", "J_regressor", "weights", "f", "kintree_table"]),
    st.one_of(
        st.none(),
        st.tuples(SHAPES, KINDS, VALUES),
        st.lists(st.tuples(st.floats(0, 1, exclude_max=True), VALUES), min_size=1, max_size=5),
        VALUES,
    ),
)
def test_any_damaged_model(tmp_path_factory, name, change):
    """An array left out, replaced, changed in places or multiplied: a body or one line."""
    folder = tmp_path_factory.getbasetemp()
    array = np.array(ARRAYS[name])
    with np.errstate(all="ignore"):
        if isinstance(change, tuple):
            shape, kind, value = change
            fits = kind not in ("i1", "u4", "i8", "?") or 0 <= value < 100
            array = np.full(shape, value if fits else 1, kind)
        elif isinstance(change, list):
            for place, value in change:
                array.flat[int(place * array.size)] = np.nan_to_num(value, posinf=0) % 1e3
        elif change is not None:
            array = (array * np.nan_to_num(change, posinf=0)).astype(array.dtype)
    write_model(folder, **{name: None if change is None else array})
    try:
        body = make(folder)
    except (ConfigError, MotionError) as error:
        assert "\n" not in str(error)
        return
    assert np.isfinite(body.offsets).all()
    assert np.isfinite(body.centres_of_mass).all()
    assert body.masses.sum() == pytest.approx(70.0)
