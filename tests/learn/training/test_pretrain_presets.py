"""Settings: presets, files, what is refused; the page of presets is what the code says."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
from imusim.errors import ConfigError
from imusim.learn.augment import AugmentSettings
from imusim.learn.training import PRESETS, PretrainConfig, load_pretrain_config

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "presets.md"


def test_steps_win_over_the_epochs_of_a_preset(tmp_path):
    (tmp_path / "few.toml").write_text("steps = 7\n")
    (tmp_path / "often.toml").write_text("epochs = 2.0\n")
    for config in (
        load_pretrain_config("primus", overrides={"steps": 7}),
        load_pretrain_config("primus", tmp_path / "few.toml"),
        load_pretrain_config("primus", tmp_path / "often.toml", {"steps": 7}),
    ):
        assert (config.steps, config.epochs) == (7, None)
    both = load_pretrain_config("primus", tmp_path / "few.toml", {"epochs": 3.0})
    assert both.epochs == 3
    assert load_pretrain_config("primus").epochs == 15


def test_presets_are_settings():
    assert list(PRESETS) == [
        "default", "unimts-paper", "unimts-code", "primus", "harnet", "limu-bert",
        "relcon-distance", "relcon",
    ]  # fmt: skip
    assert load_pretrain_config() == PretrainConfig()
    code = load_pretrain_config("unimts-code")
    assert code.encoder == "stgcn"
    assert code.logit_scale / code.divide_by == pytest.approx(1000)
    assert code.augment.no_gyroscope == 1
    paper = load_pretrain_config("unimts-paper")
    assert paper.logit_scale / paper.divide_by == pytest.approx(10)
    assert paper.augment.no_gyroscope == 0
    assert paper.augment.sensors == (1, 5)
    primus = load_pretrain_config("primus")
    assert (primus.encoder, primus.samples, primus.needs) == ("cnn_gru", 250, {"text", "motion"})
    assert primus.read_s == primus.window_s  # so that motion is of the very time that is seen
    assert primus.settings_of("primus") == {"alpha": 0.5, "queue": 8192}
    harnet = load_pretrain_config("harnet")
    assert (harnet.encoder, harnet.samples, harnet.needs) == ("harnet10", 300, set())
    assert harnet.augment.no_gyroscope == 1
    assert harnet.by_movement
    limu_bert = load_pretrain_config("limu-bert")
    assert (limu_bert.encoder, limu_bert.samples, limu_bert.needs) == ("limu_bert", 120, set())
    assert limu_bert.augment.no_gyroscope == 0
    for name in ("relcon-distance", "relcon"):
        relcon = load_pretrain_config(name)
        assert relcon.samples == 256
        assert relcon.read_s == relcon.window_s
        assert relcon.augment.sensors == (1, 1)
        assert "text" not in relcon.needs


def test_the_page_says_what_the_code_says():
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("| setting | `default` |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \|(.*)\|$", table, flags=re.MULTILINE)
    assert len(rows) >= 18
    for name, cells in rows:
        for preset, cell in zip(PRESETS, cells.split("|"), strict=True):
            value = load_pretrain_config(preset)
            for part in name.split("."):
                value = getattr(value, part)
            if isinstance(value, tuple):
                value = ", ".join(map(str, value))
            shown = {True: "true", False: "false", None: ""}.get(value, value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                shown = value
            assert cell.strip().strip("`") == str(shown), (name, preset)
    written = set(re.findall(r"`(\w+)`", text.partition("## All settings")[2]))
    assert set(PretrainConfig.model_fields) | set(AugmentSettings.model_fields) <= written


def test_layers_of_settings(tmp_path):
    file = tmp_path / "t.toml"
    file.write_text("steps = 7\nmounting = 'upright'\n[augment]\nsensors = [1, 2]\n")
    config = load_pretrain_config("unimts-code", file, {"steps": 9, "seed": 3})
    assert (config.steps, config.seed, config.encoder) == (9, 3, "stgcn")
    assert config.augment.mounting == "upright"
    assert config.augment.sensors == (1, 2)
    assert config.augment.no_gyroscope == 1
    turned = load_pretrain_config("default", file, {"mounting": "stored"})
    assert turned.augment.mounting == "stored"
    assert turned.augment.sensors == (1, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step = 7", r"t\.toml: unknown setting 'step'. Did you mean 'steps'\?"),
        ("[augment]\nnoise = 1", r"t\.toml: unknown setting 'augment.noise'"),
        ("steps = 0", r"t\.toml: steps: input should be greater than or equal to 1, got 0"),
        ("augment = 3", r"t\.toml: augment"),
        ("[augment]\nsensors = [3, 1]", r"t\.toml: augment: sensors: 3 to 1"),
        ("mounting = 'sideways'", r"t\.toml: augment\.mounting: .*'unknown'"),
        ("direction = 'text2imu'", r"t\.toml: direction: "),
        ("objectives = {tekst = 1}", "no objective 'tekst'"),
        ("objectives = {}", r"t\.toml: objectives: "),
        ("learning_rate = nan", r"t\.toml: learning_rate: "),
        ("[shares]\nbvh = -1", r"t\.toml: shares\.bvh: "),
        ("batch_size = 9\ndevices = 2", "9 windows cannot be shared out equally to 2 devices"),
        ("steps = ", r"t\.toml: is not TOML"),
    ],
)
def test_wrong_settings_are_told_in_a_line(tmp_path, text, message):
    file = tmp_path / "t.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as error:
        load_pretrain_config("default", file)
    assert "\n" not in str(error.value)


def test_an_unknown_preset_is_refused():
    with pytest.raises(ConfigError, match=r"no preset 'unimts'\. Did you mean 'unimts-"):
        load_pretrain_config("unimts")
