"""What BVH files are read to mean: against closed forms and against other programs."""

from pathlib import Path

import numpy as np
import pytest

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, ReadOptions, world_poses
from motion_sources import find_clips, read_clip
from motion_sources.bvh.source import read

FILE = """HIERARCHY
ROOT Hips
{
  OFFSET 5 6 7
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT LeftUpLeg
  {
    OFFSET 0.1 0 0
    CHANNELS 3 Yrotation Zrotation Xrotation
    JOINT LeftLeg
    {
      OFFSET 0 -0.42 0
      CHANNELS 1 Xrotation
      JOINT LeftFoot
      {
        OFFSET 0 -0.41 0
        CHANNELS 0
        End Site
        {
          OFFSET 0 0 0.2
        }
      }
    }
  }
}
MOTION
Frames: 2
Frame Time: .0083333
1 2 3 10 20 30 40 50 60 70
1 2 4 11 21 31 41 51 61 71
"""


def read_text(folder: Path, text: str, **options) -> Motion:
    file = folder / "a.bvh"
    file.write_bytes(text.encode())
    return read(ClipRef("bvh", file, "a"), ReadOptions(**options))


def turn(axis: str, degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    out = np.eye(3)
    out[i, i] = out[j, j] = c
    out[j, i], out[i, j] = s, -s
    return out


def at(motion: Motion, positions: np.ndarray, joint: str) -> np.ndarray:
    return positions[:, motion.skeleton.index(motion.joint_map[joint])]


def test_kinematics_match_matrices(tmp_path):
    motion = read_text(tmp_path, FILE)
    positions, _ = world_poses(motion)
    z_up = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    for frame, root, a in ((0, [1, 2, 3], 0.0), (1, [1, 2, 4], 1.0)):
        hips = turn("z", 10 + a) @ turn("x", 20 + a) @ turn("y", 30 + a)
        thigh = hips @ turn("y", 40 + a) @ turn("z", 50 + a) @ turn("x", 60 + a)
        shin = thigh @ turn("x", 70 + a)
        hip = root + hips @ [0.1, 0, 0]
        knee = hip + thigh @ [0, -0.42, 0]
        ankle = knee + shin @ [0, -0.41, 0]
        toe = ankle + shin @ [0, 0, 0.2]
        expected = np.array([root, hip, knee, ankle, toe]) @ z_up.T
        np.testing.assert_allclose(positions[frame], expected, atol=1e-12)
    assert motion.rate_hz == 120.0
    assert motion.skeleton.names[-1] == "LeftFoot_end"
    assert motion.translations is None


def test_options_override(tmp_path):
    motion = read_text(tmp_path, FILE, up="z", scale=2.0)
    np.testing.assert_allclose(motion.root_position, [[2, 4, 6], [2, 4, 8]])
    with pytest.raises(MotionError, match="axis"):
        read_text(tmp_path, FILE, up="x")
    with pytest.raises(MotionError, match="scale"):
        read_text(tmp_path, FILE, scale=-1.0)


def test_layout_does_not_matter(tmp_path):
    plain = read_text(tmp_path, FILE)
    for odd in (
        FILE.replace("\n", "\r\n"),
        FILE.replace(" ", "\t "),
        "\ufeff" + FILE,
        FILE.replace("  ", "").replace("\n{", " {"),
        FILE.replace("HIERARCHY", "hierarchy")
        .replace("rotation", "ROTATION")
        .replace("End", "END"),
        FILE.replace("MOTION", "Motion").replace("Frame Time", "FRAME  TIME") + "\n\n",
    ):
        motion = read_text(tmp_path, odd)
        np.testing.assert_array_equal(motion.rotations, plain.rotations)
        np.testing.assert_array_equal(motion.root_position, plain.root_position)


@pytest.mark.parametrize(("unit", "factor"), [(1, 1), (100, 0.01), (1000, 0.001)])
def test_unit_is_inferred(tmp_path, unit, factor):
    lines = [
        " ".join(
            [w if w == "OFFSET" else str(float(w) * unit) for w in line.split()]
            if line.split()[:1] == ["OFFSET"]
            else [line]
        )
        for line in FILE.splitlines()
    ]
    motion = read_text(tmp_path, "\n".join(lines))
    assert motion.skeleton.offsets[2, 1] == pytest.approx(-0.42)
    assert motion.root_position[0, 0] == pytest.approx(factor)


def test_impossible_size_asks_for_the_scale(tmp_path):
    text = FILE.replace("0.42", "42000").replace("0.41", "41000")
    with pytest.raises(MotionError, match="--scale"):
        read_text(tmp_path, text)


def test_z_up_is_inferred(tmp_path):
    body = """HIERARCHY
ROOT Hips
{ OFFSET 0 0 1
CHANNELS 3 Xposition Yposition Zposition
JOINT Head
{ OFFSET 0 0 0.6
}
JOINT LeftFoot
{ OFFSET 0.1 0 -0.9
}
JOINT RightFoot
{ OFFSET -0.1 0 -0.9
}
}
MOTION
Frames: 3
Frame Time: 0.01
0 0 1
0 1 1
0 2 1
"""
    motion = read_text(tmp_path, body)
    np.testing.assert_allclose(motion.root_position[2], [0, 2, 1])
    swapped = body.replace("0 0 0.6", "0 0.6 0").replace("0 -0.9", "-0.9 0")
    np.testing.assert_allclose(read_text(tmp_path, swapped).root_position[2], [0, -1, 2])


def test_positions_below_the_root(tmp_path):
    moving = FILE.replace(
        "CHANNELS 3 Yrotation Zrotation Xrotation",
        "CHANNELS 6 Xposition Yposition Zposition Yrotation Zrotation Xrotation",
    )
    replaced = moving.replace("30 40", "30 0.1 0 0 40").replace("31 41", "31 0.12 0 0 41")
    motion = read_text(tmp_path, replaced)
    assert motion.translations is not None
    np.testing.assert_allclose(motion.translations[:, 1, 0], [0.1, 0.12])
    added = moving.replace("30 40", "30 0 0 0 40").replace("31 41", "31 0.02 0 0 41")
    motion = read_text(tmp_path, added)
    assert motion.translations is not None
    np.testing.assert_allclose(motion.translations[:, 1, 0], [0.1, 0.12])
    still = moving.replace("30 40", "30 0.1 0 0 40").replace("31 41", "31 0.1 0 0 41")
    assert read_text(tmp_path, still).translations is None


def test_captions(tmp_path):
    motion = read_text(tmp_path, FILE)
    assert motion.captions == ()  # a letter tells nothing
    (tmp_path / "a.txt").write_text("a man walks.#a/DET man/NOUN#0.0#0.0\n\nhe stops\n")
    assert read_text(tmp_path, FILE).captions == ("a man walks.", "he stops")


def test_imusim_places_the_joints_alike(shared):
    file = shared / "data" / "cmu" / "bvh" / "walk_imusim.bvh"
    motion = read(ClipRef("bvh", file, "walk"), ReadOptions())
    reference = np.load(shared / "reference" / "walk_imusim.npz")
    positions, _ = world_poses(motion)
    assert len(motion.joint_map) == 9
    times = np.arange(motion.frames) / motion.rate_hz
    # IMUSim's world is north-east-down: its x is BVH's z, its y is minus x, its z minus y.
    ned = np.array([[0, -1, 0], [-1, 0, 0], [0, 0, -1]], float)
    for number, name in enumerate(reference["joints"]):
        ours = positions[:, motion.skeleton.index(str(name))] @ ned.T
        ours = np.stack([np.interp(reference["time"], times, ours[:, i]) for i in range(3)], 1)
        error = np.linalg.norm(ours - reference["position"][number], axis=1)
        # It smooths rotations too, so the feet wander the most.
        assert np.median(error) < 0.003, (name, np.median(error))
        assert error.max() < 0.012, (name, error.max())


def test_calibration_pose_is_left_out(shared):
    file = shared / "data" / "cmu" / "bvh" / "02" / "02_01.bvh"
    motion = read(ClipRef("bvh", file, "02_01"), ReadOptions())
    assert motion.frames == 343
    steps = rot.angle_between(motion.rotations[1:], motion.rotations[:-1]).max(axis=1)
    assert np.degrees(steps[0]) < 10


COMPLETE = {"pelvis", "head", "neck", "spine3"} | {
    f"{side}_{joint}"
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "collar", "shoulder", "elbow", "wrist")
}


