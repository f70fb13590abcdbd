"""Seats on bodies: on the surface, mirrored, turned as the words say."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from body_models import get_body_model
from imusim.body import Skin
from imusim.body.model import capsule, segment_mesh
from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.placement import Placement, check_on_body, joint_seat, placements, seat
from imusim.sensor.placement.anatomy import segment_axes
from imusim.sensor.placement.surface import shape_of

DEFAULT = get_body_model("anthropometric").build()


def _gangly():
    """Bones of another person: every one longer or shorter by its own share."""
    share = np.random.default_rng(3).uniform(0.7, 1.4, (len(JOINTS), 1))
    return DEFAULT.with_offsets(DEFAULT.offsets * share)


BODIES = {
    "default": DEFAULT,
    "short": get_body_model("anthropometric").build(height_m=1.1),
    "tall": get_body_model("anthropometric").build(height_m=2.2),
    "gangly": _gangly(),
}


def _with_skin(body):
    """The same body, its segments' meshes for a skin."""
    meshes = [segment_mesh(body, joint).subdivide() for joint in JOINTS]
    counts = [len(mesh.vertices) for mesh in meshes]
    starts = np.cumsum([0, *counts[:-1]])
    skin = Skin(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]),
        np.repeat(np.arange(len(JOINTS)), counts),
    )
    return type(body)(
        body.offsets, body.masses, body.centres_of_mass, body.inertias, body.boxes,
        body.round_shape, skin,
    )  # fmt: skip


def _out(placement, found):
    """The direction away from the body, from the nominal orientation."""
    index, sign = next((k, s) for k, s, word in placement.axis_words() if word == "out")
    return sign * rot.rotate(found.link_from_sensor, np.eye(3)[index])


def _foot_of(placement, found):
    """The place on the surface under the sensor."""
    return found.offset - placement.height_m * _out(placement, found)


def _distance(body, segment, place):
    """Signed distance of a place from the segment's box or capsule, m."""
    index = JOINTS.index(segment)
    centre, size = body.boxes[index]
    away = place - centre
    if body.round_shape[index]:
        radius, length, axis = capsule(size)
        away[axis] -= np.clip(away[axis], -length / 2, length / 2)
        return np.linalg.norm(away) - radius
    beyond = np.abs(away) - size / 2
    return np.linalg.norm(np.maximum(beyond, 0)) + min(beyond.max(), 0)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("name", placements())
def test_every_placement_sits_on_the_surface(name, body):
    placement = placements()[name]
    found = seat(placement, body)
    assert _distance(body, placement.segment, _foot_of(placement, found)) == pytest.approx(
        0, abs=1e-9
    )
    assert found.joint == placement.segment
    assert np.linalg.norm(found.link_from_sensor) == pytest.approx(1)
    np.testing.assert_array_equal(found.long_axis, segment_axes(placement.segment).distal)
    check_on_body(found, body)


@pytest.mark.parametrize("name", [name for name in placements() if name.startswith("left_")])
def test_left_and_right_mirror_each_other(name):
    mirror = np.array([1.0, -1.0, 1.0])
    left = seat(placements()[name], DEFAULT)
    right = seat(placements()[name.replace("left_", "right_")], DEFAULT)
    np.testing.assert_allclose(right.offset, mirror * left.offset, atol=1e-12)
    for index, _, _ in placements()[name].axis_words():
        axis = np.eye(3)[index]
        np.testing.assert_allclose(
            rot.rotate(right.link_from_sensor, axis),
            mirror * rot.rotate(left.link_from_sensor, axis),
            atol=1e-12,
        )


@pytest.mark.parametrize(
    ("name", "out", "distal"),
    [
        ("left_wrist", [0, 0, 1], [0, 1, 0]),
        ("right_wrist", [0, 0, 1], [0, -1, 0]),
        ("chest", [1, 0, 0], [0, 0, 1]),
        ("lower_back", [-1, 0, 0], [0, 0, 1]),
        ("left_waist", [0, 1, 0], [0, 0, 1]),
        ("right_ear", [0, -1, 0], [0, 0, 1]),
        ("left_thigh", [1, 0, 0], [0, 0, -1]),
        ("right_ankle", [0, -1, 0], [0, 0, -1]),
        ("left_foot", [0, 0, 1], [1, 0, 0]),
        ("left_heel", [-1, 0, 0], [0, 0, 1]),
    ],
)
def test_z_points_out_and_x_along(name, out, distal):
    found = seat(placements()[name], DEFAULT)
    np.testing.assert_allclose(rot.rotate(found.link_from_sensor, [0, 0, 1]), out, atol=1e-12)
    np.testing.assert_allclose(rot.rotate(found.link_from_sensor, [1, 0, 0]), distal, atol=1e-12)


