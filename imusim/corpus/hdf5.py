"""Datasets by name, with their type known; text that can be stored."""

from __future__ import annotations

import h5py


def dataset(file: h5py.File, name: str) -> h5py.Dataset:
    """Give a dataset of a file. Raises KeyError if there is none of that name."""
    found = file[name]
    if not isinstance(found, h5py.Dataset):
        raise KeyError(f"{name} is not a dataset")
    return found


def texts(file: h5py.File, name: str, rows: slice = slice(None)) -> list[str]:
    """Rows of a column of UTF-8 text. Raises KeyError or TypeError if it is not one."""
    return [str(text) for text in dataset(file, name).asstr()[rows]]


def clean(text: str) -> str:
    """Text with what UTF-8 cannot encode (undecodable bytes of a file's name) replaced."""
    return text.encode("utf-8", "replace").decode()
