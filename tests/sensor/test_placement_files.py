"""Placements and layouts by name and from files."""

import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from body_models import get_body_model
from imusim.errors import ConfigError
from imusim.sensor.placement import (
    Layout,
    Placement,
    check_on_body,
    find_placements,
    layouts,
    load_layout,
    placements,
    seat,
)
from imusim.sensor.placement.names import _PLURALS, _key

ROOT = Path(__file__).resolve().parents[2]
BODY = get_body_model("anthropometric").build()

OWN = """
name = "Lab"
summary = "two sensors"

[sensors.glove]
segment = "left_wrist"
along = 0.5
around_deg = 90
height_m = 0.01
axes = { x = "distal", z = "out" }

[sensors.sole]
placement = "left_foot"
around_deg = 180
summary = "under the foot"
"""


def _names(*asked):
    return [placement.name for placement in find_placements(asked)]


def _written(tmp_path, text):
    file = tmp_path / "lab.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _fault(tmp_path, text):
    file = _written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_layout(file)
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(str(file))
    return told.removeprefix(str(file))


@pytest.mark.parametrize(
    "name",
    ["left_wrist", "Left Wrist", "left-wrist", "wrist_left", "l_wrist", "leftwrist", "left_watch"],
)
def test_names_are_taken_as_users_write_them(name):
    assert _names(name) == ["left_wrist"]


def test_usual_names_are_there():
    for name in (
        "left_wrist", "right_thigh_pocket", "chest", "lower_back", "left_ear", "right_foot",
        "right_back_pocket", "shirt_pocket", "glasses", "left_ring", "L5", "sternum", "waist",
        "left_ankle", "right_shank", "left_upper_arm", "forehead", "necklace", "right_heel",
        "left_instep", "neck", "upper_back", "right_forearm", "head", "left_armband",
    ):  # fmt: skip
        assert len(find_placements([name])) == 1


def test_plurals_are_both_sides():
    assert _names("wrists") == ["left_wrist", "right_wrist"]
    assert _names("ear", "foot") == ["left_ear", "right_ear", "left_foot", "right_foot"]
    assert _names("right_thigh_pocket") == ["right_pocket"]
    assert _names("feet", "upper_arms") == [
        "left_foot", "right_foot", "left_upper_arm", "right_upper_arm",
    ]  # fmt: skip


def test_a_place_is_taken_once_in_the_order_asked():
    assert _names("chest", "left_wrist", "wrists") == ["chest", "left_wrist", "right_wrist"]


def test_no_two_placements_share_a_name():
    keys = [_key(n) for p in placements().values() for n in (p.name, *p.also)]
    whole = [_key(n) for stem, x in layouts().items() for n in (stem, x.name, *x.also)]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(whole)
    stems = {name.partition("_")[2] for name in placements() if name.startswith("left_")}
    assert set(_PLURALS) <= stems


def test_every_placement_says_what_it_is():
    for name, placement in placements().items():
        assert placement.name == name
        assert len(placement.summary) > 10
        assert "{" not in placement.summary
        if name.startswith(("left_", "right_")):
            assert name.split("_")[0] in placement.summary


@pytest.mark.parametrize("name", layouts())
def test_every_layout_resolves_and_cites(name):
    layout = layouts()[name]
    assert find_placements([name]) == find_placements([layout.name])
    for placement in find_placements([name]):
        check_on_body(seat(placement, BODY), BODY)
        assert placement.summary
    assert layout.summary
    source = layout.source
    assert source is not None
    assert source.authors
    assert source.title
    assert source.venue
    assert source.doi.startswith("10.") or source.url.startswith("http")
    assert str(source.year) in str(source)


