"""The clips of pybullet, against its own body and against what they show."""

import importlib.util
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from imusim.errors import MissingExtraError, MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, ReadOptions, world_poses
from motion_sources import default_clips, find_clips, read_clip
from motion_sources.deepmimic import bullet_clips
from motion_sources.deepmimic import source as deepmimic
from motion_sources.deepmimic.captions import CAPTIONS

if importlib.util.find_spec("pybullet_data") is None:
    pytest.skip("needs pybullet", allow_module_level=True)

CLIPS = {clip.key: clip for clip in default_clips()}


def test_there_are_fifteen():
    assert len(CLIPS) == 15
    assert list(CLIPS) == sorted(CLIPS)
    assert set(CLIPS) == set(CAPTIONS)
    for key, captions in CAPTIONS.items():
        assert 4 <= len(captions) <= 6, key
        assert len(set(captions)) == len(captions)


@pytest.mark.parametrize("key", CLIPS)
def test_clip_is_a_sound_motion(key):
    motion = read_clip(CLIPS[key])
    seen = np.isfinite(motion.root_position[:, 0])
    np.testing.assert_allclose(np.linalg.norm(motion.rotations[seen], axis=-1), 1, atol=1e-12)
    assert seen.all() == (key != "roll")
    assert motion.rate_hz in {16.0, 24.0, 30.0, 60.0}
    assert motion.captions == CAPTIONS[key]
    assert motion.key == key
    assert motion.provenance.licence == "MIT"
    assert len(motion.provenance.sha256) == 64
    positions = world_poses(motion)[0][seen]
    assert motion.root_position[seen, 2].min() > 0.05
    assert motion.root_position[seen, 2].max() < 1.3
    # Something is near the ground most of the time, and nothing far below it.
    lowest = positions[..., 2].min(axis=1)
    assert abs(np.median(lowest)) < 0.06
    assert lowest.min() > -0.1
    left = positions[:, motion.skeleton.index("left_hip")]
    right = positions[:, motion.skeleton.index("right_hip")]
    np.testing.assert_allclose(np.linalg.norm(left - right, axis=-1), 2 * 0.339548 / 4)


def test_walk_walks():
    motion = read_clip(CLIPS["walk"])
    positions, world = world_poses(motion)
    velocity = (motion.root_position[-1] - motion.root_position[0]) / motion.duration_s
    forward = rot.rotate(world[:, 0], [1.0, 0, 0])
    assert 0.8 < np.median(forward @ velocity) < 1.3
    hips = positions[0, motion.skeleton.index("left_hip")] - motion.root_position[0]
    assert np.cross([0, 0, 1.0], forward[0]) @ hips > 0
    # Knees bend backwards: the ankle stays behind the line of the thigh.
    index = motion.skeleton.index
    thigh = positions[:, index("left_knee")] - positions[:, index("left_hip")]
    shin = positions[:, index("left_ankle")] - positions[:, index("left_knee")]
    across = rot.rotate(world[:, index("left_hip")], [0, 0, 1.0])
    assert ((np.cross(thigh, shin) * across).sum(axis=1) < 1e-9).all()


def test_what_the_captions_say():
    def root(key):
        track = read_clip(CLIPS[key]).root_position
        return track[-1] - track[0]

    assert root("run")[0] / 0.8 > 3
    assert root("jump")[0] == pytest.approx(1.07, abs=0.05)
    assert root("backflip")[0] < -0.8
    assert root("cartwheel")[1] > 1.5
    assert root("getup_faceup")[2] > 0.5
    assert root("getup_facedown")[2] > 0.5
    kick = read_clip(CLIPS["kick"])
    toes = world_poses(kick)[0][:, kick.skeleton.index("right_ankle_end"), 2]
    assert toes.max() > 1.2


