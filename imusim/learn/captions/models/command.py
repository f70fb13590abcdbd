"""A command that rephrases captions: whatever a shell can run."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from imusim.errors import ConfigError
from imusim.learn.captions.models.answers import AskFailed, lines_of

MOST_BYTES = 1_000_000
"""Of an answer; a command that says more is ended."""
_NOT_FOUND = 127
"""Exit status of shells."""


class CommandMaker:
    """Runs a command in a shell: a caption on standard input, each line of output a paraphrase.

    With ``batch`` above one it gets JSON lines ``{"caption": …, "most": …}``, and answers with
    JSON lines ``{"caption": …, "texts": […]}``, in any order. The environment variable
    ``IMUSIM_MOST`` says how many texts are wanted of each.

    Parameters
    ----------
    command : str
    timeout_s : float
        How long a run may take.
    batch : int
    name : str, optional
        By default the program's.

    Raises
    ------
    ConfigError
        If there is no command.
    """

    def __init__(
        self, command: str, timeout_s: float = 120.0, batch: int = 1, name: str | None = None
    ):
        if not command.strip():
            raise ConfigError("the paraphrase command is empty")
        self.command, self.timeout_s, self._batch = command, timeout_s, batch
        self._name = name or _program(command)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def name(self) -> str:
        """The program's name, without what may be secret."""
        return self._name

    @property
    def batch(self) -> int:
        """How many captions a run gets."""
        return self._batch

    def ask(self, captions: Sequence[str], most: int) -> Mapping[str, Sequence[str]]:
        """Run the command once; see :class:`imusim.learn.captions.models.Maker`."""
        if self._batch == 1:
            (caption,) = captions
            lines = lines_of(self._run(" ".join(caption.split()) + "\n", most))
            if not any(line.strip() for line in lines):
                raise AskFailed("the command said nothing")
            return {caption: lines}
        told = "".join(
            json.dumps({"caption": caption, "most": most}, ensure_ascii=False) + "\n"
            for caption in captions
        )
        return _by_caption(self._run(told, most).splitlines(), captions)

    def stop(self) -> None:
        """End all runs."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for run in running:
            _end(run)

    def _run(self, told: str, most: int) -> str:
        with tempfile.TemporaryFile() as given:
            given.write(told.encode("utf-8", "replace"))
            given.seek(0)
            with self._lock:
                if self._stopped:
                    raise AskFailed("stopped")
                run = subprocess.Popen(  # noqa: S602 - the user's own, typed for this
                    self.command,
                    shell=True,
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=os.environ | {"IMUSIM_MOST": str(most)},
                    start_new_session=True,  # so that all it starts can be ended with it
                )
                self._running.add(run)
            try:
                return self._answer(run)
            finally:
                _end(run)
                with self._lock:
                    self._running.discard(run)

    def _answer(self, run: subprocess.Popen[bytes]) -> str:
        answer, complaint = bytearray(), bytearray()
        readers = [
            threading.Thread(target=_read, args=(pipe, held, run), daemon=True)
            for pipe, held in ((run.stdout, answer), (run.stderr, complaint))
        ]
        for reader in readers:
            reader.start()
        try:
            status = run.wait(self.timeout_s)
        except subprocess.TimeoutExpired:
            raise AskFailed(f"no answer within {self.timeout_s:g} s") from None
        for reader in readers:
            reader.join(1.0)  # something that it left behind may hold the pipe open
        if max(len(answer), len(complaint)) > MOST_BYTES:
            raise AskFailed(f"the command says more than {MOST_BYTES / 1e6:g} MB")
        if status == 0:
            return answer.decode("utf-8", "replace")
        lines = complaint.decode("utf-8", "replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "")
        reason = f"exit status {status}" + (f": {' '.join(said.split())[:200]}" if said else "")
        if status == _NOT_FOUND:
            raise ConfigError(f"the paraphrase command cannot be run ({reason})")
        raise AskFailed(reason)


def _program(command: str) -> str:
    """The program that a command runs first."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    program = next((word for word in words if "=" not in word), "command")
    return Path(program).name[:60] or "command"


def _read(pipe: IO[bytes], held: bytearray, run: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while block := os.read(pipe.fileno(), 65536):
            held += block
            if len(held) > MOST_BYTES:
                _end(run)
                return


def _end(run: subprocess.Popen[bytes]) -> None:
    """End a run and all that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(run.pid, signal.SIGKILL)
        else:
            run.kill()


def _by_caption(lines: Sequence[str], captions: Sequence[str]) -> dict[str, list[str]]:
    """Answers by caption; other lines are passed over."""
    found: dict[str, list[str]] = {}
    for line in lines:
        try:
            held = json.loads(line)
            caption, texts = held["caption"], held["texts"]
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if caption in captions and isinstance(texts, list):
            found.setdefault(caption, []).extend(text for text in texts if isinstance(text, str))
    if not found:
        raise AskFailed('no line of its answer is {"caption": …, "texts": […]}')
    return found
