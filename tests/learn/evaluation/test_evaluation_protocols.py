"""Protocol files: all there, whole, in agreement with the registries, and told where wrong."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.evaluation import known_protocols, load_protocol
from imusim.recordings import get_dataset, known_datasets
from imusim.sensor.placement import find_placements

SMALL = """
dataset = "geotec"
[sensors.watch]
up = "-x"
[[classes]]
labels = ["SEATED"]
name = "sitting"
sentences = ["a person sits still"]
[[classes]]
labels = ["WALKING", "TURNING"]
name = "walking"
"""


def test_every_dataset_with_labels_on_a_body_has_one():
    wanted = {
        name
        for name, dataset in known_datasets().items()
        if len(dataset.labels) > 1 and any(dataset.placements.values())
    }
    assert set(known_protocols()) == wanted


@pytest.mark.parametrize("name", known_protocols())
def test_a_protocol_is_whole(name):
    protocol, dataset = load_protocol(name), get_dataset(name)
    assert set(protocol.number_of) == set(dataset.labels)
    assert set(protocol.sensors) == set(dataset.placements)
    assert set(protocol.joints().values()) <= set(JOINTS)
    for label, number in protocol.number_of.items():
        own = protocol.classes[number]
        assert own.name == dataset.labels[label]
        assert len(own.prompts) == 3
        assert len(set(own.prompts)) == 3
    prompts = [prompt for own in protocol.classes for prompt in own.prompts]
    assert len(set(prompts)) == len(prompts)


@pytest.mark.parametrize("name", known_protocols())
def test_up_is_what_a_layout_says_of_its_axes(name):
    """Where a layout states a sensor's axes along the segment, the file has the same."""
    protocol, dataset = load_protocol(name), get_dataset(name)
    for sensor, how in protocol.sensors.items():
        placement = find_placements([dataset.placements[sensor]])[0]
        if "axes" not in placement.model_fields_set:
            continue
        along = [(k, sign) for k, sign, word in placement.axis_words() if word == "distal"]
        if along:
            (axis, sign), trunk = along[0], placement.segment in ("pelvis", "spine3", "head")
            assert how.up == ("" if (sign > 0) == trunk else "-") + "xyz"[axis]


def test_joints_of_the_four():
    assert load_protocol("utd-mhad").joints() == {"wrist": "right_wrist", "thigh": "right_hip"}
    assert load_protocol("uci-har").joints() == {"waist": "pelvis"}
    assert load_protocol("geotec").joints() == {"phone": "left_hip", "watch": "left_wrist"}
    assert load_protocol("selfback").joints() == {"wrist": "right_wrist", "thigh": "right_hip"}


def test_a_file_of_ones_own(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SMALL + 'sentences = ["a person walks"]\n')
    protocol = load_protocol(file)
    assert protocol.number_of == {"SEATED": 0, "WALKING": 1, "TURNING": 1}
    assert protocol.classes[1].prompts == ("walking", "a person walks")
    assert load_protocol(str(file)) == protocol


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[sensors.watch]", "[sensors.wotch]"), "no sensor 'wotch'. Did you mean 'watch'"),
        (('"SEATED"', '"SEETED"'), "no label 'SEETED'. Did you mean 'SEATED'"),
        (('name = "walking"', 'name = "sitting"'), "'sitting' is there twice"),
        (('name = "walking"', 'name = " "'), "a name of a class is empty"),
        (('name = "walking"', ""), "classes.1.name"),
        (('"TURNING"', '"SEATED"'), "label 'SEATED' is there twice"),
        (("a person sits still", "walking"), "prompt 'walking' is there twice"),
        (('up = "-x"', 'up = "down"'), "sensors.watch.up: one of x, -x"),
        (('up = "-x"', "up = []"), "sensors.watch.up: one of x, -x"),
        (('up = "-x"', 'joint = "paw"'), "sensors.watch.joint"),
        (('up = "-x"', 'upp = "-x"'), "unknown key 'sensors.watch.upp'"),
        (('dataset = "geotec"', 'dataset = "geotek"'), "geotek"),
        (('dataset = "geotec"', ""), "dataset: field required"),
        (("[[classes]]", "[[klasses]]"), "classes: field required"),
        (('dataset = "geotec"', 'dataset = "geotec"\nwindow_s = -1'), "window_s"),
        (("[sensors.watch]", "[sensors.watch"), "mine.toml:3: is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path, change, says):
    file = tmp_path / "mine.toml"
    file.write_text(SMALL.replace(*change))
    with pytest.raises(ConfigError) as error:
        load_protocol(file)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_datasets_without_one():
    with pytest.raises(ConfigError, match="no protocol for dip-imu"):
        load_protocol("dip-imu")
    with pytest.raises(ConfigError, match="geotek"):
        load_protocol("geotek")
