"""HumanML3D: a real clip against what it shows, and clips of the format made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import body_models
import imusim
from imusim.body import BodyOptions, retarget
from imusim.body.ground import STANCE_SPEED_M_S, lowest_points, soles
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, ReadOptions, forward_kinematics, world_poses
from imusim.motion.bones import rest_positions
from motion_sources import find_clips, read_clip
from motion_sources.humanml3d import source as humanml3d

PARENT = np.array(PARENTS)
Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""World from file, as this test understands the format."""


def walk(frames: int = 80) -> np.ndarray:
    """A person who walks along +z of the file, (T, 22, 3), y up."""
    rest = rest_positions()
    bones = rest - rest[PARENT]
    t = np.arange(frames) / 20
    local = np.tile(rot.IDENTITY, (frames, len(JOINTS), 1))
    angles = {
        "left_hip": -0.4 * np.sin(4 * t), "right_hip": 0.4 * np.sin(4 * t),
        "left_knee": 0.5 - 0.4 * np.sin(4 * t), "right_knee": 0.5 + 0.4 * np.sin(4 * t),
    }  # fmt: skip
    for name, angle in angles.items():
        local[:, JOINTS.index(name)] = rot.from_rotation_vector(angle[:, None] * [0, 1.0, 0])
    for name, sign in (("left_elbow", -1), ("right_elbow", 1)):
        angle = 0.8 + 0.3 * np.sin(3 * t)
        local[:, JOINTS.index(name)] = rot.from_rotation_vector(angle[:, None] * [0, 0, sign])
    root = np.stack([1.2 * t, 0 * t, 0.9 + 0 * t], axis=-1)
    positions, _ = forward_kinematics(PARENT, bones, root, local)
    # Ours faces +x with its left along +y; the file's faces +z with its left along +x.
    return positions[..., [1, 2, 0]].astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A HumanML3D folder with one clip, 000001, and its texts."""
    home = tmp_path / "HumanML3D"
    (home / "new_joints").mkdir(parents=True)
    (home / "texts").mkdir()
    np.save(home / "new_joints" / "000001.npy", walk())
    (home / "texts" / "000001.txt").write_text(
        "a person walks.#a/DET person/NOUN walk/VERB#0.0#0.0\n"
        "someone strolls.#x/y#nan#nan\n"
        "he starts.#x/y#0.5#2.25\n"
        "he begins to walk.#x/y#0.50#2.25\n"
    )
    return home


def attempt(file: Path, data: bytes | np.ndarray | None = None) -> Motion:
    if isinstance(data, bytes):
        file.write_bytes(data)
    elif data is not None:
        np.save(file, data)
    return humanml3d.read(ClipRef("humanml3d", file, "a"), ReadOptions())


# The real clip --------------------------------------------------------------------------------


def clip_of(shared: Path) -> tuple[Motion, np.ndarray]:
    file = shared / "data" / "humanml3d" / "012314.npy"
    (clip,) = find_clips([file])
    return read_clip(clip), np.load(file).astype(float) @ Z_UP.T


def test_real_clip_comes_back_from_forward_kinematics(shared: Path):
    motion, source = clip_of(shared)
    assert (motion.rate_hz, motion.frames, motion.captions) == (20.0, 170, ())
    assert (motion.key, motion.provenance.file) == ("012314", "012314.npy")
    assert motion.translations is None
    positions, _ = world_poses(motion)
    assert np.linalg.norm(positions - source, axis=-1).max() < 1e-5  # the bar: 5 mm


def source_turns(positions: np.ndarray) -> np.ndarray:
    """Angle (T - 1, 22) from frame to frame of the bones around each joint, degrees."""
    bones = positions[:, 1:] - positions[:, PARENT[1:]]
    bones /= np.linalg.norm(bones, axis=-1, keepdims=True)
    out = np.empty((len(positions) - 1, len(JOINTS)))
    for joint in range(len(JOINTS)):
        below = {k for k in range(22) if PARENT[k] == joint}
        near = {joint, PARENT[joint], *below, *(k for k in range(22) if PARENT[k] in below)}
        near |= {k for k in range(22) if PARENT[k] == PARENT[joint]}  # the chest turns its collars
        some = [k - 1 for k in near if k > 0]
        pairs = np.einsum("tki,tkj->tij", bones[1:, some], bones[:-1, some])
        u, _, vt = np.linalg.svd(pairs)
        u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
        trace = np.trace(u @ vt, axis1=1, axis2=2)
        whole = np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))
        each = np.degrees(np.arccos(np.clip((bones[1:, some] * bones[:-1, some]).sum(-1), -1, 1)))
        out[:, joint] = np.maximum(whole, each.max(axis=1))
    return out


def test_real_clip_jumps_only_where_its_bones_do(shared: Path):
    motion, source = clip_of(shared)
    _, world = world_poses(motion)
    ours = np.degrees(np.linalg.norm(rot.to_rotation_vector(
        rot.multiply(world[1:], rot.conjugate(world[:-1]))), axis=-1))  # fmt: skip
    theirs = source_turns(source)
    theirs = np.maximum(theirs, theirs[:, PARENT])  # ends ride on the joint above
    jumps = (ours > 30) & (theirs < 20)
    assert not jumps.any(), [
        (JOINTS[j], t, ours[t, j].round(), theirs[t, j].round()) for t, j in np.argwhere(jumps)
    ]


def test_real_clip_on_the_body(shared: Path):
    motion, _ = clip_of(shared)
    moved = retarget(
        motion, body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    )
    positions, world = moved.world_poses()
    assert np.linalg.norm(positions - moved.source_positions, axis=-1).mean() < 1e-6  # bar: 15 mm
    height, speed = lowest_points(soles(moved.body, positions, world), moved.rate_hz)
    stance = np.abs(height[speed < STANCE_SPEED_M_S])
    assert np.median(stance) < 0.01
    assert np.mean(stance < 0.02) > 0.8
    # It faces +z in its first frame, which is -y here, with its left along +x.
    across = positions[0, JOINTS.index("left_hip")] - positions[0, JOINTS.index("right_hip")]
    assert across[0] > 0.1
    assert (
        positions[:, JOINTS.index("head"), 2].min() > positions[:, JOINTS.index("pelvis"), 2].min()
    )


# Clips and captions ---------------------------------------------------------------------------


def test_captions_of_a_part_make_a_clip_of_their_own(folder: Path):
    whole, part = find_clips([folder])
    assert (whole.key, part.key) == ("new_joints/000001", "new_joints/000001@0.50-2.25")
    first, second = read_clip(whole), read_clip(part)
    assert first.captions == ("a person walks.", "someone strolls.")
    assert second.captions == ("he starts.", "he begins to walk.")
    assert (first.frames, second.frames) == (80, 35)
    np.testing.assert_array_equal(second.rotations, first.rotations[10:45])
    np.testing.assert_array_equal(second.root_position, first.root_position[10:45])
    assert (first.key, second.key) == (whole.key, part.key)
    assert first.provenance.sha256 == second.provenance.sha256 != ""


def test_clips_with_captions_of_parts_alone_are_those_parts(folder: Path):
    (folder / "texts" / "000001.txt").write_text("he starts.#x#0.0#2.0\nhe ends.#x#2.0#4.0")
    keys = [clip.key for clip in find_clips([folder / "new_joints"])]
    assert keys == ["000001@0.00-2.00", "000001@2.00-4.00"]
    assert [read_clip(c).frames for c in find_clips([folder])] == [40, 40]


def test_captions_beside_the_clip_or_none(folder: Path):
    (folder / "texts" / "000001.txt").rename(folder / "new_joints" / "000001.txt")
    assert read_clip(find_clips([folder])[0]).captions == ("a person walks.", "someone strolls.")
    (folder / "new_joints" / "000001.txt").unlink()
    (clip,) = find_clips([folder])
    assert read_clip(clip).captions == ()


def test_bad_texts_are_told_and_the_rest_is_read(folder: Path):
    np.save(folder / "new_joints" / "000002.npy", walk())
    (folder / "texts" / "000001.txt").write_text(
        "fine.#x#0#0\nthree#x#0\n#x#0#0\nback.#x#3#1\nlate.#x#90#91\nword.#x#soon#later\n"
        "endless.#x#0#inf\n\n"
    )
    (folder / "texts" / "000002.txt").write_bytes(b"\xff\xfe\xff#x#0#0")
    (folder / "texts" / "000003.txt").write_text("no motion.#x#0#0\n")
    clips = find_clips([folder])
    assert clips[0].key == "new_joints/000001"
    assert read_clip(clips[0]).captions == ("fine.",)
    reasons = []
    for clip in clips[1:]:
        with pytest.raises(MotionError) as caught:
            read_clip(clip)
        reasons.append(str(caught.value))
    expected = (
        "is no part of its 4.00 s", "000001.txt:2: 3 fields", "000001.txt:3: there is no caption",
        "000001.txt:4: the part ends at 1 s", "000001.txt:6: soon#later", "000001.txt:7: the part",
        "not UTF-8", "000003.txt: no motion new_joints/000003.npy for this text",
    )  # fmt: skip
    assert len(reasons) == len(expected)
    for reason, word in zip(reasons, expected, strict=True):
        assert word in reason
        assert "\n" not in reason
    assert len({clip.key for clip in clips}) == len(clips)


def test_a_run_skips_the_bad_and_says_so(folder: Path, tmp_path: Path):
    (folder / "texts" / "000003.txt").write_text("no motion.#x#0#0\n")
    with imusim.generate(folder, out=tmp_path / "corpus") as corpus:
        assert list(corpus.keys()) == ["new_joints/000001", "new_joints/000001@0.50-2.25"]
        (skipped,) = corpus.manifest.skipped
        assert "no motion new_joints/000003.npy" in skipped.reason
        assert [c for _, c in corpus.captions()][-1] == "he begins to walk."


def test_other_files_are_left_alone(folder: Path):
    np.save(folder / "Mean.npy", np.zeros(263))
    np.save(folder / "wide.npy", np.zeros((9, 52, 3)))
    np.save(folder / "whole.npy", np.zeros((9, 22, 3), int))
    np.save(folder / "objects.npy", np.array([{}, None], object), allow_pickle=True)
    (folder / "train.txt").write_text("000001\n")
    assert len(find_clips([folder])) == 2
    np.save(folder / "loose.npy", walk(4))
    assert len(find_clips([folder])) == 3


def test_what_is_no_motion_among_the_motions_is_told(folder: Path, tmp_path: Path):
    bad = {"wide": np.zeros((9, 52, 3)), "objects": np.array([{}, None], object)}
    for name, array in bad.items():
        np.save(folder / "new_joints" / f"{name}.npy", array, allow_pickle=True)
    (folder / "new_joints" / "empty.npy").write_bytes(b"")
    with imusim.generate(folder, out=tmp_path / "corpus") as corpus:
        assert len(corpus) == 2
        told = {s.clip: s.reason for s in corpus.manifest.skipped}
    assert set(told) == {f"new_joints/{name}" for name in (*bad, "empty")}
    assert "not floats (frames, 22, 3)" in told["new_joints/wide"]
    assert "Python objects" in told["new_joints/objects"]
    assert "no whole array" in told["new_joints/empty"]


def test_the_user_may_state_unit_rate_and_axis(folder: Path):
    file = folder / "new_joints" / "000001.npy"
    clip = ClipRef("humanml3d", file, "a")
    plain = humanml3d.read(clip, ReadOptions())
    tall = humanml3d.read(clip, ReadOptions(scale=2.0, rate_hz=30.0))
    assert tall.rate_hz == 30
    np.testing.assert_allclose(tall.skeleton.offsets, 2 * plain.skeleton.offsets, atol=1e-6)
    np.save(file, np.load(file) @ Z_UP.T)
    upright = humanml3d.read(clip, ReadOptions(up="z"))
    np.testing.assert_allclose(upright.root_position, plain.root_position, atol=1e-6)


# What was not seen, end to end ----------------------------------------------------------------


def test_gyroscopes_are_flagged_along_the_forearm(folder: Path, tmp_path: Path):
    moved = retarget(
        read_clip(find_clips([folder])[0]),
        body_models.get_body_model("anthropometric").tailor(BodyOptions())(None),
    )
    with imusim.generate(folder, out=tmp_path / "corpus", rotations="random", seed=5) as corpus:
        clip = corpus[0]
        for side in ("left", "right"):
            elbow = corpus.joints.index(f"{side}_elbow")
            axis = rot.rotate(clip.link_from_sensor[elbow], clip.unobserved_axis[elbow])
            bone = moved.body.offsets[JOINTS.index(f"{side}_wrist")]
            np.testing.assert_allclose(axis, bone / np.linalg.norm(bone), atol=1e-6)
        shoulder = corpus.joints.index("left_shoulder")
        assert not clip.unobserved_axis[shoulder].any()
        assert not clip.unobserved_axis[corpus.joints.index("pelvis")].any()


# Damage ---------------------------------------------------------------------------------------


def test_nan_frames_are_gaps(folder: Path):
    torn = walk()
    torn[20:22, 5] = np.nan
    motion = attempt(folder / "a.npy", torn)
    assert set(np.flatnonzero(np.isnan(motion.rotations).any(axis=(1, 2)))) == {20, 21}
    torn.view("<u4")[40, 3, 1] = 0x7F800001  # a signalling NaN, which casts warn about
    motion = attempt(folder / "a.npy", torn)
    assert np.isnan(motion.root_position[40]).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no whole array"),
        (b"not numpy at all", "no whole array"),
        (np.zeros((5, 21, 3)), r"\(5, 21, 3\), not floats"),
        (np.zeros((22, 3)), "not floats"),
        (np.zeros((5, 22, 3), int), "int64"),
        (np.zeros((1, 22, 3)), "1 frames"),
        (np.zeros((0, 22, 3)), "0 frames"),
        (np.full((5, 22, 3), np.nan), "no frame has all joints"),
        (np.full((5, 22, 3), 1e9), "away"),
        (np.zeros((5, 22, 3), complex), "neither numbers"),
        (np.array([[1, "a"], [None, {}]], object), "Python objects"),
    ],
)
def test_bad_arrays(folder: Path, data: bytes | np.ndarray, message: str):
    file = folder / "a.npy"
    if isinstance(data, np.ndarray):
        np.save(file, data, allow_pickle=True)
        data = file.read_bytes()
    with pytest.raises(MotionError, match=message) as caught:
        attempt(file, data)
    assert str(caught.value).startswith(f"{file}: ")


def test_a_header_that_promises_the_moon_allocates_nothing(folder: Path):
    file = folder / "a.npy"
    np.save(file, walk(4))
    data = file.read_bytes().replace(b"(4, 22, 3)", b"(999999999999, 22, 3)")
    with pytest.raises(MotionError, match=r"cut short|no whole"):
        attempt(file, data)
    with pytest.raises(MotionError, match="cannot be read"):
        attempt(folder / "absent.npy")


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cut=st.integers(0, 4000),
    flips=st.lists(st.tuples(st.integers(0, 3999), st.integers(0, 255)), max_size=6),
    head=st.booleans(),
    seed=st.integers(0, 3),
)
def test_any_bytes_give_a_motion_or_one_line(tmp_path, cut, flips, head, seed):
    file = tmp_path / "a.npy"
    np.save(file, walk(10 + seed))
    data = bytearray(file.read_bytes()[: None if cut > 3500 else cut])
    for place, value in flips:
        if data:
            data[place % (min(128, len(data)) if head else len(data))] = value
    file.write_bytes(bytes(data))
    humanml3d.recognises(file)
    try:
        motion = attempt(file)
    except MotionError as error:
        assert "\n" not in str(error)
    else:
        seen = np.isfinite(motion.root_position[:, 0])
        assert np.isfinite(motion.rotations[seen]).all()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(
        st.one_of(
            st.text(max_size=30),
            st.tuples(
                st.text(max_size=8), st.text(max_size=8),
                st.one_of(st.floats().map(str), st.text(max_size=5)),
                st.one_of(st.floats().map(str), st.text(max_size=5)),
            ).map("#".join),
        ),
        max_size=6,
    ),
    noise=st.binary(max_size=4),
)  # fmt: skip
def test_any_texts_give_clips_or_one_line(tmp_path, lines, noise):
    file = tmp_path / "a.npy"
    if not file.exists():
        np.save(file, walk(30))
    data = "\n".join(lines).encode("utf-8", "replace") + noise
    (tmp_path / "a.txt").write_bytes(data)
    found = humanml3d.clips(file, "a")
    assert found
    assert len({clip.key for clip in found}) == len(found)
    for clip in found:
        if clip.fault is not None:
            assert "\n" not in str(clip.fault)
        else:
            assert 0 <= clip.start_s < clip.end_s
            assert all(caption.strip() for caption in clip.captions)
