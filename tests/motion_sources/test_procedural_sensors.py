"""Procedural motion through the sensors and into a corpus."""

import numpy as np
import pytest
from cli_runner import imusim
from procedural_clips import clip

from body_models import get_body_model
from imusim.conventions import STANDARD_GRAVITY
from imusim.corpus import Corpus
from imusim.pipeline.clip import simulate_clip
from imusim.pipeline.config import GenerateConfig


@pytest.fixture(scope="module")
def body():
    return get_body_model("anthropometric").build()


@pytest.mark.parametrize(
    "name", ["standing", "sitting", "sitting-on-floor", "half-kneeling", "lying-on-back"]
)
def test_sensors_of_who_keeps_still_feel_gravity_and_breath(name, body):
    motion = clip(f"postures/{name}")[0]
    record = simulate_clip(motion, body, GenerateConfig())
    felt = np.linalg.norm(record.accelerometer, axis=-1)
    assert np.abs(felt - STANDARD_GRAVITY).max() < 0.6
    assert np.abs(felt.mean(axis=0) - STANDARD_GRAVITY).max() < 0.02
    chest = record.accelerometer[:, 9]
    assert chest.std(axis=0).max() > 1e-3  # alive
    assert np.sqrt((record.gyroscope**2).sum(axis=-1).mean()) < 0.2


@pytest.mark.parametrize(
    "name", ["arms/pouring", "gestures/pointing-up", "exercises/lunges", "floor/push-ups",
             "sports/boxing", "shapes/star"]
)  # fmt: skip
def test_the_pipeline_finds_nothing_wrong_with_it(name, body):
    quality = simulate_clip(clip(name)[0], body, GenerateConfig()).quality
    for number in ("jumps_per_min", "flips_per_min", "joint_limit_fraction", "gap_fraction"):
        assert quality[number] == 0, number
    assert not quality["foot_slide_m_s"] > 0.05
    assert quality["jitter_m"] < 0.002


def test_a_corpus_says_which_clips_are_procedural(tmp_path):
    imusim("generate", "--source", "procedural", "--count", 3, cwd=tmp_path)
    with Corpus(tmp_path / "corpus") as corpus:
        assert len(corpus) == 3
        assert [clip.source for clip in corpus] == ["procedural"] * 3
        assert all(len(clip.captions) >= 3 for clip in corpus)
