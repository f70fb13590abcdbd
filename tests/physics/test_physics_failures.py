"""What cannot be simulated: told in a line, left out or made by the kinematic engine, as chosen."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_swings
from cli_runner import imusim
from physics_motions import Clip, at_rest, exact

from imusim.conventions import JOINTS
from imusim.corpus import Corpus, verify
from imusim.errors import ConfigError, MotionError
from imusim.math import rotations as rot
from imusim.physics import PhysicsSettings

LEFT_KNEE, LEFT_WRIST = 9, 51
"""Columns in the files of :func:`write_swings`: six of the hips, then three a joint."""


def _whirl(rate: float) -> Clip:
    """A trunk that turns at a constant rate on its legs, too fast for anybody."""
    root, rotations = at_rest()
    angle = rate * np.arange(len(root)) / 120.0
    rotations[:, JOINTS.index("spine1")] = rot.from_rotation_vector(np.outer(angle, [1.0, 0, 0]))
    return exact(root, rotations)


def test_a_motion_that_the_engine_loses_is_refused_in_one_line(engine):
    with pytest.raises(MotionError, match=r"(loses|strays).*(body|physics)") as caught:
        _whirl(140.0).simulated(engine)
    assert "\n" not in str(caught.value)


def _folder(path: Path, column: int) -> Path:
    """A good file and one of which a joint flips to and fro."""
    good = write_swings(path / "files" / "good.bvh")
    head, frames = good.read_text().split("Frame Time: 0.0166667\n")
    rows = [line.split() for line in frames.splitlines()]
    for row in rows[10::20]:
        row[column] = str(float(row[column]) + 180)
    frames = "\n".join(" ".join(row) for row in rows)
    good.with_name("bad.bvh").write_text(f"{head}Frame Time: 0.0166667\n{frames}\n")
    return path


def _generate(folder: Path, *options: str) -> str:
    """What is told of a run over the files, on one line; the corpus ``out`` must be sound."""
    done = imusim("generate", "files", *options, "-o", "out", cwd=folder)
    assert verify(folder / "out") == []
    return " ".join((done.stdout + done.stderr).split())


def test_a_clip_that_cannot_be_followed_is_left_out_and_named(tmp_path, engine):
    told = _generate(_folder(tmp_path, LEFT_KNEE), "--engine", engine)
    assert "left_knee turns by 180 degrees in one frame at 0.15 s" in told
    assert "--on-failure kinematic keeps such clips" in told
    with Corpus(tmp_path / "out") as corpus:
        assert [(clip.key, clip.engine) for clip in corpus] == [("good", engine)]
        assert [skipped.clip for skipped in corpus.manifest.skipped] == ["bad"]


def test_or_made_by_the_kinematic_engine_with_a_note(tmp_path, engine):
    options = "--engine", engine, "--on-failure", "kinematic", "--channels", "all"
    told = _generate(_folder(tmp_path, LEFT_WRIST), *options)
    assert "1 clip: the physics engine could not follow; the kinematic engine served" in told
    with Corpus(tmp_path / "out") as corpus:
        clips = {clip.key: clip for clip in corpus}
        assert {key: clip.engine for key, clip in clips.items()} == {
            "bad": "kinematic",
            "good": engine,
        }
        assert not clips["bad"].channel("contact").any()
        assert np.isnan(clips["bad"].channel("root_wrench")).all()
        assert np.isfinite(clips["good"].channel("root_wrench")).all()
        assert np.isnan(clips["bad"].quality["tracking_error_m"])
        assert clips["good"].quality["tracking_error_m"] < 0.005
        made = clips["bad"].accelerometer
    _generate(tmp_path, "--overwrite")
    with Corpus(tmp_path / "out") as plain:
        (kinematic,) = (clip for clip in plain if clip.key == "bad")
        np.testing.assert_array_equal(made, kinematic.accelerometer)


def test_what_no_sensor_reads_is_not_made_by_any_engine(tmp_path):
    """A knee's flip moves the ankle by 0.8 m in a frame; `verify` would refuse the corpus."""
    told = _generate(_folder(tmp_path, LEFT_KNEE), "--engine", "kinematic")
    assert "bad" in told
    assert "the capture leaps there" in told
    with Corpus(tmp_path / "out") as corpus:
        assert [clip.key for clip in corpus] == ["good"]


@pytest.mark.parametrize(("engine", "package"), [("bullet", "pybullet"), ("mujoco", "mujoco")])
def test_an_engine_that_is_not_installed_says_what_to_install(tmp_path, engine, package):
    write_swings(tmp_path / "good.bvh")
    script = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from imusim.cli import main\n"
        f"sys.argv = ['imusim', 'generate', 'good.bvh', '--engine', {engine!r}]\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert line.endswith(f"pip install 'imusim-toolkit[{engine}]'")
    assert done.returncode == 2
    assert not (tmp_path / "corpus").exists()


def test_no_engine_is_imported_before_it_is_asked_for():
    script = "import sys, imusim, imusim.physics; print({'pybullet', 'mujoco'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"


def test_an_engine_that_gives_up_leaves_no_file_behind(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MotionError):
        _whirl(60.0).simulated(engine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [{"engine": "ode"}, {"load_share": 1.1}, {"stiffness": 0.0}, {"rate_hz": float("nan")}],
    ids=str,
)
def test_settings_outside_their_range_are_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(ConfigError, match=name.replace("_", ".")):
        PhysicsSettings(**wrong)
