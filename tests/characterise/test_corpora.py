"""A corpus as a recording of many sensors."""

from dataclasses import replace

import numpy as np
import pytest
from corpus_clips import make_clip, write
from signals import N_ACC, N_GYRO, lying

from imusim.characterise import Settings, characterise, read_recordings
from imusim.errors import ConfigError, CorpusError

JOINTS = ("pelvis", "left_wrist")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    clips = []
    for number in range(2):
        clip = make_clip(number, joints=2, frames=3000)
        acc, gyro = zip(*(lying(3000, 100.0, 10 * number + k) for k in range(2)), strict=True)
        clips.append(
            replace(
                clip,
                accelerometer=np.stack(acc, axis=1).astype(np.float32),
                gyroscope=np.stack(gyro, axis=1).astype(np.float32),
                valid=np.arange(3000) != 1500,
            )
        )
    folder = tmp_path_factory.mktemp("corpora") / "corpus"
    write(folder, clips, 10**9, JOINTS)
    return folder


def test_all_or_some_sensors(corpus):
    assert len(read_recordings(corpus)) == 4
    (one,) = read_recordings(corpus, Settings(sensor="left_wrist", clip=_keys(corpus)[1]))
    assert one.name.endswith("left_wrist")
    report = characterise(corpus)
    assert len(report.stretches) == 8  # a frame that was not captured parts each
    rate = report.rate_hz
    for channel in report.channels:
        size = N_ACC if channel.kind == "accelerometer" else N_GYRO
        assert channel.fit.value[1] == pytest.approx(size * np.sqrt(100 / rate), rel=0.05)


def test_what_is_not_there(corpus):
    with pytest.raises(CorpusError, match="no clip"):
        characterise(corpus, Settings(clip="none"))
    with pytest.raises(CorpusError, match="no sensor"):
        characterise(corpus, Settings(sensor="left_ear"))
    with pytest.raises(ConfigError, match="states its units"):
        characterise(corpus, Settings(rate_hz=50.0))


def _keys(folder):
    from imusim import Corpus

    return list(Corpus(folder).keys())
