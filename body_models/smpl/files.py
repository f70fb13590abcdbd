"""The model files of SMPL, SMPL-H and SMPL-X: where they lie, and what is read of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from body_models.smpl.unpickle import read_pickle
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import ConfigError, MotionError
from imusim.motion.npz import read_npz

Array = NDArray[np.float64]

JOINT_COUNTS = {"smpl": 24, "smplh": 52, "smplx": 55}
GENDERS = ("neutral", "female", "male")

_WANTED = ("v_template", "shapedirs", "J_regressor", "weights", "f", "kintree_table")
_SMPLX_SHAPES, _SMPLX_EXPRESSIONS = 300, 100
_FEW = 10
"""Shape coefficients of an SMPL-X file that does not have them all; as the smplx package."""
_MAX_VERTICES = 10**6
_COUNTED = {"f", "kintree_table"}
_LARGEST = 100.0
"""Beyond this a number, in metres or a weight, is damage."""


@dataclass(frozen=True, eq=False)
class SmplModel:
    """A model of V vertices, J joints and B shape coefficients, in SMPL's axes, m.

    Parameters
    ----------
    template : (V, 3) array
    shapes : (V, 3, B) array
        What a unit of each coefficient adds.
    joint_regressor : (J, V) array
    weights : (V, 22) array
        Skinning weights; those of hands and face added to the wrists' and the head's.
    faces : (F, 3) int array
    parents : (J,) int array
    """

    template: Array
    shapes: Array
    joint_regressor: Array
    weights: Array
    faces: NDArray[np.intp]
    parents: NDArray[np.intp]


def candidates(folder: Path, family: str, gender: str) -> list[Path]:
    """Where a model file may lie: as the smplx package names it, or as AMASS does."""
    name = f"{family.upper()}_{gender.upper()}"
    places = [
        folder / family / name,
        folder / name,
        folder / family / gender / "model",
        folder / gender / "model",
    ]
    return [place.with_name(f"{place.name}.{kind}") for place in places for kind in ("npz", "pkl")]


def find_file(folder: Path, family: str, gender: str) -> Path | None:
    """The model file of a family and gender, npz before pickle; ``None`` where there is none."""
    found = [file for file in candidates(folder, family, gender) if file.is_file()]
    return min(found, key=lambda file: file.suffix != ".npz", default=None)


def load_model(file: Path, family: str) -> SmplModel:
    """Read a model file.

    Raises
    ------
    ConfigError
        If it is damaged or of another family.
    """
    if file.suffix == ".pkl":
        arrays = read_pickle(file, _WANTED)
    else:
        try:
            arrays = read_npz(file, _WANTED)
        except MotionError as error:
            raise ConfigError(str(error)) from None
    try:
        return _model(arrays, family)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def _model(arrays: dict[str, NDArray[Any]], family: str) -> SmplModel:
    missing = [name for name in _WANTED if name not in arrays]
    if missing:
        raise ConfigError(f"no {family} model: there is no {missing[0]!r} in it")
    for name, array in arrays.items():
        kinds = "iu" if name in _COUNTED else "iuf"
        if array.dtype.kind not in kinds:
            raise ConfigError(f"{name!r} holds {array.dtype}, not numbers as in a model")
        with np.errstate(over="ignore", invalid="ignore"):
            size = np.abs(array.astype(float))
        if name not in _COUNTED and not (size <= _LARGEST).all():  # NaN compares false
            raise ConfigError(f"{name!r} holds numbers that are no model's")
    joints = JOINT_COUNTS[family]
    vertices = len(arrays["v_template"]) if arrays["v_template"].ndim else 0
    shapes = arrays["shapedirs"]
    expected = {
        "v_template": (vertices, 3),
        "shapedirs": (vertices, 3, shapes.shape[-1] if shapes.ndim else 0),
        "J_regressor": (joints, vertices),
        "weights": (vertices, joints),
        "kintree_table": (2, joints),
        "f": (len(arrays["f"]) if arrays["f"].ndim else 0, 3),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape or 0 in shape or shape[0] > _MAX_VERTICES:
            raise ConfigError(
                f"no {family} model: {name!r} has the shape {arrays[name].shape}, not {shape}"
            )
    faces = arrays["f"].astype(np.intp)
    if faces.min() < 0 or faces.max() >= vertices:
        raise ConfigError("a face names a vertex that there is not")
    parents = arrays["kintree_table"][0].astype(np.int64).astype(np.intp)
    parents[0] = -1
    if (parents[1:] < 0).any() or (parents >= np.arange(joints)).any():
        raise ConfigError("a joint has no parent before it")
    if tuple(parents[: len(PARENTS)]) != PARENTS:
        raise ConfigError(f"the first {len(PARENTS)} joints are not SMPL's")
    if family == "smplx":
        whole = shapes.shape[-1] >= _SMPLX_SHAPES + _SMPLX_EXPRESSIONS
        shapes = shapes[..., : _SMPLX_SHAPES if whole else _FEW]
    return SmplModel(
        arrays["v_template"].astype(float),
        shapes.astype(float),
        arrays["J_regressor"].astype(float),
        _merged(arrays["weights"].astype(float), parents),
        faces,
        parents,
    )


def _merged(weights: Array, parents: NDArray[np.intp]) -> Array:
    """Weights (V, J) on the canonical joints (V, 22): each further joint's to the one above."""
    merged = np.array(weights)
    for joint in range(len(parents) - 1, len(JOINTS) - 1, -1):
        merged[:, parents[joint]] += merged[:, joint]
    return merged[:, : len(JOINTS)]
