"""UCI-HAR and GeoTec as recorded: gravity, rest, steps, who and what."""

from collections import Counter

import numpy as np
import pytest
from scipy.signal import welch

from imusim.recordings import find_recordings, get_dataset, read_recording
from imusim.recordings.resampling import even, labels_at
from imusim.recordings.stamps import taken_at

pytestmark = pytest.mark.usefixtures("shared")


@pytest.fixture(scope="module")
def uci(shared):
    refs = find_recordings("uci-har", shared / "data/uci-har")
    return [read_recording(ref) for ref in refs]


@pytest.fixture(scope="module")
def geotec(shared):
    refs = find_recordings("geotec", shared / "data/geotec")
    return [read_recording(ref) for ref in refs[::6]]


def _cadence_hz(norm, rate_hz):
    """Frequency of steps: the strongest between 1.2 and 2.8 Hz."""
    frequency, power = welch(norm - norm.mean(), rate_hz, nperseg=min(len(norm), 512), nfft=4096)
    band = (frequency > 1.2) & (frequency < 2.8)
    return frequency[band][power[band].argmax()]


def test_uci_har_people_and_activities(uci):
    assert len({recording.subject for recording in uci}) == 10
    assert Counter(recording.label for recording in uci) == dict.fromkeys(
        get_dataset("uci-har").labels, 10
    )


def test_uci_har_rest(uci):
    still = [r.sensors[0] for r in uci if r.label in ("STANDING", "SITTING", "LAYING")]
    gravity = [np.median(np.linalg.norm(s.accelerometer, axis=1)) for s in still]
    assert np.median(gravity) == pytest.approx(9.81, rel=0.04)
    assert max(abs(g / 9.81 - 1) for g in gravity) < 0.08
    rates = [np.abs(np.median(s.gyroscope, axis=0)).max() for s in still]
    assert np.median(rates) < 0.03
    up = [s.accelerometer.mean(axis=0) for r in uci if r.label == "STANDING" for s in r.sensors]
    assert {int(np.abs(mean).argmax()) for mean in up} == {0}  # as the layout says
    assert all(mean[0] > 8.5 for mean in up)


def test_uci_har_steps(uci):
    walks = [r.sensors[0] for r in uci if r.label == "WALKING"]
    cadence = [_cadence_hz(np.linalg.norm(s.accelerometer, axis=1), 50.0) for s in walks]
    assert 1.5 < np.median(cadence) < 2.2
    assert all(1.3 < hz < 2.4 for hz in cadence)


def test_geotec_people_labels_and_rest(geotec, shared):
    refs = find_recordings("geotec", shared / "data/geotec")
    assert len({ref.key.partition("_")[0] for ref in refs}) == 8
    assert len(refs) == 75
    assert {s.label for r in geotec for s in r.spans} == set(get_dataset("geotec").labels)
    still = []
    for recording in geotec:
        assert [sensor.name for sensor in recording.sensors] == ["phone", "watch"]
        for sensor in recording.sensors:
            seated = labels_at(recording, sensor.time_s) == "SEATED"
            norm = np.linalg.norm(sensor.accelerometer[seated], axis=1)
            assert np.median(norm) == pytest.approx(9.81, rel=0.04)
            still.append(np.quantile(np.linalg.norm(sensor.gyroscope[seated], axis=1), 0.2))
    assert np.median(still) < 0.1


def test_geotec_steps_on_an_even_grid(geotec):
    cadence = []
    for recording in geotec:
        watch = even(recording.sensors[1], 100.0, 0.0)
        walking = labels_at(recording, np.arange(len(watch.valid)) / 100) == "WALKING"
        assert watch.accelerometer is not None
        cadence.append(_cadence_hz(np.linalg.norm(watch.accelerometer[walking], axis=1), 100.0))
    assert 1.5 < np.median(cadence) < 2.2


def test_geotec_phone_hands_over_in_bursts_and_samples_evenly(geotec):
    """Its samples are 9.76 ms apart; its stamps are up to a tenth of a second late."""
    for recording in geotec:
        phone = recording.sensors[0]
        assert phone.accelerometer is not None
        taken_s, _ = taken_at(phone.time_s, phone.accelerometer)
        steps = np.diff(taken_s)
        assert np.median(steps) == pytest.approx(1 / 102.45, rel=0.003)
        assert (steps > 0.009).all()
        late = phone.time_s - taken_s
        assert late.min() > -0.001
        assert 0.02 < late.max() < 0.2


def test_bursts_put_right_let_the_signal_be_smooth(geotec):
    """At its stamps the signal has jumps that no thigh makes; where samples were taken it has none.

    Samples that wait are stamped nearly at once: there the signal seems to change far faster than
    it does within the evenly stamped ones.
    """
    for recording in geotec:
        phone = recording.sensors[0]
        assert phone.accelerometer is not None
        taken_s, _ = taken_at(phone.time_s, phone.accelerometer)
        steps = np.abs(np.diff(phone.accelerometer, axis=0)).max(axis=1)
        as_stamped = np.quantile(steps / np.diff(phone.time_s), 0.98)
        as_taken = np.quantile(steps / np.diff(taken_s), 0.98)
        assert as_taken < as_stamped / 3
