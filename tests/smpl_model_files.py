"""Small models in the file formats of SMPL, SMPL-H and SMPL-X, invented from scratch."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from body_models import get_body_model
from body_models.smpl.files import JOINT_COUNTS
from imusim.body import retarget
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.motion import Motion

RADIUS = 0.04
CHAIN = {"smpl": (20, 21), "smplh": (20, 21) * 15, "smplx": (15, 15, 15, *(20, 21) * 15)}
"""Where the joints beyond the 22nd hang."""

# A figure in SMPL's axes: x left, y up, z forward. Unlike a T-pose of round numbers, on purpose.
_PLACE = {
    "pelvis": (0.0, 0.0, 0.0), "hip": (0.06, -0.09, -0.01), "spine1": (0.0, 0.11, -0.03),
    "knee": (0.045, -0.38, 0.005), "spine2": (0.0, 0.135, 0.025), "ankle": (-0.015, -0.4, -0.035),
    "spine3": (0.0, 0.055, 0.005), "foot": (0.04, -0.06, 0.12), "neck": (0.0, 0.21, -0.035),
    "collar": (0.07, 0.11, -0.02), "head": (0.0, 0.09, 0.05), "shoulder": (0.12, 0.045, -0.02),
    "elbow": (0.25, -0.02, -0.025), "wrist": (0.26, 0.01, -0.005),
}  # fmt: skip


def parents_of(family: str) -> np.ndarray:
    return np.array([*PARENTS, *CHAIN[family]])


def joint_places(family: str) -> np.ndarray:
    """Joints (J, 3) of the template."""
    parents = parents_of(family)
    places = np.zeros((len(parents), 3))
    for joint in range(1, len(parents)):
        if joint < len(JOINTS):
            side, _, kind = JOINTS[joint].partition("_")
            step = np.array(_PLACE[kind or side]) * [-1.0 if side == "right" else 1.0, 1.0, 1.0]
        else:
            step = np.array([0.0, 0.0, 0.03 + 0.001 * joint])
        places[joint] = places[parents[joint]] + step
    return places


def model_arrays(family: str = "smplh", betas: int = 16, seed: int = 0) -> dict[str, np.ndarray]:
    """An icosahedron round every joint, so that volumes and centres have closed forms.

    The joint regressor takes the mean of the ball's vertices, so joints are exact.
    """
    rng = np.random.default_rng(seed)
    places, parents = joint_places(family), parents_of(family)
    vertices, faces, owner = [], [], []
    for joint, place in enumerate(places):
        ball = trimesh.creation.icosphere(subdivisions=0, radius=RADIUS if joint < 22 else 0.005)
        faces.append(np.array(ball.faces) + sum(map(len, vertices)))
        vertices.append(np.array(ball.vertices) + place)
        owner += [joint] * len(ball.vertices)
    template, owner = np.concatenate(vertices), np.array(owner)
    count = len(places)
    regressor = (owner == np.arange(count)[:, None]).astype(float)
    regressor /= regressor.sum(axis=1, keepdims=True)
    arrays = {
        "v_template": template,
        "f": np.concatenate(faces).astype(np.uint32),
        "shapedirs": 0.003 * rng.standard_normal((len(template), 3, betas)),
        "posedirs": 1e-4 * rng.standard_normal((len(template), 3, 9 * (count - 1))),
        "J_regressor": regressor,
        "weights": (owner[:, None] == np.arange(count)).astype(float),
        "kintree_table": np.stack([parents, np.arange(count)]).astype(np.uint32),
    }
    arrays["kintree_table"][0, 0] = 2**32 - 1
    if family in ("smplh", "smplx"):
        for side in "lr":
            arrays[f"hands_components{side}"] = np.eye(45)
            arrays[f"hands_mean{side}"] = np.zeros(45)
    if family == "smplx":
        arrays["lmk_faces_idx"] = np.zeros(3, int)
        arrays["lmk_bary_coords"] = np.full((3, 3), 1 / 3)
    assert JOINT_COUNTS[family] == count
    return arrays


def write_model(
    folder: Path, family: str = "smplh", gender: str = "neutral", betas: int = 16, **changes: Any
) -> Path:
    """Write an npz file where the smplx package looks for it; ``None`` leaves a key out."""
    file = folder / family / f"{family.upper()}_{gender.upper()}.npz"
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays = model_arrays(family, betas) | changes
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return file


def write_pickle(file: Path, arrays: dict[str, Any], protocol: int = 2) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(arrays, protocol))
    return file


def write_amass(
    file: Path,
    frames: int = 40,
    family: str = "smplh",
    seed: int = 1,
    beta_count: int = 16,
    **changes: Any,
) -> dict[str, np.ndarray]:
    """A smooth random motion as AMASS writes it; ``None`` in the changes leaves a key out."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None] / 120
    width = 3 * JOINT_COUNTS[family]
    poses = 0.5 * np.sin(rng.uniform(1, 8, width) * time + rng.uniform(0, 6, width))
    poses[:, :3] += [np.pi / 2, 0, 0]
    arrays: dict[str, Any] = {
        "poses": poses,
        "trans": 0.3 * np.sin(rng.uniform(1, 5, 3) * time) + rng.uniform(-1, 1, 3),
        "betas": rng.standard_normal(beta_count),
        "gender": np.array("female"),
        "mocap_framerate": np.array(120.0),
        "dmpls": np.zeros((frames, 8)),
        **changes,
    }
    arrays = {name: value for name, value in arrays.items() if value is not None}
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **arrays)
    return arrays


def amass_of(motion: Motion, width: int = 156) -> dict[str, np.ndarray]:
    """A motion of another source as ``poses``, ``trans`` and rate of AMASS.

    Put on the default body, whose T-pose is SMPL's, its links turned into SMPL's frames:
    their x is our y (left), their y our z (up), their z our x (forward).
    """
    moved = retarget(motion, get_body_model("anthropometric").build())
    _, world_from_link = moved.world_poses()
    world = rot.multiply(world_from_link, np.array([0.5, 0.5, 0.5, 0.5]))
    local = world.copy()
    above = np.array(PARENTS[1:])
    local[:, 1:] = rot.multiply(rot.conjugate(world[:, above]), world[:, 1:])
    poses = np.zeros((motion.frames, width))
    poses[:, : 3 * len(JOINTS)] = rot.to_rotation_vector(local).reshape(motion.frames, -1)
    return {
        "poses": poses,
        "trans": moved.root_position,
        "mocap_framerate": np.array(motion.rate_hz),
    }
