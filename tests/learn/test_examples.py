"""Examples: every window with its own captions, nothing shown that was held out."""

import h5py
import numpy as np
import pytest
from corpus_clips import JOINTS, make_clip, write

from imusim.conventions import JOINTS as CANONICAL
from imusim.corpus import Corpus, Windows
from imusim.errors import ConfigError, CorpusError

torch = pytest.importorskip("torch")

from imusim.learn import examples as examples_module  # noqa: E402
from imusim.learn.balance import balanced, held_out  # noqa: E402
from imusim.learn.examples import Examples  # noqa: E402
from imusim.learn.places import joint_of, joints_of  # noqa: E402
from imusim.sensor.placement import placements  # noqa: E402


def clips(count, **changes):
    return [
        make_clip(n, frames=150 + 90 * n, captions=(f"does {n % 3}", "moves"), **changes)
        for n in range(count)
    ]


@pytest.fixture
def corpus(tmp_path):
    silent = make_clip(50, frames=300, captions=())
    return Corpus(write(tmp_path / "c", [*clips(6), silent]))


def test_examples_are_the_corpus_windows_with_captions(corpus):
    examples = Examples([corpus], 2.0, 100.0)
    told = [key for key in corpus.keys() if "050" not in key]  # noqa: SIM118
    windows = Windows(corpus, 2.0, 1.0, clips=told, short="pad", only_valid=False)
    assert len(examples) == len(windows)
    raw = examples.read([3, 0])
    for place, number in enumerate((3, 0)):
        np.testing.assert_array_equal(raw.signals[place].numpy(), windows[number].signals)
        np.testing.assert_array_equal(raw.valid[place].numpy(), windows[number].valid)
    for number, window in enumerate(windows):
        said = [examples.texts[t] for t in examples.captions[number] if t >= 0]
        assert tuple(said) == window.captions
        assert examples.keys[number] == window.key
    same = examples.group[:, None] == examples.group
    alike = np.array([[set(a) == set(b) for b in examples.captions] for a in examples.captions])
    np.testing.assert_array_equal(same, alike)
    assert [CANONICAL[j] for j in raw.joint[0]] == list(JOINTS)


def test_reading_from_files_and_from_memory_is_the_same(corpus, monkeypatch):
    held = Examples([corpus], 2.0, 50.0)
    monkeypatch.setattr(examples_module, "MEMORY_BYTES", 0)
    read = Examples([corpus], 2.0, 50.0)
    numbers = [5, 1, 1, 8]
    for name in ("signals", "valid", "link_from_sensor", "joint"):
        one, other = getattr(held.read(numbers), name), getattr(read.read(numbers), name)
        assert torch.equal(one, other)


def test_corpora_with_other_sensors_stand_together(corpus, tmp_path):
    fewer = Corpus(write(tmp_path / "d", clips(2, joints=2), joints=JOINTS[:2]))
    examples = Examples([corpus, fewer], 2.0, 100.0)
    raw = examples.read([0, len(examples) - 1])
    assert raw.joint[1].tolist() == [*raw.joint[0].tolist()[:2], -1]
    assert not raw.signals[1, :, 2].any()
    assert len({examples.group[0], *examples.group[examples.keys == examples.keys[0]]}) == 1
    assert len(set(examples.clip)) == 8  # a key in two corpora names two clips


def test_a_corpus_without_captions_is_refused(tmp_path):
    mute = Corpus(write(tmp_path / "m", [make_clip(0, frames=300, captions=("", " "))]))
    with pytest.raises(CorpusError, match="none of its 1 clips has a caption"):
        Examples([mute], 1.0, 100.0)


def test_a_corpus_with_nan_is_refused(tmp_path):
    folder = write(tmp_path / "n", [make_clip(0, frames=300, captions=("walks",))])
    with h5py.File(folder / "shard-00000.h5", "r+") as shard:  # the writer lets none in
        shard["accelerometer"][200, 1, 2] = np.nan
    with pytest.raises(CorpusError, match=r"Läufer 000.*not finite"):
        Examples([Corpus(folder)], 1.0, 100.0)


def test_shares_are_powers_of_counts(corpus):
    examples = Examples([corpus], 2.0, 100.0)
    plain = balanced(examples, 1.0, 1.0)
    np.testing.assert_allclose(plain, 1 / len(examples))
    shares = balanced(examples, 0.0, 0.0)
    for group in np.unique(examples.group):
        assert shares[examples.group == group].sum() == pytest.approx(1 / 3)
    examples.sources[:4] = "another"
    shares = balanced(examples, 0.0, 0.5)
    assert shares[:4].sum() == pytest.approx(0.5)
    counts = {g: (examples.group[4:] == g).sum() for g in np.unique(examples.group[4:])}
    root = {g: shares[4:][examples.group[4:] == g].sum() / n**0.5 for g, n in counts.items()}
    assert np.ptp(list(root.values())) < 1e-12
    with pytest.raises(ConfigError, match="power between 0 and 1"):
        balanced(examples, 2.0)


def test_whole_clips_are_held_out_and_every_activity_is_still_seen(corpus):
    examples = Examples([corpus], 1.0, 100.0)
    held = held_out(examples, 0.4, 3)
    assert 0 < held.sum() < len(examples)
    assert not set(examples.clip[held]) & set(examples.clip[~held])
    assert set(examples.group[~held]) == set(examples.group)
    np.testing.assert_array_equal(held, held_out(examples, 0.4, 3))
    with pytest.raises(ConfigError, match="between 0 and 1"):
        held_out(examples, 1.0, 0)


def test_takes_of_one_person_are_held_out_together(corpus):
    examples = Examples([corpus], 1.0, 100.0)
    examples.subjects = np.where(examples.clip % 2, "left", "right").astype("<U9")
    examples.group[:] = examples.clip // 4
    held = held_out(examples, 0.3, 1)
    assert held.any()
    for person in ("left", "right"):
        for group in np.unique(examples.group):
            mine = (examples.subjects == person) & (examples.group == group)
            assert held[mine].all() or not held[mine].any()


def test_sensors_count_at_the_joint_that_moves_as_they_do(tmp_path):
    known = placements()
    assert joint_of(known["left_wrist"]) == "left_wrist"
    assert joint_of(known["left_forearm"]) == "left_elbow"
    assert joint_of(known["right_pocket"]) == "right_hip"
    joints = Corpus(write(tmp_path / "j", clips(1)))
    assert joints_of(joints) == JOINTS  # a sensor at the joint of that name stays there
