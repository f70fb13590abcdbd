"""The default body against the table it is made from, and the registry of bodies."""

import numpy as np
import pytest

import body_models
from imusim.body import Body, segment_mesh
from imusim.conventions import JOINTS
from imusim.errors import ConfigError

# De Leva 1996, table 4: mass (%), centre of mass (% of length), length (mm) of women and men.
PARTS = {
    "upper_trunk": ("spine3", "left_collar", "right_collar"),
    "middle_trunk": ("spine1", "spine2"),
    "head": ("head", "neck"),
    "foot": ("left_ankle", "left_foot"),
}
# Mass, and radii of gyration in mm about x, y and z of the body at rest, mean of both.
WHOLES = {"upper_trunk": 15.705, "middle_trunk": 15.49, "head": 6.81, "foot": 1.33}
SHARE = sum((12.47 + 11.17, 15.45 + 15.96, 14.65 + 16.33, 6.68 + 6.94)) / 2 + sum(
    (2.55 + 2.71, 1.38 + 1.62, 0.56 + 0.61, 14.78 + 14.16, 4.81 + 4.33, 1.29 + 1.37)
)


def build(**kwargs) -> Body:
    return body_models.get_body_model("anthropometric").build(**kwargs)


@pytest.mark.parametrize(("height", "mass"), [(1.738, 70.0), (1.2, 30.0), (2.1, 120.0)])
def test_stature_from_sole_to_crown_and_mass_are_as_asked(height, mass):
    body = build(height_m=height, mass_kg=mass)
    assert body.masses.sum() == pytest.approx(mass, rel=1e-12)
    rest = body.rest_positions()
    bounds = np.array([segment_mesh(body, n).bounds + p for n, p in zip(JOINTS, rest, strict=True)])
    assert bounds[:, 1, 2].max() - bounds[:, 0, 2].min() == pytest.approx(height, rel=2e-3)
    span = bounds[:, 1, 1].max() - bounds[:, 0, 1].min()
    assert span == pytest.approx(height, rel=0.1)  # Vitruvius


def test_mirror_images():
    body = build()
    flip = np.array([1.0, -1.0, 1.0])
    for left, name in enumerate(JOINTS):
        if name.startswith("left_"):
            right = JOINTS.index(name.replace("left", "right"))
            np.testing.assert_allclose(body.offsets[right], flip * body.offsets[left])
            np.testing.assert_allclose(
                body.centres_of_mass[right], flip * body.centres_of_mass[left]
            )
            turned = flip[:, None] * body.inertias[left] * flip
            np.testing.assert_allclose(body.inertias[right], turned, atol=1e-15)


@pytest.mark.parametrize("whole", PARTS)
def test_parts_add_up_to_the_mass_of_the_segment_they_divide(whole):
    body = build()
    total = sum(body.masses[JOINTS.index(part)] for part in PARTS[whole])
    assert total == pytest.approx(70 * WHOLES[whole] / SHARE, rel=1e-9)


def test_upper_trunk_as_one_solid_has_the_inertia_of_the_table():
    body = build(height_m=1.738)
    parts = [JOINTS.index(part) for part in PARTS["upper_trunk"]]
    masses = body.masses[parts]
    places = (body.rest_positions() + body.centres_of_mass)[parts]
    centre = masses @ places / masses.sum()
    arms = places - centre
    about = (arms**2).sum(axis=1)[:, None, None] * np.eye(3) - arms[:, :, None] * arms[:, None]
    inertia = (body.inertias[parts] + masses[:, None, None] * about).sum(axis=0)
    length = 1.738 * (228.0 / 1735 + 242.1 / 1741) / 2
    radii = np.array([(46.6 + 50.5) / 2, (31.4 + 32.0) / 2, (44.9 + 46.5) / 2]) / 100 * length
    np.testing.assert_allclose(inertia, np.diag(masses.sum() * radii**2), atol=1e-12)
    neck = body.rest_positions()[JOINTS.index("neck"), 2]
    assert neck - centre[2] == pytest.approx(length * (0.5050 + 0.5066) / 2)


def test_thigh_is_the_table_s():
    body = build(height_m=1.738, mass_kg=70.0)
    hip, knee = JOINTS.index("left_hip"), JOINTS.index("left_knee")
    length = 1.738 * (368.5 / 1735 + 422.2 / 1741) / 2
    assert np.linalg.norm(body.offsets[knee]) == pytest.approx(length)
    assert body.centres_of_mass[hip, 2] == pytest.approx(-length * (0.3612 + 0.4095) / 2)
    radius = length * (16.2 + 14.9) / 200
    assert body.inertias[hip, 2, 2] == pytest.approx(body.masses[hip] * radius**2)


def test_centre_of_mass_of_the_whole_lies_where_that_of_people_does():
    body = build()
    places = body.rest_positions() + body.centres_of_mass
    soles = (body.rest_positions()[JOINTS.index("left_foot"), 2]) + (
        body.boxes[JOINTS.index("left_foot"), 0, 2]
        - body.boxes[JOINTS.index("left_foot"), 1, 2] / 2
    )
    height = (body.masses @ places / body.masses.sum())[2] - soles
    # 0.55-0.57 of stature with the arms down; raised to the T-pose they lift it by 0.01-0.02.
    assert 0.55 < height / 1.738 < 0.60


def test_registry_lists_the_names_there_are():
    with pytest.raises(ConfigError, match=r"'robot'.*anthropometric"):
        body_models.get_body_model("robot")
    for settings in ({"height_m": 3.0}, {"mass_kg": float("nan")}):
        with pytest.raises(ConfigError):
            build(**settings)
