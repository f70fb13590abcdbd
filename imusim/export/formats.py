"""The layouts that a corpus is exported to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from imusim.errors import ConfigError
from imusim.export.parquet import ParquetWriter
from imusim.export.pieces import Piece
from imusim.export.plan import Plan
from imusim.export.unimts import UnimtsWriter
from imusim.export.webdataset import WebDatasetWriter
from imusim.names import did_you_mean, plain


class Writer(Protocol):
    """Writes examples one after another into a folder that is its own."""

    examples: int

    def add(self, piece: Piece) -> None:
        """Write an example."""
        ...

    def finish(self) -> list[str]:
        """Complete the files; give what the user should know."""
        ...

    def header(self) -> list[str]:
        """Lines of YAML for the card's header."""
        ...

    def close(self) -> None:
        """Let go of the files, complete or not."""
        ...


@dataclass(frozen=True)
class Format:
    """A layout.

    Parameters
    ----------
    name, summary, home : str
    writer : callable
        Makes the writer of a plan into an empty folder. Raises ConfigError for what the layout
        does not hold, MissingExtraError for a package that is not installed.
    files : str
        Regular expression of the paths of its files, besides the card and the facts, and of its
        folders, with a slash at the end.
    data : str
        Pattern of the files with the data, as the Hugging Face Hub is told; empty: it has no
        reader for them.
    reading : str
        Python that opens it, for the card.
    """

    name: str
    summary: str
    home: str
    writer: Callable[[Plan, Path], Writer]
    files: str
    data: str
    reading: str


_PARQUET = """\
import numpy as np
from datasets import load_dataset

rows = load_dataset("parquet", data_files="data/*.parquet", split="train").with_format("numpy")
clip = rows[0]
accelerometer = clip["accelerometer"].reshape(clip["frames"], -1, 3)  # (frames, sensors, xyz)
"""

_WEBDATASET = """\
import glob

import webdataset

clips = webdataset.WebDataset(sorted(glob.glob("corpus-*.tar")), shardshuffle=False).decode()
clip = next(iter(clips))
clip["acc.npy"]  # (frames, sensors, xyz)
clip["json"]["captions"]
"""

_UNIMTS = """\
from pathlib import Path

import numpy as np

names = sorted(file.stem for file in Path("sim").glob("*.npy"))
nodes = np.load(f"sim/{names[0]}.npy")  # (frames, 22 nodes, accelerometer xyz and gyroscope xyz)
captions = Path(f"aug_texts/{names[0]}.txt").read_text(encoding="utf-8").splitlines()
"""

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format(
            "unimts",
            "npy and text files that UniMTS pre-trains on, 22 joints at 20 Hz",
            "https://github.com/xiyuanzh/UniMTS",
            UnimtsWriter,
            r"clips\.jsonl|sim/([\w-]+\.npy)?|aug_texts/([\w-]+\.txt)?",
            "",
            _UNIMTS,
        ),
        Format(
            "parquet",
            "Parquet files with a card, for pandas and the Hugging Face Hub",
            "https://huggingface.co/docs/datasets",
            ParquetWriter,
            r"data/(train-\d{5,}(-of-\d{5,})?\.parquet)?",
            "data/train-*.parquet",
            _PARQUET,
        ),
        Format(
            "webdataset",
            "tar files that are read from one end to the other",
            "https://github.com/webdataset/webdataset",
            WebDatasetWriter,
            r"corpus-\d{5,}\.tar",
            "corpus-*.tar",
            _WEBDATASET,
        ),
    )
}


def find_format(name: str) -> Format:
    """A layout by name. Raises ConfigError, with the names, where there is none."""
    key = plain(name)
    if key not in FORMATS:
        raise ConfigError(
            f"unknown format {name!r}.{did_you_mean(key, FORMATS)} Formats: {', '.join(FORMATS)}."
        )
    return FORMATS[key]
