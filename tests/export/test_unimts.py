"""UniMTS's layout, read by the rules of its loader."""

import json
import random

import numpy as np
import pytest
from corpus_clips import make_clip, write
from export_corpora import all_joints, few_sensors, reading, with_forces

from imusim.conventions import JOINTS, PARENTS
from imusim.corpus import Corpus, CorpusWriter
from imusim.errors import ConfigError
from imusim.export import export_corpus
from imusim.export.unimts import NODES

EDGES = [
    (1, 0), (2, 1), (3, 2), (4, 3), (5, 0), (6, 5), (7, 6), (8, 7), (9, 0), (10, 9), (11, 10),
    (12, 11), (13, 12), (14, 11), (15, 14), (16, 15), (17, 16), (18, 11), (19, 18), (20, 19),
    (21, 20),
]  # fmt: skip
"""Child and parent of each bone of its graph, as its model states them."""


def load(folder, padding_size=200):
    """What its data set gives: pairs of names, arrays as they reach the network, all texts."""
    names = sorted({f.name.split(".")[0] for f in (folder / "sim").iterdir()})
    texts = {f.name.split(".")[0] for f in (folder / "aug_texts").iterdir()}
    found = {}
    for name in names:
        if name not in texts:
            continue
        imu = np.load(folder / "sim" / f"{name}.npy")
        imu[np.isnan(imu)] = 0
        if len(imu) < padding_size:
            missing = padding_size - len(imu)
            imu = np.pad(imu, ((0, missing), (0, 0), (0, 0)), mode="wrap")
        with (folder / "aug_texts" / f"{name}.txt").open(encoding="utf-8") as file:
            lines = file.readlines()
        found[name] = imu[:padding_size], [line.split("#")[0].strip() for line in lines]
    return found


def test_nodes_are_the_skeleton_from_the_pelvis_down_branch_by_branch():
    def below(joint):
        children = [j for j, parent in enumerate(PARENTS) if parent == joint]
        return [JOINTS[joint], *(name for child in children for name in below(child))]

    assert list(NODES) == below(0)


def test_nodes_hang_together_as_in_its_graph():
    parents = {joint: JOINTS[p] for joint, p in zip(JOINTS, PARENTS, strict=True) if p >= 0}
    assert {NODES[child]: NODES[parent] for child, parent in EDGES} == parents


def test_sides_are_those_of_its_picture():
    sides = [name.partition("_")[0] for name in NODES]
    assert sides[1:5] == sides[14:18] == ["left"] * 4
    assert sides[5:9] == sides[18:22] == ["right"] * 4
    assert (NODES[12], NODES[13], NODES[17], NODES[21]) == (
        "neck", "head", "left_wrist", "right_wrist",
    )  # fmt: skip


@pytest.mark.parametrize("order", [0, 1, 2])
def test_every_node_has_its_joint_however_the_corpus_orders_them(tmp_path, order):
    joints = list(JOINTS)
    random.Random(order).shuffle(joints)  # noqa: S311
    corpus = all_joints(tmp_path / "corpus", joints=tuple(joints))
    export_corpus(corpus, "unimts", tmp_path / "out")
    ((imu, _),) = load(tmp_path / "out").values()
    assert imu.shape == (200, 22, 6)
    assert imu.dtype == np.float32
    for node, joint in enumerate(NODES):
        np.testing.assert_allclose(imu[:, node, :3], np.tile(reading(joint)[0], (200, 1)))
        np.testing.assert_allclose(imu[:, node, 3:], np.tile(reading(joint)[1], (200, 1)))


def test_signals_are_read_at_20_hz(tmp_path):
    time_s = np.arange(0, 12, 0.01)
    clip = make_clip(1, joints=22, frames=len(time_s), captions=("a wave",), key="w")
    clip.accelerometer[:] = np.sin(2 * np.pi * 1.5 * time_s)[:, None, None]
    clip.gyroscope[:] = np.cos(2 * np.pi * 3.0 * time_s)[:, None, None]
    corpus = write(tmp_path / "corpus", [clip], joints=JOINTS)
    made = export_corpus(corpus, "unimts", tmp_path / "out")
    nodes = np.load(tmp_path / "out/sim/w.npy")
    at_s = np.arange(240) / 20
    assert len(nodes) == 240
    inner = slice(30, -30)
    acc, gyr = np.sin(2 * np.pi * 1.5 * at_s), np.cos(2 * np.pi * 3.0 * at_s)
    np.testing.assert_allclose(nodes[inner, 5, 0], acc[inner], atol=2e-3)
    np.testing.assert_allclose(nodes[inner, 5, 3], gyr[inner], atol=2e-3)
    assert "--window 10" in made.notes[0]


