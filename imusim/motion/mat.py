"""One array of numbers out of a MATLAB file of version 5, bounded in memory.

Such a file is a head of 128 bytes and elements, each a type, a size and data, which may be
compressed. SciPy's reader trusts the sizes that a file states and restores objects; this one
reads dense real arrays and nothing else. The format: "MAT-File Format", MathWorks, 2019.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

Array = NDArray[np.float64]

LARGEST_FILE = 64_000_000
"""Bytes, of the file and of an element when unpacked."""

_HEAD = 128
_MOST_ELEMENTS = 1000
_NAMED_BY = 512
"""Bytes of an element in which its name must have come."""
_COMPRESSED, _MATRIX = 15, 14
_COMPLEX = 0x08
_NUMERIC_CLASSES = range(6, 16)
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
            13: "u8"}  # fmt: skip
"""Types of stored numbers; MATLAB stores whole doubles in few bytes."""


class _BrokenError(Exception):
    """What is wrong, in words."""


@dataclass(frozen=True)
class _Header:
    """What stands before a matrix's numbers."""

    name: str
    shape: tuple[int, ...]
    number_class: int
    complex: bool
    end: int


def first_name(file: Path) -> str:
    """Name of the first array in a file; empty if it is no such file."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_HEAD + 8 + 4096)
        order = _byte_order(data)
        kind, size, start = _tag(data, _HEAD, order)
        content = data[start : start + size]
        if kind == _COMPRESSED:
            content = _unpack(content, _NAMED_BY)
            kind, _, start = _tag(content, 0, order)
            content = content[start:]
        return _header(content, order).name if kind == _MATRIX else ""
    except (OSError, _BrokenError):
        return ""


def read_whole(file: Path) -> bytes:
    """A file's content. Raises MotionError if it cannot be read or is larger than 64 MB."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise MotionError(f"larger than {LARGEST_FILE / 1e6:.0f} MB", file)
        return file.read_bytes()
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None


def read_array(file: Path, data: bytes, name: str) -> Array:
    """The array of a name, as float64.

    Parameters
    ----------
    file : Path
        For messages.
    data : bytes
        The file's content.
    name : str

    Raises
    ------
    MotionError
        If there is no such array, or it is broken, too large, complex, sparse or no numbers.
    """
    if data[:8] == b"\x89HDF\r\n\x1a\n" or data[:10] == b"MATLAB 7.3":
        raise MotionError("a MATLAB 7.3 file; save it with '-v7'", file)
    try:
        order = _byte_order(data)
        for content in _matrices(data, order, name):
            return _numbers(content, _header(content, order), order)
    except _BrokenError as error:
        raise MotionError(str(error), file) from None
    raise MotionError(f"holds no array {name!r}", file)


def _byte_order(data: bytes) -> str:
    if len(data) >= _HEAD and data.startswith(b"MATLAB 5.0"):
        if data[124:128] == b"\x00\x01IM":
            return "<"
        if data[124:128] == b"\x01\x00MI":
            return ">"
    raise _BrokenError("not a MATLAB 5 file")


def _matrices(data: bytes, order: str, name: str) -> Iterator[bytes]:
    """Contents of the matrices of a name, unpacked."""
    at = _HEAD
    for _ in range(_MOST_ELEMENTS):
        if at >= len(data):
            return
        kind, size, start = _tag(data, at, order)
        at = start + size
        if at > len(data):
            raise _BrokenError("the file is cut short")
        content = data[start:at]
        if kind == _COMPRESSED:
            head = _unpack(content, _NAMED_BY)
            kind, size, start = _tag(head, 0, order)
            if kind != _MATRIX or _header(head[start:], order).name != name:
                continue
            if size > LARGEST_FILE:
                raise _BrokenError(f"{name!r} unpacks to {size / 1e6:,.0f} MB, too much")
            content = _unpack(content, start + size)[start:]
            if len(content) < size:
                raise _BrokenError(f"{name!r} is cut short")
        if kind == _MATRIX and _header(content, order).name == name:
            yield content


def _unpack(content: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, max(most, 1))
    except zlib.error:
        raise _BrokenError("the compressed data are damaged") from None


def _tag(data: bytes, at: int, order: str) -> tuple[int, int, int]:
    """Type, size and start of the element at a place; small ones hold both in four bytes."""
    if at + 8 > len(data):
        raise _BrokenError("the file is cut short")
    word, size = (int(x) for x in np.frombuffer(data, f"{order}u4", 2, at))
    if word >> 16:
        if word >> 16 > 4:
            raise _BrokenError("a small element states more than four bytes")
        return word & 0xFFFF, word >> 16, at + 4
    return word, size, at + 8


def _after(start: int, size: int) -> int:
    """Where the next element in a matrix begins: on a multiple of eight bytes."""
    return -(-(start + size) // 8) * 8


def _header(content: bytes, order: str) -> _Header:
    kind, size, start = _tag(content, 0, order)
    if kind != 6 or size != 8 or start + 8 > len(content):
        raise _BrokenError("a matrix without its flags")
    flags = int(np.frombuffer(content, f"{order}u4", 1, start)[0])
    kind, size, start = _tag(content, _after(start, size), order)
    if kind != 5 or size % 4 or not 4 <= size <= 32 or start + size > len(content):
        raise _BrokenError("a matrix without its size")
    shape = tuple(int(n) for n in np.frombuffer(content, f"{order}i4", size // 4, start))
    kind, size, start = _tag(content, _after(start, size), order)
    if kind not in (1, 2, 16) or size > 63 or start + size > len(content):
        raise _BrokenError("a matrix without its name")
    name = content[start : start + size].decode("ascii", "replace")
    return _Header(name, shape, flags & 0xFF, bool(flags >> 8 & _COMPLEX), _after(start, size))


def _numbers(content: bytes, header: _Header, order: str) -> Array:
    name = repr(header.name)
    if header.number_class not in _NUMERIC_CLASSES or header.complex:
        raise _BrokenError(f"{name} is no dense array of real numbers")
    kind, size, start = _tag(content, header.end, order)
    if kind not in _NUMBERS:
        raise _BrokenError(f"{name} holds no numbers")
    stored = np.dtype(order + _NUMBERS[kind])
    count = math.prod(header.shape)
    if min(header.shape) < 1 or count * stored.itemsize != size or start + size > len(content):
        raise _BrokenError(f"{name} states the shape {header.shape}; its data disagree")
    if 8 * count > LARGEST_FILE:
        raise _BrokenError(f"{name} holds {count:,} numbers, too many")
    values = np.frombuffer(content, stored, count, start).astype(float)
    return values.reshape(header.shape, order="F")
