"""Real recordings beside motion: units, frames, times and counts are what they should be."""

from collections import Counter

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d
from scipy.spatial.transform import Rotation

import body_models
import motion_sources
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.math.gaps import whole_frames
from imusim.motion import ClipRef, Motion, ReadOptions
from imusim.recordings import TrackedPoses, find_recordings, get_dataset, read_recording
from imusim.recordings.datasets.leg_swing_body import tracked


@pytest.fixture(scope="module")
def body():
    return body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def at_rest(sensor, quietest=0.1):
    """Mean size of the specific force where the sensor turns least, m/s²."""
    turning = np.linalg.norm(sensor.gyroscope, axis=1)
    still = turning <= np.nanquantile(turning, quietest)
    return float(np.nanmean(np.linalg.norm(sensor.accelerometer[still], axis=1)))


def rates_of(turns, rate_hz):
    """Angular rates (T - 1, 3) of orientations (T, 4) in their own axes, rad/s."""
    world = Rotation.from_quat(turns)
    return (world[:-1].inv() * world[1:]).as_rotvec() * rate_hz


def test_utd_mhad(shared):
    folder = shared / "data" / "utd-mhad"
    refs = find_recordings("utd-mhad", folder)
    assert len(refs) == 646
    recordings = [read_recording(ref) for ref in refs[::7]]
    assert {r.subject for r in recordings} == set("123456")
    assert {r.label for r in recordings} == set(get_dataset("utd-mhad").labels)
    for recording in recordings:
        (sensor,) = recording.sensors
        assert sensor.name == ("wrist" if int(recording.label[1:]) <= 21 else "thigh")
        assert recording.motion_spans
        assert isinstance(recording.motion, ClipRef)
    rests = [at_rest(r.sensors[0]) for r in recordings]
    assert np.median(rests) == pytest.approx(STANDARD_GRAVITY, rel=0.04)
    assert any("end of its range" in note for r in recordings for note in r.notes)
    for recording in recordings[:3]:
        motion = motion_sources.read_clip(recording.motion, ReadOptions())
        assert motion.duration_s == pytest.approx(recording.sensors[0].time_s[-1], abs=0.02)


def test_utd_mhad_lies_beside_or_in_folders(shared, tmp_path):
    folder = shared / "data" / "utd-mhad"
    for part in ("Inertial/a5_s2_t3_inertial.mat", "Skeleton/a5_s2_t3_skeleton.mat"):
        (tmp_path / part.split("/")[1]).write_bytes((folder / part).read_bytes())
    (ref,) = find_recordings("utd-mhad", tmp_path)
    assert read_recording(ref).motion.path == tmp_path / "a5_s2_t3_skeleton.mat"
    (tmp_path / "a5_s2_t3_skeleton.mat").unlink()
    alone = read_recording(ref)
    assert alone.motion is None
    assert alone.notes == ("no skeleton of this trial was found",)


def test_broad(shared):
    recordings = [read_recording(r) for r in find_recordings("broad", shared / "data" / "broad")]
    assert len(recordings) == 5
    for recording in recordings:
        (sensor,), motion = recording.sensors, recording.motion
        assert isinstance(motion, TrackedPoses)
        turn, rate_hz = motion.world_from_tracked["imu"], sensor.rate_hz
        assert rate_hz == pytest.approx(285.714, abs=1e-3)
        whole = whole_frames(turn)
        world = Rotation.from_quat(turn[whole])
        up = world.apply(sensor.accelerometer[whole]).mean(axis=0)
        np.testing.assert_allclose(up, [0, 0, 9.81], atol=0.08)
        assert at_rest(sensor) == pytest.approx(9.81, rel=0.01)
        assert recording.label in get_dataset("broad").labels
        (span,) = recording.spans
        assert 60 < span.end_s - span.start_s < sensor.time_s[-1]