def test_windows_end_where_the_next_begins(tmp_path):
    corpus = all_joints(tmp_path / "corpus", keys=("long", "short"), frames=1300)
    made = export_corpus(corpus, "unimts", tmp_path / "out", window_s=10)
    assert (made.clips, made.examples, made.notes) == (2, 4, ())
    rows = [json.loads(line) for line in (tmp_path / "out/clips.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == [
        "long_0000", "long_0001", "short_0000", "short_0001",
    ]  # fmt: skip
    assert [row["start_s"] for row in rows] == [0, 10, 0, 10]
    assert [row["frames"] for row in rows] == [200, 60, 200, 60]


def test_texts_reach_the_loader_whole_but_for_its_sign_of_a_comment(tmp_path):
    captions = ("a person walks, 走る", "round # 2\nthen\tstands", "#")
    corpus = all_joints(tmp_path / "corpus", captions=captions)
    export_corpus(corpus, "unimts", tmp_path / "out")
    ((_, texts),) = load(tmp_path / "out").values()
    assert texts == ["a person walks, 走る", "round 2 then stands"]


def test_names_survive_the_loader_and_lead_back_to_the_clips(tmp_path):
    keys = ("a/b.c", "a/b_c", "A/B.C", "走る", "..", "x" * 300, "x" * 299, "clip")
    corpus = all_joints(tmp_path / "corpus", keys=keys, frames=3)
    export_corpus(corpus, "unimts", tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out/clips.jsonl").read_text().splitlines()]
    assert [row["key"] for row in rows] == list(keys)
    names = [row["name"] for row in rows]
    assert sorted(load(tmp_path / "out")) == sorted(names)
    assert len({name.casefold() for name in names}) == len(keys)


def test_clips_without_a_caption_are_left_out_and_told(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    made = export_corpus(corpus, "unimts", tmp_path / "out", sensors=["pelvis"])
    with Corpus(corpus) as clips:
        spoken = [clip.key for clip in clips if clip.captions]
    assert (made.clips, made.examples) == (7, len(spoken))
    assert made.notes[0].endswith(f"left out: {7 - len(spoken)}")


def test_a_corpus_without_any_caption_makes_nothing(tmp_path):
    corpus = all_joints(tmp_path / "corpus", captions=())
    with pytest.raises(ConfigError, match="no clip has a caption"):
        export_corpus(corpus, "unimts", tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus"]


def test_a_missing_joint_is_refused_unless_sensors_are_named(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    with pytest.raises(ConfigError, match="none at left_hip; make one with --joints all"):
        export_corpus(corpus, "unimts", tmp_path / "out")
    made = export_corpus(corpus, "unimts", tmp_path / "out", sensors=["right_ankle", "pelvis"])
    assert "20 of UniMTS's 22 nodes are empty" in made.notes[-1]
    nodes = np.load(next((tmp_path / "out/sim").iterdir()))
    there = np.isfinite(nodes).all(axis=(0, 2))
    assert [NODES[node] for node in np.flatnonzero(there)] == ["pelvis", "right_ankle"]
    assert np.isnan(nodes[:, ~there]).all()


def placed(folder, sensors, segments):
    clip = make_clip(1, joints=len(sensors), frames=20)
    with CorpusWriter(folder, sensors, 50.0, {"seed": 0}, joints=segments) as writer:
        writer.add(clip)
    return folder


def test_a_sensor_named_after_a_joint_belongs_there_another_to_its_segment(tmp_path):
    corpus = placed(tmp_path / "corpus", ("left_wrist", "chest"), ("left_elbow", "spine3"))
    export_corpus(corpus, "unimts", tmp_path / "out", sensors=["left_wrist", "chest"])
    nodes = np.load(next((tmp_path / "out/sim").iterdir()))
    there = np.flatnonzero(np.isfinite(nodes).all(axis=(0, 2)))
    assert {NODES[node] for node in there} == {"left_wrist", "spine3"}


def test_two_sensors_of_one_node_are_refused(tmp_path):
    corpus = placed(tmp_path / "corpus", ("chest", "back"), ("spine3", "spine3"))
    with pytest.raises(ConfigError, match="'chest' and 'back' both belong to UniMTS's node 11"):
        export_corpus(corpus, "unimts", tmp_path / "out")


def test_channels_have_no_place_in_the_layout(tmp_path):
    corpus = with_forces(tmp_path / "corpus")
    with pytest.raises(ConfigError, match="leave --channels out"):
        export_corpus(corpus, "unimts", tmp_path / "out", sensors=["pelvis"], channels=["contact"])
