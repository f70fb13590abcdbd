"""The stream as a corpus: clips of a minute, with what the model took each for as its caption."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, QUALITY
from imusim.corpus import ClipRecord, CorpusWriter
from imusim.corpus.layout import SHARD_SIZE_BYTES
from imusim.corpus.staging import Staging
from imusim.errors import ConfigError, CorpusError
from imusim.live.frames import Frames
from imusim.live.places import Stated, check_stated, joint_stored

CLIP_S = 60.0
ENGINE = "recorded"
"""Engine of clips that nothing simulated."""
SOMEWHERE = "pelvis"
"""The joint that a corpus names for a sensor of which nobody says where it is worn."""
LICENCE = "LicenseRef-own"


class LogWriter:
    """Writes frames into a corpus, as a context manager; it appears when the block ends.

    The sensors are those of the first frames; later ones are left out, and a note says so. Frames
    of which nothing is known are not stored: a clip ends there. Where a sensor alone is missing its
    signals are zero, the channel ``received`` is false for it, and the frame is not valid.

    Parameters
    ----------
    folder : Path or str
    rate_hz : float
    configuration : dict
        What was listened to, and with which settings.
    placement : str or mapping of str to str
        Where the sensor is worn, or by the sensors' names; by default as their names say.
    labels : sequence of str
        Of the probabilities that are given with frames.
    source : str
        What was listened to.
    clip_s : float
        Longest clip.
    overwrite : bool
    shard_size_bytes : int

    Raises
    ------
    ConfigError
        For a length out of range.
    CorpusError
        As :class:`imusim.corpus.CorpusWriter`.
    """

    def __init__(
        self,
        folder: Path | str,
        rate_hz: float,
        configuration: dict[str, Any],
        placement: Stated = "",
        labels: Sequence[str] = (),
        source: str = "live",
        clip_s: float = CLIP_S,
        overwrite: bool = False,
        shard_size_bytes: int = SHARD_SIZE_BYTES,
    ):
        if not 1 <= clip_s <= 3600:
            raise ConfigError(f"--clip is {clip_s:g}; it must be from 1 to 3600 s")
        self.folder = Path(folder)
        self.clips = 0
        self.notes: list[str] = []
        self._rate_hz, self._configuration = rate_hz, configuration
        check_stated(placement)
        self._placement, self._labels = placement, tuple(labels)
        self._source, self._overwrite = source, overwrite
        self._shard_size_bytes = shard_size_bytes
        self._most = max(round(clip_s * rate_hz), 1)
        self._writer: CorpusWriter | None = None
        self._sensors: tuple[str, ...] = ()
        self._joints: dict[str, str] = {}
        self._has = np.zeros((0, 2), bool)
        self._empty()

    def __enter__(self) -> LogWriter:
        Staging(self.folder, self._overwrite).discard()  # whether it can be written, before all
        return self

    def add(self, frames: Frames, told: Sequence[NDArray[np.float64] | None] = ()) -> None:
        """Store frames, with the probabilities (K,) that came with some of them.

        Raises
        ------
        CorpusError
            If the disk does not take them.
        """
        if self._writer is None:
            if not frames.present.any():
                return
            self._begin(frames.sensors)
        if frames.begins:
            self._finish_clip()
        values, present = self._own(frames)
        known = np.asarray(present.any(axis=(1, 2)))
        for k in range(len(frames)):
            if not known[k]:
                self._finish_clip()
                continue
            self._values.append(values[k])
            self._present.append(present[k])
            answer = told[k] if told else None
            if answer is not None:
                self._told.append(answer)
            if len(self._values) >= self._most:
                self._finish_clip()

    def _begin(self, sensors: tuple[str, ...]) -> None:
        self._sensors = sensors
        self._has = np.zeros((len(sensors), 2), bool)
        self._joints = {name: joint_stored(name, self._placement) for name in sensors}
        lost = [name for name, joint in self._joints.items() if not joint]
        if lost:
            self.notes.append(
                f"{', '.join(lost)}: nobody says where it is worn; the log has {SOMEWHERE}: state "
                "it with --placement"
            )
        self._writer = CorpusWriter(
            self.folder, sensors, self._rate_hz, self._configuration, self._overwrite,
            joints=[joint or SOMEWHERE for joint in self._joints.values()],
            devices=("unknown",), channels=("received",), shard_size_bytes=self._shard_size_bytes,
        )  # fmt: skip
        self._writer.__enter__()

    def _own(self, frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values and presence of the log's sensors."""
        if frames.sensors == self._sensors:
            return frames.values, frames.present
        late = [name for name in frames.sensors if name not in self._sensors]
        note = f"{', '.join(late)}: came after the log began, and is not in it; name all --sensors"
        if late and note not in self.notes:
            self.notes.append(note)
        values = np.zeros((len(frames), len(self._sensors), 6), np.float32)
        present = np.zeros((len(frames), len(self._sensors), 2), bool)
        for k, name in enumerate(self._sensors):
            if name in frames.sensors:
                at = frames.sensors.index(name)
                values[:, k], present[:, k] = frames.values[:, at], frames.present[:, at]
        return values, present

    def _empty(self) -> None:
        self._values: list[NDArray[np.float32]] = []
        self._present: list[NDArray[np.bool_]] = []
        self._told: list[NDArray[np.float64]] = []

    def _finish_clip(self) -> None:
        if not self._values or self._writer is None:
            self._empty()
            return
        values, present = np.stack(self._values), np.stack(self._present)
        self._has |= present.any(axis=0)
        whole = np.asarray((present | ~self._has).all(axis=(1, 2)))
        caption = self._labels[int(np.mean(self._told, axis=0).argmax())] if self._told else ""
        count = len(self._sensors)
        nowhere = np.zeros((0, len(JOINTS), 3))
        self._writer.add(
            ClipRecord(
                key=f"live/{self.clips:06d}", source="live", licence=LICENCE, file=self._source,
                file_sha256="", captions=(caption,) if caption else (), seed=0,
                accelerometer=values[..., :3], gyroscope=values[..., 3:], valid=whole,
                link_from_sensor=np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)),
                mounting_offset=np.zeros((count, 3)), mounting_slip=np.zeros((count, 3)),
                mounting_slip_time_s=np.ones(count), device=np.zeros(count, int),
                observed=np.array([bool(joint) for joint in self._joints.values()]),
                poses=nowhere, source_poses=nowhere, unobserved_axis=np.zeros((count, 3)),
                quality=dict.fromkeys(QUALITY, np.nan), mass_kg=70.0, engine=ENGINE,
                channels={"received": np.asarray(present.any(axis=2))},
            )
        )  # fmt: skip
        self.clips += 1
        self._empty()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is None:
            if error is None:
                raise CorpusError(f"{self.folder}: nothing was received, so there is no log")
            return
        try:
            if error is None:
                self._finish_clip()
        except BaseException as problem:
            self._writer.__exit__(type(problem), problem, problem.__traceback__)
            raise
        self._writer.__exit__(kind, error, trace)
