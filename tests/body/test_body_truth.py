"""The body's masses, its poses in Bullet, and retargeting onto it."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import body_models
import motion_sources
from imusim.body import body_urdf, retarget, segment_mesh
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import ConfigError, RetargetError
from imusim.math import rotations as rot
from imusim.motion import Motion, Skeleton, forward_kinematics, world_poses

BUILD = body_models.get_body_model("anthropometric").build
BODY = BUILD()


@pytest.mark.parametrize(("height", "mass"), [(1.5, 50.0), (1.738, 70.0), (2.0, 110.0)])
def test_height_and_mass(height, mass):
    body = BUILD(height_m=height, mass_kg=mass)
    assert body.masses.sum() == pytest.approx(mass)
    joints = body.rest_positions()
    head, ankle = JOINTS.index("head"), JOINTS.index("left_ankle")
    crown = joints[head, 2] + body.boxes[head, 0, 2] + body.boxes[head, 1, 2] / 2
    sole = joints[ankle, 2] + body.boxes[ankle, 0, 2] - body.boxes[ankle, 1, 2] / 2
    assert crown - sole == pytest.approx(height, rel=0.01)


def test_inertias_are_those_of_solids_and_scale_as_they_must():
    moments = np.linalg.eigvalsh(BODY.inertias)
    assert (moments[:, 0] > 0).all()
    assert (moments[:, 2] <= moments[:, 0] + moments[:, 1] + 1e-12).all()
    other = BUILD(height_m=1.738 * 1.1, mass_kg=140.0)
    np.testing.assert_allclose(other.inertias, BODY.inertias * 2 * 1.1**2, atol=1e-15)


def test_left_mirrors_right():
    for index, name in enumerate(JOINTS):
        if name.startswith("left_"):
            twin = JOINTS.index(name.replace("left_", "right_"))
            assert BODY.masses[index] == BODY.masses[twin]
            np.testing.assert_allclose(BODY.offsets[index] * [1, -1, 1], BODY.offsets[twin])
            np.testing.assert_allclose(
                BODY.centres_of_mass[index] * [1, -1, 1], BODY.centres_of_mass[twin]
            )


def test_absurd_bodies_are_refused():
    with pytest.raises(ConfigError, match="height"):
        BUILD(height_m=17.0, mass_kg=70.0)
    with pytest.raises(ConfigError, match="There are"):
        body_models.get_body_model("nobody")


def test_shapes_are_closed_and_lie_in_their_boxes():
    for index, name in enumerate(JOINTS):
        mesh = segment_mesh(BODY, name)
        assert mesh.is_watertight
        centre, size = BODY.boxes[index]
        assert (np.abs(mesh.bounds - centre) <= size.max() / 2 + 0.03).all(), name


def test_urdf_keeps_every_digit_and_every_link():
    robot = ET.fromstring(body_urdf(BODY))  # noqa: S314
    links = robot.findall("link")
    assert [link.get("name") for link in links] == list(JOINTS)
    masses = [float(link.find("inertial/mass").get("value")) for link in links]
    np.testing.assert_array_equal(masses, BODY.masses)
    for index, link in enumerate(links):
        centre = link.find("inertial/origin").get("xyz").split()
        np.testing.assert_array_equal(np.array(centre, float), BODY.centres_of_mass[index])
        inertia = link.find("inertial/inertia")
        held = [float(inertia.get(name)) for name in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")]
        np.testing.assert_array_equal(held, BODY.inertias[index][np.triu_indices(3)])
        assert min(held[0], held[3], held[5]) > 0
    joints = {joint.find("child").get("link"): joint for joint in robot.findall("joint")}
    assert {joint.get("type") for joint in joints.values()} == {"spherical"}
    for index, name in enumerate(JOINTS[1:], start=1):
        origin = joints[name].find("origin").get("xyz").split()
        np.testing.assert_array_equal(np.array(origin, float), BODY.offsets[index])
        assert joints[name].find("parent").get("link") == JOINTS[PARENTS[index]]


def _default_motion(key):
    (clip,) = [c for c in motion_sources.default_clips() if c.key == key]
    return motion_sources.read_clip(clip)


def _synthetic(seed, stretch=1.0):
    """The body's own rest skeleton under other joint frames, moving at random."""
    rng = np.random.default_rng(seed)
    frames = 40
    link_from_source = rot.random_rotations(rng, (22,))
    time = np.arange(frames)[:, None, None] / 60
    swing = 0.4 * np.sin(
        2 * np.pi * rng.uniform(0.3, 2, (22, 3)) * time + rng.uniform(0, 6, (22, 3))
    )
    swing[0] = 0
    local = rot.from_rotation_vector(swing)
    root = rng.standard_normal(3) + np.cumsum(0.01 * rng.standard_normal((frames, 3)), axis=0)
    offsets = BODY.offsets * stretch
    places, links = forward_kinematics(BODY.parents, offsets, root, local)
    # At rest the source's zero pose has its own axes, so its zero pose is not the T-pose, but
    # a reader that re-zeroes it gives frames fixed to the links by a constant.
    turns = rot.multiply(links, link_from_source)
    above = np.array(PARENTS[1:])
    source_local = turns.copy()
    source_local[:, 1:] = rot.multiply(rot.conjugate(turns[:, above]), turns[:, 1:])
    source_offsets = offsets.copy()
    source_offsets[1:] = rot.rotate_inverse(link_from_source[above], offsets[1:])
    motion = Motion(
        Skeleton(JOINTS, np.array(PARENTS), source_offsets),
        root,
        source_local,
        60.0,
        key="synthetic",
        joint_map={name: name for name in JOINTS},
    )
    return motion, places, turns


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), stretch=st.floats(0.6, 1.3))
def test_a_segment_keeps_its_source_and_its_joints(seed, stretch):
    motion, places, turns = _synthetic(seed, stretch)
    moved = retarget(motion, BODY)
    found, links = moved.world_poses()
    np.testing.assert_allclose(found, moved.ground.place(places), atol=1e-9)
    fixed = rot.multiply(rot.conjugate(turns), links)
    assert rot.angle_between(fixed, fixed[:1]).max() < 1e-7


