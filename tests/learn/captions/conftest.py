"""The captions that the registered sources give."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from motion_sources.bvh import dataset_captions
from motion_sources.deepmimic.captions import CAPTIONS
from motion_sources.kinect.captions import MSR_ACTION3D, UTD_MHAD
from motion_sources.kinect.ntu_captions import ntu
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.person import draw_person
from motion_sources.procedural.recipe import generator


def _made(name: str) -> list[str]:
    """Captions of a clip of a recipe, as the clip has them."""
    rng = generator(0, name)
    made = RECIPES[name].make(rng, draw_person(rng))
    texts = (text.format(**made.words) for text in RECIPES[name].captions)
    return [" ".join(text.split()).replace(" ,", ",") for text in texts]


@pytest.fixture(scope="session")
def source_captions() -> tuple[str, ...]:
    """Captions of the Kinect sets, Bandai-Namco, LAFAN1, DeepMimic, every third recipe."""
    found: list[str] = []
    for texts in (*UTD_MHAD.values(), *MSR_ACTION3D.values(), *CAPTIONS.values()):
        found += texts
    for number in range(1, 121):
        found += ntu(f"S001C001P001R001A{number:03d}")
    for act in ("walk", "walk-back", "walk-left", "turn-right", "raise-up-left-hand", "kick"):
        for style in ("normal", "angry", "elderly", "not-confident"):
            found += dataset_captions.bandai_namco(Path(f"dataset-1_{act}_{style}_001.bvh"))
    for theme in ("fallAndGetUp", "pushAndStumble", "walk"):
        found += dataset_captions.lafan1(Path(f"{theme}1_subject1.bvh"))
    for name in list(RECIPES)[::3]:
        found += _made(name)
    return tuple(dict.fromkeys(found))


@pytest.fixture(scope="session")
def cmu_captions(shared: Path) -> tuple[str, ...]:
    """What CMU's trials are described as."""
    with (shared / "data" / "cmu" / "descriptions.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))[1:]
    texts = (" ".join(row[2].split()) for row in rows if len(row) > 2)
    return tuple(dict.fromkeys(text for text in texts if text))
