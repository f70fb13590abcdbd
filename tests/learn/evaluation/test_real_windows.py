"""Real recordings as windows: of signals in closed form, and of the recordings themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch
from made_recordings import at_rest, made_windows, recording, write_uci_har

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.errors import ConfigError, MotionError
from imusim.learn.batch import UNKNOWN
from imusim.learn.evaluation import load_protocol, load_real
from imusim.learn.evaluation import real as module
from imusim.learn.evaluation.stretches import Stretches, stretches_of
from imusim.learn.evaluation.upright import AXES, turn_to_z, up_axis

WALK, SIT = 2, 0
PROTOCOL = load_protocol("geotec")
DIRECTIONS = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.01)


def windows_of(monkeypatch, *recordings, protocol=PROTOCOL, **settings):
    """Windows of recordings in memory."""
    found = [s for one in recordings for s in stretches_of(one, protocol, 20.0)]
    monkeypatch.setattr(module, "read_stretches", lambda *_: Stretches(tuple(found), ()))
    return load_real("geotec", "nowhere", protocol, **settings)


@given(DIRECTIONS)
@settings(deadline=None)
def test_the_smallest_turn_that_takes_up_to_z(up):
    turn = turn_to_z(np.array(up))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1)
    unit = np.array(up) / np.linalg.norm(up)
    np.testing.assert_allclose(turn @ unit, [0, 0, 1], atol=1e-7)
    # A rotation's trace is 1 + 2 cos of its angle, and none with a smaller angle takes up to z.
    assert np.trace(turn) == pytest.approx(1 + 2 * unit[2], abs=1e-7)


def test_no_direction_has_no_turn():
    for nothing in ([0, 0, 0], [np.nan, 0, 1]):
        with pytest.raises(ConfigError, match="no direction"):
            turn_to_z(np.array(nothing, float))


def test_which_axis_is_up():
    force = np.array([[1.0, -8, 3], [np.nan, 0, 0], [2, -9, 3]])
    np.testing.assert_array_equal(up_axis("-x", force), [-1, 0, 0])
    np.testing.assert_array_equal(up_axis(["y", "-y"], force), [0, -1, 0])
    np.testing.assert_array_equal(up_axis(list(AXES), force), [0, -1, 0])
    mean = np.array([1.5, -8.5, 3])
    np.testing.assert_allclose(up_axis("gravity", force), mean / np.linalg.norm(mean))
    with pytest.raises(ConfigError, match="without an accelerometer"):
        up_axis("gravity", np.full((3, 3), np.nan))


@pytest.mark.parametrize("axis", list(AXES))
def test_upright_turns_gravity_at_rest_onto_z(axis, monkeypatch):
    rate = np.tile(AXES[axis] * 0.5, (1000, 1))
    one = recording(
        {"watch": (at_rest(AXES[axis]), rate)}, [(0, 20, "SEATED"), (20, 21, "WALKING")]
    )
    sensors = {"watch": PROTOCOL.sensors["watch"].model_copy(update={"up": "gravity"})}
    protocol = PROTOCOL.model_copy(update={"sensors": sensors})
    turned = windows_of(monkeypatch, one, protocol=protocol, mounting="upright")
    as_it_is = windows_of(monkeypatch, one, protocol=protocol)
    at = turned.batch.valid[0]
    want = torch.tensor([0, 0, STANDARD_GRAVITY, 0, 0, 0.5])
    torch.testing.assert_close(turned.batch.signals[0, 0][:, at].mean(dim=1), want)
    forward = torch.tensor(np.repeat([STANDARD_GRAVITY, 0.5], 3) * np.tile(AXES[axis], 2))
    torch.testing.assert_close(as_it_is.batch.signals[0, 0][:, at].mean(dim=1), forward.float())


def test_up_is_of_the_wearer_or_of_each_recording(monkeypatch):
    """A phone is put in the other way up: by its own mean each recording is turned rightly."""
    spans = [(0, 20, "SEATED")]
    both = [
        recording({"phone": (at_rest((0, sign, 0.2)), None)}, spans, key=f"r{sign}")
        for sign in (1.0, -1.0)
    ]
    walk = recording({"phone": (at_rest((0, 1, 0.2)), None)}, [(0, 20, "WALKING")], key="w")
    each = windows_of(monkeypatch, *both, walk, mounting="upright").batch.signals
    assert (each[:, 0, 2] > 9).all()
    wearer = PROTOCOL.sensors["phone"].model_copy(update={"per": "wearer"})
    protocol = PROTOCOL.model_copy(update={"sensors": {"phone": wearer}})
    together = windows_of(monkeypatch, *both, walk, protocol=protocol, mounting="upright")
    assert (together.batch.signals[:, 0, 2, 5] > 9).tolist() == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]


def test_long_stretches_are_cut_and_short_ones_padded(monkeypatch):
    ramp = np.arange(2000)[:, None] / 50 * np.ones(3)
    spans = [(0, 25, "WALKING"), (25, 28, "SEATED"), (28, 28.3, "TURNING"), (29, 39, "TURNING")]
    real = windows_of(monkeypatch, recording({"watch": (ramp, -ramp)}, spans))
    assert real.batch.signals.shape == (4, 1, 6, 200)
    assert [real.classes[k] for k in real.labels] == [
        "walking", "walking", "sitting", "turning around while walking",
    ]  # fmt: skip
    assert real.batch.valid.sum(dim=1).tolist() == [200, 200, 60, 200]
    assert real.batch.valid[2, :60].all()  # behind the end, not wrapped into it
    assert not real.batch.signals[2, :, :, 60:].any()
    for window, start_s in enumerate((0, 10, 25)):
        own = real.batch.signals[window, 0][:, real.batch.valid[window]]
        times = start_s + torch.arange(own.shape[1]) / 20
        torch.testing.assert_close(own[0, 5:-5], times[5:-5], atol=1e-3, rtol=0)
        torch.testing.assert_close(own[4, 5:-5], -times[5:-5], atol=1e-3, rtol=0)
    assert real.keys == ("k#0", "k#1", "k#2", "k#3")


def test_sensors_that_are_missing(monkeypatch):
    """Of one recording only the watch is there, of another the phone's gyroscope is not."""
    rest, still = at_rest((0, 0, 1), 500), np.zeros((500, 3))
    spans = [(0, 10, "SEATED")]
    broken = rest.copy()
    broken[:300] = np.nan  # for most of the window
    holed = rest.copy()
    holed[200:250] = np.nan
    real = windows_of(
        monkeypatch,
        recording({"watch": (rest, still)}, spans, key="a"),
        recording({"phone": (rest, None), "watch": (rest, still)}, spans, key="b"),
        recording({"phone": (broken, still), "watch": (rest, still)}, spans, key="c"),
        recording({"phone": (holed, still), "watch": (rest, still)}, [(0, 10, "WALKING")], key="d"),
    )
    assert real.sensors.tolist() == [
        ["watch", ""], ["phone", "watch"], ["watch", ""], ["phone", "watch"],
    ]  # fmt: skip
    assert real.batch.present.tolist() == [
        [[True, True], [False, False]], [[True, False], [True, True]],
        [[True, True], [False, False]], [[True, True], [True, True]],
    ]  # fmt: skip
    left = [JOINTS.index(joint) for joint in ("left_wrist", "left_hip")]
    assert real.batch.placement.tolist() == [
        [left[0], UNKNOWN], [left[1], left[0]], [left[0], UNKNOWN], [left[1], left[0]],
    ]  # fmt: skip
    assert real.batch.valid[:3].all()
    gap = ~real.batch.valid[3]
    assert gap[80:100].all()
    assert gap.sum() < 26
    assert not real.batch.signals[3, :, :, gap].any()
    assert torch.isfinite(real.batch.signals).all()
    told = real.without_placement()
    assert (told.batch.placement == UNKNOWN).all()
    assert real.batch.placement.min() < UNKNOWN
    only = windows_of(monkeypatch, recording({"watch": (rest, still)}, spans), sensors=["watch"])
    assert only.batch.placement.tolist() == [[left[0]]]


