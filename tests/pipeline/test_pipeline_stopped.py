"""A run that is stopped and gone on with makes the corpus that an undisturbed one makes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_swings

from imusim import api, generate
from imusim.corpus import Corpus, verify
from imusim.errors import CorpusError
from imusim.motion import ClipRef
from imusim.pipeline import Inputs, Status, load_config
from imusim.pipeline import generate as run
from imusim.pipeline.config import GenerateConfig

SETTINGS = {
    "source": "procedural", "count": 10, "joints": "wrists", "rotations": "random:8",
    "rate_hz": 20.0, "shard_size_mb": 0.2, "workers": 1,
}  # fmt: skip
"""Pieces of two clips, eight draws of each, some clips a shard."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "corpus"
    corpus = generate(out=folder, **SETTINGS)
    assert len(corpus) == 80
    assert len(corpus.manifest.shards) > 3
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Stop:
    """Ends a run, as the keyboard does, once so many clips are done."""

    def __init__(self, clips: int):
        self._clips = clips

    def __call__(self, status: Status) -> None:
        if status.clips >= self._clips:
            raise KeyboardInterrupt


def stopped(folder: Path, clips: int, **settings: object) -> Path:
    """A run that was stopped; its hidden folder."""
    with pytest.raises(KeyboardInterrupt) as error:
        generate(out=folder, progress=Stop(clips), **(SETTINGS | settings))
    assert error.value.__notes__ == [f"{clips} of 10 clips are done and kept: go on with --resume"]
    assert not folder.exists()
    return folder.parent / f".{folder.name}.partial"


@pytest.mark.parametrize("clips", [2, 6, 10])
def test_the_bytes_are_those_of_an_undisturbed_run(tmp_path, undisturbed, clips):
    stopped(tmp_path / "corpus", clips)
    seen: list[Status] = []
    generate(out=tmp_path / "corpus", resume=True, progress=seen.append, **SETTINGS)
    assert seen[0].clips == clips
    assert contents(tmp_path / "corpus") == contents(undisturbed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "corpus.log"]
    log = (tmp_path / "corpus.log").read_text()
    assert f"stopped after {clips} of 10 clips" in log
    assert f"started: 10 clips, {clips} of them made before" in log
    assert "whole: 80 clips" in log


def test_the_bytes_do_not_depend_on_the_workers(tmp_path, undisturbed):
    generate(out=tmp_path / "corpus", **(SETTINGS | {"workers": 2}))
    assert contents(tmp_path / "corpus") == contents(undisturbed)


def test_damage_to_what_was_left_is_made_good(tmp_path, undisturbed):
    partial = stopped(tmp_path / "corpus", 8)
    parts = sorted((partial / "parts").glob("part-*.h5"))
    receipts = sorted((partial / "parts").glob("part-*.json"))
    parts[-1].write_bytes(parts[-1].read_bytes()[:-9])
    receipts[0].write_text(receipts[0].read_text()[:50])
    next(partial.glob("shard-*.h5")).write_bytes(b"torn")
    (partial / "parts" / ".part-000001.h5.1-2.partial").write_bytes(b"half")
    generate(out=tmp_path / "corpus", resume=True, **SETTINGS)
    assert contents(tmp_path / "corpus") == contents(undisturbed)


def test_what_was_stopped_is_not_thrown_away_unasked(tmp_path, undisturbed):
    stopped(tmp_path / "corpus", 4)
    with pytest.raises(CorpusError, match=r"was stopped; go on with it with --resume, or start"):
        generate(out=tmp_path / "corpus", **SETTINGS)
    seen: list[Status] = []
    generate(out=tmp_path / "corpus", overwrite=True, progress=seen.append, **SETTINGS)
    assert seen[0].clips == 0
    assert contents(tmp_path / "corpus") == contents(undisturbed)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 3}, "seed was 0, is 3"),
        ({"joints": "ankles"}, r'joints was \["wrists"\], is \["ankles"\]'),
        ({"count": 12}, "count was 10, is 12"),
    ],
)
def test_another_run_does_not_go_on_with_it(tmp_path, changes, told):
    stopped(tmp_path / "corpus", 2)
    with pytest.raises(CorpusError, match=told):
        generate(out=tmp_path / "corpus", resume=True, **(SETTINGS | changes))
    with pytest.raises(CorpusError, match=r"--resume"):
        generate(out=tmp_path / "corpus", **SETTINGS)


