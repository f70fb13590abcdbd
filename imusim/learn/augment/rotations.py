"""Rotations of many sensors at once."""

from __future__ import annotations

import torch
from torch import Tensor

from imusim.conventions import JOINTS

_DOWN_THE_ARM = {"left": (0.0, -1.0, 0.0), "right": (0.0, 1.0, 0.0)}
_ARM = ("shoulder", "elbow", "wrist")


def up_in_link() -> Tensor:
    """Unit vectors (22, 3): what of each segment points up in a person who stands at ease.

    In link axes, which are the world's in a T-pose that faces +x: the arms' segments point along
    y there, and hang down at ease.
    """
    rows = []
    for joint in JOINTS:
        side, _, part = joint.partition("_")
        rows.append(_DOWN_THE_ARM[side] if part in _ARM else (0.0, 0.0, 1.0))
    return torch.tensor(rows)


def matrices(q: Tensor) -> Tensor:
    """Matrices (…, 3, 3) of unit quaternions (…, 4), xyzw."""
    x, y, z, w = q.unbind(-1)
    return torch.stack(
        [
            1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
        ],
        dim=-1,
    ).unflatten(-1, (3, 3))  # fmt: skip


def uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Matrices (…, 3, 3), uniform over SO(3) (Shoemake 1992: normal quaternions)."""
    q = torch.randn(*shape, 4, generator=generator, device=generator.device)
    return matrices(torch.nn.functional.normalize(q, dim=-1))


def onto_z(up: Tensor) -> Tensor:
    """Matrices (…, 3, 3) of the smallest rotations that take unit vectors (…, 3) to z."""
    x, y, z = up.unbind(-1)
    # Half-way quaternion of up and z; for up = -z, where it has no length, half a turn about x.
    q = torch.stack([y, -x, torch.zeros_like(x), 1 + z], dim=-1)
    flipped = torch.tensor([1.0, 0.0, 0.0, 0.0], dtype=q.dtype, device=q.device).expand_as(q)
    q = torch.where((1 + z > 1e-12)[..., None], q, flipped)
    return matrices(torch.nn.functional.normalize(q, dim=-1))


def z_from_sensor(joint: Tensor, link_from_sensor: Tensor) -> Tensor:
    """Matrices (…, 3, 3) that take sensor axes to those in which the segment's long axis is z.

    Parameters
    ----------
    joint : (…,) int64 tensor
        Numbers of :data:`imusim.conventions.JOINTS`; what is no sensor counts as one of them.
    link_from_sensor : (…, 4) tensor
        How sensors are mounted, xyzw.
    """
    up = up_in_link().to(joint.device)[joint.clamp(0, len(JOINTS) - 1)]
    return onto_z(up) @ matrices(link_from_sensor)


def about_z(shape: tuple[int, ...], tilt_deg: float, generator: torch.Generator) -> Tensor:
    """Matrices (…, 3, 3) of uniform turns about z, then tilts of x and y."""
    device = generator.device
    half = torch.rand(*shape, generator=generator, device=device) * torch.pi
    zero = torch.zeros_like(half)
    yaw = matrices(torch.stack([zero, zero, half.sin(), half.cos()], dim=-1))
    tilt = torch.randn(*shape, 2, generator=generator, device=device) * (tilt_deg * torch.pi / 180)
    angle = tilt.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    axis = torch.cat([tilt / angle, zero[..., None]], dim=-1)
    turn = torch.cat([axis * (angle / 2).sin(), (angle / 2).cos()], dim=-1)
    return matrices(turn) @ yaw
