"""What a model is trained on: windows of corpora with all that is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController
from torch import Tensor

from imusim.conventions import JOINTS
from imusim.corpus import Corpus
from imusim.corpus.videos import VIDEOS, read_videos
from imusim.corpus.windows import Windows
from imusim.errors import CorpusError
from imusim.learn import poses
from imusim.learn.places import joints_of
from imusim.learn.poses import Poses

if TYPE_CHECKING:
    from imusim.learn.evaluation.real import RealWindows

MEMORY_BYTES = 4 * 10**9
"""Examples that take less are read once and kept."""
Ints = NDArray[np.int64]


@cache
def _threads() -> ThreadpoolController:
    """Resampling multiplies small matrices: threads, where others compute too, wait for ever."""
    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class Raw:
    """B windows of T samples of all S sensors of a corpus, as stored.

    Parameters
    ----------
    signals : (B, T, S, 6) float32 tensor
        Accelerometer, m/s², and gyroscope, rad/s, in sensor axes; zero behind the clip's end.
    valid : (B, T) bool tensor
    link_from_sensor : (B, S, 4) float32 tensor
        How each sensor was mounted, xyzw.
    joint : (B, S) int64 tensor
        Where it counts (:func:`imusim.learn.places.joints_of`): numbers of
        :data:`imusim.conventions.JOINTS`; UNKNOWN: nobody says; -1: no sensor.
    """

    signals: Tensor
    valid: Tensor
    link_from_sensor: Tensor
    joint: Tensor

    def __len__(self) -> int:
        return len(self.signals)

    def to(self, device: torch.device | str) -> Raw:
        """The same on another device."""
        parts = (self.signals, self.valid, self.link_from_sensor, self.joint)
        return Raw(*(part.to(device, non_blocking=True) for part in parts))


class Examples:
    """Windows of corpora, with captions by number, and of real recordings, which have none.

    Windows are longer than a model's, so that a training can shift and stretch time in them.

    Parameters
    ----------
    corpora : sequence of Corpus
        Their sensors may differ.
    length_s : float
        Of windows; shorter clips are padded.
    rate_hz : float
        See :class:`imusim.corpus.Windows`.
    stride_s : float, optional
        From a window to the next one of the clip; by default half a window.
    captioned : bool
        Whether clips without a caption are left out.
    recorded : sequence of RealWindows
        As long as windows are, and at their rate; they stand behind those of the corpora.
    motion : bool
        Whether the body's poses are read too; recordings have none.
    video : bool
        Whether what is made of videos is read too (:mod:`imusim.corpus.videos`).

    Attributes
    ----------
    texts : tuple of str
        The M different captions.
    captions : (N, K) int array
        Numbers of each window's captions; -1 where it has fewer than K.
    group : (N,) int array
        Windows with the same captions have the same: they are mutual positives.
    clip : (N,) int array
        Windows of one clip have the same.
    sources : (N,) str array
        Motion source and licence, which tell collections of one format apart.
    subjects, keys : (N,) str array
        The clips'.
    sensors : int
        S of :class:`Raw`: the most sensors of a corpus.
    stretch : (N,) int array
        Which embedding of a video each window has; -1: none.

    Raises
    ------
    CorpusError
        If no clip has a caption that is asked for, or one no poses, or no corpus embeddings of
        videos; if a signal is not finite; as :class:`imusim.corpus.Windows`.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        length_s: float,
        rate_hz: float,
        stride_s: float | None = None,
        captioned: bool = True,
        recorded: Sequence[RealWindows] = (),
        motion: bool = False,
        video: bool = False,
    ):
        self.rate_hz, self.length_s = rate_hz, length_s
        self._windows: list[Windows] = []
        for corpus in corpora:
            told = {key for key, text in corpus.captions() if text.strip()}
            keys = list(corpus.keys())
            mask = np.array([key in told or not captioned for key in keys], bool)
            if not mask.any():
                raise CorpusError(
                    f"{corpus.folder}: none of its {len(keys)} clips has a caption to learn from"
                )
            self._windows.append(
                Windows(
                    corpus, length_s, length_s / 2 if stride_s is None else stride_s,
                    rate_hz=rate_hz, clips=mask, short="pad", only_valid=False,
                    columns=("link_from_sensor", "source", "licence", "subject"),
                )
            )  # fmt: skip
        self._recorded = tuple(recorded)
        counts = [len(windows.sensors) for windows in self._windows]
        self.sensors = max([*counts, *(real.sensors.shape[1] for real in self._recorded)])
        self._ends = np.cumsum([0, *map(len, self._windows), *map(len, self._recorded)])
        self._joints = [
            np.array([JOINTS.index(joint) for joint in joints_of(windows.corpus)])
            for windows in self._windows
        ]
        self._describe()
        self.stretch = np.full(len(self), -1)
        self._videos = self._watched() if video else None
        room = len(self) * self.sensors * 6 * 4 * round(length_s * rate_hz)
        self._moving = motion
        if motion:
            room += len(self) * len(JOINTS) * 3 * 4 * poses.count(length_s)
        every = np.arange(len(self)) if room <= MEMORY_BYTES else None
        self._held = None if every is None else self._read(every)
        self._poses = self._posed(every) if motion and every is not None else None

    def __len__(self) -> int:
        return int(self._ends[-1])

    def read(self, numbers: Ints | Sequence[int]) -> Raw:
        """Windows by number."""
        if self._held is None:
            return self._read(np.asarray(numbers))
        chosen = torch.as_tensor(np.asarray(numbers))
        held = self._held
        return Raw(
            held.signals[chosen],
            held.valid[chosen],
            held.link_from_sensor[chosen],
            held.joint[chosen],
        )

    def motion(self, numbers: Ints | Sequence[int]) -> Poses | None:
        """How bodies move in windows, at 10 Hz; None unless it is read."""
        if not self._moving:
            return None
        if self._poses is None:
            return self._posed(np.asarray(numbers))
        return self._poses[torch.as_tensor(np.asarray(numbers))]

    @property
    def video_width(self) -> int:
        """D of :meth:`video`; 0 where it is not read."""
        return 0 if self._videos is None else self._videos.shape[1]

    def video(self, numbers: Ints | Sequence[int]) -> Tensor | None:
        """What is made of videos of windows, (B, D), zero where nothing; None unless it is read."""
        return None if self._videos is None else self._videos[self.stretch[np.asarray(numbers)]]

    def _watched(self) -> Tensor:
        """Embeddings of all corpora, and one of zeros behind them."""
        found: list[NDArray[np.float32]] = []
        for k, windows in enumerate(self._windows):
            folder, mine = windows.corpus.folder, slice(self._ends[k], self._ends[k + 1])
            videos = read_videos(folder, list(windows.corpus.keys()))
            if videos is None:
                continue
            wide = videos.embeddings.shape[1]
            if found and wide != found[0].shape[1]:
                raise CorpusError(
                    f"{folder / VIDEOS}: embeddings have {wide} numbers, and those of another "
                    f"corpus {found[0].shape[1]}; make all by one model"
                )
            near = videos.of(self.keys[mine].tolist(), self._start_s[mine].tolist(), self.length_s)
            self.stretch[mine] = np.where(near < 0, -1, near + sum(map(len, found)))
            found.append(videos.embeddings)
        if not found:
            raise CorpusError(
                f"{self._windows[0].corpus.folder / VIDEOS}: there is no such file, nor in another "
                "corpus; put embeddings of videos there, or leave video out of the modalities"
            )
        return torch.from_numpy(np.concatenate([*found, np.zeros_like(found[0][:1])]))

    def _posed(self, numbers: Ints) -> Poses:
        positions = np.zeros((len(numbers), poses.count(self.length_s), len(JOINTS), 3), np.float32)
        valid = np.zeros(positions.shape[:2], bool)
        part = np.searchsorted(self._ends, numbers, side="right") - 1
        for k, windows in enumerate(self._windows):
            mine = np.flatnonzero(part == k)
            start_s, keys = self._start_s[numbers[mine]], self.keys[numbers[mine]]
            positions[mine], valid[mine] = poses.read(
                windows.corpus, keys.tolist(), start_s.tolist(), self.length_s
            )
        return Poses(torch.from_numpy(positions), torch.from_numpy(valid))

    def _read(self, numbers: Ints) -> Raw:
        samples = round(self.length_s * self.rate_hz)
        signals = np.zeros((len(numbers), samples, self.sensors, 6), np.float32)
        valid = np.zeros((len(numbers), samples), bool)
        turned = np.zeros((len(numbers), self.sensors, 4), np.float32)
        turned[..., 3] = 1
        joint = np.full((len(numbers), self.sensors), -1, np.int64)
        part = np.searchsorted(self._ends, numbers, side="right") - 1
        for k, windows in enumerate(self._windows):
            mine, count = np.flatnonzero(part == k), len(windows.sensors)
            for some in np.array_split(mine, max(1, len(mine) // 512)):
                if not len(some):
                    continue
                with _threads().limit(limits=1, user_api="blas"):
                    batch = windows.batch(numbers[some] - self._ends[k])
                signals[some, :, :count] = batch.signals
                valid[some] = batch.valid
                turned[some, :count] = batch.columns["link_from_sensor"]
                joint[some, :count] = self._joints[k]
                if not np.isfinite(batch.signals).all():
                    bad = int(np.flatnonzero(~np.isfinite(batch.signals).all(axis=(1, 2, 3)))[0])
                    raise CorpusError(
                        f"{windows.corpus.folder}: clip {batch.key[bad]!r} holds signals that are "
                        "not finite; check the corpus with `imusim verify`"
                    )
        for k, real in enumerate(self._recorded, len(self._windows)):
            mine = np.flatnonzero(part == k)
            batch = real.batch[torch.from_numpy(numbers[mine] - self._ends[k])]
            count = batch.placement.shape[1]
            signals[mine, :, :count] = batch.signals.permute(0, 3, 1, 2).numpy()
            valid[mine] = batch.valid.numpy()
            joint[mine, :count] = np.where(batch.worn, batch.placement, -1)
        parts = (signals, valid, turned, joint)
        return Raw(*(torch.from_numpy(part) for part in parts))

    def _describe(self) -> None:
        texts: dict[str, int] = {}
        groups: dict[tuple[int, ...], int] = {}
        clips: dict[tuple[int, str], int] = {}
        rows: list[tuple[int, ...]] = []
        keys: list[str] = []
        sources: list[str] = []
        subjects: list[str] = []
        starts_s: list[float] = []
        self.group, self.clip = np.zeros((2, len(self)), np.int64)
        for k, windows in enumerate(self._windows):
            for window in windows.about():
                own = dict.fromkeys(text.strip() for text in window.captions if text.strip())
                row = tuple(texts.setdefault(text, len(texts)) for text in own)
                number = len(rows)
                rows.append(row)
                self.group[number] = groups.setdefault(tuple(sorted(row)), len(groups))
                self.clip[number] = clips.setdefault((k, window.key), len(clips))
                keys.append(window.key)
                sources.append(f"{window.columns['source']} {window.columns['licence']}".strip())
                subjects.append(str(window.columns["subject"]))
                starts_s.append(window.start_s)
        for real in self._recorded:
            first, more = len(rows), len(real)
            rows += [()] * more
            self.group[first:] = groups.setdefault((), len(groups))
            own = [clips.setdefault((-1, key), len(clips)) for key in real.groups.tolist()]
            self.clip[first : first + more] = own
            keys += real.groups.tolist()
            sources += [real.dataset] * more
            subjects += real.subjects.tolist()
        self.keys, self.sources = np.array(keys), np.array(sources)
        self._start_s = np.array(starts_s)
        self.subjects, self.texts = np.array(subjects), tuple(texts)
        self.captions = np.full((len(rows), max(1, *map(len, rows))), -1, np.int64)
        for number, row in enumerate(rows):
            self.captions[number, : len(row)] = row
