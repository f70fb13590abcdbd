"""Whatever goes wrong, nothing half-written is left and nothing good is lost."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from corpus_clips import JOINTS, make_clip, write

from imusim.conventions import QUALITY
from imusim.corpus import Corpus, CorpusWriter, verify
from imusim.errors import CorpusError

HERE = Path(__file__).parent


def tree(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])},
        capture_output=True,
        text=True,
        timeout=120,
    )


FULL = """
    import resource, signal, sys
    from corpus_clips import make_clip, write
    from imusim.errors import CorpusError
    folder, limit, overwrite = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        write(folder, (make_clip(n) for n in range(60)), 10**8, overwrite=overwrite)
    except CorpusError as error:
        print(error)
        sys.exit(3)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")
@pytest.mark.parametrize("limit", [0, 100, 3000, 50_000, 300_000, 1_000_000, 1_300_000, 1_500_000])
@pytest.mark.parametrize("overwrite", [False, True])
def test_disk_that_takes_no_more(tmp_path, limit, overwrite):
    if overwrite:
        write(tmp_path / "c", [make_clip(99)])
    before = tree(tmp_path)
    done = run(FULL, tmp_path / "c", limit, overwrite)
    assert done.returncode == 3, done.stderr
    assert "cannot write the corpus: file too large" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    assert tree(tmp_path) == before
    assert names(tmp_path) == (sorted(["c", *before]) if overwrite else [])


def test_no_space_left_on_device(tmp_path):
    """A real full disk: a file system of 1 MB, where this process may mount one."""
    code = """
        import os, sys
        from pathlib import Path
        from corpus_clips import make_clip, write
        from imusim.errors import CorpusError
        root = Path(sys.argv[1])
        for seed, size in enumerate((64, 300, 700, 1000, 1300)):
            place = root / str(size)
            place.mkdir()
            if os.system(f"mount -t tmpfs -o size={size}k none {place} 2>/dev/null"):
                sys.exit(77)
            try:
                write(place / "deep" / "c", (make_clip(n) for n in range(60)), 10**8)
            except CorpusError as error:
                print(error)
            print(sorted(place.rglob("*")))
    """
    done = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("may not mount a file system here")
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == 77:
        pytest.skip("may not mount a file system here")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert len(lines) == 10
    assert all("no space left on device" in line for line in lines[::2])
    assert lines[1::2] == ["[]"] * 5
    assert done.stderr == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, CorpusError])
def test_an_error_in_the_block_leaves_nothing(tmp_path, error):
    def clips():
        yield from (make_clip(n) for n in range(9))
        raise error("stop")

    with pytest.raises(error, match="stop"):
        write(tmp_path / "new" / "c", clips())
    assert names(tmp_path) == []


def test_an_error_of_the_source_is_not_laid_to_the_disk(tmp_path):
    with pytest.raises(FileNotFoundError), CorpusWriter(tmp_path / "c", JOINTS, 100.0, {}):
        (tmp_path / "nowhere").read_bytes()
    assert names(tmp_path) == []


def test_interrupts_at_any_moment(tmp_path):
    """Ctrl-C, at many times: the old corpus or the new one is there, whole, and nothing else."""
    code = """
        import hashlib, signal, sys, time
        from pathlib import Path
        from corpus_clips import make_clip, write
        root = Path(sys.argv[1])
        clips = [make_clip(n, frames=5000) for n in range(20)]
        def digest():
            return [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.glob("c/*"))]
        start = time.perf_counter()
        write(root / "c", clips, 10**6)
        whole = time.perf_counter() - start
        new = digest()
        write(root / "c", clips[:1], overwrite=True)
        old = digest()
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        stopped = 0
        for step in range(30):
            try:
                signal.setitimer(signal.ITIMER_REAL, whole * (step + 1) / 25)
                write(root / "c", clips, 10**6, overwrite=True)
            except KeyboardInterrupt:
                stopped += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            if digest() not in (old, new):
                sys.exit(f"step {step}: torn")
            if [p.name for p in root.iterdir()] != ["c"]:
                sys.exit(f"step {step}: {[p.name for p in root.iterdir()]}")
        print(stopped)
    """
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


