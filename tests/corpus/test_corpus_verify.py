"""Damage of every kind is found, and said to be what it is."""

from __future__ import annotations

import hashlib
import json

import h5py
import numpy as np
import pytest
from corpus_clips import make_clip, write

from imusim.corpus import Corpus, verify
from imusim.errors import CorpusError


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "corpus", [make_clip(number) for number in range(6)])


def edit_manifest(folder, change):
    """Change what the manifest says and put its digest right, in both copies."""
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sha256"]
    change(manifest)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    for name in ("manifest.json", "manifest.backup.json"):
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (folder / name).write_text(text)


def edit_shard(folder, change, name="shard-00001.h5"):
    """Change a shard's content and put its digest right, so that only the content is wrong."""
    with h5py.File(folder / name, "r+") as file:
        change(file)
    data = (folder / name).read_bytes()

    def fix(manifest):
        for shard in manifest["shards"]:
            if shard["file"] == name:
                shard |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

    edit_manifest(folder, fix)


def only(folder) -> str:
    problems = verify(folder)
    assert len(problems) == 1, problems
    assert "\n" not in str(problems[0])
    return str(problems[0])


def test_flipped_bit(folder):
    path = folder / "shard-00001.h5"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "SHA-256" in only(folder)
    assert "shard-00001.h5" in only(folder)


def test_truncated(folder):
    path = folder / "shard-00001.h5"
    path.write_bytes(path.read_bytes()[:-100])
    assert "bytes where the manifest says" in only(folder)
    first = Corpus(folder).manifest.shards[0].clips
    with pytest.raises(CorpusError, match=r"shard-00001\.h5.*bytes where the manifest says"):
        _ = Corpus(folder)[first].accelerometer


def test_missing(folder):
    (folder / "shard-00001.h5").unlink()
    assert "missing" in only(folder)
    with pytest.raises(CorpusError, match=r"shard-00001\.h5: the shard is missing"):
        list(Corpus(folder).keys())


def test_not_hdf5(folder):
    path = folder / "shard-00001.h5"
    path.write_bytes(bytes(path.stat().st_size))
    assert "SHA-256" in only(folder)
    with pytest.raises(CorpusError, match="cannot be read"):
        list(Corpus(folder).keys())


def test_foreign(folder):
    (folder / "shard-00099.h5").write_bytes((folder / "shard-00000.h5").read_bytes())
    assert "shard-00099.h5: not in the manifest" in only(folder)


@pytest.mark.parametrize("name", ["clips", "frames", "captions"])
def test_counts(folder, name):
    def change(manifest):
        manifest["counts"][name] += 1
        manifest["duration_s"] = manifest["counts"]["frames"] / manifest["rate_hz"]

    edit_manifest(folder, change)
    assert name in only(folder)


def test_shard_counts(folder):
    edit_manifest(folder, lambda m: m["shards"][1].update(clips=m["shards"][1]["clips"] + 1))
    assert "manifest.json: says" in only(folder)
    assert "clips of shard-00001.h5, which holds" in only(folder)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: m.update(schema_version=6), "newer"),
        (lambda m: m.update(schema_version=2), "older"),
        (lambda m: m.update(schema_version=0), "does not exist"),
        (lambda m: m.pop("joints"), "joints"),
        (lambda m: m.update(rate_hz=0), "rate_hz"),
        (lambda m: m.update(surprise=1), "surprise"),
        (lambda m: m["shards"][0].update(file="../../elsewhere.h5"), "shards.0.file"),
        (lambda m: m.update(joints=m["joints"][::-1]), "attribute joints"),
        (lambda m: m.update(rate_hz=50.0, duration_s=m["duration_s"] * 2), "attribute rate_hz"),
    ],
)
def test_manifest(folder, change, expected):
    edit_manifest(folder, change)
    assert expected in str(verify(folder)[0])


def test_manifest_not_json(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text()[:-40])
    assert "manifest.json" in only(folder)
    path.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in only(folder)


MANIFESTS = ("manifest.json", "manifest.backup.json")


@pytest.mark.parametrize("name", MANIFESTS)
def test_any_bit_of_either_manifest(folder, name):
    path = folder / name
    sound = path.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(len(sound), size=30):
        data = bytearray(sound)
        data[at] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        (problem,) = verify(folder)
        assert (problem.kind, problem.file) == ("manifest", path)
        assert "\n" not in str(problem)


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize("data", [None, b"", b"{}", b"null", b"[" * 100_000])
def test_either_manifest_gone_or_no_manifest(folder, name, data):
    path = folder / name
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    (problem,) = verify(folder)
    assert (problem.kind, problem.file) == ("manifest", path)
    assert "`imusim repair` restores it" in problem.message


def test_no_manifest_at_all(folder):
    for name in MANIFESTS:
        (folder / name).unlink()
    assert "not a corpus" in only(folder)


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["counts"].update(captions=m["counts"]["captions"] + 1),
        lambda m: m["counts"].update(clips=m["counts"]["clips"] + 1),
        lambda m: m["shards"][1].update(sha256="0" * 64),
        lambda m: m.update(rate_hz=50.0, duration_s=m["duration_s"] * 2),
    ],
)
def test_a_manifest_that_is_sound_but_wrong(folder, name, change):
    """The shards tell which of two that contradict each other is the right one."""
    spared = next(folder / other for other in MANIFESTS if other != name)
    sound = spared.read_bytes()
    edit_manifest(folder, change)
    spared.write_bytes(sound)
    assert f"{name}: is not the same as {spared.name}" in only(folder)
    assert "`imusim repair` restores it" in only(folder)