def test_a_whole_corpus_is_left_as_it_is(tmp_path, undisturbed):
    folder = tmp_path / "corpus"
    generate(out=folder, **SETTINGS)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = load_config(None, SETTINGS | {"out": folder, "resume": True})
    summary = api.prepare(again).run()
    assert summary.notes == ("the corpus was whole already: nothing was made",)
    assert summary.made_before_s == summary.motion_s
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    with pytest.raises(CorpusError, match="not empty"):
        generate(out=folder, resume=True, **(SETTINGS | {"seed": 1}))


def test_a_run_stopped_while_it_was_published_is_published(tmp_path, undisturbed):
    """Killed after the manifest was written: there is nothing left to make."""
    partial = tmp_path / ".corpus.partial"
    partial.mkdir()
    for name, data in contents(undisturbed).items():
        (partial / name).write_bytes(data)
    seen: list[Status] = []
    generate(out=tmp_path / "corpus", resume=True, progress=seen.append, **SETTINGS)
    assert seen == []
    assert contents(tmp_path / "corpus") == contents(undisturbed)
    assert not partial.exists()


def test_files_that_changed_meanwhile_are_told(tmp_path):
    """A piece that must be made again is not what it was: its clip is now longer."""
    folder = tmp_path / "corpus"
    partial = stopped(folder, 4, shard_size_mb=512.0)
    config = load_config(None, SETTINGS | {"out": folder, "resume": True, "shard_size_mb": 512.0})
    job = api.prepare(config)

    def changed(config: GenerateConfig) -> Inputs:
        inputs = api.make_inputs(config)
        return Inputs(lambda clip: inputs.read(job.clips[9]), inputs.body_for)

    (partial / "parts" / "part-000000.h5").unlink()
    with pytest.raises(CorpusError, match="not what it was when the run was stopped"):
        run(config, clips=job.clips, inputs=changed)


def test_a_clip_at_which_processes_die_is_left_out(tmp_path):
    """A crash of a library ends its process: the others are made, and the clip is told."""
    settings = SETTINGS | {"rotations": "none", "count": 24, "workers": 2, "out": tmp_path / "c"}
    config = load_config(None, settings)
    job = api.prepare(config)
    guilty = job.clips[18].key

    def deadly(config: GenerateConfig) -> Inputs:
        inputs = api.make_inputs(config)

        def read(clip: ClipRef):
            if clip.key == guilty:
                os.kill(os.getpid(), signal.SIGKILL)
            return inputs.read(clip)

        return Inputs(read, inputs.body_for)

    summary = run(config, clips=job.clips, inputs=deadly)
    assert [skip.key for skip in summary.skipped] == [guilty]
    assert "died 3 times while it was made" in summary.skipped[0].reason
    assert summary.clips == 23
    assert verify(tmp_path / "c") == []
    alone = generate(**(settings | {"out": tmp_path / "alone", "workers": 1}))
    for key in (job.clips[17].key, job.clips[19].key):
        made = Corpus(tmp_path / "c")[key].accelerometer
        np.testing.assert_array_equal(made, alone[key].accelerometer)


def test_paths_count_from_where_the_run_began(tmp_path, monkeypatch):
    """Workers that live on from an earlier run stand in another folder."""
    for number in range(20):
        write_swings(tmp_path / "in" / f"{number:02d}.bvh", cut=20 if number == 3 else None)
    generate(out=tmp_path / "before", **(SETTINGS | {"workers": 2, "rotations": "none"}))
    monkeypatch.chdir(tmp_path)
    corpus = generate("in", out="corpus", workers=2)
    assert len(corpus) == 19
    assert "in/03.bvh" in (tmp_path / "corpus.log").read_text()
    assert str(tmp_path) not in (tmp_path / "corpus.log").read_text()