def test_named_places_are_where_people_wear_them():
    joints = DEFAULT.rest_positions()
    world = {
        name: joints[JOINTS.index(placement.segment)] + seat(placement, DEFAULT).offset
        for name, placement in placements().items()
    }
    up = {name: place[2] for name, place in world.items()}
    assert up["head"] > up["forehead"] > up["left_ear"] > up["necklace"] > up["sternum"]
    assert up["sternum"] > up["chest"] > up["waist"] > up["left_pocket"] > up["left_thigh"]
    assert up["left_thigh"] > up["left_knee"] > up["left_shin"] > up["left_ankle"] > up["left_foot"]
    assert up["upper_back"] > up["lower_back"] > up["sacrum"] > up["left_back_pocket"]
    out = {name: place[1] for name, place in world.items()}
    assert out["left_finger"] > out["left_hand"] > out["left_wrist"] > out["left_forearm"]
    assert out["left_forearm"] > out["left_upper_arm"] > out["left_shoulder"] > 0
    assert np.linalg.norm(world["left_wrist"] - joints[JOINTS.index("left_wrist")]) < 0.06


@settings(max_examples=150, deadline=None)
@given(
    segment=st.sampled_from(JOINTS),
    along=st.floats(0, 1),
    around=st.floats(-360, 360),
    tilt=st.floats(-90, 90),
    body=st.sampled_from(list(BODIES.values())),
)
def test_any_placement_sits_on_the_surface(segment, along, around, tilt, body):
    placement = Placement(
        name="any", segment=segment, along=along, around_deg=around, tilt_deg=tilt
    )
    found = seat(placement, body)
    assert _distance(body, segment, found.offset) == pytest.approx(0, abs=1e-9)
    axes = segment_axes(segment)
    out = _out(placement, found)
    assert out @ axes.distal == pytest.approx(np.sin(np.radians(tilt)), abs=1e-9)
    if abs(tilt) < 89:
        angle = np.degrees(np.arctan2(out @ axes.outside, out @ axes.front))
        assert np.isclose((angle - around + 180) % 360, 180, atol=1e-6)


def test_a_skin_of_the_same_shape_gives_the_same_seats():
    skinned = _with_skin(DEFAULT)
    for placement in placements().values():
        plain, found = seat(placement, DEFAULT), seat(placement, skinned)
        # The mesh of a capsule lies inside of it by a hundredth of its radius.
        np.testing.assert_allclose(found.offset, plain.offset, atol=2e-3, err_msg=placement.name)
        np.testing.assert_allclose(
            rot.angle_between(found.link_from_sensor, plain.link_from_sensor), 0, atol=1e-7
        )


def test_a_limb_aslant_is_seated_round_its_own_middle():
    """A forearm that runs obliquely through its box: the wrist is still on the skin."""
    skinned = _with_skin(DEFAULT)
    skin = skinned.skin
    own = skin.segment == JOINTS.index("left_elbow")
    vertices = skin.vertices.copy()
    vertices[own, 0] += 0.5 * vertices[own, 1]
    shape = vertices[own]
    boxes = skinned.boxes.copy()
    boxes[JOINTS.index("left_elbow")] = [
        (shape.min(0) + shape.max(0)) / 2, np.ptp(shape, axis=0),
    ]  # fmt: skip
    slanted = type(skinned)(
        skinned.offsets, skinned.masses, skinned.centres_of_mass, skinned.inertias, boxes,
        skinned.round_shape, Skin(vertices, skin.faces, skin.segment),
    )  # fmt: skip
    placement = placements()["left_wrist"]
    found = seat(placement, slanted)
    plain = seat(placement, skinned)
    assert found.offset[0] == pytest.approx(plain.offset[0] + 0.5 * plain.offset[1], abs=5e-3)
    assert found.offset[2] == pytest.approx(plain.offset[2], abs=2e-3)


