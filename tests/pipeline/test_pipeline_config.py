import json
from pathlib import Path

import numpy as np
import pytest

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.pipeline import GenerateConfig, load_config, resolve_joints
from imusim.pipeline.config import resolve_channels


def test_joints_come_in_canonical_order_each_once():
    assert resolve_joints(["head", "wrists", "left_wrist"]) == ("head", "left_wrist", "right_wrist")
    assert resolve_joints(["all"]) == JOINTS
    assert resolve_joints(["Left-Wrist"]) == ("left_wrist",)


def test_unknown_joint_names_the_closest_and_the_valid_ones():
    with pytest.raises(ConfigError, match=r"'left_wirst'.*Did you mean 'left_wrist'.*pelvis.*dip6"):
        resolve_joints(["left_wirst"])


def test_channels_come_in_the_order_of_the_format_each_once():
    names = ("ground_reaction", "contact", "joint_torque", "root_wrench")
    others = ("magnetometer", "barometer")
    assert resolve_channels(["all"], "bullet") == (*names, *others)
    assert resolve_channels(["all"], "kinematic") == others
    assert (
        resolve_channels(["forces"], "bullet") == resolve_channels(names[::-1], "mujoco") == names
    )
    assert resolve_channels(["root-wrench", "contact", "contact"], "bullet") == names[1::2]
    assert resolve_channels([], "bullet") == resolve_channels(["none"], "kinematic") == ()
    with pytest.raises(
        ConfigError,
        match=r"'contacts'.*Did you mean 'contact'.*root_wrench, magnetometer, barometer, all",
    ):
        resolve_channels(["contacts"], "bullet")


def test_file_and_overrides(tmp_path: Path):
    file = tmp_path / "run.toml"
    file.write_text('joints = "wrists,head"\nrate_hz = 100\nseed = 3\noffset = [0, 0, 0.1]\n')
    config = load_config(file, {"seed": 4})
    assert config.joints == ("wrists", "head")
    assert (config.rate_hz, config.seed, config.offset) == (100.0, 4, (0.0, 0.0, 0.1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate_hz = 50\nseed = \n", r"run\.toml:2: is not TOML"),
        ("rate = 50\n", r"run\.toml: unknown setting 'rate'\. Did you mean 'rate_hz'"),
        ("rate_hz = 0\n", r"run\.toml: rate_hz: .*greater than 0, got 0"),
        ("rate_hz = nan\n", r"run\.toml: rate_hz: .*finite"),
        ("rate_hz = 5000\n", r"run\.toml: rate_hz: .*2000"),
        ("seed = -1\n", r"run\.toml: seed: "),
        ("offset = [0, 0]\n", r"run\.toml: offset: "),
        ("joints = []\n", r"run\.toml: joints: "),
        ('joints = ["knee"]\n', r"run\.toml: joints: unknown joint 'knee'"),
        ('rotations = "some"\n', r"run\.toml: rotations: unknown rotations 'some'.*wobble:DEG"),
        ('channels = ["contact"]\n', r"run\.toml: channels: the engine 'kinematic' .*--engine"),
        ('engine = "bullet"\nchannels = "contacts"\n', r"run\.toml: channels: unknown channel"),
        ('up = "x"\n', r"run\.toml: up: "),
    ],
)
def test_bad_settings_take_one_line_with_file_and_key(tmp_path: Path, text: str, expected: str):
    file = tmp_path / "run.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=expected) as caught:
        load_config(file)
    assert "\n" not in str(caught.value)


def test_missing_and_binary_files(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load_config(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path / "b.toml")


def test_a_fault_in_an_override_does_not_blame_the_file(tmp_path: Path):
    file = tmp_path / "run.toml"
    file.write_text("seed = 1\n")
    with pytest.raises(ConfigError, match=r"^rate_hz: "):
        load_config(file, {"rate_hz": -1})
    with pytest.raises(ConfigError, match=r"^unknown joint"):
        load_config(file, {"joints": ["x"]})


def test_what_is_recorded_depends_on_no_machine(tmp_path: Path):
    config = GenerateConfig(paths=(str(tmp_path / "walks"), "a/b"), out=str(tmp_path / "c"))
    text = json.dumps(config.recorded())
    assert str(tmp_path) not in text
    assert config.recorded()["paths"] == ["walks", "a/b"]


def test_offset_from_text():
    assert load_config(None, {"offset": "0,0.05,-1"}).offset == (0.0, 0.05, -1.0)
    with pytest.raises(ConfigError, match="offset"):
        load_config(None, {"offset": "a,b,c"})


def test_clip_seeds_depend_on_run_source_and_key():
    from imusim.pipeline.clip import clip_seed

    seeds = {clip_seed(run, source, key) for run in (0, 1) for source in "ab" for key in ("x", "y")}
    assert len(seeds) == 8
    assert clip_seed(0, "a", "x") == clip_seed(0, "a", "x")


def test_output_frames_near_a_gap_are_invalid():
    from imusim.pipeline.clip import output_valid

    valid = np.ones(121, dtype=bool)
    valid[60] = False
    time_s = np.arange(51) / 50.0
    got = output_valid(time_s, valid, 120.0, 50.0)
    assert np.flatnonzero(~got).tolist() == [25]
    fine = np.arange(1001) / 1000.0
    bad = fine[~output_valid(fine, valid, 120.0, 1000.0)]
    np.testing.assert_allclose([bad.min(), bad.max()], [0.496, 0.504], atol=1e-9)