def test_the_gyroscope_of_broad_integrates_to_what_cameras_saw(shared):
    refs = find_recordings("broad", shared / "data" / "broad")
    recording = read_recording(next(r for r in refs if "fast_rotation" in r.key))
    (sensor,), motion = recording.sensors, recording.motion
    turn = motion.world_from_tracked["imu"]
    steps = round(sensor.rate_hz)
    errors = []
    for start in range(30 * steps, 90 * steps, steps):
        part = slice(start, start + steps + 1)
        if not whole_frames(turn[part]).all():
            continue
        middles = (sensor.gyroscope[part][1:] + sensor.gyroscope[part][:-1]) / 2
        found = Rotation.identity()
        for step in Rotation.from_rotvec(middles / sensor.rate_hz):
            found = found * step
        seen = Rotation.from_quat(turn[[start, start + steps]])
        way = np.linalg.norm(middles, axis=1).sum() / sensor.rate_hz
        errors.append((found.inv() * seen[0].inv() * seen[1]).magnitude() / way)
    assert len(errors) > 20
    assert np.median(errors) < 0.01


def test_leg_swing(shared, body):
    folder = shared / "data" / "leg-swing"
    (ref,) = find_recordings("leg-swing", folder)
    recording = read_recording(ref)
    motion = recording.motion
    assert isinstance(motion, Motion)
    moved = retarget(motion, body)
    poses = tracked(folder / "swing_6D.tsv")
    assert [s.name for s in recording.sensors] == ["thigh", "shin", "foot"]
    for sensor, joint in zip(recording.sensors, ("hip", "knee", "ankle"), strict=True):
        assert sensor.time_s[-1] == pytest.approx(motion.duration_s)
        link = JOINTS.index(f"right_{joint}")
        position, turn = poses[sensor.name]
        whole = moved.valid & whole_frames(position)
        links = Rotation.from_quat(moved.world_from_link[whole, link])
        body_turn = Rotation.from_quat(turn[whole])
        mounted = links.inv() * body_turn
        assert (mounted * mounted.mean().inv()).magnitude().max() < np.deg2rad(5)
        found = moved.positions[whole, link] + links.apply(sensor.offset)
        apart = found - position[whole]
        assert np.abs(apart - apart.mean(axis=0)).max() < 0.02
        run = np.flatnonzero(whole)[:850]
        both = rates_of(turn[run], sensor.rate_hz), sensor.gyroscope[run][1:]
        seen, real = (np.linalg.norm(uniform_filter1d(x, 16, axis=0), axis=1) for x in both)
        assert np.corrcoef(seen, real)[0, 1] > 0.98
        assert seen.mean() == pytest.approx(real.mean(), rel=0.1)


def test_gaitmap(shared, body):
    refs = find_recordings("gaitmap", shared / "data" / "gaitmap")
    recordings = {ref.key: read_recording(ref) for ref in refs}
    assert list(recordings) == ["walk", "stairs-up", "stairs-down"]
    for recording in recordings.values():
        assert recording.label == recording.key
        for sensor in recording.sensors:
            assert at_rest(sensor) == pytest.approx(STANDARD_GRAVITY, rel=0.05)
            assert 3 < np.percentile(np.linalg.norm(sensor.gyroscope, axis=1), 99) < 15
    assert [r.motion is not None for r in recordings.values()] == [True, False, False]
    walk = recordings["walk"]
    moved = retarget(walk.motion, body)
    assert Counter(moved.valid.tolist())[False] == 0
    for sensor in walk.sensors:
        assert np.median(sensor.accelerometer[:, 2]) == pytest.approx(9.5, abs=0.5)
        foot = JOINTS.index(sensor.name.removesuffix("sensor") + "ankle")
        rates = np.linalg.norm(rates_of(moved.world_from_link[:, foot], 100.0), axis=1)
        at = (np.arange(len(rates)) + 0.5) / 100
        real = np.interp(at, sensor.time_s, np.linalg.norm(sensor.gyroscope, axis=1))
        assert np.corrcoef(rates, real)[0, 1] > 0.95
