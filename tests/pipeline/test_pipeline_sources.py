"""From files of many makers to signals."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_bvh
from smpl_model_files import write_amass

import imusim
import motion_sources
from imusim.errors import MotionError
from imusim.motion import Motion


@pytest.fixture(scope="module")
def kick() -> Motion:
    (clip,) = (c for c in motion_sources.default_clips() if c.key == "kick")
    return motion_sources.read_clip(clip)


def signals(folder: Path, file: Path, **settings) -> np.ndarray:
    imusim.generate(paths=str(file), out=str(folder / file.stem), **settings)
    (clip,) = imusim.Corpus(folder / file.stem)
    return np.concatenate([clip.accelerometer, clip.gyroscope], axis=-1)


def test_any_order_of_euler_angles_gives_the_same_signals(tmp_path, kick):
    orders = ["".join(order) for order in permutations("XYZ")]
    made = [
        signals(tmp_path, write_bvh(tmp_path / f"{order}.bvh", kick, order), scale=0.01, up="z")
        for order in orders
    ]
    assert np.ptp(made[0], axis=0).max() > 10  # it moves
    for order, other in zip(orders[1:], made[1:], strict=True):
        # Stored in 32 bits; the files' twelve digits are far finer.
        np.testing.assert_allclose(other, made[0], rtol=1e-5, atol=1e-4, err_msg=order)


def test_units_make_no_difference_and_a_giant_is_noticed(tmp_path, kick):
    one = signals(tmp_path, write_bvh(tmp_path / "cm.bvh", kick, unit=0.01), up="z")
    two = signals(tmp_path, write_bvh(tmp_path / "m.bvh", kick, unit=1.0), up="z")
    np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-4)
    with pytest.raises(MotionError, match=r"the body is 1\d\d m .* --scale"):
        signals(tmp_path, write_bvh(tmp_path / "giant.bvh", kick, unit=0.01), up="z", scale=1.0)


def test_a_folder_of_unlike_skeletons_makes_one_corpus(tmp_path, kick, shared):
    folder = tmp_path / "in"
    folder.mkdir()
    write_bvh(folder / "kick.bvh", kick, "XYZ")
    for name in (
        "cmu/bvh/02/02_01.bvh",
        "cmu/bvh/14_19.bvh",
        "cmu/bvh/walk_imusim.bvh",
        "cmu/asfamc/02/02.asf",
        "cmu/asfamc/02/02_02.amc",
        "bandai-namco-1/dataset-1_bow_sad_001.bvh",
    ):
        original = shared / "data" / name
        (folder / original.name).symlink_to(original)
    (folder / "notes.txt").write_text("no motion", "utf-8")
    corpus = imusim.generate(paths=str(folder), joints="all", out=str(tmp_path / "out"))
    seen = {clip.key: int(np.sum(clip.observed)) for clip in corpus}
    assert seen == {
        "02_01": 22,
        "02_02": 22,
        "14_19": 19,
        "dataset-1_bow_sad_001": 21,
        "kick": 15,
        "walk_imusim": 9,
    }


def test_amass_in_other_units_is_noticed(tmp_path):
    write_amass(tmp_path / "mm.npz", 240, trans=walked(240) * 1000)
    with pytest.raises(MotionError, match=r"the pelvis moves at 1,\d\d\d m/s: .*--scale"):
        signals(tmp_path, tmp_path / "mm.npz")
    write_amass(tmp_path / "m.npz", 240, trans=walked(240))
    one = signals(tmp_path, tmp_path / "m.npz")
    two = signals(tmp_path, tmp_path / "mm.npz", scale=0.001, overwrite=True)
    np.testing.assert_allclose(two, one, atol=1e-4)
    arrays = write_amass(tmp_path / "radians.npz", 240)
    write_amass(tmp_path / "degrees.npz", 240, poses=np.rad2deg(arrays["poses"]))
    with pytest.raises(MotionError, match="not in radians"):
        signals(tmp_path, tmp_path / "degrees.npz")


def walked(frames: int) -> np.ndarray:
    """Straight ahead at 1.4 m/s, 120 frames a second."""
    return np.arange(frames)[:, None] / 120 * [0.0, 1.4, 0.0] + [0.0, 0.0, 0.9]