def test_a_killed_run_leaves_nothing_under_the_name_and_is_cleaned_up(tmp_path):
    code = """
        import os, signal, sys
        from corpus_clips import make_clip, write
        def clips():
            yield from (make_clip(n) for n in range(9))
            os.kill(os.getpid(), signal.SIGKILL)
        write(sys.argv[1], clips(), overwrite=True)
    """
    write(tmp_path / "c", [make_clip(1)])
    before = tree(tmp_path / "c")
    assert run(code, tmp_path / "c").returncode != 0
    assert tree(tmp_path / "c") == before
    assert (tmp_path / ".c.partial").is_dir()
    write(tmp_path / "c", [make_clip(2)], overwrite=True)
    assert names(tmp_path) == ["c", "c/manifest.backup.json", "c/manifest.json", "c/shard-00000.h5"]
    assert Corpus(tmp_path / "c")[0].key == make_clip(2).key


def test_a_run_killed_between_the_two_renames(tmp_path):
    write(tmp_path / "c", [make_clip(1)])
    (tmp_path / "c").rename(tmp_path / ".c.old")
    with pytest.raises(CorpusError, match="--overwrite"):
        write(tmp_path / "c", [make_clip(2)])
    assert Corpus(tmp_path / "c")[0].key == make_clip(1).key


def test_a_stranger_in_a_stale_folder_is_kept(tmp_path):
    (tmp_path / ".c.partial").mkdir()
    (tmp_path / ".c.partial" / "thesis.txt").write_text("years")
    with pytest.raises(CorpusError, match=r"thesis\.txt"):
        write(tmp_path / "c", [make_clip(1)])
    assert (tmp_path / ".c.partial" / "thesis.txt").read_text() == "years"


def test_a_full_folder_is_refused(tmp_path):
    write(tmp_path / "c", [make_clip(1)])
    before = tree(tmp_path)
    with pytest.raises(CorpusError, match="--overwrite"):
        write(tmp_path / "c", [make_clip(2)])
    assert tree(tmp_path) == before


@pytest.mark.parametrize("corpus_first", [False, True])
def test_what_is_not_only_a_corpus_is_never_overwritten(tmp_path, corpus_first):
    folder = tmp_path / "c"
    folder.mkdir()
    if corpus_first:
        write(folder, [make_clip(1)])
    (folder / "thesis.txt").write_text("years")
    before = tree(tmp_path)
    with pytest.raises(CorpusError, match="will not be overwritten"):
        write(folder, [make_clip(2)], overwrite=True)
    assert tree(tmp_path) == before


def test_a_folder_of_shards_without_a_manifest_is_not_a_corpus(tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "shard-00000.h5").write_text("someone else's")
    with pytest.raises(CorpusError, match="has no manifest"):
        write(tmp_path / "c", [make_clip(2)], overwrite=True)


