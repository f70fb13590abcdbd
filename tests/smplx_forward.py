"""The smplx package's own forward pass, from a model file: the truth for bodies and motions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("smplx", reason="needs imusim-toolkit[smpl]")
torch = pytest.importorskip("torch", reason="needs imusim-toolkit[smpl]")


def forward(
    file: Path, betas: np.ndarray, poses: np.ndarray, trans: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Joints (T, J, 3) and vertices (T, V, 3) by smplx, from the model file itself."""
    import smplx

    family = file.parent.name
    kind = {"smpl": smplx.SMPL, "smplh": smplx.SMPLH, "smplx": smplx.SMPLX}[family]
    if family != "smplx":  # the package drops all but ten coefficients of a file without 300
        kind = type(kind.__name__, (kind,), {"SHAPE_SPACE_DIM": len(betas)})
    with np.load(file) as arrays:
        data = smplx.utils.Struct(**arrays)
    hands = {} if family == "smpl" else {"use_pca": False, "flat_hand_mean": True, "ext": "npz"}
    more = {} if family == "smplx" else {"data_struct": data}
    model = kind(
        str(file),
        num_betas=len(betas),
        batch_size=len(poses),
        dtype=torch.float64,
        **more,
        **hands,
    )
    # Keypoints on the skin have numbers that this small skin does not reach.
    model.vertex_joint_selector.extra_joints_idxs = torch.zeros(1, dtype=torch.long)
    poses = torch.tensor(poses)
    given = {
        "global_orient": poses[:, :3],
        "betas": torch.tensor(np.tile(betas, (len(poses), 1))),
        "transl": torch.tensor(trans),
    }
    if family == "smpl":
        given["body_pose"] = poses[:, 3:]
    else:
        given["body_pose"] = poses[:, 3:66]
        given["left_hand_pose"], given["right_hand_pose"] = poses[:, -90:-45], poses[:, -45:]
    if family == "smplx":
        given["jaw_pose"], given["leye_pose"], given["reye_pose"] = (
            poses[:, 66 + 3 * k : 69 + 3 * k] for k in range(3)
        )
    with torch.no_grad():
        out = model(**given)
    return out.joints.numpy(), out.vertices.numpy()
