"""Damaged shards come back with the bytes that they had, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from bvh_files import write_swings
from cli_runner import fails
from cli_runner import imusim as command

import imusim
from imusim.corpus import Corpus, CorpusWriter, verify
from imusim.corpus.integrity.mend import locked
from imusim.errors import CorpusError

SHARD = "shard-00001.h5"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Motion in files, one of which is broken, and a corpus of several shards of it."""
    root = tmp_path_factory.mktemp("made")
    for number in range(6):
        write_swings(root / "in" / f"{number}.bvh", frames=120 + number)
    (root / "in" / "broken.bvh").write_text("HIERARCHY\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        imusim.generate(
            "in", out="corpus", joints="wrists", rotations="random:2", shard_size_mb=0.015
        ).close()
    return root


@pytest.fixture
def work(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of both, and the folder from which they are named."""
    shutil.copytree(made, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def tree(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def spoil(folder: Path, name: str = SHARD) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)


def test_the_corpus_is_one_worth_testing(made: Path):
    manifest = Corpus(made / "corpus").manifest
    assert len(manifest.shards) == 4
    assert [skip.clip for skip in manifest.skipped] == ["broken"]
    assert {shard.clips for shard in manifest.shards} == {3}  # a clip's two draws may part


@pytest.mark.parametrize("workers", [1, 2])
def test_every_shard_can_be_made_again(work: Path, workers: int):
    before = tree(work)
    names = [shard.file for shard in Corpus("corpus").manifest.shards]
    for name in names:
        (work / "corpus" / name).unlink()
    done = imusim.repair("corpus", workers=workers)
    assert sorted(repair.file.name for repair in done) == names
    assert {repair.message for repair in done} == {"made again"}
    assert tree(work) == before


def test_a_sound_corpus_is_not_touched(work: Path):
    def times():
        return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in work.rglob("*")}

    before = times()
    assert imusim.repair("corpus") == []
    assert times() == before


def test_only_what_is_damaged_is_written(work: Path):
    before = {p: p.stat().st_ino for p in Path("corpus").iterdir()}
    spoil(work / "corpus")
    imusim.repair("corpus")
    after = {p: p.stat().st_ino for p in Path("corpus").iterdir()}
    assert [p.name for p in before if after[p] != before[p]] == [SHARD]


def test_the_motion_lies_elsewhere_now(work: Path):
    before = tree(work / "corpus")
    (work / "in").rename(work / "moved")
    spoil(work / "corpus")
    damaged = tree(work / "corpus")
    with pytest.raises(CorpusError, match="say where the motion is") as error:
        imusim.repair("corpus")
    assert f"{SHARD} cannot be made again: in, which it was made from" in str(error.value)
    assert tree(work / "corpus") == damaged
    imusim.repair("corpus", "moved")
    assert tree(work / "corpus") == before


def test_other_motion_replaces_nothing(work: Path):
    write_swings(work / "in" / "2.bvh", frames=150)
    spoil(work / "corpus")
    damaged = tree(work / "corpus")
    with pytest.raises(CorpusError, match="the versions are the same, so the motion") as error:
        imusim.repair("corpus")
    assert "nothing of it was replaced" in str(error.value)
    assert "\n" not in str(error.value)
    assert tree(work / "corpus") == damaged


def test_more_motion_than_there_was(work: Path):
    write_swings(work / "in" / "7.bvh")
    spoil(work / "corpus")
    with pytest.raises(CorpusError, match="holds 12 clips, and the motion found now gives 14"):
        imusim.repair("corpus")


def test_motion_that_cannot_be_read_any_more(work: Path):
    (work / "in" / "2.bvh").write_text("HIERARCHY\n")
    spoil(work / "corpus")
    damaged = tree(work / "corpus")
    with pytest.raises(CorpusError, match=r"shard-00001\.h5 cannot be made again: in/2\.bvh"):
        imusim.repair("corpus")
    assert tree(work / "corpus") == damaged


def test_what_can_be_mended_is_though_something_cannot(work: Path):
    (work / "corpus" / "thesis.txt").write_text("years")
    (work / "corpus" / "manifest.json").write_text("{}")
    names = sorted(p.name for p in (work / "corpus").glob("shard-*.h5"))
    spoil(work / "corpus", names[0])
    spoil(work / "corpus", names[-1])
    write_swings(work / "in" / "5.bvh", frames=150)
    with pytest.raises(CorpusError, match=names[-1]):
        imusim.repair("corpus")
    assert [problem.file.name for problem in verify("corpus")] == [names[-1]]
    assert (work / "corpus.removed" / "thesis.txt").read_text() == "years"


def _edit(folder: Path, change) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sha256"]
    change(manifest)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    for name in ("manifest.json", "manifest.backup.json"):
        (folder / name).write_text(text)


def test_other_versions_are_named(work: Path):
    _edit(work / "corpus", lambda m: m["runs"][0]["created_with"].update(numpy="1.0"))
    spoil(work / "corpus")
    write_swings(work / "in" / "2.bvh", frames=150)
    with pytest.raises(CorpusError, match=r"it was made with numpy 1\.0 \(here "):
        imusim.repair("corpus")


def test_a_merged_corpus_keeps_to_its_parts(work: Path):
    _edit(work / "corpus", lambda m: m.update(runs=m["runs"] * 2))
    assert verify("corpus") == []
    spoil(work / "corpus")
    with pytest.raises(CorpusError, match="merged from 2 runs; repair those corpora and merge"):
        imusim.repair("corpus")


def test_a_corpus_that_no_run_made(tmp_path: Path):
    from corpus_clips import make_clip

    with CorpusWriter(tmp_path / "c", ("a", "b", "c"), 100.0, {"by": "hand"},
                      joints=("pelvis", "head", "neck")) as writer:  # fmt: skip
        writer.add(make_clip(1))
    spoil(tmp_path / "c", "shard-00000.h5")
    with pytest.raises(CorpusError, match="cannot be made again: unknown setting 'by'"):
        imusim.repair(tmp_path / "c")


def test_two_repairs_at_once(work: Path):
    spoil(work / "corpus")
    with locked(Path("corpus")), pytest.raises(CorpusError, match="another repair is at work"):
        imusim.repair("corpus")
    assert len(imusim.repair("corpus")) == 1


def test_what_a_stopped_repair_left_is_no_hindrance(work: Path):
    before = tree(work)
    shutil.copytree(work / "corpus", work / "corpus" / ".repair")
    (work / "corpus" / SHARD).rename(work / "corpus" / f".{SHARD}.partial")
    done = imusim.repair("corpus")
    assert tree(work) == before
    assert [repair.file.name for repair in done] == [SHARD]


def test_folders_where_files_should_be(work: Path):
    before = tree(work)
    for name in (SHARD, "manifest.json"):
        (work / "corpus" / name).unlink()
        (work / "corpus" / name).mkdir()
    (work / "corpus" / SHARD / "thesis.txt").write_text("years")
    imusim.repair("corpus")
    assert (work / "corpus.removed" / SHARD / "thesis.txt").read_text() == "years"
    shutil.rmtree(work / "corpus.removed")
    assert tree(work) == before


def test_foreign_files_never_replace_each_other(work: Path):
    for text in ("one", "two"):
        (work / "corpus" / "thesis.txt").write_text(text)
        imusim.repair("corpus")
    kept = sorted((work / "corpus.removed").iterdir())
    assert [path.name for path in kept] == ["thesis.txt", "thesis.txt.2"]
    assert [path.read_text() for path in kept] == ["one", "two"]


def test_from_within_the_corpus(work: Path, monkeypatch: pytest.MonkeyPatch):
    (work / "corpus" / "thesis.txt").write_text("years")
    monkeypatch.chdir(work / "corpus")
    imusim.repair(".")
    assert (work / "corpus.removed" / "thesis.txt").read_text() == "years"
    assert verify(".") == []


def test_both_manifests_lost(work: Path):
    for name in ("manifest.json", "manifest.backup.json"):
        (work / "corpus" / name).write_text("{}")
    with pytest.raises(CorpusError, match="make the corpus again"):
        imusim.repair("corpus")


@pytest.mark.parametrize("stored", [{}, {"store": "device", "codec": "gzip"}])
def test_devices_are_those_that_were_recorded(work: Path, stored: dict[str, str]):
    """Also where their files are gone, or say something else by now."""
    text = (
        'name = "{}"\n[gyroscope]\nrange = "200 deg/s"\nresolution = "0.01 deg/s"\n'
        'turn_on_bias = "{} deg/s"\n[accelerometer]\nrange = "16 g"\nresolution = "1 mg"\n'
    )
    for name, bias in (("a", 1), ("b", 2)):
        Path(f"{name}.toml").write_text(text.format(f"device {name}", bias))
    imusim.generate(
        "in", out="noisy", joints="wrists", shard_size_mb=0.01, overwrite=True,
        device=["right_wrist=a.toml", "left_wrist=b.toml", "left_wrist=mpu-6050"], **stored,
    ).close()  # fmt: skip
    before = tree(work / "noisy")
    spoil(work / "noisy")
    Path("a.toml").write_text(text.format("device a", 9))
    Path("b.toml").unlink()
    imusim.repair("noisy")
    assert tree(work / "noisy") == before


def test_the_command(work: Path):
    spoil(work / "corpus")
    (work / "corpus" / "thesis.txt").write_text("years")
    (work / "corpus" / "manifest.backup.json").unlink()
    lines = command("repair", cwd=work).stdout.splitlines()
    assert lines == [
        "corpus/thesis.txt: moved to corpus.removed/thesis.txt",
        "corpus/manifest.backup.json: written anew",
        f"corpus/{SHARD}: made again",
        "corpus: whole again (12 clips, 4 shards)",
    ]
    assert command("repair", cwd=work).stdout.startswith("corpus: OK, nothing to repair (12 clips")
    assert "no such folder" in fails("repair", "nowhere", cwd=work)
    shutil.rmtree(work / "in")
    spoil(work / "corpus")
    assert "PATH" in fails("repair", cwd=work)