def test_what_cannot_be_asked_for(tmp_path):
    write_uci_har(tmp_path / "uci", people=(1,), seconds=4)
    with pytest.raises(ConfigError, match="no mounting 'down'"):
        load_real("uci-har", tmp_path / "uci", mounting="down")
    with pytest.raises(ConfigError, match="for geotec, not for uci-har"):
        load_real("uci-har", tmp_path / "uci", "geotec")
    with pytest.raises(ConfigError, match="no sensor 'hat'"):
        load_real("uci-har", tmp_path / "uci", sensors=["hat"])
    with pytest.raises(ConfigError, match="give them a length"):
        load_real("uci-har", tmp_path / "uci", window_s=0.001)
    with pytest.raises(MotionError, match="no such folder"):
        load_real("uci-har", tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MotionError, match="no recordings of uci-har"):
        load_real("uci-har", tmp_path / "empty")


def test_recordings_that_cannot_be_read_are_told(tmp_path):
    folder = write_uci_har(tmp_path / "uci", people=(1, 2), seconds=4)
    (folder / "WALKING" / "Subject_2.csv").write_text("broken\n1\n")
    real = load_real("uci-har", folder)
    assert len(real) == 5
    assert len(real.notes) == 1
    assert real.notes[0].startswith("2_WALKING: ")


def test_real_recordings(shared):
    """Of UCI-HAR gravity is along x as recorded, and along z upright; of whom stands or walks."""
    folder = shared / "data" / "uci-har"
    real = load_real("uci-har", folder)
    assert len(real.classes) == 6
    assert len(np.unique(real.subjects)) == 10
    assert set(real.batch.placement.flatten().tolist()) == {JOINTS.index("pelvis")}
    steady = np.isin(real.labels, [real.classes.index(n) for n in ("standing", "walking")])
    for mounting, axis in (("unknown", 0), ("upright", 2)):
        windows = load_real("uci-har", folder, mounting=mounting).take(steady)
        mean = windows.batch.signals[:, 0, axis].mean(dim=1)
        assert (mean > 8).all()
        assert mean.mean() == pytest.approx(STANDARD_GRAVITY, abs=0.5)


def test_windows_are_thinned_evenly():
    real = made_windows(people=3, each=20, classes=2)
    uneven = np.ones(len(real), bool)
    uneven[np.flatnonzero((real.subjects == "p0") & (real.labels == 0))[3:]] = False
    real = real.take(uneven)
    few = real.thinned(30)
    cells, counts = np.unique([f"{s} {k}" for s, k in zip(few.subjects, few.labels, strict=True)],
                              return_counts=True)  # fmt: skip
    assert dict(zip(cells, counts, strict=True)) == {
        "p0 0": 3, "p0 1": 5, "p1 0": 5, "p1 1": 5, "p2 0": 5, "p2 1": 5,
    }  # fmt: skip
    assert few.groups[few.subjects == "p2"][[0, -1]].tolist() == ["p2-40", "p2-59"]
    assert len(real.thinned(10**6)) == len(real)
