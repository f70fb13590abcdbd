"""Write real motion as AMASS files and measure it on the body of a synthetic SMPL-H model.

    python tools/amass.py ../shared/data

The clips that come with pybullet, all of CMU's BVH and every tenth of Bandai-Namco are written
as SMPL-H's poses. Against the smplx package's own joints and the poses' own angular rates: how
far the body's joints and its segments' rates are, and how high its soles are while they stand,
on the model's body and on the default one. Needs the extra smpl, and the checkout's tests, which
hold the synthetic model and smplx's forward pass.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import motion_sources
from body_models import get_body_model
from imusim.body import retarget
from imusim.body.ground import STANCE_SPEED_M_S, lowest_points, soles
from imusim.conventions import PARENTS
from imusim.math import rotations as rot
from imusim.motion import ClipRef

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from smpl_model_files import amass_of, write_amass, write_model
from smplx_forward import forward

Array = NDArray[np.float64]


def source_rates(poses: Array, rate_hz: float) -> Array:
    """Angular rates (T - 1, 22, 3) of SMPL's joints in the world, rad/s, by SciPy."""
    turns = [Rotation.from_rotvec(poses[:, 3 * j : 3 * j + 3]) for j in range(len(PARENTS))]
    for joint, parent in enumerate(PARENTS[1:], start=1):
        turns[joint] = turns[parent] * turns[joint]
    return rate_hz * np.stack([(t[1:] * t[:-1].inv()).as_rotvec() for t in turns], axis=1)


def measure(clip: ClipRef, folder: Path, model: Path) -> list[list[float]] | None:
    """A row for the model's body and one for the default: joints, m; rates; soles, m.

    ``None`` for a clip with gaps, which AMASS's files have not.
    """
    original = motion_sources.read_clip(clip)
    if not np.isfinite(original.rotations).all():
        return None
    arrays: dict[str, Any] = {**amass_of(original)}
    written = write_amass(folder / "a.npz", original.frames, "smplh", **arrays)
    (ref,) = motion_sources.find_clips([folder / "a.npz"])
    motion = motion_sources.read_clip(ref)
    joints, _ = forward(model, written["betas"], written["poses"], written["trans"])
    own = joints[:, : len(PARENTS)] + (motion.root_position - joints[:, 0])[0]
    rates = source_rates(written["poses"], motion.rate_hz)
    rows = []
    for name in ("smplh", "anthropometric"):
        moved = retarget(motion, get_body_model(name).build(motion.shape, models=folder))
        places, links = moved.world_poses()
        step = rot.multiply(links[1:], rot.conjugate(links[:-1]))
        found = motion.rate_hz * rot.to_rotation_vector(rot.make_continuous(step))
        wrong = found - rot.rotate(moved.ground.level, rates)
        height, speed = lowest_points(soles(moved.body, places, links), motion.rate_hz)
        standing = np.abs(height[speed < STANCE_SPEED_M_S])
        rows.append(
            [
                float(np.linalg.norm(places - moved.ground.place(own), axis=2).mean()),
                float(np.sqrt((wrong**2).sum() / (rates**2).sum())),
                float(np.median(standing)) if len(standing) > 20 else np.nan,
            ]
        )
    return rows


def main() -> None:
    """Print the table and the clips whose soles are furthest off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    clips = [
        *motion_sources.default_clips(),
        *motion_sources.find_clips([data / "cmu" / "bvh"]),
        *motion_sources.find_clips([data / "bandai-namco-1"])[::10],
    ]
    with tempfile.TemporaryDirectory() as name:
        model = write_model(Path(name), "smplh")
        measured = {clip.key: measure(clip, Path(name), model) for clip in clips}
    rows = {key: row for key, row in measured.items() if row is not None}
    values = np.array(list(rows.values()))
    print(f"{len(rows)} clips\n")
    print("| body | joints, m: most | rates, relative: most | soles in stance, cm: median, most |")
    print("|---|---|---|---|")
    for body, (joints, rates, standing) in zip(
        ("smplh", "anthropometric"), values.transpose(1, 2, 0), strict=True
    ):
        apart = f"{joints.max():.1e}" if body == "smplh" else "–"
        print(
            f"| {body} | {apart} | {rates.max():.1e} "
            f"| {100 * np.nanmedian(standing):.2f}, {100 * np.nanmax(standing):.1f} |"
        )
    off = [f"{key} {100 * row[0][2]:.1f}" for key, row in rows.items() if row[0][2] > 0.02]
    print(f"\nover 2 cm on smplh: {', '.join(off) or 'none'}")


if __name__ == "__main__":
    main()