def test_the_layouts_asked_for_are_there():
    wanted = {
        "PAMAP2", "OPPORTUNITY", "UCI-HAR", "MotionSense", "RealWorld", "HARTH", "HAR70+",
        "MHEALTH", "DSADS", "USC-HAD", "WISDM", "MM-Fit", "w-HAR", "Shoaib", "UTD-MHAD", "SHL",
        "CAPTURE-24", "SELFBACK", "DIP-IMU", "TotalCapture",
    }  # fmt: skip
    assert wanted <= {layout.name for layout in layouts().values()}
    assert _names("UCI HAR") == _names("ucihar") == ["waist"]


def test_layouts_keep_their_own_names_and_tell_them_apart_where_they_clash():
    assert _names("pamap2") == ["hand", "chest", "ankle"]
    assert _names("pamap2.chest") == ["chest"]
    both = _names("harth", "selfback")
    assert both == ["back", "harth.thigh", "wrist", "selfback.thigh"]
    assert _names("pamap2", "chest") == ["hand", "chest", "ankle"]


def test_two_sensors_of_one_name_are_refused(tmp_path):
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text(OWN, encoding="utf-8")
    second.write_text(OWN.replace("along = 0.5", "along = 0.7"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"two sensors are called 'Lab\.glove'"):
        find_placements([str(first), str(second)])
    second.write_text(OWN.replace("along = 0.5", "along = 0.7").replace("Lab", "Rig"))
    assert _names(str(first), str(second)) == ["Lab.glove", "sole", "Rig.glove"]


def test_stated_axes_of_harth_point_where_its_description_says():
    back, thigh = (seat(p, BODY) for p in find_placements(["harth"]))
    from scipy.spatial.transform import Rotation

    x, y, z = Rotation.from_quat(back.link_from_sensor).as_matrix().T
    assert x @ [0, 0, -1] == pytest.approx(1)  # down
    assert y @ [0, 1, 0] == pytest.approx(1)  # left
    assert z @ [1, 0, 0] == pytest.approx(1)  # forward
    x, y, z = Rotation.from_quat(thigh.link_from_sensor).as_matrix().T
    assert x @ [0, 0, -1] == pytest.approx(1)  # down
    assert y @ [0, -1, 0] == pytest.approx(1)  # right
    assert z @ [-1, 0, 0] == pytest.approx(1)  # backward


def test_gravity_reads_on_a_standing_phone_as_uci_har_recorded_it(shared):
    from imusim.math import rotations as rot

    (waist,) = (seat(p, BODY) for p in find_placements(["uci_har"]))
    expected = rot.rotate_inverse(waist.link_from_sensor, [0.0, 0.0, 1.0])
    files = sorted((shared / "data/uci-har/STANDING").glob("*.csv"))
    assert len(files) > 5
    for file in files:
        force = np.loadtxt(file, delimiter=",", skiprows=1, usecols=(0, 1, 2)).mean(axis=0)
        angle = np.degrees(np.arccos(force @ expected / np.linalg.norm(force)))
        assert angle < 25, file.name


def test_the_reference_page_tells_of_every_placement_and_layout():
    page = (ROOT / "docs/reference/placements.md").read_text(encoding="utf-8")
    for name, placement in placements().items():
        assert f"`{name}`" in page
        for other in placement.also:
            assert f"`{other}`" in page or f"`{other.partition('_')[2]}`" in page
    for name, layout in layouts().items():
        assert f"`{name}`" in page
        assert layout.summary in page
        assert layout.note in page
        assert layout.source is not None
        assert (layout.source.doi or layout.source.url) in page


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("left_wirst", "Did you mean 'left_wrist'?"),
        ("pamap3", "Did you mean 'pamap2'?"),
        ("pamap2.knee", "no sensor 'knee'; it has: hand, chest, ankle"),
        ("", "unknown placement ''"),
        ("lab.toml", "lab.toml: cannot be read"),
        ("some/lab", "some/lab: cannot be read"),
    ],
)
def test_unknown_names_are_told_in_a_line(name, told):
    with pytest.raises(ConfigError) as caught:
        find_placements([name])
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_asked_for_is_an_error():
    with pytest.raises(ConfigError, match="no placement"):
        find_placements([])


