"""Channels beside the signals: stored when asked for, read as written, damage found."""

from __future__ import annotations

import dataclasses
import json

import h5py
import numpy as np
import pytest
from corpus_clips import JOINTS, felt, make_clip, write
from test_corpus_failures import tree
from test_corpus_verify import edit_manifest, edit_shard, only

from imusim.corpus import Corpus, CorpusWriter, verify
from imusim.corpus.channels import CHANNELS, FORCES
from imusim.errors import CorpusError

CLIPS = [
    felt(make_clip(0)), make_clip(1), felt(make_clip(2), "mujoco"), make_clip(3), felt(make_clip(4))
]  # fmt: skip
"""As a run with ``--on-failure kinematic`` makes them: two clips have no forces."""
NAMES = FORCES


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "corpus", CLIPS, 10**6, channels=NAMES)


def test_round_trip(folder):
    assert verify(folder) == []
    with Corpus(folder) as corpus:
        assert corpus.channels == NAMES
        assert list(corpus.column("engine")) == [clip.engine for clip in CLIPS]
        for clip, record in zip(corpus, CLIPS, strict=True):
            assert clip.engine == record.engine
            assert clip.channels == NAMES
            assert clip.pose_rate_hz == 50.0
            for name in NAMES:
                for start, stop in ((0, None), (3, 9), (-5, None), (9, 3), (2, 10**6)):
                    read = clip.channel(name, start, stop)
                    rows = len(record.valid[start:stop])
                    assert read.shape == (rows, *CHANNELS[name].shape)
                    if record.channels:
                        np.testing.assert_array_equal(read, record.channels[name][start:stop])
                    elif name == "contact":
                        assert not read.any()
                    else:
                        assert np.isnan(read).all()


def test_a_part_of_the_channels_in_the_order_of_the_format(tmp_path):
    some = ("root_wrench", "contact")
    clip = dataclasses.replace(CLIPS[0], channels={n: CLIPS[0].channels[n] for n in some})
    write(tmp_path / "c", [clip], channels=some)
    with Corpus(tmp_path / "c") as corpus:
        assert corpus.channels == corpus.manifest.channels == ("contact", "root_wrench")
        with pytest.raises(CorpusError, match="'joint_torque'; the corpus has contact, root_wren"):
            corpus[0].channel("joint_torque")
    with h5py.File(tmp_path / "c" / "shard-00000.h5") as file:
        assert "ground_reaction" not in file
        assert file["root_wrench"].attrs["units"] == "N, N m"
    assert verify(tmp_path / "c") == []


def test_none_unless_asked_for(tmp_path):
    write(tmp_path / "c", [make_clip(1)])
    with Corpus(tmp_path / "c") as corpus:
        assert (corpus.channels, corpus[0].channels) == ((), ())
        assert corpus[0].engine == "kinematic"
        assert corpus[0].pose_rate_hz == 10.0
        with pytest.raises(CorpusError, match="no channel 'contact'; the corpus has none"):
            corpus[0].channel("contact")
    with h5py.File(tmp_path / "c" / "shard-00000.h5") as file:
        assert not set(NAMES) & set(file)


def _with(**changes):
    return lambda clip: dataclasses.replace(clip, channels={**clip.channels, **changes})


BAD = {
    "the channel 'contact'": lambda clip: dataclasses.replace(
        clip, channels={n: a for n, a in clip.channels.items() if n != "contact"}
    ),
    "the channel 'heat'": _with(heat=np.zeros(5)),
    "root_wrench has shape": _with(root_wrench=np.zeros((5, 3))),
    "contact has shape": _with(contact=np.zeros((4, 22), bool)),
    "joint_torque holds": _with(joint_torque=np.full((5, 22, 3), np.nan)),
    "ground_reaction holds": _with(ground_reaction=np.full((5, 22, 3), 1e300)),
    "kinematic clip has no forces": lambda clip: dataclasses.replace(clip, engine="kinematic"),
}


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_clip_is_refused_and_leaves_no_trace(tmp_path, expected):
    good, five = felt(make_clip(1)), felt(make_clip(4, frames=5))
    for name, tries in (("c", (BAD[expected](five),)), ("d", ())):
        with CorpusWriter(tmp_path / name, JOINTS, 100.0, {}, channels=NAMES) as writer:
            for bad in tries:
                with pytest.raises(CorpusError, match=expected):
                    writer.add(bad)
            writer.add(good)
    assert tree(tmp_path / "c") == tree(tmp_path / "d")


def test_channels_that_the_corpus_does_not_store_are_refused(tmp_path):
    with pytest.raises(CorpusError, match="should not have, the channel 'contact'"):
        write(tmp_path / "c", [felt(make_clip(1))])
    with pytest.raises(CorpusError, match=r"no channel 'heat'; there are: ground_reaction, "):
        write(tmp_path / "c", [make_clip(1)], channels=("heat",))


