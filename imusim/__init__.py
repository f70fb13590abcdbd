"""Synthetic IMU data from motion capture.

``imusim.generate`` makes a corpus, ``imusim.repair`` mends one and ``imusim.Corpus`` reads one;
the rest is imported from where it lies (``imusim.motion``, ``imusim.sensor``, …).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imusim.api import generate, repair
    from imusim.corpus import Corpus

    __version__: str

__all__ = ["Corpus", "__version__", "generate", "repair"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``import imusim`` costs nothing."""
    value: Any
    if name == "__version__":
        from importlib.metadata import version

        value = version("imusim-toolkit")
    elif name in ("generate", "repair"):
        from imusim import api

        value = getattr(api, name)
    elif name == "Corpus":
        from imusim import corpus

        value = corpus.Corpus
    else:
        raise AttributeError(f"module 'imusim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
