"""Compression of a shard's large datasets, by a name."""

from __future__ import annotations

from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Literal, get_args

import h5py

from imusim.errors import MissingExtraError

Codec = Literal["none", "gzip", "lz4", "zstd"]
CODECS: tuple[Codec, ...] = get_args(Codec)
PLUGIN = ("lz4", "zstd")
"""Those that need hdf5plugin, to read too."""

ZSTD_LEVEL = 3
"""Higher levels gain 1 % and write at half the speed."""


def filters(codec: Codec) -> dict[str, Any]:
    """What h5py's ``create_dataset`` is to be told.

    Every HDF5 reads ``none`` and ``gzip``, the latter slowly. ``lz4`` follows a transposition of
    bits (filter 32008) and is the fastest to read, ``zstd`` (32015) one of bytes.

    Raises
    ------
    MissingExtraError
        If the codec is not installed.
    """
    if codec == "none":
        return {}
    if codec == "gzip":
        return {"compression": "gzip", "compression_opts": 1, "shuffle": True}
    plugin = _plugin(codec)
    if codec == "lz4":
        return {"compression": plugin.Bitshuffle(cname="lz4")}
    return {"compression": plugin.Zstd(clevel=ZSTD_LEVEL), "shuffle": True}


def load_codec(codec: str) -> None:
    """Have HDF5 know the codec, to read with. Raises MissingExtraError if it is not installed."""
    if codec in PLUGIN:
        _plugin(codec)


def codec_version(codec: str) -> dict[str, str]:
    """Version of the plugin that a codec needs; empty where it needs none, or it is not there."""
    try:
        return {"hdf5plugin": metadata.version("hdf5plugin")} if codec in PLUGIN else {}
    except metadata.PackageNotFoundError:
        return {}


def open_shard(path: Path, **options: Any) -> h5py.File:
    """Open a shard to read, with its codec.

    Raises
    ------
    MissingExtraError
        If the codec is not installed.
    OSError
        If HDF5 cannot open the file.
    """
    file = h5py.File(path, "r", locking="best-effort", **options)
    try:
        load_codec(str(file.attrs.get("codec")))
    except BaseException:
        file.close()
        raise
    return file


def _plugin(codec: str) -> Any:
    try:
        return import_module("hdf5plugin")  # its types are not declared
    except ImportError:
        raise MissingExtraError(
            f"the codec {codec} needs hdf5plugin: pip install 'imusim-toolkit[codecs]'"
        ) from None