def test_turning_the_source_turns_the_result():
    motion, _, _ = _synthetic(3)
    turn = rot.from_rotation_vector([0, 0, 1.1])
    rotations = motion.rotations.copy()
    rotations[:, 0] = rot.multiply(turn, rotations[:, 0])
    turned = Motion(
        motion.skeleton,
        rot.rotate(turn, motion.root_position),
        rotations,
        60.0,
        joint_map=motion.joint_map,
    )
    before, after = retarget(motion, BODY).world_poses(), retarget(turned, BODY).world_poses()
    np.testing.assert_allclose(after[0], rot.rotate(turn, before[0]), atol=1e-9)
    assert rot.angle_between(after[1], rot.multiply(turn, before[1])).max() < 1e-7


@pytest.mark.parametrize("key", [clip.key for clip in motion_sources.default_clips()])
def test_default_clips_keep_their_angular_rate_and_their_joints(key):
    motion = _default_motion(key)
    moved = retarget(motion, BODY)
    places, links = moved.world_poses()
    source_places, source_turns = world_poses(motion)
    source_places = moved.ground.place(source_places)
    for index, name in enumerate(JOINTS):
        if name not in motion.joint_map:
            assert not moved.observed[index]
            continue
        source = motion.skeleton.index(motion.joint_map[name])
        whole = moved.valid
        fixed = rot.multiply(
            rot.conjugate(moved.ground.turn(source_turns[whole, source])), links[whole, index]
        )
        assert rot.angle_between(fixed, fixed[:1]).max() < 1e-7
        np.testing.assert_allclose(places[whole, index], source_places[whole, source], atol=1e-6)
    left = rot.rotate(links[:, 0], [0.0, 1.0, 0.0])
    apart = places[:, JOINTS.index("left_hip")] - places[:, JOINTS.index("right_hip")]
    assert np.nanmin(np.sum(left * apart, axis=1)) > 0


def test_real_files_stand_upright_and_keep_their_angular_rate(shared):
    for clip in motion_sources.find_clips([shared / "data" / "cmu" / "bvh" / "02" / "02_01.bvh"]):
        motion = motion_sources.read_clip(clip)
        moved = retarget(motion, BODY)
        _, links = moved.world_poses()
        _, source_turns = world_poses(motion)
        for index, name in enumerate(JOINTS):
            source = motion.skeleton.index(motion.joint_map[name])
            fixed = rot.multiply(
                rot.conjugate(moved.ground.turn(source_turns[:, source])), links[:, index]
            )
            assert rot.angle_between(fixed, fixed[:1]).max() < 1e-7
        chest = links[:, JOINTS.index("spine3")]
        assert rot.rotate(chest, [0.0, 0.0, 1.0])[:, 2].min() > 0.9


def test_gaps_stay_gaps():
    motion, _, _ = _synthetic(5)
    root = motion.root_position.copy()
    root[10:14] = np.nan
    moved = retarget(
        Motion(motion.skeleton, root, motion.rotations, 60.0, joint_map=motion.joint_map), BODY
    )
    assert np.flatnonzero(~moved.valid).tolist() == [10, 11, 12, 13]


@pytest.mark.parametrize("names", [(), ("left_hip", "right_hip", "spine1"), ("pelvis", "head")])
def test_too_few_joints_are_refused(names):
    motion, _, _ = _synthetic(1)
    broken = Motion(
        motion.skeleton,
        motion.root_position,
        motion.rotations,
        60.0,
        joint_map={name: name for name in names},
    )
    with pytest.raises(RetargetError, match="pelvis"):
        retarget(broken, BODY)
