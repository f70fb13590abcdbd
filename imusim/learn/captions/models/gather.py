"""Asks for the paraphrases of many captions and keeps what has come, whatever happens."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.corpus.paraphrases import PARAPHRASES, add_paraphrases, load_paraphrases
from imusim.errors import ConfigError, Interrupted
from imusim.learn.captions.models.answers import AskFailed, Maker, usable

KEEP_EVERY_S = 5.0
GIVE_UP_AFTER = 5
"""Failures in a row, without an answer between them."""

Progress = Callable[[int, int], None]
"""``progress(captions done, captions in all)``."""


@dataclass(frozen=True)
class Outcome:
    """What came of it, in captions and texts.

    Parameters
    ----------
    before : int
        Captions that this maker had answered already.
    answered : int
        Captions that were answered now.
    texts : int
        Paraphrases of these that are kept.
    refused : int
        Texts that tell another side, direction or count, or are too long.
    failed : tuple of (str, str)
        Captions without an answer, and why.
    """

    before: int
    answered: int
    texts: int
    refused: int
    failed: tuple[tuple[str, str], ...]


def gather_paraphrases(
    folder: Path | str,
    captions: Sequence[str],
    maker: Maker,
    *,
    most: int = 4,
    jobs: int = 1,
    again: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Ask about captions and add the answers to the file beside a corpus.

    Parameters
    ----------
    folder : Path or str
        Of the corpus.
    captions : sequence of str
    maker : Maker
    most : int
        How many paraphrases to ask for and to keep of each.
    jobs : int
        How many to ask at a time.
    again : bool
        Ask anew about captions that the maker has answered before; otherwise they are passed by,
        so that a run which was stopped goes on.
    progress : callable, optional

    Raises
    ------
    ConfigError
        If the maker cannot be asked, or fails time after time.
    CorpusError
        If the file cannot be read or written.
    Interrupted
        If the user stopped it. What had been answered is kept, here too.
    """
    if most < 1 or jobs < 1:
        raise ConfigError("at least one paraphrase, and one request at a time")
    held = {} if again else load_paraphrases(folder).by.get(maker.name, {})
    asked = [caption for caption in dict.fromkeys(captions) if caption not in held]
    run = _Run(Path(folder), maker, asked, most, min(jobs, len(asked)), progress)
    run.all()
    if run.failed and not run.answered:
        raise ConfigError(f"{maker.name} gave no answer: {run.failed[-1][1]}")
    before = len(dict.fromkeys(captions)) - len(asked)
    return Outcome(before, run.answered, run.texts, run.refused, tuple(run.failed))


class _Run:
    """Threads that ask, and one that keeps what they hear."""

    def __init__(
        self,
        folder: Path,
        maker: Maker,
        captions: Sequence[str],
        most: int,
        jobs: int,
        progress: Progress | None,
    ):
        self._folder, self._maker, self._most = folder, maker, most
        self._total, self._jobs = len(captions), jobs
        self._progress = progress or (lambda *_: None)
        self._open: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
        for start in range(0, len(captions), maker.batch):
            self._open.put(captions[start : start + maker.batch])
        self._heard: queue.SimpleQueue[tuple[Sequence[str], object]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._unkept: dict[str, tuple[str, ...]] = {}
        self._kept_at = time.monotonic()
        self.answered = self.texts = self.refused = 0
        self.failed: list[tuple[str, str]] = []

    def all(self) -> None:
        """Ask about all."""
        # Daemons: a request that hangs must not hold up the end of the process.
        for _ in range(self._jobs):
            threading.Thread(target=self._ask, daemon=True).start()
        try:
            self._listen()
        except KeyboardInterrupt:
            self._end()
            raise Interrupted(
                f"interrupted; {self.answered} captions are kept in {self._folder / PARAPHRASES}, "
                "and the same command goes on from there"
            ) from None
        except BaseException:
            self._end()
            raise
        self._keep()

    def _end(self) -> None:
        """Keep what has come, and have no more asked."""
        self._stop.set()
        self._maker.stop()
        self._keep()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                captions = self._open.get_nowait()
            except queue.Empty:
                return
            try:
                heard: object = self._maker.ask(captions, self._most)
            except AskFailed as error:
                heard = error
            except BaseException as error:  # whatever it is, the thread that listens must know
                self._stop.set()
                heard = error
            self._heard.put((captions, heard))

    def _listen(self) -> None:
        failures = done = 0
        while done < self._total:
            try:
                captions, heard = self._heard.get(timeout=0.2)  # so that an interrupt is noticed
            except queue.Empty:
                continue
            done += len(captions)
            if isinstance(heard, dict):
                failures = 0
                self._take(captions, heard)
            elif isinstance(heard, AskFailed):
                failures += 1
                self.failed += [(caption, str(heard)) for caption in captions]
                if failures >= GIVE_UP_AFTER and done < self._total:
                    raise ConfigError(
                        f"{self._maker.name} failed {failures} times in a row, at last with: "
                        f"{heard}; {self.answered} captions are kept"
                    )
            elif isinstance(heard, BaseException):
                raise heard
            if time.monotonic() - self._kept_at > KEEP_EVERY_S:
                self._keep()
            self._progress(done, self._total)

    def _take(self, captions: Sequence[str], answers: dict[str, Sequence[str]]) -> None:
        for caption in captions:
            if caption not in answers:
                self.failed.append((caption, "the answer leaves it out"))
                continue
            texts, refused = usable(caption, answers[caption], self._most)
            self._unkept[caption] = texts
            self.answered += 1
            self.texts += len(texts)
            self.refused += refused

    def _keep(self) -> None:
        if self._unkept:
            add_paraphrases(self._folder, self._maker.name, self._unkept)
            self._unkept = {}
        self._kept_at = time.monotonic()