def test_a_layout_of_ones_own(tmp_path):
    file = _written(tmp_path, OWN)
    glove, sole = find_placements([str(file)])
    assert (glove.name, glove.segment, glove.around_deg) == ("glove", "left_wrist", 90)
    assert (sole.segment, sole.along, sole.around_deg) == ("left_ankle", 0.6, 180)
    assert sole.summary == "under the foot"
    assert load_layout(file).name == "Lab"
    assert load_layout(_written(tmp_path, OWN.replace('name = "Lab"', ""))).name == "lab"
    # Another place on the base's segment.
    moved = OWN.replace("around_deg = 180", "offset_m = [0.1, 0, 0]")
    assert load_layout(_written(tmp_path, moved)).sensors[1].along is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("along = 0.5", "along = 2"), "sensors.glove: along: input should be less than or equal"),
        (("along = 0.5", "along = nan"), "sensors.glove: along"),
        (("along = 0.5", ""), "sensors.glove: state one of along, vertex, offset_m"),
        (("along = 0.5", "vertex = -1"), "sensors.glove: vertex"),
        (("along = 0.5", "vertex = 3"), "sensors.glove: around_deg goes with along"),
        (("along = 0.5", "along = 0.5\nvertex = 3"), "state one of along, vertex, offset_m"),
        (("along = 0.5", "alnog = 0.5"), "unknown key 'alnog'. Did you mean 'along'?"),
        (("0.01", "5"), "sensors.glove: height_m"),
        (("along = 0.5\naround_deg = 90", "offset_m = [1e308, 0, 0]"), "sensors.glove: offset_m.0"),
        (("left_wrist", "tail"), "sensors.glove: segment"),
        (('z = "out"', 'z = "proximal"'), "state two of x, y, z"),
        (('z = "out"', 'z = "up"'), "sensors.glove: axes.z"),
        (('x = "distal", ', ""), "state two of x, y, z"),
        (('placement = "left_foot"', 'placement = "left_fot"'), "Did you mean 'left_foot'?"),
        (("[sensors.glove]", '[sensors."a/b"]'), "a name has letters"),
        (("[sensors.glove]", "sensors = 3\n[glove]"), "is not TOML"),
        (("summary", "sumary"), "unknown key 'sumary'. Did you mean 'summary'?"),
        (("[sensors.glove]", "[sensors.glove"), ":5: is not TOML"),
        ((OWN, ""), "needs a table [sensors.NAME]"),
        ((OWN, "sensors = []"), "needs a table [sensors.NAME]"),
        ((OWN, "[sensors]\na = 3"), "sensors.a: is no table"),
        ((OWN, "a = " + "[" * 5000), "TOML"),
        ((OWN, "a = 1" + "0" * 5000), "is not TOML"),
    ],
)
def test_faults_of_own_files_are_told_in_a_line(tmp_path, change, told):
    text = _fault(tmp_path, OWN.replace(*change, 1))
    assert told in text or ("nested too deeply" in text and told == "TOML")


def test_files_that_are_no_text_are_told(tmp_path):
    file = tmp_path / "lab.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_layout(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_layout(tmp_path)
    file.write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigError, match="too large"):
        load_layout(file)


@settings(max_examples=300, deadline=None)
@given(
    spots=st.lists(st.integers(0, len(OWN) - 1), min_size=1, max_size=4),
    letters=st.text(string.printable, min_size=1, max_size=4),
)
def test_damaged_files_give_a_layout_or_one_line(tmp_path_factory, spots, letters):
    text = list(OWN)
    for spot in spots:
        text[spot] = letters
    file = tmp_path_factory.getbasetemp() / "damaged.toml"
    file.write_text("".join(text), encoding="utf-8")
    try:
        layout = load_layout(file)
    except ConfigError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert isinstance(layout, Layout)
    for placement in layout.sensors:
        assert isinstance(placement, Placement)
        if placement.vertex is None:
            seat(placement, BODY)