def test_channels_count_to_the_size_of_a_shard(tmp_path):
    clips = [felt(make_clip(number, frames=100)) for number in range(3)]
    row = sum(array[0].nbytes for array in clips[0].channels.values()) + len(JOINTS) * 24
    for size, shards in ((200 * row, [2, 1]), (200 * row - 1, [1, 1, 1])):
        folder = write(tmp_path / str(size), clips, size, channels=NAMES)
        assert [shard.clips for shard in Corpus(folder).manifest.shards] == shards


def test_memory_does_not_grow_with_the_clips(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    clip = felt(make_clip(1, frames=1000))
    peaks = []
    for count in (20, 60):  # more than are held before they are written
        clips = (dataclasses.replace(clip, key=str(i)) for i in range(count))
        tracemalloc.start()
        write(tmp_path / str(count), clips, 10**9, channels=NAMES)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4 * clip.channels["ground_reaction"].nbytes


def _put(name, row, value):
    def change(file):
        data = file[name][:]
        data[row] = value
        file[name][...] = data

    return change


def _as(name, values):
    def change(file):
        notes = dict(file[name].attrs)
        changed = values(file[name][:])
        del file[name]
        file[name] = changed
        file[name].attrs.update(notes)

    return change


def _drop(file):
    del file["contact"]


def _units(file):
    file["root_wrench"].attrs["units"] = "kg"


FIRST = len(CLIPS[0].valid)
"""Row at which the first kinematic clip starts."""
FORCELESS = "a value where no physics ran at row"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_put("ground_reaction", 3, np.nan), "ground_reaction: not finite at row 3 (clip "),
        (_put("root_wrench", -1, np.inf), "root_wrench: not finite at row"),
        (_put("joint_torque", FIRST, 0.0), f"{FORCELESS} {FIRST} (clip {CLIPS[1].key!r})"),
        (_put("root_wrench", FIRST + 1, np.inf), f"{FORCELESS} {FIRST + 1}"),
        (_put("contact", FIRST, True), f"contact: {FORCELESS} {FIRST}"),
        (_put("clips/engine", 1, "bullet"), f"not finite at row {FIRST}"),
        (_as("root_wrench", lambda a: a[:-1]), "dataset root_wrench has shape"),
        (_as("contact", lambda a: a.astype("u1")), "dataset contact is of type |u1, not |b1"),
        (_drop, "dataset contact is missing"),
        (_units, "dataset root_wrench has the units 'kg'"),
    ],
)
def test_damage_is_found(folder, change, expected):
    edit_shard(folder, change, "shard-00000.h5")
    problems = [str(problem) for problem in verify(folder)]
    assert expected in problems[0]
    assert all("\n" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: m.update(channels=["contact", "heat"]), "no channel 'heat'; there are: "),
        (lambda m: m.pop("channels"), "channels: Field required"),
        (lambda m: m.update(pose_rate_hz=10.0), "attribute pose_rate_hz"),
    ],
)
def test_damage_of_the_manifest(folder, change, expected):
    edit_manifest(folder, change)
    assert expected in str(verify(folder)[0])


def _measured(clip):
    """The clip with every channel of its sensors; sensors that stay upright."""
    rows, sensors = clip.accelerometer.shape[:2]
    names = [name for name in CHANNELS if name not in FORCES]
    arrays = {name: np.ones((rows, *CHANNELS[name].row(sensors)), "f4") for name in names}
    arrays["received"] = np.ones((rows, sensors), bool)
    arrays["true_orientation"] = np.tile([0, 0, 0, 1], (rows, sensors, 1))
    return dataclasses.replace(clip, channels=arrays)


@pytest.mark.parametrize("name", [n for n in CHANNELS if n not in (*FORCES, "received")])
def test_damage_of_what_sensors_give_is_found(tmp_path, name):
    clips = [_measured(make_clip(1))]
    folder = write(tmp_path / "c", clips, 10**6, channels=tuple(clips[0].channels))
    assert verify(folder) == []
    edit_shard(folder, _put(name, 3, np.nan), "shard-00000.h5")
    assert f"{name}: not finite at row 3" in str(verify(folder)[0])


def test_a_stored_orientation_is_a_rotation(tmp_path):
    clips = [_measured(make_clip(1))]
    folder = write(tmp_path / "c", clips, 10**6, channels=tuple(clips[0].channels))
    edit_shard(folder, _put("true_orientation", 5, 0.3), "shard-00000.h5")
    assert "true_orientation: a quaternion that is not of unit length at row 5" in only(folder)


def test_a_manifest_that_promises_a_channel(tmp_path):
    folder = write(tmp_path / "c", [make_clip(1)])
    edit_manifest(folder, lambda m: m.update(channels=["contact"]))
    assert "dataset contact is missing" in only(folder)
    assert json.loads((folder / "manifest.json").read_text())["channels"] == ["contact"]
