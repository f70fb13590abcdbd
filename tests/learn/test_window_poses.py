"""How bodies move in windows: at the windows' times, and knowing neither place nor heading."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from corpus_clips import JOINTS as SENSORS  # noqa: E402
from corpus_clips import make_clip  # noqa: E402

from imusim.conventions import JOINTS  # noqa: E402
from imusim.corpus import Corpus, CorpusWriter  # noqa: E402
from imusim.errors import CorpusError  # noqa: E402
from imusim.learn import examples as module  # noqa: E402
from imusim.learn.examples import Examples  # noqa: E402
from imusim.learn.poses import Poses, canonical  # noqa: E402

SLOPE = np.arange(1.0, 67.0).reshape(22, 3)


def corpus(folder, seconds=(7.0, 2.0), poses=None):
    """Joints that move evenly, each its own way: straight lines are exact."""
    with CorpusWriter(folder, SENSORS, 20.0, {"seed": 7}) as writer:
        for number, length_s in enumerate(seconds):
            frames = round(length_s * 20)
            times = np.arange(round(length_s * 10))[:, None, None] / 10
            moved = (times * SLOPE + number).astype(np.float32) if poses is None else poses
            writer.add(
                make_clip(
                    number, frames=frames, valid=np.ones(frames, bool), captions=("moving",),
                    poses=moved, source_poses=moved,
                )
            )  # fmt: skip
    return Corpus(folder)


def test_poses_are_those_of_the_windows_time(tmp_path, monkeypatch):
    held = corpus(tmp_path / "c")
    examples = Examples([held], 4.0, 20.0, stride_s=1.25, motion=True)
    starts = [0.0, 1.25, 2.5, 0.0]
    assert len(examples) == 4
    moving = examples.motion(np.arange(4))
    told = zip(starts, [7, 7, 7, 2], [0, 0, 0, 1], strict=True)
    for n, (start_s, length_s, clip) in enumerate(told):
        times = start_s + np.arange(40) / 10
        there = times < length_s - 1e-6
        assert (moving.valid[n].numpy() == there).all()
        expected = np.minimum(times, length_s - 0.1)[there, None, None] * SLOPE + clip
        np.testing.assert_allclose(moving.positions[n, there], expected, rtol=1e-5)
        assert (moving.positions[n, ~there] == 0).all()
    monkeypatch.setattr(module, "MEMORY_BYTES", 0)
    read = Examples([held], 4.0, 20.0, stride_s=1.25, motion=True).motion([3, 1])
    assert torch.equal(read.positions, moving.positions[[3, 1]])
    assert torch.equal(read.valid, moving.valid[[3, 1]])
    assert Examples([held], 4.0, 20.0).motion([0]) is None


def test_a_clip_without_poses_is_refused(tmp_path):
    none = np.zeros((0, 22, 3), np.float32)
    held = corpus(tmp_path / "c", poses=none)
    with pytest.raises(CorpusError, match=r"c: clip 'source/.*' holds no poses.*need motion"):
        Examples([held], 4.0, 20.0, motion=True)
    Examples([held], 4.0, 20.0)


def test_place_and_heading_are_left_away_and_nothing_else():
    generator = torch.Generator().manual_seed(0)
    positions = torch.randn(8, 12, 22, 3, generator=generator)
    valid = torch.ones(8, 12, dtype=torch.bool)
    plain = canonical(Poses(positions, valid))
    turn = torch.rand(8, generator=generator) * 2 * math.pi
    cos, sin, zero = turn.cos(), turn.sin(), torch.zeros(8)
    about_z = torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, zero + 1], 1)
    moved = positions @ about_z.view(8, 1, 3, 3).mT + torch.tensor([3.0, -2.0, 1.0])
    torch.testing.assert_close(canonical(Poses(moved, valid)), plain, atol=2e-5, rtol=1e-4)
    left, right, root = (JOINTS.index(name) for name in ("left_hip", "right_hip", "pelvis"))
    across = plain[:, 0, left] - plain[:, 0, right]
    assert across[:, 0].abs().max() < 1e-5
    assert (across[:, 1] > 0).all()
    # Distances between joints, and how far the pelvis went, are as they were.
    joints = [n for n in range(22) if n != root]
    torch.testing.assert_close(
        torch.cdist(plain[:, :, joints], plain[:, :, joints]),
        torch.cdist(positions[:, :, joints], positions[:, :, joints]), atol=1e-3, rtol=1e-3,
    )  # fmt: skip
    went = positions[:, :, root] - positions[:, :1, root]
    torch.testing.assert_close(plain[:, :, root].norm(dim=-1), went.norm(dim=-1))
    half = valid & (torch.arange(12) < 6)
    assert (canonical(Poses(positions, half))[:, 6:] == 0).all()
