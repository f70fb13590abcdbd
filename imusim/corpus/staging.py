"""The folder that a corpus is written into before it appears, whole, under its own name."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from pathlib import Path

from imusim.corpus.manifest import MANIFEST
from imusim.corpus.sink import interrupts_held_back
from imusim.errors import CorpusError

try:
    import fcntl
except ImportError:  # Windows has no flock; two runs into one folder are then not told apart
    fcntl = None

_OWN = re.compile(
    r"^(\.lock|manifest(\.backup)?\.json|\.manifest(\.backup)?\.json\.partial"
    r"|shard-\d{5,}\.h5|\.shard-\d{5,}\.h5\.partial)$"
)
_LOCK = ".lock"


def disk_error(place: Path, error: OSError) -> CorpusError:
    """Turn an error of the operating system into one line with a remedy."""
    remedies = {
        errno.ENOSPC: "; free some space or choose another folder",
        errno.EDQUOT: "; free some of the quota or choose another folder",
        errno.EFBIG: " (a limit on file size); use smaller shards or raise the limit",
        errno.EACCES: "; choose a folder that you may write to",
        errno.EPERM: "; choose a folder that you may write to",
        errno.EROFS: "; choose a folder that you may write to",
    }
    number = error.errno or 0
    reason = os.strerror(number) if number else first_line(error)
    return CorpusError(
        f"{place}: cannot write the corpus: {reason[:1].lower()}{reason[1:]}"
        f"{remedies.get(number, '')}"
    )


def first_line(error: BaseException) -> str:
    """First line of an error's message, or its name where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse
            os.fsync(handle)
    finally:
        os.close(handle)


class Staging:
    """A hidden folder beside the corpus's own, locked while a run writes to it.

    Where the corpus's folder is a mount point, or its parent cannot be written to, the hidden
    folder lies inside it, and the files move up when all are whole, the manifest last.

    Parameters
    ----------
    folder : Path
        Where the corpus shall appear.
    overwrite : bool
        Whether a corpus that is there may be replaced; it stays until the new one is whole.

    Raises
    ------
    CorpusError
        If the folder is in use, may not be replaced, or cannot be written to.
    """

    def __init__(self, folder: Path, overwrite: bool):
        self.given = folder
        try:
            self.folder = folder.resolve()
        except (OSError, RuntimeError) as error:
            raise CorpusError(f"{folder}: cannot be resolved: {error}") from error
        self._old = self.folder.parent / f".{self.folder.name}.old"
        self._lock: int | None = None
        self._made: list[Path] = []
        try:
            self._restore()
            self._check(overwrite)
            self.path = self._place()
            self._make()
        except BaseException as error:
            self.discard()
            if isinstance(error, OSError):
                raise disk_error(folder, error) from error
            raise

    def _restore(self) -> None:
        """Undo or finish a swap that a killed run left half-way."""
        if self._old.is_dir() and not self.folder.exists():
            self._old.rename(self.folder)

    def _check(self, overwrite: bool) -> None:
        self.path = self.folder  # until a place is chosen there is nothing to discard
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise CorpusError(f"{self.given}: is a file; choose a folder for the corpus")
        names = {p.name for p in self.folder.iterdir()} - {".partial"}
        if not names:
            return
        if not overwrite:
            raise CorpusError(
                f"{self.given}: the folder is not empty; choose another, or use --overwrite "
                "to replace the corpus in it"
            )
        strange = _strangers(self.folder)
        if strange or MANIFEST not in names:
            what = f"holds {strange[0]!r}" if strange else f"has no {MANIFEST}"
            raise CorpusError(
                f"{self.given}: will not be overwritten: it {what}, so it is not only a corpus; "
                "choose another folder"
            )

    def _place(self) -> Path:
        parent = self.folder.parent
        inside = self.folder.exists() and (
            self.folder.is_mount() or not os.access(parent, os.W_OK | os.X_OK)
        )
        return self.folder / ".partial" if inside else parent / f".{self.folder.name}.partial"

    def _make(self) -> None:
        missing = [p for p in self.path.parents if not p.exists()]
        for parent in reversed(missing):
            parent.mkdir(exist_ok=True)
            self._made.append(parent)
        self.path.mkdir(exist_ok=True)
        self._take_lock()
        strange = _strangers(self.path)
        if strange:
            self._release()
            raise CorpusError(
                f"{self.path}: left by an earlier run, but holds {strange[0]!r}; look at it and "
                "remove the folder"
            )
        for stale in self.path.iterdir():
            if stale.name != _LOCK:
                stale.unlink()

    def _take_lock(self) -> None:
        handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise CorpusError(
                    f"{self.given}: another run is writing this corpus; wait for it or choose "
                    "another folder"
                ) from None
            except OSError:
                pass  # a file system without locks
        self._lock = handle

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def discard(self) -> None:
        """Remove everything that this run has written; whatever was there before stays."""
        if self._lock is not None:
            with interrupts_held_back():
                shutil.rmtree(self.path, ignore_errors=True)
                self._release()
        for parent in reversed(self._made):
            with contextlib.suppress(OSError):
                parent.rmdir()

    def publish(self) -> None:
        """Give the corpus its own name, in place of the one that was there.

        Raises
        ------
        OSError
            If the file system refuses.
        """
        with interrupts_held_back():
            (self.path / _LOCK).unlink()
            sync_folder(self.path)
            if self.path.parent == self.folder:
                self._move_up()
            else:
                self._swap()
            self._release()
            sync_folder(self.folder.parent)

    def _swap(self) -> None:
        if not self.folder.exists():
            self.path.rename(self.folder)
            return
        if self._old.exists():
            shutil.rmtree(self._old)
        self.folder.rename(self._old)
        try:
            self.path.rename(self.folder)
        except BaseException:
            if not self.folder.exists():
                self._old.rename(self.folder)
            raise
        shutil.rmtree(self._old, ignore_errors=True)

    def _move_up(self) -> None:
        stale = [p for p in self.folder.iterdir() if p != self.path]
        for path in sorted(stale, key=lambda p: p.name != MANIFEST):
            path.unlink()
        for path in sorted(self.path.iterdir(), key=lambda p: p.name == MANIFEST):
            path.rename(self.folder / path.name)
        self.path.rmdir()
        sync_folder(self.folder)


def _strangers(folder: Path) -> list[str]:
    """Names in a folder that no corpus has, sorted; an inner hidden folder is looked at later."""
    return sorted(
        p.name
        for p in folder.iterdir()
        if not (_OWN.match(p.name) and p.is_file()) and not (p.name == ".partial" and p.is_dir())
    )
