"""Inert stand-ins for the classes that a model's pickle names: they keep what they are given."""

from __future__ import annotations

from collections.abc import Mapping

from imusim.motion import pickles
from imusim.motion.pickles import Box


class Sparse(Box):
    """A compressed sparse matrix."""


class Columns(Sparse):
    """Compressed by columns."""


class Chumpy(Box):
    """``chumpy.ch.Ch``: an array in the state's ``x``."""


class Select(Box):
    """``chumpy.reordering.Select``: ``a`` flattened, at ``idxs``, in ``preferred_shape``."""


BOXES: Mapping[tuple[str, str], type[Box]] = {
    **pickles.BOXES,
    ("chumpy.ch", "Ch"): Chumpy,
    ("chumpy.reordering", "Select"): Select,
    **{(f"scipy.sparse.{m}", "csc_matrix"): Columns for m in ("csc", "_csc")},
    **{(f"scipy.sparse.{m}", "csr_matrix"): Sparse for m in ("csr", "_csr")},
}
"""All that a pickle may name, and what stands for it."""
