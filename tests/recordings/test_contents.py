"""``imusim recordings``, and the page that lists the datasets."""

import numpy as np
import pytest
from cli_runner import fails
from scipy.io import savemat
from tool_loader import load_tool

from imusim.commands.recordings import run_recordings
from imusim.errors import MotionError
from imusim.recordings import known_datasets
from imusim.recordings.contents import look_through


@pytest.fixture
def folder(tmp_path):
    """Three trials of two people, one of them broken."""
    for name, samples in (("a1_s1_t1", 101), ("a27_s2_t1", 51)):
        signals = np.tile([0.0, 0, 1, 0, 0, 90], (samples, 1))
        savemat(tmp_path / f"{name}_inertial.mat", {"d_iner": signals})
    (tmp_path / "a2_s1_t1_inertial.mat").write_bytes(b"MATLAB")
    return tmp_path


def test_what_is_in_a_folder(folder):
    told = []
    found = look_through("utd-mhad", folder, lambda done, total: told.append((done, total)))
    assert (found.recordings, found.paired, found.subjects) == (2, 0, {"1", "2"})
    assert found.seconds == pytest.approx(3.0)
    assert found.sensors == {"wrist": pytest.approx(2.0), "thigh": pytest.approx(1.0)}
    assert found.labels == {"a1": (1, pytest.approx(2.0)), "a27": (1, pytest.approx(1.0))}
    assert len(found.faults) == 1
    assert told[-1] == (3, 3)


def test_nothing_that_can_be_read(folder):
    for file in folder.glob("a[17]*"):
        file.unlink()
    for file in folder.glob("a27*"):
        file.unlink()
    with pytest.raises(MotionError, match="none of 1 can be read"):
        look_through("utd-mhad", folder)


def test_the_command(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    run_recordings(None, None)
    every = capsys.readouterr().out
    assert all(f"{name} " in every for name in known_datasets())
    run_recordings("utd-mhad", None)
    assert "squatting with both arms stretched out" in capsys.readouterr().out
    run_recordings("utd-mhad", ".")
    shown = capsys.readouterr()
    assert "2 recordings" in shown.out
    assert "right_elbow" in shown.out
    assert "note: no skeleton of this trial was found (of 2)" in shown.err
    assert "a2_s1_t1_inertial.mat: not a MATLAB 5 file" in shown.err


def test_the_commands_errors(tmp_path):
    assert "Did you mean 'utd-mhad'" in fails("recordings", "utd-mhat", cwd=tmp_path)


def test_the_page_lists_every_dataset():
    tool = load_tool("recordings_table")
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.page_with_tables(page) == page, "run python tools/recordings_table.py"
