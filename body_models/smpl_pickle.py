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

from imusim.errors import ConfigError

MAX_BYTES = 2**30
"""Largest pickle that is read, and largest array that is made of a sparse one, bytes."""


class _Box:
    """Keeps the arguments and the state that a pickle gives an object."""

    args: tuple[Any, ...] = ()
    state: Any = None

    def __new__(cls, *args: Any) -> Any:
        box = super().__new__(cls)
        box.args = args
        return box

    def __init__(self, *args: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Box):
    """``numpy.ndarray`` and its ``_reconstruct``: state (version, shape, dtype, fortran, raw)."""


class _Buffer(_Box):
    """NumPy's ``_frombuffer`` (raw, dtype, shape, order)."""


class _Dtype(_Box):
    """``numpy.dtype`` (code, …): state (version, byte order, …)."""


class _Sparse(_Box):
    """A compressed sparse matrix."""


class _Columns(_Sparse):
    """Compressed by columns."""


class _Chumpy(_Box):
    """``chumpy.ch.Ch``: an array in the state's ``x``."""


class _Select(_Box):
    """``chumpy.reordering.Select``: ``a`` flattened, at ``idxs``, in ``preferred_shape``."""


class _Encoded(_Box):
    """``_codecs.encode``: how Python 3 writes bytes for Python 2."""

    def __new__(cls, text: str, encoding: str = "latin1") -> Any:
        if not isinstance(text, str) or encoding != "latin1":
            raise pickle.UnpicklingError("bytes in an unknown code")
        return text.encode("latin1")


class _Rebuilt(_Box):
    """``copy_reg._reconstructor`` (class, base, state): a box of the class."""

    def __new__(cls, kind: type[_Box], *_: Any) -> Any:
        if not (isinstance(kind, type) and issubclass(kind, _Box)):
            raise pickle.UnpicklingError("an object of no class")
        return kind()


_BOXES: dict[tuple[str, str], type[_Box]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("chumpy.ch", "Ch"): _Chumpy,
    ("chumpy.reordering", "Select"): _Select,
    ("_codecs", "encode"): _Encoded,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _Box for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _Buffer for core in ("core", "_core")},
    **{(f"scipy.sparse.{m}", "csc_matrix"): _Columns for m in ("csc", "_csc")},
    **{(f"scipy.sparse.{m}", "csr_matrix"): _Sparse for m in ("csr", "_csr")},
    **{(m, "_reconstructor"): _Rebuilt for m in ("copy_reg", "copyreg")},
    **{(m, name): _Box for m in ("__builtin__", "builtins") for name in ("object", "set")},
}
"""All that a pickle may name, and what stands for it."""


class _Unpickler(pickle._Unpickler):
    """The interpreter written in Python: its memory grows with the file, whatever that says."""

    read: Callable[[int], bytes]
    append: Callable[[object], None]

    def find_class(self, module: str, name: str) -> type[_Box]:
        """Look a name up in the table."""
        try:
            return _BOXES[module, name]
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

    dispatch: ClassVar[dict[int, Callable[..., None]]] = {
        **pickle._Unpickler.dispatch,
        pickle.BYTEARRAY8[0]: load_bytearray8,
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
    if isinstance(node, _Buffer):
        raw, dtype, shape, order = node.args
        return _from_raw(raw, dtype, shape, order == "F")
    if isinstance(node, _Array):
        _, shape, dtype, fortran, raw = node.state
        return _from_raw(raw, dtype, shape, bool(fortran))
    if isinstance(node, _Chumpy):
        return _array(node.state["x"], depth + 1)
    if isinstance(node, _Select):
        chosen = _array(node.state["a"], depth + 1).ravel()
        chosen = chosen[_array(node.state["idxs"], depth + 1)]
        return chosen.reshape(tuple(node.state["preferred_shape"]))
    if isinstance(node, _Sparse):
        return _dense(node, depth)
    raise ValueError(f"an array was expected, not {type(node).__name__.strip('_')}")


def _from_raw(raw: object, dtype: object, shape: Any, fortran: bool) -> NDArray[Any]:
    code = dtype.args[0] if isinstance(dtype, _Dtype) and dtype.args else None
    if not isinstance(code, str) or not re.fullmatch(r"[<>|=]?(b1|[iu][1248]|f[248])", code):
        raise ValueError(f"an array of type {code}, not of numbers")
    order = dtype.state[1] if isinstance(dtype, _Dtype) and dtype.state else "="
    kind = np.dtype(order + code.lstrip("<>|=") if order in ("<", ">") else code)
    data = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(data, bytes | bytearray):
        raise TypeError("an array without its bytes")
    return np.frombuffer(data, kind).reshape(tuple(shape), order="F" if fortran else "C")


def _dense(node: _Sparse, depth: int) -> NDArray[Any]:
    """Compressed matrix to a full one; NumPy checks every index."""
    state = node.state
    rows, columns = (int(n) for n in state["_shape" if "_shape" in state else "shape"])
    data, indices, starts = (_array(state[k], depth + 1) for k in ("data", "indices", "indptr"))
    if min(rows, columns) < 1 or rows * columns * 8 > MAX_BYTES:
        raise ValueError(f"a sparse matrix of {rows} by {columns}")
    major = columns if isinstance(node, _Columns) else rows
    counts = np.diff(starts)
    if len(starts) != major + 1 or (counts < 0).any() or counts.sum() != len(data):
        raise ValueError("a sparse matrix that does not add up")
    if (indices < 0).any():
        raise ValueError("a sparse matrix with an index below zero")
    full = np.zeros((rows, columns))
    outer = np.repeat(np.arange(major), counts)
    np.add.at(full, (indices, outer) if isinstance(node, _Columns) else (outer, indices), data)
    return full
