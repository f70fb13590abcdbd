"""The folder that a corpus is written into before it appears, whole, under its own name."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from imusim.corpus.manifest import MANIFEST
from imusim.corpus.sink import interrupts_held_back
from imusim.errors import CorpusError

try:
    import fcntl
except ImportError:  # Windows has no flock; two runs into one folder are then not told apart
    fcntl = None

_LOCK = ".lock"
_INSIDE = ".partial"
_MOVING = ".moving"
RUN = "run.json"
"""In the hidden folder: what run it is of, whose parts lie in :data:`PARTS`."""
PARTS = "parts"


@dataclass(frozen=True)
class Kind:
    """What is written into a folder, and how it is known again.

    Parameters
    ----------
    noun : str
    marker : str
        The file without which the folder is not one of these; it appears last.
    own : Pattern
        Of the paths of its files, from the folder on; of its folders, with a slash at the end.
    """

    noun: str
    marker: str
    own: re.Pattern[str]


CORPUS = Kind(
    "corpus",
    MANIFEST,
    re.compile(
        r"manifest(\.backup)?\.json|\.manifest(\.backup)?\.json\.partial"
        r"|shard-\d{5,}\.h5|\.shard-\d{5,}\.h5\.partial"
        r"|run\.json|parts/|parts/(part|shard)-\d{5,}\.(h5|json|at)|(parts/)?\.[^/]*\.partial"
    ),
)


def disk_error(place: Path, error: OSError, noun: str = CORPUS.noun) -> CorpusError:
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
        f"{place}: cannot write the {noun}: {reason[:1].lower()}{reason[1:]}"
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


def lock(handle: int) -> bool:
    """Take an open file or folder for this process; false where another has it.

    Held until the handle is closed. On systems without locks nobody is kept out.
    """
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # a file system without locks
    return True


class Staging:
    """A hidden folder beside the corpus's own, locked while a run writes to it.

    Where the corpus's folder is a mount point, or its parent cannot be written to, the hidden
    folder lies inside it, and the files move up when all are whole, the marker last.

    Parameters
    ----------
    folder : Path
        Where the corpus shall appear.
    overwrite : bool
        Whether a corpus that is there may be replaced; it stays until the new one is whole.
    kind : Kind
        What is written, where it is not a corpus.
    keep : bool
        Whether to take up what a stopped run has left in the hidden folder.

    Raises
    ------
    CorpusError
        If the folder is in use, may not be replaced, or cannot be written to.
    """

    def __init__(self, folder: Path, overwrite: bool, kind: Kind = CORPUS, keep: bool = False):
        self.given = folder
        self._kind = kind
        try:
            self.folder = folder.resolve()
        except (OSError, RuntimeError) as error:
            raise CorpusError(f"{folder}: cannot be resolved: {error}") from error
        self._old = self.folder.parent / f".{self.folder.name}.old"
        self._lock: int | None = None
        self._made: list[Path] = []
        try:
            self._restore()
            self._check(overwrite, keep)
            self.path = self._place()
            self._make(overwrite, keep)
        except BaseException as error:
            self.release()
            if isinstance(error, OSError):
                raise disk_error(folder, error, kind.noun) from error
            raise

    def _restore(self) -> None:
        """Undo or finish a swap or a move that a killed run left half-way."""
        if self._old.is_dir() and not self.folder.exists():
            self._old.rename(self.folder)
        if (self.folder / _MOVING).is_dir():
            self._move_up(self.folder / _MOVING)

    def _check(self, overwrite: bool, keep: bool) -> None:
        self.path = self.folder  # until a place is chosen there is nothing to discard
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise CorpusError(f"{self.given}: is a file; choose a folder for the {self._kind.noun}")
        names = {p.name for p in self.folder.iterdir()} - {_INSIDE}
        if not names or (keep and (self.folder / _INSIDE / self._kind.marker).exists()):
            return
        if not overwrite:
            raise CorpusError(
                f"{self.given}: the folder is not empty; choose another, or use --overwrite "
                f"to replace the {self._kind.noun} in it"
            )
        strange = _strangers(self.folder, self._kind.own)
        if strange or self._kind.marker not in names:
            what = f"holds {strange[0]!r}" if strange else f"has no {self._kind.marker}"
            raise CorpusError(
                f"{self.given}: will not be overwritten: it {what}, so it is not only "
                f"{_a(self._kind.noun)}; choose another folder"
            )

    def _place(self) -> Path:
        parent = self.folder.parent
        inside = self.folder.exists() and (
            self.folder.is_mount() or not os.access(parent, os.W_OK | os.X_OK)
        )
        return self.folder / _INSIDE if inside else parent / f".{self.folder.name}.partial"

    def _make(self, overwrite: bool, keep: bool) -> None:
        missing = [p for p in self.path.parents if not p.exists()]
        for parent in reversed(missing):
            parent.mkdir(exist_ok=True)
            self._made.append(parent)
        self.path.mkdir(exist_ok=True)
        self._take_lock()
        strange = _strangers(self.path, self._kind.own)
        if strange:
            self._unlock()
            raise CorpusError(
                f"{self.path}: left by an earlier run, but holds {strange[0]!r}; look at it and "
                "remove the folder"
            )
        if keep and any((self.path / name).exists() for name in (RUN, self._kind.marker)):
            return
        if any((self.path / PARTS).glob("*.json")) and not overwrite:
            raise CorpusError(
                f"{self.given}: a run into this folder was stopped; go on with it with --resume, "
                "or start again with --overwrite"
            )
        self.wipe()

    def wipe(self) -> None:
        """Remove what is in the hidden folder."""
        for stale in self.path.iterdir():
            if stale.name != _LOCK:
                _remove(stale)

    def _take_lock(self) -> None:
        handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not lock(handle):
            os.close(handle)
            raise CorpusError(
                f"{self.given}: another run is writing this {self._kind.noun}; wait for it or "
                "choose another folder"
            )
        self._lock = handle

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def discard(self) -> None:
        """Remove everything that this run has written; whatever was there before stays."""
        if self._lock is not None:
            with interrupts_held_back():
                shutil.rmtree(self.path, ignore_errors=True)
                self._unlock()
        self._remove_parents()

    def release(self) -> None:
        """Leave what was written in the hidden folder, for a run that takes it up."""
        if self._lock is not None:
            with interrupts_held_back():
                if [p.name for p in self.path.iterdir()] == [_LOCK]:
                    shutil.rmtree(self.path, ignore_errors=True)
                self._unlock()
        self._remove_parents()

    def _remove_parents(self) -> None:
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
                self._clear()
                self.path.rename(self.folder / _MOVING)
                self._move_up(self.folder / _MOVING)
            else:
                self._swap()
            self._unlock()
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

    def _clear(self) -> None:
        """Remove what is in the way of the new files, the marker first."""
        stale = [p for p in self.folder.iterdir() if p != self.path]
        for path in sorted(stale, key=lambda p: p.name != self._kind.marker):
            _remove(path)

    def _move_up(self, inside: Path) -> None:
        """Move files from a folder inside to where they belong, the marker last."""
        for path in sorted(inside.iterdir(), key=lambda p: p.name == self._kind.marker):
            path.rename(self.folder / path.name)
        inside.rmdir()
        sync_folder(self.folder)


def remove_replaced(folder: Path) -> None:
    """Remove a corpus that another has replaced, if a killed run did not come to it."""
    old = folder.parent / f".{folder.name}.old"
    if folder.exists() and old.is_dir():
        shutil.rmtree(old, ignore_errors=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _strangers(folder: Path, own: re.Pattern[str]) -> list[str]:
    """Paths in a folder that are not its own, sorted; an inner hidden folder is looked at later."""
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        name += "/" if path.is_dir() else ""
        if not (own.fullmatch(name) or name == _LOCK or name.startswith(f"{_INSIDE}/")):
            found.append(name)
    return sorted(found)
