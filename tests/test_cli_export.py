"""``imusim export`` as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from cli_runner import imusim
from corpus_clips import make_clip, write
from export_corpora import all_joints, few_sensors, with_forces

from imusim.cli import main
from imusim.conventions import JOINTS
from imusim.corpus import Corpus


@pytest.mark.parametrize("layout", ["unimts", "parquet", "webdataset"])
def test_a_corpus_becomes_a_folder_of_files(tmp_path, layout):
    all_joints(tmp_path / "corpus", keys=("walk", "run"))
    done = imusim("export", "--to", layout, cwd=tmp_path)
    out = tmp_path / f"corpus-{layout}"
    facts = json.loads((out / "export.json").read_text())
    assert (facts["format"], facts["clips"], facts["examples"]) == (layout, 2, 2)
    assert facts["licences"] == ["CC0-1.0"]
    assert (facts["use"], facts["commercial"]) == ("commercial use too", True)
    assert facts["sensors"] == list(JOINTS)
    assert "licences  CC0-1.0" in done.stdout
    assert done.stderr == ""


def test_sets_of_joints_channels_and_windows(tmp_path):
    with_forces(tmp_path / "felt")
    options = ("--channels", "contact,root_wrench", "--window", "0.25", "-j", "left_wrist,pelvis")
    imusim("export", "felt", "--to", "webdataset", "-o", "out", *options, cwd=tmp_path)
    facts = json.loads((tmp_path / "out/export.json").read_text())
    assert facts["channels"] == ["contact", "root_wrench"]
    assert facts["sensors"] == ["left_wrist", "pelvis"]
    assert facts["window_frames"] == 25
    all_joints(tmp_path / "all")
    imusim("export", "all", "--to", "parquet", "--sensors", "wrists", cwd=tmp_path)
    facts = json.loads((tmp_path / "all-parquet/export.json").read_text())
    assert facts["sensors"] == ["left_wrist", "right_wrist"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "parket"], "Did you mean 'parquet'?"),
        ([], "Missing option '--to'"),
        (["nothing", "--to", "parquet"], "nothing: no such folder"),
        (["--to", "unimts"], "none at left_hip; make one with --joints all"),
        (["--to", "parquet", "-j", "left_wirst"], "Did you mean 'left_wrist'?"),
        (["--to", "parquet", "--window", "0"], "a window of 0 s holds no frame"),
        (["--to", "parquet", "--shard-size", "nan"], "64MB"),
        (["--to", "parquet", "--shard-size", "0"], "is no size of a file"),
        (["--to", "parquet", "--channels", "contact"], "The corpus has none."),
        (["--to", "parquet", "--out", "corpus", "--overwrite"], "not only an export"),
        (["--to", "parquet", "--out", "file"], "is a file"),
        (["--to", "parquet", "--out", "file/deep"], "file/deep: cannot write the export"),
    ],
)
def test_bad_input_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, message):
    few_sensors(tmp_path / "corpus", count=2)
    (tmp_path / "file").write_text("mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["export", *arguments])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "file"]


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_the_keyboard_leaves_nothing_behind(tmp_path):
    clips = (make_clip(n, frames=5) for n in range(2000))
    write(tmp_path / "corpus", clips, shard_size_bytes=10**9)
    command = [sys.executable, "-c", "from imusim.cli import main; main()"]
    command += ["export", "--to", "webdataset"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".*/*.tar")):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (130, "error: interrupted\n")
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_what_is_exported_are_the_corpus_s_numbers(tmp_path):
    few_sensors(tmp_path / "corpus")
    done = imusim("export", "--to", "unimts", "-j", "right_ankle", cwd=tmp_path)
    assert done.stderr.splitlines()[0].startswith("note: without a caption")
    rows = (tmp_path / "corpus-unimts/clips.jsonl").read_text().splitlines()
    with Corpus(tmp_path / "corpus") as corpus:
        for row in map(json.loads, rows):
            nodes = np.load(tmp_path / f"corpus-unimts/sim/{row['name']}.npy")
            clip = corpus[row["key"]]
            assert row["frames"] == len(nodes) == (len(clip) - 1) // 5 + 1
            level = clip.signals(sensors=["right_ankle"]).accelerometer.mean(axis=(0, 1))
            assert np.abs(nodes[:, 7, :3].mean(axis=0) - level).max() < 3
