"""Arrays out of ``.npz`` and ``.npy`` files: bounded in memory, and no code is ever run."""

from __future__ import annotations

import io
import struct
import sys
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from imusim.errors import MotionError

MAX_BYTES = 2**28
"""Largest array that is unpacked, bytes, eight at least for each number: half an hour of whole
bodies at 120 Hz. Deflate can blow a file up a thousandfold."""

_MAX_HEAD = 2**16
"""Bytes looked at for the head of an npy file; NumPy writes 128."""

_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    RuntimeError,  # zipfile's word for a password
)
"""What zipfile and NumPy's header parser raise on damaged files."""


def npz_names(file: Path) -> frozenset[str] | None:
    """Names of the arrays in an npz file, from its table of contents; ``None`` if it has none."""
    try:
        with zipfile.ZipFile(file) as archive:
            return frozenset(n.removesuffix(".npy") for n in archive.namelist())
    except (OSError, *_BROKEN):
        return None


def read_npz(
    file: Path, wanted: Collection[str], max_bytes: int = MAX_BYTES
) -> dict[str, NDArray[Any]]:
    """Read the wanted arrays of an npz file, those that it has.

    Every header is checked before anything is allocated; arrays of Python objects, which only
    running code could restore, are refused.

    Parameters
    ----------
    file : Path
    wanted : collection of str
    max_bytes : int
        Largest array, unpacked and as float64.

    Returns
    -------
    dict of str to array
        Of numbers, booleans, text (``U``) or bytes (``S``); read-only.

    Raises
    ------
    MotionError
        If the file cannot be read, is no npz file, or a wanted array is damaged, too large or
        of Python objects.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            held = set(archive.namelist())
            return {
                name: _read_array(archive, name, file, max_bytes)
                for name in wanted
                if f"{name}.npy" in held
            }
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise MotionError(f"not a whole npz file: {reason}", file) from None


def _read_array(archive: zipfile.ZipFile, name: str, file: Path, max_bytes: int) -> NDArray[Any]:
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as stream:
        return _checked(stream, info.file_size, repr(name), file, max_bytes)


def npy_head(file: Path) -> tuple[tuple[int, ...], np.dtype[Any]] | None:
    """Shape and type that the head of an npy file states; ``None`` if it is no such file."""
    try:
        with file.open("rb") as stream:
            shape, _, dtype = _read_header(io.BytesIO(stream.read(_MAX_HEAD)))
    except (OSError, *_BROKEN):
        return None
    return shape, dtype


def read_npy(file: Path, max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """Read an npy file, as :func:`read_npz` reads the arrays of an npz file.

    Raises
    ------
    MotionError
        If the file cannot be read, is no npy file, is damaged, too large or of Python objects.
    """
    try:
        with file.open("rb") as stream:
            size = file.stat().st_size
            return _checked(stream, size, "the array", file, max_bytes)
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None


def _checked(stream: IO[bytes], size: int, name: str, file: Path, max_bytes: int) -> NDArray[Any]:
    """The array of an npy stream of so many bytes."""
    _check_size(name, size, file, max_bytes)
    try:
        shape, fortran_order, dtype = _read_header(stream)
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:60]
        raise MotionError(f"{name} is no whole array: {reason}", file) from None
    if dtype.hasobject:
        raise MotionError(
            f"{name} holds Python objects, which are not read; save it as numbers or text", file
        )
    if dtype.kind not in "biufUS":
        raise MotionError(f"{name} holds {dtype}, neither numbers nor text", file)
    if any(length < 0 for length in shape) or len(shape) > 8:
        raise MotionError(f"{name} has the shape {shape}", file)
    count = 1
    for length in shape:  # Python's integers: no overflow
        count *= length
    expected = count * dtype.itemsize
    if expected > size:
        raise MotionError(f"{name} is cut short", file)
    _check_size(name, count * 8, file, max_bytes)
    data = stream.read(expected)
    while len(data) < expected and (more := stream.read(expected - len(data))):
        data += more
    if len(data) != expected:
        raise MotionError(f"{name} is cut short", file)
    if dtype.itemsize == 0:  # empty text
        return np.zeros(shape, dtype) if count == 1 else np.zeros(0, dtype)
    if dtype.kind == "U":
        codes = np.frombuffer(data, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if (codes > sys.maxunicode).any():
            raise MotionError(f"{name} holds no text", file)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran_order else "C")


def _check_size(name: str, size: int, file: Path, max_bytes: int) -> None:
    if size > max_bytes:
        raise MotionError(
            f"{name} takes {size / 1e6:,.0f} MB; at most {max_bytes / 1e6:,.0f} MB are read", file
        )


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type at the head of an ``.npy`` stream."""
    version = npy.read_magic(stream)
    with warnings.catch_warnings():  # of Python 2's numbers and odd escapes in damaged heads
        warnings.simplefilter("ignore")
        if version == (1, 0):
            return npy.read_array_header_1_0(stream)
        if version == (2, 0):
            return npy.read_array_header_2_0(stream)
    raise ValueError(f"npy version {version} is unknown")