def test_a_file_and_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "f").write_text("x")
    with pytest.raises(CorpusError, match="is a file"):
        write(tmp_path / "f", [make_clip(1)])
    with pytest.raises(CorpusError, match="cannot write"):
        write(tmp_path / "f" / "c", [make_clip(1)])
    assert names(tmp_path) == ["f"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_parent_without_permission(tmp_path):
    (tmp_path / "p").mkdir(mode=0o500)
    with pytest.raises(CorpusError, match="permission denied"):
        write(tmp_path / "p" / "c", [make_clip(1)])


def test_an_empty_folder_and_a_link_are_used(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", [make_clip(1)])
    assert (tmp_path / "link").is_symlink()
    assert verify(tmp_path / "link") == []
    write(tmp_path / "link", [make_clip(2)], overwrite=True)
    assert verify(tmp_path / "real") == []
    assert names(tmp_path / "real") == ["manifest.backup.json", "manifest.json", "shard-00000.h5"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_mount_point_is_written_inside(tmp_path, monkeypatch, overwrite):
    folder = tmp_path / "c"
    folder.mkdir()
    if overwrite:
        write(folder, [make_clip(n) for n in range(8)])
    monkeypatch.setattr(Path, "is_mount", lambda self: self == folder)
    inode = folder.stat().st_ino
    before = tree(folder)
    with pytest.raises(CorpusError):
        write(folder, [make_clip(1), make_clip(1)], overwrite=overwrite)
    assert tree(folder) == before
    write(folder, [make_clip(1)], overwrite=overwrite)
    assert folder.stat().st_ino == inode
    assert names(tmp_path) == ["c", "c/manifest.backup.json", "c/manifest.json", "c/shard-00000.h5"]
    assert verify(folder) == []


def test_two_runs_into_one_folder(tmp_path):
    writer = CorpusWriter(tmp_path / "c", JOINTS, 100, {})
    with writer:
        with pytest.raises(CorpusError, match="another run is writing"):
            write(tmp_path / "c", [make_clip(1)])
        writer.add(make_clip(2))
    assert verify(tmp_path / "c") == []


def test_no_clips(tmp_path):
    with pytest.raises(CorpusError, match=r"no clip could be made.*bad\.bvh.*line 3"):
        write(tmp_path / "new" / "c", [])
    assert names(tmp_path) == []


BAD = {
    "the key is empty": {"key": ""},
    "character": {"key": "a\0b"},
    "UTF-8": {"captions": ("caf\udce9",)},
    "range of uint64": {"seed": -1},
    "mass is nan kg": {"mass_kg": float("nan")},
    "accelerometer holds": {"accelerometer": np.full((5, 3, 3), np.nan)},
    "gyroscope holds": {"gyroscope": np.full((5, 3, 3), 1e300)},
    "accelerometer has shape": {"accelerometer": np.zeros((5, 2, 3))},
    "gyroscope has shape": {"gyroscope": np.zeros((4, 3, 3))},
    "poses has shape": {"poses": np.zeros((2, 21, 3))},
    "no frames": {"valid": np.zeros(0, bool)},
    "unit length": {"link_from_sensor": np.zeros((3, 4))},
    "observed has shape": {"observed": np.zeros(4, bool)},
    "unobserved_axis has shape": {"unobserved_axis": np.zeros(3)},
    "neither of unit length": {"unobserved_axis": np.full((3, 3), 0.5)},
    "source_poses has shape": {"source_poses": np.zeros((2, 22, 3))},
    "beyond float32": {"source_poses": np.full((1, 22, 3), np.inf)},
    "should not have, the number 'flips_per_min'": {
        "quality": {name: 0.0 for name in QUALITY if name != "flips_per_min"}
    },
    "infinite": {"quality": dict.fromkeys(QUALITY, np.inf)},
}


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_clip_is_refused_and_leaves_no_trace(tmp_path, expected):
    good = make_clip(1)
    bad = dataclasses.replace(make_clip(4, frames=5), **BAD[expected])
    with CorpusWriter(tmp_path / "c", JOINTS, 100.0, {}) as writer:
        writer.add(good)
        with pytest.raises(CorpusError, match=expected):
            writer.add(bad)
        with pytest.raises(CorpusError, match="already"):
            writer.add(good)
    with CorpusWriter(tmp_path / "d", JOINTS, 100.0, {}) as writer:
        writer.add(good)
    assert tree(tmp_path / "c") == tree(tmp_path / "d")


def test_settings_that_make_no_sense(tmp_path):
    for joints, rate, configuration, size in (
        ((), 100, {}, 10), (("a", "a"), 100, {}, 10), (JOINTS, 0, {}, 10),
        (JOINTS, float("nan"), {}, 10), (JOINTS, 100, {"x": object()}, 10), (JOINTS, 100, {}, 0),
    ):  # fmt: skip
        with pytest.raises(CorpusError):
            CorpusWriter(tmp_path / "c", joints, rate, configuration, shard_size_bytes=size)
    assert names(tmp_path) == []


def test_names_that_are_not_utf8_can_be_skipped(tmp_path):
    with CorpusWriter(tmp_path / "c", JOINTS, 100, {"path": "caf\udce9"}) as writer:
        writer.skip("caf\udce9.bvh", "no")
        writer.add(make_clip(1))
    assert verify(tmp_path / "c") == []
