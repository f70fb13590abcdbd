"""A file beside the corpus that tells what happened while it was made, and when."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from imusim.corpus import Manifest
from imusim.corpus.manifest import Shard
from imusim.pipeline.agenda import Status
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.work import Receipt


class RunLog:
    """The log of a corpus: ``corpus.log`` beside ``corpus``.

    Every run adds to the log that is there. Where the folder above cannot be written to there is
    none, and a full disk does not stop a run because of its log.

    Parameters
    ----------
    folder : Path
        Of the corpus.
    """

    def __init__(self, folder: Path):
        self.path: Path | None = folder.parent / f"{folder.name}.log"
        self._new = not self.path.exists()
        try:
            self.path.open("a").close()
        except OSError:
            self.path = None

    def line(self, text: str) -> None:
        """Write a line with the time, in UTC."""
        if self.path is not None:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            with suppress(OSError), self.path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{now} {' '.join(text.split())}\n")

    def start(self, config: GenerateConfig, workers: int, status: Status) -> None:
        """Note where a run begins."""
        before = f", {status.clips:,} of them made before" if status.clips else ""
        where = f"Dask at {config.scheduler}" if config.backend == "dask" else "this machine"
        noun = "worker" if workers == 1 else "workers"
        self.line(f"started: {status.total:,} clips{before}, {workers} {noun} on {where}")

    def result(self, result: Receipt | Shard) -> None:
        """Note a piece or a shard that is whole."""
        if isinstance(result, Shard):
            self.line(f"{result.file}: {result.clips:,} clips, {result.bytes:,} bytes")
            return
        for skip in result.skipped:
            self.line(f"left out: {skip.key}: {skip.place}: {skip.reason}")
        self.line(f"piece {result.piece}: {len(result.keys)} clips made of {result.clips}")

    def remove(self) -> None:
        """Take a new log away with a run of which nothing is kept."""
        if self.path is not None and self._new:
            with suppress(OSError):
                self.path.unlink()

    def stop(self, error: BaseException, status: Status) -> None:
        """Note why a run ended before its end."""
        why = str(error) or type(error).__name__
        self.line(f"stopped after {status.clips:,} of {status.total:,} clips: {why}")

    def end(self, manifest: Manifest) -> None:
        """Note that the corpus is whole."""
        self.line(f"whole: {manifest.counts.clips:,} clips in {len(manifest.shards)} shards")
