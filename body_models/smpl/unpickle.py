"""Arrays out of the pickles in which SMPL's publishers hand out models; no code is ever run.

A pickle names what is to be called to restore it. Here every such name must be in a short
table, and stands for an inert box that keeps what it is given; arrays are put together from
the boxes afterwards, by this module. Any other name is refused.
"""

from __future__ import annotations

import io
import pickle
import re
import struct
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from body_models.smpl.boxes import (
    BOXES,
    Array,
    Box,
    Buffer,
    Chumpy,
    Columns,
    Dtype,
    Select,
    Sparse,
)
from imusim.errors import ConfigError

MAX_BYTES = 2**30
"""Largest pickle that is read, bytes."""
MAX_DENSE_BYTES = 2**27
"""Largest array that is made of a sparse one, bytes: 55 joints by 300,000 vertices."""


class _Unpickler(pickle._Unpickler):
    """The interpreter written in Python: its memory grows with the file, whatever that says."""

    read: Callable[[int], bytes]
    append: Callable[[object], None]
    pop_mark: Callable[[], list[Any]]
    stack: list[Any]

    def find_class(self, module: str, name: str) -> type[Box]:
        """Look a name up in the table."""
        try:
            return BOXES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}, which could run code; only arrays are read"
            ) from None

    def load_bytearray8(self) -> None:
        """Read before anything is allocated, unlike the original."""
        (size,) = struct.unpack("<Q", self.read(8))
        data = self.read(size)
        if len(data) != size:
            raise EOFError("bytes cut short")
        self.append(data)

    def load_setitem(self) -> None:
        """One entry of a table."""
        value, key = self.stack.pop(), self.stack.pop()
        self._enter(self.stack[-1], [key, value])

    def load_setitems(self) -> None:
        """Several entries of a table."""
        pairs = self.pop_mark()
        self._enter(self.stack[-1], pairs)

    def load_dict(self) -> None:
        """A table with its entries."""
        pairs = self.pop_mark()
        self.append({})
        self._enter(self.stack[-1], pairs)

    @staticmethod
    def _enter(table: object, pairs: list[Any]) -> None:
        """Keys are names or numbers: hashing a tuple of tuples of tuples can take for ever."""
        keys, values = pairs[::2], pairs[1::2]
        if not isinstance(table, dict) or not all(isinstance(k, str | bytes | int) for k in keys):
            raise pickle.UnpicklingError("a table whose keys are no names")
        table.update(zip(keys, values, strict=True))

    dispatch: ClassVar[dict[int, Callable[..., None]]] = {
        **pickle._Unpickler.dispatch,
        pickle.BYTEARRAY8[0]: load_bytearray8,
        pickle.SETITEM[0]: load_setitem,
        pickle.SETITEMS[0]: load_setitems,
        pickle.DICT[0]: load_dict,
    }


_DAMAGE = (
    pickle.UnpicklingError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    EOFError,
    OverflowError,
    RecursionError,
    MemoryError,
    struct.error,
)


def read_pickle(file: Path, wanted: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read the wanted arrays of a model's pickle, those that it has.

    Parameters
    ----------
    file : Path
        A pickled mapping, of Python 2 or 3, of arrays, SciPy's compressed sparse matrices and
        chumpy's arrays.
    wanted : collection of str

    Returns
    -------
    dict of str to array
        Sparse matrices come out dense.

    Raises
    ------
    ConfigError
        If the file is no such pickle, or names anything else: nothing of it has run then.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file}: larger than any model")
        stream = io.BytesIO(file.read_bytes())
        content = _Unpickler(stream, encoding="latin1").load()
        if not isinstance(content, dict):
            raise ConfigError(f"{file}: holds no table of arrays")
        return {name: _array(content[name]) for name in wanted if name in content}
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ConfigError(f"{file}: not a usable pickle: {reason}") from None


def _array(node: object, depth: int = 0) -> NDArray[Any]:
    """The array that a box stands for."""
    if depth > 8:
        raise ValueError("nested too deep")
    if isinstance(node, Buffer):
        raw, dtype, shape, order = node.args
        return _from_raw(raw, dtype, shape, order == "F")
    if isinstance(node, Array):
        _, shape, dtype, fortran, raw = node.state
        return _from_raw(raw, dtype, shape, bool(fortran))
    if isinstance(node, Chumpy):
        return _array(node.state["x"], depth + 1)
    if isinstance(node, Select):
        chosen = _array(node.state["a"], depth + 1).ravel()
        chosen = chosen[_array(node.state["idxs"], depth + 1)]
        return chosen.reshape(tuple(node.state["preferred_shape"]))
    if isinstance(node, Sparse):
        return _dense(node, depth)
    raise ValueError(f"an array was expected, not {type(node).__name__.strip('_')}")


def _from_raw(raw: object, dtype: object, shape: Any, fortran: bool) -> NDArray[Any]:
    code = dtype.args[0] if isinstance(dtype, Dtype) and dtype.args else None
    if not isinstance(code, str) or not re.fullmatch(r"[<>|=]?(b1|[iu][1248]|f[248])", code):
        raise ValueError(f"an array of type {code}, not of numbers")
    order = dtype.state[1] if isinstance(dtype, Dtype) and dtype.state else "="
    kind = np.dtype(order + code.lstrip("<>|=") if order in ("<", ">") else code)
    data = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(data, bytes | bytearray):
        raise TypeError("an array without its bytes")
    if min(shape, default=0) < 0:
        raise ValueError(f"an array of shape {shape}")
    return np.frombuffer(data, kind).reshape(tuple(shape), order="F" if fortran else "C")


def _dense(node: Sparse, depth: int) -> NDArray[Any]:
    """Compressed matrix to a full one; NumPy checks every index."""
    state = node.state
    rows, columns = (int(n) for n in state["_shape" if "_shape" in state else "shape"])
    data, indices, starts = (_array(state[k], depth + 1) for k in ("data", "indices", "indptr"))
    if min(rows, columns) < 1 or rows * columns * 8 > MAX_DENSE_BYTES:
        raise ValueError(f"a sparse matrix of {rows} by {columns}")
    major = columns if isinstance(node, Columns) else rows
    counts = np.diff(starts)
    if len(starts) != major + 1 or (counts < 0).any() or counts.sum() != len(data):
        raise ValueError("a sparse matrix that does not add up")
    if (indices < 0).any():
        raise ValueError("a sparse matrix with an index below zero")
    full = np.zeros((rows, columns))
    outer = np.repeat(np.arange(major), counts)
    np.add.at(full, (indices, outer) if isinstance(node, Columns) else (outer, indices), data)
    return full