def test_skeleton_is_the_urdfs():
    spec = importlib.util.find_spec("pybullet_data")
    assert spec is not None
    assert spec.submodule_search_locations
    urdf = Path(spec.submodule_search_locations[0]) / "humanoid" / "humanoid.urdf"
    ours = deepmimic.skeleton()
    seen = 0
    text = urdf.read_bytes().partition(b"</robot>")  # a stray byte follows it
    for joint in ET.fromstring(text[0] + text[1]).iter("joint"):  # noqa: S314 (the wheel's own)
        name, parent = joint.attrib["name"], joint.find("parent").attrib["link"]
        offset = np.array(joint.find("origin").attrib["xyz"].split(), float)
        at = ours.index(name)
        np.testing.assert_allclose(ours.offsets[at], offset / 4, atol=1e-12)
        if name != "root":
            assert ours.names[ours.parents[at]] == parent
        assert joint.attrib["type"] == (
            "fixed"
            if name == "root" or name.endswith("wrist")
            else "revolute"
            if name.endswith(("knee", "elbow"))
            else "spherical"
        )
        if joint.attrib["type"] == "revolute":
            assert joint.find("axis").attrib["xyz"].split() == ["0.000000", "0.000000", "1.000000"]
        seen += 1
    assert seen == sum(not name.endswith("_end") for name in ours.names)


def test_pose_agrees_with_the_numbers():
    """One frame by hand: the left wrist from the raw numbers with matrices."""
    clip = CLIPS["spinkick"]
    row = np.array(json.loads(clip.path.read_text())["Frames"][20])

    def matrix(column):
        w, x, y, z = row[column : column + 4]
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )

    c, s = np.cos(row[43]), np.sin(row[43])
    root, chest, shoulder = matrix(4), matrix(8), matrix(39)
    elbow = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    arm = root @ chest @ shoulder
    expected = row[1:4] + 0.25 * (
        root @ [0, 0.944604, 0]
        + root @ chest @ [-0.0962, 0.974, -0.73244]
        + arm @ [0, -1.099152, 0]
        + arm @ elbow @ [0, -1.035788, 0]
    )
    motion = read_clip(clip)
    ours = world_poses(motion)[0][20, motion.skeleton.index("left_wrist")]
    np.testing.assert_allclose(ours, [expected[0], -expected[2], expected[1]], atol=1e-5)


def test_long_frame_leaves_a_gap():
    motion = read_clip(CLIPS["roll"])
    raw = json.loads(CLIPS["roll"].path.read_text())["Frames"]
    assert motion.frames == len(raw) + 1
    gap = np.flatnonzero(np.isnan(motion.root_position[:, 0]))
    assert [raw[i - 1][0] for i in gap] == [0.032666]


def test_recognised_by_content(tmp_path):
    copy = tmp_path / "mine.txt"
    copy.write_bytes(CLIPS["walk"].path.read_bytes())
    (tmp_path / "notes.txt").write_text("not a clip")
    folder = CLIPS["walk"].path.parent
    assert [(c.source, c.key) for c in find_clips([tmp_path])] == [("deepmimic", "mine")]
    assert not deepmimic.recognises(folder / "laikago_walk.txt")


def broken(edit):
    content = json.loads(CLIPS["walk"].path.read_text())
    edit(content)
    return json.dumps(content)


def put(column, value):
    return lambda content: content["Frames"][3].__setitem__(column, value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[" * 100000, "JSON"),
        ("[1, 2]", "Frames"),
        ('{"Frames": 3}', "Frames"),
        ('{"Frames": [[1]]}', "Frames"),
        ('{"Frames": [[1], [2]]}', "44"),
        ('{"Frames": [' + "9" * 9999 + "]}", "JSON"),
        (broken(put(1, float("nan"))), "frame 4"),
        (broken(put(1, 1e300)), "frame 4"),
        (broken(put(1, "x")), "frame 4"),
        (broken(put(1, True)), "frame 4"),
        (broken(put(1, None)), "frame 4"),
        (broken(put(4, 5.0)), "root quaternion"),
        (broken(put(0, 0.0)), "frame 4 lasts 0"),
        (broken(put(0, -1.0)), "frame 4 lasts -1"),
        (broken(put(0, 1000.0)), "frame 4 lasts 1000"),
        (broken(lambda content: [f.__setitem__(0, 0) for f in content["Frames"]]), "last 0 s"),
    ],
)
def test_broken_files(tmp_path, text, words):
    file = tmp_path / "a.txt"
    file.write_text(text)
    with pytest.raises(MotionError, match=r"a\.txt") as caught:
        deepmimic.read(ClipRef("deepmimic", file, "a"), ReadOptions())
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_pybullet(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"imusim-toolkit\[bullet\]"):
        bullet_clips.default_clips()
