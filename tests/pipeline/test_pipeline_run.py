from pathlib import Path
from typing import Any

import numpy as np
import pytest

from body_models import get_body_model
from imusim.conventions import JOINTS, QUALITY
from imusim.corpus import ClipRecord, Corpus
from imusim.errors import ConfigError, MotionError
from imusim.motion import ClipRef, Provenance
from imusim.pipeline import GenerateConfig, Inputs, Status, generate, piece
from imusim.pipeline.sensors import SensorPlan


def record(key: str) -> ClipRecord:
    return ClipRecord(
        key=key, source="s", licence="MIT", file="f", file_sha256="0" * 64, captions=("walk",),
        seed=1, accelerometer=np.zeros((9, 22, 3)), gyroscope=np.zeros((9, 22, 3)),
        valid=np.ones(9, bool), link_from_sensor=np.tile([0.0, 0, 0, 1], (22, 1)),
        mounting_offset=np.zeros((22, 3)), mounting_slip=np.zeros((22, 3)),
        mounting_slip_time_s=np.ones(22), device=np.zeros(22, int), observed=np.ones(22, bool),
        poses=np.zeros((1, len(JOINTS), 3)), unobserved_axis=np.zeros((22, 3)),
        quality=dict.fromkeys(QUALITY, 0.0), source_poses=np.zeros((1, len(JOINTS), 3)),
        mass_kg=70.0,
    )  # fmt: skip


BODY = get_body_model("anthropometric").build()


class Named(str):
    """Stands for a motion: its name, and no stated shape."""

    shape = None
    provenance = Provenance("s", "MIT")


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips named after an exception raise it."""

    def fake(motion: Any, body: Any, config: GenerateConfig, plan: SensorPlan) -> list[ClipRecord]:
        faults = {
            "value": ValueError("bad\nshape"), "linalg": np.linalg.LinAlgError("singular"),
            "overflow": FloatingPointError("overflow"), "motion": MotionError("cut", "m.bvh", 7),
            "os": PermissionError(13, "Permission denied"), "bug": TypeError("a bug"),
        }  # fmt: skip
        if motion in faults:
            raise faults[motion]
        return [record(motion)]

    monkeypatch.setattr(piece, "simulate_draws", fake)


def start(out: Path, *keys: str, progress: Any = None):
    clips = [ClipRef("s", Path(f"in/{key}.bvh"), key) for key in keys]
    return generate(
        GenerateConfig(out=str(out)),
        clips=clips,
        inputs=lambda config: Inputs(lambda clip: Named(clip.key), lambda shape: BODY),  # type: ignore
        progress=progress,
    )


@pytest.mark.usefixtures("simulate")
def test_bad_clips_are_told_and_the_rest_is_made(tmp_path: Path):
    seen = []
    summary = start(
        tmp_path / "c", "a", "value", "linalg", "overflow", "motion", "os", "b",
        progress=seen.append,
    )  # fmt: skip
    assert summary.clips == 2
    assert [(s.place, s.reason) for s in summary.skipped] == [
        ("in/value.bvh", "clip could not be simulated: bad shape"),
        ("in/linalg.bvh", "clip could not be simulated: singular"),
        ("in/overflow.bvh", "clip could not be simulated: overflow"),
        ("m.bvh:7", "cut"),
        ("in/os.bvh", "cannot be read: Permission denied"),
    ]
    assert seen[0] == Status(0, 7, 0.0, 0)
    assert seen[-1] == Status(7, 7, 0.36, 5)
    corpus = Corpus(tmp_path / "c")
    assert list(corpus.keys()) == ["a", "b"]
    assert len(corpus.manifest.skipped) == 5
    assert summary.bytes == sum(f.stat().st_size for f in (tmp_path / "c").iterdir())


@pytest.mark.usefixtures("simulate")
def test_when_all_fail_nothing_is_written(tmp_path: Path):
    with pytest.raises(MotionError, match=r"no clip could be made: m\.bvh:7: cut \(and 1 more\)"):
        start(tmp_path / "c", "motion", "value")
    with pytest.raises(MotionError, match="there is no clip"):
        start(tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("simulate")
def test_a_bug_is_not_hidden(tmp_path: Path):
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*TypeError: a bug"):
        start(tmp_path / "c", "a", "bug")
    assert list(tmp_path.iterdir()) == []


def test_a_sensor_off_the_body_is_told_before_any_motion_is_read(tmp_path: Path):
    def never(clip: ClipRef):
        raise AssertionError(clip.key)

    with pytest.raises(ConfigError, match="off the segment of head"):
        generate(
            GenerateConfig(out=str(tmp_path / "c"), offset=(0, 0, 3), joints=("head",)),
            clips=[ClipRef("s", Path("a.bvh"), "a")],
            inputs=lambda config: Inputs(never, lambda shape: BODY),
        )
    assert not list(tmp_path.iterdir())