def test_a_ray_through_an_open_end_stops_beside_the_rim():
    """An open tube on the thigh: a ray along it meets no skin."""
    tube = trimesh.creation.cylinder(radius=0.07, height=0.4, sections=48)
    sides = np.abs(tube.face_normals[:, 2]) < 0.5
    faces = np.array(tube.faces)[sides]
    body = type(DEFAULT)(
        DEFAULT.offsets, DEFAULT.masses, DEFAULT.centres_of_mass, DEFAULT.inertias, DEFAULT.boxes,
        DEFAULT.round_shape,
        Skin(
            np.array(tube.vertices) + [0, 0, -0.2], faces,
            np.full(len(tube.vertices), JOINTS.index("left_hip")),
        ),
    )  # fmt: skip
    end = seat(Placement(name="end", segment="left_hip", along=0.5, tilt_deg=90), body)
    assert end.offset[2] == pytest.approx(-0.4, abs=0.01)
    side = seat(Placement(name="side", segment="left_hip", along=0.5), body)
    np.testing.assert_allclose(side.offset, [0.07, 0, -0.2], atol=5e-3)
    # A segment of which there is no skin at all: its joint's surroundings, nothing worse.
    bare = seat(placements()["left_shin"], body)
    assert np.isfinite(bare.offset).all()


@pytest.fixture(scope="module")
def smpl(tmp_path_factory):
    pytest.importorskip("smplx")
    from smpl_model_files import write_model

    folder = tmp_path_factory.mktemp("models")
    write_model(folder, "smplh")
    return get_body_model("smplh").build(models=folder)


def test_every_placement_sits_on_an_smpl_skin(smpl):
    for placement in placements().values():
        found = seat(placement, smpl)
        triangles = shape_of(smpl, placement.segment).triangles
        place = _foot_of(placement, found)
        nearest = trimesh.triangles.closest_point(triangles, np.tile(place, (len(triangles), 1)))
        assert np.linalg.norm(nearest - place, axis=1).min() < 1e-7, placement.name
        check_on_body(found, smpl)


def test_a_vertex_is_a_place_of_the_skin(smpl):
    skin = smpl.skin
    vertex = int(np.flatnonzero(skin.segment == JOINTS.index("left_wrist"))[3])
    placement = Placement(name="spot", segment="left_wrist", vertex=vertex)
    found = seat(placement, smpl)
    np.testing.assert_array_equal(found.offset, skin.vertices[vertex])
    higher = seat(placement.model_copy(update={"height_m": 0.02}), smpl)
    assert np.linalg.norm(higher.offset - found.offset) == pytest.approx(0.02)
    with pytest.raises(ConfigError, match=r"lies on left_wrist, not on right_wrist"):
        seat(Placement(name="spot", segment="right_wrist", vertex=vertex), smpl)
    with pytest.raises(ConfigError, match=r"no vertex 99999: the skin has"):
        seat(Placement(name="spot", segment="right_wrist", vertex=99999), smpl)
    with pytest.raises(ConfigError, match=r"needs a body with a skin"):
        seat(placement, DEFAULT)


def test_an_offset_is_taken_as_it_is():
    found = seat(Placement(name="x", segment="left_hip", offset_m=(0.0, 0.2, -0.1)), DEFAULT)
    np.testing.assert_array_equal(found.offset, [0.0, 0.2, -0.1])
    np.testing.assert_allclose(rot.rotate(found.link_from_sensor, [0, 0, 1]), [0, 1, 0], atol=1e-12)
    inside = seat(Placement(name="x", segment="left_hip", offset_m=(0.0, 0.0, 0.0)), DEFAULT)
    assert np.isfinite(inside.link_from_sensor).all()


def test_a_joint_seat_has_the_axes_of_the_link():
    found = joint_seat("right_wrist", (0.0, 0.0, 0.03))
    np.testing.assert_array_equal(found.link_from_sensor, rot.IDENTITY)
    np.testing.assert_array_equal(found.offset, [0, 0, 0.03])
    np.testing.assert_array_equal(found.long_axis, [0, -1, 0])
    with pytest.raises(ConfigError, match="no segment 'tail'"):
        joint_seat("tail")


def test_offsets_off_the_body_are_refused():
    check_on_body(joint_seat("head", (0.0, 0.0, 0.25)), DEFAULT)
    with pytest.raises(ConfigError, match=r"offset 0,0,3 lies 2\.8 m off the segment of head"):
        check_on_body(joint_seat("head", (0.0, 0.0, 3.0)), DEFAULT)
    with pytest.raises(ConfigError, match="offset"):
        check_on_body(joint_seat("head", (0.0, np.nan, 0.0)), DEFAULT)
    with pytest.raises(ConfigError, match="offset"):
        check_on_body(joint_seat("head", (1e308, 1e308, 0.0)), DEFAULT)


def test_segment_axes_are_right_angled_and_mirrored():
    for joint in JOINTS:
        axes = np.array(segment_axes(joint))
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        if joint.startswith("left_"):
            other = np.array(segment_axes(joint.replace("left_", "right_")))
            np.testing.assert_array_equal(other, axes * [1, -1, 1])
