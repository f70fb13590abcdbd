"""The measurements of ``tools/physics.py`` on two bundled clips."""

import importlib

import numpy as np
import pytest
from tool_loader import TOOLS, load_tool

from imusim.physics import PhysicsSettings

pytest.importorskip("pybullet")


@pytest.fixture(scope="module")
def tool():
    return load_tool("physics_clips")


@pytest.fixture(scope="module")
def chosen(tool):
    return {c.key: c for c in tool.clips(None, True, []) if c.key in ("walk", "jump")}


def test_correlation_sees_no_means(tool):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 4, 3))
    shifted = values + rng.normal(size=(4, 3))
    assert tool.correlation(values, 3 * shifted) == pytest.approx(1.0)
    assert abs(tool.correlation(values, rng.normal(size=values.shape))) < 0.1
    assert np.isnan(tool.correlation(values[:3], values[:3]))


@pytest.mark.parametrize("engine", ["bullet", "mujoco"])
def test_clips_are_followed(tool, chosen, engine):
    pytest.importorskip(engine.replace("bullet", "pybullet"))
    for key, clip in chosen.items():
        (row,) = tool.measure(clip, [engine], PhysicsSettings(engine=engine))
        assert not row["failure"], key
        assert row["rmse_cm"] <= 0.5
        assert row["p95_cm"] <= 1.0
        assert row["nan"] == 0
        assert row["upper"] >= 0.99
        assert row["off_reference_mm"] <= 0.1
        assert row["off_most_vertical"] == 0
        # Newton's second law, by the centre of mass as the sensors' trajectory has it.
        assert row["newton_rms"] <= 0.05
        if key == "jump":
            assert row["flights"]
            assert all(touching == 0 for _, touching, _ in row["flights"])


def test_engines_agree(tool, chosen):
    pytest.importorskip("mujoco")
    both = tool.measure(chosen["walk"], ["bullet", "mujoco"], PhysicsSettings())[-1]
    assert both["engine"] == "both"
    assert both["off_apart_mm"] <= 0.1
    assert min(both["off_upper"], both["off_ankles"], both["off_gyro"]) >= 0.999
    assert both["upper"] >= 0.99


def test_a_swinging_leg_is_far_from_contact(tool, chosen):
    clip = chosen["walk"]
    done = tool.simulate(clip.moved, clip.fit(False))
    time_s = np.arange(0, done.trajectory.end_s, 0.01)
    for leg, swings in zip(tool.LEGS, tool.swinging(done, time_s), strict=True):
        touches = np.flatnonzero(done.contact[:, leg].any(axis=1)) / done.rate_hz
        apart = np.abs(time_s[:, None] - touches).min(axis=1)
        assert np.array_equal(swings, apart > tool.AROUND_CONTACT_S)
        assert 0.05 < swings.mean() < 0.8


def test_tables(tool, chosen, capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    tables = importlib.import_module("physics_tables")
    rows = tool.measure(chosen["walk"], ["bullet"], PhysicsSettings())
    rows += [replace_key(rows[0], "lost", failure="it runs away")]
    tables.report(rows, ["bullet"])
    told = capsys.readouterr().out
    assert "| bullet | all | 1 of 2 |" in told
    assert "lost: it runs away" in told


def replace_key(row, key, **changes):
    return {name: row[name] for name in ("group", "engine", "seconds")} | {"key": key} | changes
