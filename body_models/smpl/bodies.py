"""The bodies of SMPL, SMPL-H and SMPL-X, from the user's own model files.

SMPL: Loper et al. 2015; SMPL-H: Romero et al. 2017; SMPL-X: Pavlakos et al. 2019. The smplx
package shapes the skin by the coefficients that a clip states, in the zero pose and with flat
hands. Joints are the model's own, so that a motion of AMASS moves this body as it moved its
author's. Soft tissue, and how poses bulge the skin, are left out: segments are rigid.

The skin is cut into segments by its skinning weights (see :mod:`body_models.smpl.segments`),
hands and fingers with the wrist, jaw and eyes with the head. Density is the same everywhere,
such that the whole has the mass that is asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from body_models.smpl.files import GENDERS, SmplModel, candidates, find_file, load_model
from imusim.body import Body, BodyMaker, BodyModel, BodyOptions, Skin
from imusim.body.retarget import STATURES
from imusim.conventions import JOINTS
from imusim.errors import ConfigError, MissingExtraError, MotionError
from imusim.motion import BodyShape

Array = NDArray[np.float64]

_AXES = [2, 0, 1]
"""SMPL's z, x and y are our x, y and z: forward, left, up."""
_SAME_SHAPES = {"smpl": "smpl", "smplh": "smpl", "smplx": "smplx"}
"""SMPL-H has SMPL's shape coefficients; SMPL-X has its own."""
_ROUND = {"hip", "knee", "neck", "collar", "head", "shoulder", "elbow"}


def _tailor(family: str, options: BodyOptions) -> BodyMaker:
    """Bodies of a family, each made once."""
    if options.height_m is not None and not 0.5 <= options.height_m <= 2.5:
        raise ConfigError(f"a height of {options.height_m} m is outside 0.5–2.5 m")
    if not 3 <= options.mass_kg <= 300:
        raise ConfigError(f"a mass of {options.mass_kg} kg is outside 3–300 kg")
    folder = options.models
    if folder is None:
        raise ConfigError(
            f"the body {family!r} is made from your own model files: give their folder with "
            f"--body-models; {_OBTAIN[family]}"
        )
    if all(find_file(folder, family, gender) is None for gender in GENDERS):
        raise ConfigError(f"{folder}: {_missing(folder, family, 'neutral')}")
    for package in ("smplx", "torch"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f"the body {family!r} needs {package}: pip install 'imusim-toolkit[smpl]'"
            )

    @lru_cache(maxsize=len(GENDERS))
    def model(file: Path) -> tuple[SmplModel, Callable[[Array], tuple[Array, Array]]]:
        read = load_model(file, family)
        return read, _shaper(read)

    @lru_cache(maxsize=32)  # a subject's clips lie together; each body carries its skin
    def made(gender: str, betas: tuple[float, ...]) -> Body:
        for found in dict.fromkeys((gender, "neutral")) if gender else GENDERS:
            file = find_file(folder, family, found)
            if file is not None:
                read, shaped = model(file)
                return _build(read, shaped, BodyShape(family, found, betas), options)
        raise MotionError(_missing(folder, family, gender or "neutral"))

    def maker(shape: BodyShape | None) -> Body:
        if shape is None:
            return made("", ())
        same = _SAME_SHAPES.get(shape.family) == _SAME_SHAPES[family]
        return made(shape.gender, shape.betas if same else ())

    return maker


def _missing(folder: Path, family: str, gender: str) -> str:
    looked = ", ".join(
        str(file.relative_to(folder))
        for file in candidates(folder, family, gender)
        if file.suffix == ".npz"
    )
    return f"no {gender} {family} model: looked for {looked} (or .pkl); {_OBTAIN[family]}"


