"""Inert stand-ins for the classes that a model's pickle names: they keep what they are given."""

from __future__ import annotations

import pickle
from typing import Any


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


class Sparse(Box):
    """A compressed sparse matrix."""


class Columns(Sparse):
    """Compressed by columns."""


class Chumpy(Box):
    """``chumpy.ch.Ch``: an array in the state's ``x``."""


class Select(Box):
    """``chumpy.reordering.Select``: ``a`` flattened, at ``idxs``, in ``preferred_shape``."""


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


BOXES: dict[tuple[str, str], type[Box]] = {
    ("numpy", "ndarray"): Array,
    ("numpy", "dtype"): Dtype,
    ("chumpy.ch", "Ch"): Chumpy,
    ("chumpy.reordering", "Select"): Select,
    ("_codecs", "encode"): Encoded,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): Array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): Box for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): Buffer for core in ("core", "_core")},
    **{(f"scipy.sparse.{m}", "csc_matrix"): Columns for m in ("csc", "_csc")},
    **{(f"scipy.sparse.{m}", "csr_matrix"): Sparse for m in ("csr", "_csr")},
    **{(m, "_reconstructor"): Rebuilt for m in ("copy_reg", "copyreg")},
    **{(m, name): Box for m in ("__builtin__", "builtins") for name in ("object", "set")},
}
"""All that a pickle may name, and what stands for it."""
