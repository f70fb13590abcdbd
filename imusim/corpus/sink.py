"""The file under HDF5 while it is written: failures of the disk and interrupts cannot tear it."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM")
    if hasattr(signal, name)
]


@contextlib.contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let the handlers of signals run after the block: an exception amid HDF5 would be its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers: dict[int, Any] = {}
    caught: list[tuple[int, Any]] = []
    try:
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, lambda *arguments: caught.append(arguments))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arguments in caught:
            handlers[arguments[0]](*arguments)


class Sink(io.RawIOBase):
    """A binary file that keeps the first error of the disk, and what came after it in memory.

    HDF5 cannot close a file whose last write failed, and brings the process down when it tries
    again at exit. Here it never sees a failure; whoever writes asks ``check``.
    """

    def __init__(self, path: Path):
        self._file = path.open("w+b", buffering=0)
        self._error: OSError | None = None
        self._unwritten: list[tuple[int, bytes]] = []
        self._at = 0
        self._end = 0

    def check(self) -> None:
        """Raise the first error that the disk gave."""
        if self._error is not None:
            raise self._error

    def _store(self, data: memoryview) -> None:
        self._file.seek(self._at)
        while data:
            data = data[self._file.write(data) or 0 :]

    def write(self, data: Any, /) -> int:
        """Write at the present place; always all of it, as far as HDF5 can tell."""
        view = memoryview(data).cast("B")
        if self._error is None:
            try:
                self._store(view)
            except OSError as error:
                self._error = error
        if self._error is not None:
            self._unwritten.append((self._at, bytes(view)))
        self._at += view.nbytes
        self._end = max(self._end, self._at)
        return view.nbytes

    def readinto(self, buffer: Any, /) -> int:
        """Read back, with what the disk did not take."""
        view = memoryview(buffer).cast("B")
        count = max(0, min(view.nbytes, self._end - self._at))
        view[:count] = bytes(count)
        try:
            self._file.seek(self._at)
            self._file.readinto(view[:count])
        except OSError as error:
            self._error = self._error or error
        for start, data in self._unwritten:
            low, high = max(start, self._at), min(start + len(data), self._at + count)
            if low < high:
                view[low - self._at : high - self._at] = data[low - start : high - start]
        self._at += count
        return count

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place."""
        self._at = offset + (0, self._at, self._end)[whence]
        return self._at

    def tell(self) -> int:
        """Give the present place."""
        return self._at

    def truncate(self, size: int | None = None, /) -> int:
        """Set the length."""
        self._end = self._at if size is None else size
        if self._error is None:
            try:
                self._file.truncate(self._end)
            except OSError as error:
                self._error = error
        return self._end

    def flush(self) -> None:
        """Do nothing: the file is not buffered."""

    def finish(self, durable: bool = False) -> None:
        """Close the file, which HDF5 must have done before; push its bytes to the disk if asked."""
        if self._file.closed:
            return
        try:
            if durable and self._error is None:
                os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            self._error = self._error or error