def test_every_real_file_is_a_body(shared):
    found = find_clips([shared / "data" / "cmu" / "bvh", shared / "data" / "bandai-namco-1"])
    assert len(found) > 200
    for clip in found:
        motion = read_clip(clip)
        if clip.key == "walk_imusim":
            continue
        assert set(motion.joint_map) >= COMPLETE, clip.key
        positions, _ = world_poses(motion)

        def joint(name, motion=motion, positions=positions):
            return at(motion, positions, name)

        assert np.median(joint("head")[:, 2] - joint("left_ankle")[:, 2]) > 1.0, clip.key
        height = joint("head")[:, 2].max() - positions[..., 2].min()
        assert 1.2 < height < 2.2, clip.key
        hips = joint("left_hip") - joint("right_hip")
        shoulders = joint("left_shoulder") - joint("right_shoulder")
        assert np.median((hips * shoulders).sum(axis=1)) > 0, clip.key
        # Forward is where a foot points while it is down.
        left_of_forward = []
        for side in ("left", "right"):
            ankle = joint(f"{side}_ankle")
            toe = motion.joint_map.get(f"{side}_foot", motion.joint_map[f"{side}_ankle"] + "_end")
            forward = positions[:, motion.skeleton.index(toe)] - ankle
            down = ankle[:, 2] < np.percentile(ankle[:, 2], 25)
            left_of_forward.append((np.cross([0, 0, 1.0], forward) * hips).sum(axis=1)[down])
        assert np.median(np.concatenate(left_of_forward)) > 0, clip.key
