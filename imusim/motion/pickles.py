"""Arrays out of pickles; no code is ever run.

A pickle names what is to be called to restore it. Here every such name must be in a short
table, and stands for an inert box that keeps what it is given; arrays are put together from
the boxes afterwards, by this module. Any other name is refused.
"""

from __future__ import annotations

import io
import pickle
import re
import struct
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

MAX_BYTES = 2**30
"""Largest pickle that is read, bytes."""


class Box:
    """Keeps the arguments and the state that a pickle gives an object."""

    args: tuple[Any, ...] = ()
    state: Any = None

    def __new__(cls, *args: Any) -> Any:
        """Keep the arguments."""
        box = super().__new__(cls)
        box.args = args
        return box

    def __init__(self, *args: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state


class Array(Box):
    """``numpy.ndarray`` and its ``_reconstruct``: state (version, shape, dtype, fortran, raw)."""


class Buffer(Box):
    """NumPy's ``_frombuffer`` (raw, dtype, shape, order)."""


class Dtype(Box):
    """``numpy.dtype`` (code, …): state (version, byte order, …)."""


class Encoded(Box):
    """``_codecs.encode``: how Python 3 writes bytes for Python 2."""

    def __new__(cls, text: str, encoding: str = "latin1") -> Any:
        """Give the bytes themselves."""
        if not isinstance(text, str) or encoding != "latin1":
            raise pickle.UnpicklingError("bytes in an unknown code")
        return text.encode("latin1")


class Rebuilt(Box):
    """``copy_reg._reconstructor`` (class, base, state): a box of the class."""

    def __new__(cls, kind: type[Box], *_: Any) -> Any:
        """Give a box of the class."""
        if not (isinstance(kind, type) and issubclass(kind, Box)):
            raise pickle.UnpicklingError("an object of no class")
        return kind()


BOXES: Mapping[tuple[str, str], type[Box]] = {
    ("numpy", "ndarray"): Array,
    ("numpy", "dtype"): Dtype,
    ("_codecs", "encode"): Encoded,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): Array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): Box for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): Buffer for core in ("core", "_core")},
    **{(m, "_reconstructor"): Rebuilt for m in ("copy_reg", "copyreg")},
    **{(m, name): Box for m in ("__builtin__", "builtins") for name in ("object", "set")},
}
"""All that a pickle of arrays may name, and what stands for it."""


class _Unpickler(pickle._Unpickler):
    """The interpreter written in Python: its memory grows with the file, whatever that says."""

    boxes: Mapping[tuple[str, str], type[Box]]

    read: Callable[[int], bytes]
    append: Callable[[object], None]
    pop_mark: Callable[[], list[Any]]
    stack: list[Any]

    def find_class(self, module: str, name: str) -> type[Box]:
        """Look a name up in the table."""
        try:
            return self.boxes[module, name]
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


def load_boxes(
    file: Path, boxes: Mapping[tuple[str, str], type[Box]], make: Callable[[dict[Any, Any]], Any]
) -> Any:
    """What ``make`` makes of the table that a pickle holds.

    Parameters
    ----------
    file : Path
        A pickled mapping, of Python 2 or 3.
    boxes : mapping
        Module and name to what stands for it; any other name is refused.
    make : callable
        Its own errors about damage count as the file's.

    Raises
    ------
    MotionError
        If the file is no such pickle, or names anything else: nothing of it has run then.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise MotionError(f"larger than {MAX_BYTES / 1e9:.1f} GB", file)
        reader = _Unpickler(io.BytesIO(file.read_bytes()), encoding="latin1")
        reader.boxes = boxes
        content = reader.load()
        if not isinstance(content, dict):
            raise MotionError("holds no table of arrays", file)
        return make(content)
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror}", file) from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MotionError(f"not a usable pickle: {reason}", file) from None


def read_pickle(file: Path, wanted: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read the wanted arrays of a pickled mapping, those that it has.

    Raises
    ------
    MotionError
        As :func:`load_boxes`.
    """

    def arrays(content: dict[Any, Any]) -> dict[str, NDArray[Any]]:
        return {name: box_array(content[name]) for name in wanted if name in content}

    return load_boxes(file, BOXES, arrays)


def box_array(node: object) -> NDArray[Any]:
    """The array that a box stands for. Raises ValueError or TypeError if it stands for none."""
    if isinstance(node, Buffer):
        raw, dtype, shape, order = node.args
        return _from_raw(raw, dtype, shape, order == "F")
    if isinstance(node, Array):
        _, shape, dtype, fortran, raw = node.state
        return _from_raw(raw, dtype, shape, bool(fortran))
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