def test_two_manifests_of_which_neither_is_better(folder):
    sound = (folder / "manifest.json").read_bytes()
    edit_manifest(folder, lambda m: m["runs"][0].update(seed=8))
    (folder / "manifest.json").write_bytes(sound)
    assert "the shards fit both: remove the wrong one" in only(folder)


def test_the_manifest_of_another_corpus(folder, tmp_path):
    other = write(tmp_path / "other", [make_clip(number) for number in range(6, 12)])
    (folder / "manifest.json").write_bytes((other / "manifest.json").read_bytes())
    assert "manifest.json: is not the same as manifest.backup.json" in only(folder)


def test_progress(folder):
    """It never goes back, and ends where it said it would."""
    seen = []
    verify(folder, lambda done, total: seen.append((done, total)))
    done, totals = zip(*seen, strict=True)
    assert list(done) == sorted(done)
    total = sum(shard.bytes for shard in Corpus(folder).manifest.shards)
    assert set(totals) == {total}
    assert done[-1] == total


def _replace(name, value):
    def change(file):
        file[name][...] = value(file[name][:])

    return change


def _put(value, *where):
    def change(array):
        array[where] = value
        return array

    return change


def _drop(file):
    del file["gyroscope"]


def _retype(file):
    data = file["gyroscope"][:].astype("f8")
    del file["gyroscope"]
    file["gyroscope"] = data
    file["gyroscope"].attrs["units"] = "rad/s"


def _rename(file):
    file["clips/quality"].attrs["names"] = list(file["clips/quality"].attrs["names"])[::-1]


def _units(file):
    file["accelerometer"].attrs["units"] = "g"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_replace("accelerometer", _put(np.nan, -1, 1, 2)), "accelerometer: not finite at row"),
        (_replace("gyroscope", _put(np.inf, 3, 0, 0)), "gyroscope: not finite at row 3, column 0"),
        (_replace("poses", _put(np.nan, 0, 21, 0)), "poses: not finite at row 0, column 21"),
        (_replace("accelerometer", _put(2e4, 5, 1, 1)), "accelerometer: implausible at row 5"),
        (_replace("clips/link_from_sensor", _put(2.0, 0, 0)), "not of unit length"),
        (_replace("clips/link_from_sensor", _put(np.nan, 0, 0)), "not of unit length"),
        (_replace("clips/mass_kg", _put(0.0, 0)), "mass_kg holds a value that is no mass"),
        (_replace("clips/mounting_offset", _put(np.nan, 0, 0)), "mounting_offset"),
        (_replace("clips/mounting_slip", _put(np.nan, 0, 0)), "mounting_slip holds a value"),
        (_replace("clips/mounting_slip_time_s", _put(np.inf, 0, 0)), "slip_time_s holds a value"),
        (_replace("clips/mounting_slip_time_s", _put(-1.0, 0, 0)), "a time that is not positive"),
        (_replace("clips/device", _put(-1, 0, 0)), "not that of a device"),
        (_replace("clips/device", _put(1, 0, 0)), "not that of a device"),
        (_replace("clips/run", _put(1, 0)), "not that of a run"),
        (_replace("source_poses", _put(np.inf, 0, 21, 0)), "source_poses: not finite at row 0"),
        (_replace("clips/unobserved_axis", _put(0.5, 0, 0)), "unobserved_axis"),
        (_replace("clips/unobserved_axis", _put(np.nan, 0, 0)), "unobserved_axis"),
        (_replace("clips/quality", _put(np.inf, 0, 0)), "quality"),
        (_rename, "quality does not have the names"),
        (_replace("clips/start", _put(1, 0)), "gap or overlap"),
        (_replace("clips/length", lambda a: a + 1), "length"),
        (_replace("clips/pose_length", _put(0, -1)), "pose"),
        (_replace("captions/clip", lambda a: a + 1000), "an index is not that of a clip"),
        (_drop, "gyroscope is missing"),
        (_retype, "type <f8"),
        (_units, "units 'g'"),
    ],
)
def test_content(folder, change, expected):
    edit_shard(folder, change)
    found = only(folder)
    assert expected in found
    assert "shard-00001.h5" in found


def test_nan_is_laid_to_its_clip(folder):
    corpus = Corpus(folder)
    number = corpus.manifest.shards[0].clips
    key, row = corpus[number].key, len(corpus[number]) - 1
    corpus.close()
    edit_shard(folder, _replace("accelerometer", _put(np.nan, row, 0, 0)))
    assert repr(key) in only(folder)


def test_a_key_twice(folder):
    first = Corpus(folder)[0].key
    edit_shard(folder, _replace("clips/key", _put(first, 0)))
    assert "is also in shard-00000.h5" in only(folder)
