"""Embeddings of many windows with what is known of each, and which are nearest to a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import Corpus
from imusim.errors import ConfigError
from imusim.learn.use.corpora import CorpusWindows
from imusim.learn.use.encoder import BATCH, Encoder
from imusim.learn.use.recorded import RecordedWindows
from imusim.recordings import Recording
from imusim.recordings.resampling import labels_at

Floats = NDArray[np.float32]
BETWEEN = " | "
"""Stands between several captions of a window in a table."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """W windows as points.

    Parameters
    ----------
    embeddings : (W, E) array
        Unit vectors.
    keys : tuple of str
        Clip or recording of each.
    start_s : (W,) array
    labels : tuple of tuple of str
        Captions, or the label in the window's middle; empty where nothing is said.
    """

    embeddings: Floats
    keys: tuple[str, ...]
    start_s: NDArray[np.float64]
    labels: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.keys)

    def nearest(self, point: Floats, count: int = 5) -> list[tuple[int, float]]:
        """Numbers of the windows nearest to a unit vector (E,), and cosines, the nearest first."""
        if count < 1:
            raise ConfigError(f"the nearest {count}: ask for one at least")
        near = self.embeddings @ point
        order = np.argsort(-near, kind="stable")[:count]
        return [(int(k), float(near[k])) for k in order]

    def table(self) -> str:
        """CSV with a line a window, in the order of the embeddings."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("key", "start_s", "label"))
        for key, start, own in zip(self.keys, self.start_s, self.labels, strict=True):
            rows.writerow((key, f"{start:.6g}", BETWEEN.join(own)))
        return out.getvalue()


def embed_corpus(
    encoder: Encoder,
    corpus: Corpus,
    sensors: Sequence[str] | None = None,
    stride_s: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Embedded:
    """Embed all windows of a corpus.

    Parameters
    ----------
    encoder : Encoder
    corpus : Corpus
    sensors : sequence of str, optional
        All by default; models are trained on a few at a time.
    stride_s : float, optional
    progress : callable, optional
        ``progress(done, total)``, of windows.

    Raises
    ------
    ConfigError, CorpusError
        As :class:`imusim.corpus.Windows`.
    """
    windows = CorpusWindows(corpus, encoder.settings, sensors, stride_s)
    parts, done = [], 0
    for batch in windows.batches(BATCH):
        parts.append(encoder.encode(batch))
        done += len(batch)
        if progress is not None:
            progress(done, len(windows))
    about = list(windows.about())
    return Embedded(
        np.concatenate(parts),
        tuple(window.key for window in about),
        np.array([window.start_s for window in about]),
        tuple(window.captions for window in about),
    )


def embed_recording(encoder: Encoder, recording: Recording, windows: RecordedWindows) -> Embedded:
    """Embed windows of a recording, with the labels that it has itself."""
    middle = (windows.start_s + windows.end_s) / 2
    labels = labels_at(recording, middle).tolist()
    return Embedded(
        encoder.encode(windows),
        (recording.key,) * len(windows),
        windows.start_s,
        tuple((label,) if label else () for label in labels),
    )
