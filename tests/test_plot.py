import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus_clips import make_clip, write

import imusim
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import Corpus
from imusim.errors import ConfigError, MissingExtraError
from imusim.plot import choose_sensors, ground_forces, plot_clip, sensor_places
from imusim.plot.figures import stage
from imusim.plot.places import between


def test_the_joints_that_tell_most_are_chosen():
    every = ("pelvis", "head", "left_wrist", "right_ankle")
    assert choose_sensors(every, None) == ("left_wrist", "right_ankle", "pelvis")
    assert choose_sensors(("head", "neck"), None) == ("head", "neck")
    assert choose_sensors(every, ["head"]) == ("head",)
    with pytest.raises(ConfigError, match="no sensor 'neck'; it has: pelvis, head"):
        choose_sensors(every, ["neck"])
    with pytest.raises(ConfigError, match="at most 3"):
        choose_sensors(every, every)


def test_without_matplotlib_the_error_says_what_brings_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[plot\]'"):
        plot_clip(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("frames", [1, 2, 11, 300])
@pytest.mark.parametrize("known", [True, False])
def test_source_and_body_stand_side_by_side(tmp_path: Path, frames: int, known: bool):
    pytest.importorskip("matplotlib")
    clip = make_clip(4, frames=frames, captions=("walks",))
    if not known:
        clip = replace(clip, source_poses=np.full_like(clip.source_poses, np.nan))
    corpus = Corpus(write(tmp_path / "c", [clip]))
    figure = plot_clip(corpus[0], file=tmp_path / "p.png")
    names = [text.get_text() for text in figure.axes[-1].texts]
    assert names.count("source") == (len(names) // 2 if known else 0)
    assert names.count("body") >= 1
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_figures_of_one_moment_are_the_same_but_for_their_place(tmp_path: Path):
    clip = make_clip(4, frames=300)
    clip = replace(clip, source_poses=clip.poses)
    corpus = Corpus(write(tmp_path / "c", [clip]))
    scene = stage(corpus[0], 3.0, 11.0)
    source, body = scene.points[:, 0], scene.points[:, 1]
    apart = body - source
    assert apart[0, 0, 0] > np.ptp(body[..., 0], axis=1).max()
    np.testing.assert_allclose(apart[..., 0], apart[0, 0, 0], atol=1e-12)
    np.testing.assert_array_equal(apart[..., 1:], 0)


def test_the_force_of_the_ground_is_drawn_in_body_weights(tmp_path: Path):
    pytest.importorskip("matplotlib")
    clip = make_clip(4, frames=300, mass_kg=60.0)
    force = np.zeros((300, 22, 3))
    force[:200, JOINTS.index("left_ankle"), 2] = 60 * STANDARD_GRAVITY
    force[:200, JOINTS.index("left_foot")] = [40.0, 30.0, 30 * STANDARD_GRAVITY]
    force[100:, JOINTS.index("spine2"), 2] = 15 * STANDARD_GRAVITY
    clip = replace(clip, engine="bullet", channels={"ground_reaction": force})
    folder = write(tmp_path / "c", [clip, make_clip(5)], channels=("ground_reaction",))
    first, second = Corpus(folder)
    forces = ground_forces(first)
    assert list(forces) == ["left", "trunk"]
    np.testing.assert_allclose(forces["left"], np.where(np.arange(300) < 200, 1.5, 0), rtol=1e-6)
    np.testing.assert_allclose(forces["trunk"], np.where(np.arange(300) < 100, 0, 0.25), rtol=1e-6)
    panel = plot_clip(first).axes[-2]
    assert panel.get_ylabel() == "force upwards\nbody weights"
    np.testing.assert_array_equal(panel.get_lines()[0].get_ydata(), forces["left"])
    assert ground_forces(second) == {}
    assert len(plot_clip(second).axes) == len(plot_clip(first).axes) - 1


def test_sensors_are_drawn_where_they_sit(tmp_path):
    """A watch beside the wrist, though it rides on the forearm that hangs on the elbow."""
    corpus = imusim.generate(
        out=tmp_path / "c", placement="left_wrist,right_pocket,lower_back", joints="head", count=1
    )
    clip = corpus[0]
    head, watch, pocket, back = sensor_places(clip, clip.sensors)
    assert head == (JOINTS.index("head"), JOINTS.index("head"), 0.0)
    assert (JOINTS[watch.joint], JOINTS[watch.towards]) == ("left_elbow", "left_wrist")
    assert 0.85 < watch.share < 1.1
    assert (JOINTS[pocket.joint], JOINTS[pocket.towards]) == ("right_hip", "right_knee")
    assert 0.0 < pocket.share < 0.5
    assert JOINTS[back.joint] == clip.joints[3]
    figure = clip.poses[0].astype(float)
    middle = between(figure, watch._replace(share=0.5))
    np.testing.assert_allclose(middle, figure[[watch.joint, watch.towards]].mean(axis=0))