def _shaper(model: SmplModel) -> Callable[[Array], tuple[Array, Array]]:
    """How coefficients (B,) become skin (V, 3) and joints (J, 3), in SMPL's axes."""
    import torch
    from smplx import SMPLLayer
    from smplx.utils import Struct

    count = model.shapes.shape[-1]

    class Layer(SMPLLayer):
        SHAPE_SPACE_DIM = count  # else all but ten coefficients of AMASS's sixteen are dropped

    data = Struct(
        v_template=model.template,
        shapedirs=model.shapes,
        J_regressor=model.joint_regressor,
        weights=model.weights,
        f=model.faces,
        kintree_table=np.stack([model.parents, np.arange(len(model.parents))]),
        posedirs=np.zeros((1, 1, 1)),  # of no use in the zero pose
    )
    layer: Any = Layer("", data_struct=data, num_betas=count, dtype=torch.float64)

    def shaped(betas: Array) -> tuple[Array, Array]:
        with torch.no_grad():
            vertices = layer.forward_shape(torch.tensor(betas[None])).vertices
            joints = layer.J_regressor @ vertices
        return vertices[0].numpy(), joints[0].numpy()

    return shaped


def _build(
    model: SmplModel,
    shaped: Callable[[Array], tuple[Array, Array]],
    shape: BodyShape,
    options: BodyOptions,
) -> Body:
    """The body of a shape, its coefficients cut or filled with zeros to the model's number."""
    from body_models.smpl.segments import cut, owners

    given = np.array(shape.betas[: model.shapes.shape[-1]], float)
    betas = np.zeros(model.shapes.shape[-1])
    betas[: len(given)] = given
    skin, joints = shaped(betas)
    skin, joints = skin[:, _AXES], joints[: len(JOINTS), _AXES]
    faces = model.faces
    height = float(np.ptp(joints[:, 2]))
    if not STATURES[0] <= height <= STATURES[1]:
        raise MotionError(f"the shape coefficients give a body of {height:.3g} m, feet to head")
    parts = cut(skin, faces, model.weights, joints)
    density = options.mass_kg / parts.volumes.sum()
    segment = owners(model.weights)
    offsets = joints - joints[model.parents[: len(JOINTS)]]
    offsets[0] = 0.0
    body = Body(
        offsets,
        parts.volumes * density,
        parts.centres,
        parts.inertias * density,
        parts.boxes,
        np.array([name.split("_")[-1] in _ROUND for name in JOINTS]),
        Skin(skin - joints[segment], faces, segment),
        BodyShape(shape.family, shape.gender, tuple(given.tolist())),
    )
    if options.height_m is None:
        return body
    scale = options.height_m / float(np.ptp(skin[:, 2]))
    return body.scaled(scale)


_OBTAIN = {
    "smpl": "register at https://smpl.is.tue.mpg.de and download SMPL for Python",
    "smplh": (
        "register at https://mano.is.tue.mpg.de and download the extended SMPL+H model for AMASS"
    ),
    "smplx": "register at https://smpl-x.is.tue.mpg.de and download SMPL-X",
}

SMPL, SMPLH, SMPLX = (
    BodyModel(
        name=family,
        summary=summary,
        licence=licence,
        home=f"https://{site}.is.tue.mpg.de",
        obtain=f"{_OBTAIN[family]}; then --body-models FOLDER; pip install 'imusim-toolkit[smpl]'",
        citation=citation,
        tailor=partial(_tailor, family),
        from_files=True,
    )
    for family, summary, licence, site, citation in (
        (
            "smpl",
            "SMPL, shaped for each clip, from your own model files",
            "LicenseRef-SMPL",
            "smpl",
            "Loper et al. 2015, ACM Trans. Graphics 34(6):248",
        ),
        (
            "smplh",
            "SMPL-H, AMASS's own, shaped for each clip, from your own model files",
            "LicenseRef-SMPL-H",
            "mano",
            "Romero, Tzionas, Black 2017, ACM Trans. Graphics 36(6):245",
        ),
        (
            "smplx",
            "SMPL-X, shaped for each clip, from your own model files",
            "LicenseRef-SMPL-X",
            "smpl-x",
            "Pavlakos et al. 2019, CVPR",
        ),
    )
)
