"""MVNX: poses of a motion that is known, what files leave out, files that are broken."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mvnx_files import ARM, PARENTS, SEGMENTS, arrays, known, mvnx, version_3, write
from scipy.spatial.transform import Rotation

import body_models
import motion_sources
from imusim import generate
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions, world_poses
from imusim.motion.mvnx import SENSORS, reader
from motion_sources.mvnx import read


def attempt(file, options=None):
    return read(ClipRef("mvnx", file, file.stem), options or ReadOptions())


def body():
    return body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def apart(found, expected):
    """Largest angle (rad) between quaternions xyzw and rotations."""
    return (Rotation.from_quat(found.reshape(-1, 4)).inv() * expected).magnitude().max()


@pytest.mark.parametrize("version", [3, 4])
def test_poses_come_back(tmp_path, version):
    truth = known()
    motion = attempt(write(tmp_path / "swing.mvnx", truth, version))
    assert motion.rate_hz == 240
    assert motion.skeleton.names == SEGMENTS
    places, turns = world_poses(motion)
    np.testing.assert_allclose(places, truth.places, atol=1e-6)
    assert apart(turns, truth.turns) < 1e-6


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("digits", [6, 9])
def test_the_body_moves_as_the_segments_do(tmp_path, version, digits):
    truth = known()
    motion = attempt(write(tmp_path / "swing.mvnx", truth, version, digits=digits))
    moved = retarget(motion, body())
    assert moved.observed.all()
    close = 10.0 ** (2 - digits)
    for joint, segment in motion.joint_map.items():
        link = moved.world_from_link[:, JOINTS.index(joint)]
        turned = Rotation.from_quat(moved.ground.turn(truth.turn(segment).as_quat()))
        assert apart(link, turned) < close, joint
    lift = moved.positions - moved.source_positions
    np.testing.assert_allclose(lift, 0, atol=close)


def test_left_and_right_up_and_down(tmp_path):
    motion = attempt(write(tmp_path / "still.mvnx", known(10, still=True)))
    places = dict(zip(motion.skeleton.names, world_poses(motion)[0][0], strict=True))
    for joint, segment in motion.joint_map.items():
        if joint.startswith(("left", "right")):
            assert segment.startswith(joint.partition("_")[0].capitalize())
            assert (places[segment][1] > 0) == joint.startswith("left")
    assert places["Head"][2] > places["T8"][2] > places["Pelvis"][2] > places["LeftFoot"][2] > 0
    assert places["LeftToe"][0] > places["LeftFoot"][0]


def test_y_up_and_another_unit_are_honoured(tmp_path):
    truth = known(20)
    turn = Rotation.from_euler("x", -90, degrees=True)
    values = arrays(truth)
    values["position"] = turn.apply(truth.places.reshape(-1, 3)).reshape(truth.places.shape) * 100
    turned = (turn * truth.turns).as_quat().reshape(20, -1, 4)
    values["orientation"] = np.roll(turned, 1, axis=-1)
    file = tmp_path / "y.mvnx"
    file.write_text(mvnx(values, 240))
    motion = attempt(file, ReadOptions(up="y", scale=0.01))
    places, turns = world_poses(motion)
    np.testing.assert_allclose(places, truth.places, atol=1e-6)
    assert apart(turns, truth.turns) < 1e-6


def test_frames_that_are_skipped_are_a_gap(tmp_path):
    truth, numbers = known(10), [5, 6, 7, 11, 12, 13, 14, 15, 16, 17]
    motion = attempt(write(tmp_path / "gap.mvnx", truth, numbers=numbers))
    assert motion.frames == 13
    held = np.isfinite(motion.root_position).all(axis=1)
    np.testing.assert_array_equal(held, [n in numbers for n in range(5, 18)])
    np.testing.assert_allclose(world_poses(motion)[0][held], truth.places, atol=1e-6)


def test_joints_that_give_way_keep_their_places(tmp_path):
    truth = known(20)
    truth.places[:, SEGMENTS.index("RightShoulder"), 2] += np.linspace(0, 0.01, 20)
    motion = attempt(write(tmp_path / "shrug.mvnx", truth))
    assert motion.translations is not None
    np.testing.assert_allclose(world_poses(motion)[0], truth.places, atol=1e-6)
    assert attempt(write(tmp_path / "stiff.mvnx", known(20))).translations is None


def test_limbs_without_units_were_not_captured(tmp_path):
    units = [name for name in SENSORS if "Leg" not in name and "Foot" not in name]
    units.remove("LeftHand")
    truth = known(10)
    values = {n: rows for n, rows in arrays(truth).items() if not n.startswith("sensor")}
    file = tmp_path / "upper.mvnx"
    file.write_text(mvnx(values, 60, sensors=units))
    absent = set(JOINTS) - set(attempt(file).joint_map)
    legs = {f"{s}_{j}" for s in ("left", "right") for j in ("hip", "knee", "ankle", "foot")}
    assert absent == legs | {"left_wrist"}
    assert set(attempt(write(tmp_path / "whole.mvnx", truth)).joint_map) == set(JOINTS)


def test_without_a_t_pose_the_body_is_told_from_its_bones(tmp_path):
    truth = known(60)
    motion = attempt(write(tmp_path / "bare.mvnx", truth, calibration=False))
    assert not motion.rest_is_t_pose
    moved = retarget(motion, body())
    elbow = moved.world_from_link[:, JOINTS.index("right_elbow")]
    turned = Rotation.from_quat(elbow) * Rotation.from_quat(elbow[0]).inv()
    forearm = truth.turn("RightForeArm")
    assert apart(turned.as_quat(), forearm * forearm[0].inv()) < 1e-6


def test_a_prop_is_read_over(tmp_path):
    truth = known(5)
    values = arrays(truth)
    for name, width in (("orientation", 4), ("position", 3)):
        rows = values[name]
        values[name] = np.concatenate([rows, np.ones((5, 1, width)) / np.sqrt(width)], axis=1)
    file = tmp_path / "prop.mvnx"
    file.write_text(mvnx(values, 60, segments=(*SEGMENTS, "Prop1"), calibration=False))
    motion = attempt(file)
    assert motion.skeleton.names == SEGMENTS
    np.testing.assert_allclose(world_poses(motion)[0], truth.places, atol=1e-6)


def test_names_that_the_file_leaves_out(tmp_path):
    text = mvnx(arrays(known(5)), 60)
    for part in ("segments", "sensors", "joints"):
        start, end = text.index(f"<{part}>"), text.index(f"</{part}>") + len(part) + 3
        text = text[:start] + text[end:]
    (tmp_path / "bare.mvnx").write_text(text)
    assert attempt(tmp_path / "bare.mvnx").skeleton.names == SEGMENTS


def test_rate_from_times_and_from_the_user(tmp_path):
    text = mvnx(arrays(known(30)), 60, subject=" ")
    assert "frameRate" not in text
    file = tmp_path / "a.mvnx"
    file.write_text(text)
    assert attempt(file).rate_hz == 60
    without = "\n".join(line.replace(" time=", " was=") for line in text.splitlines())
    file.write_text(without)
    assert attempt(file, ReadOptions(rate_hz=50.0)).rate_hz == 50
    with pytest.raises(MotionError, match="--source-rate"):
        attempt(file)


def test_captions_from_the_nearest(tmp_path):
    file = write(tmp_path / "CarryBox_02.mvnx", known(3))
    assert attempt(file).captions == ("carry box",)
    write(file, known(3), comment=" Bowing\n the arm ")
    assert attempt(file).captions == ("Bowing the arm",)
    file.with_suffix(".txt").write_text("a person carries a box\n")
    assert attempt(file).captions == ("a person carries a box",)


def test_a_map_of_the_user_goes_first(tmp_path):
    file = write(tmp_path / "a.mvnx", known(3))
    motion = attempt(file, ReadOptions(joint_map={"spine3": "T12", "head": ""}))
    assert motion.joint_map["spine3"] == "T12"
    assert "head" not in motion.joint_map


def test_recognised_by_suffix_or_first_element(tmp_path):
    file = write(tmp_path / "export.xml", known(3))
    (clip,) = motion_sources.find_clips([file])
    assert clip.source == "mvnx"
    (tmp_path / "notes.xml").write_text("<notes/>")
    assert len(motion_sources.find_clips([tmp_path])) == 1


def test_from_a_file_to_a_corpus(tmp_path):
    file = write(tmp_path / "arm.mvnx", known(480), comment="a person swings an arm")
    (clip,) = generate(file, out=tmp_path / "c", joints="right_elbow", workers=1)
    assert (clip.source, clip.captions) == ("mvnx", ("a person swings an arm",))
    rates = np.linalg.norm(clip.gyroscope[:, 0], axis=1)
    swing = np.hypot(1.0, 0.6) * 0.8 * 2 * np.pi * 1.2
    assert rates.max() == pytest.approx(np.hypot(swing, 0.5), rel=0.01)


GOOD = mvnx(arrays(known(4)), 60, digits=3)
NORMAL = GOOD.index('index="2"')
LINE = GOOD[:NORMAL].count("\n") + 1
SYSTEM = '<!DOCTYPE mvnx SYSTEM "http://www.xsens.com/mvn/mvnx/schema.dtd">'
LAUGHS = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 30))


def swap(old, new, after=0):
    at = GOOD.index(old, after)
    return GOOD[:at] + new + GOOD[at + len(old) :]


def node(name, new):
    """The file with another node of frame 2."""
    start = GOOD.index(f"<{name}>", NORMAL)
    end = GOOD.index(f"</{name}>", NORMAL) + len(name) + 3
    return GOOD[:start] + new + GOOD[end:]


def places(first):
    return f"<position>{first} {'0 ' * 68}</position>"


def with_doctype(declared):
    return swap("<mvnx xmlns", f"{declared}\n<mvnx xmlns")


def test_the_vendors_doctype_is_named_and_not_loaded(tmp_path):
    (tmp_path / "a.mvnx").write_text(with_doctype(SYSTEM))
    assert attempt(tmp_path / "a.mvnx").frames == 4


CASES = {
    "empty": ("", "no element found", 1),
    "no XML": ("HIERARCHY\n", "is no XML: syntax error", 1),
    "binary": ("<mvnx\0\x01", "is no XML", 1),
    "other XML": ("<notes/>", "begins with <notes>, not <mvnx>", 1),
    "frames alone": ("<frames></frames>", "begins with <frames>", 1),
    "version 2": (swap('version="4"', 'version="2"'), "is of version '2'; MVNX 3 and 4", 3),
    "no version": (swap(' version="4"', ""), "states no version", 3),
    "cut in a frame": (GOOD[: NORMAL + 400], "is cut short after frame 2", LINE + 1),
    "cut in a tag": (GOOD[: NORMAL + 4], "is cut short after frame 1", LINE),
    "cut between frames": (GOOD[: NORMAL - 30], "is cut short after frame 1", LINE - 1),
    "crossed tags": (swap("</position>", "</frame>", NORMAL), "mismatched tag after frame 2", None),
    "no frames": (GOOD.replace('type="normal"', 'type="npose"'), "holds no frames of motion", None),
    "no pose": (GOOD.replace("position>", "place>"), "hold no <position>", None),
    "a number less": (
        swap("1.000 ", "", NORMAL),
        "holds 91 numbers, not the 92 of 23 segments",
        LINE + 1,
    ),
    "a number more": (
        swap("<position>", "<position>0 ", NORMAL),
        "frame 2: <position> holds 70 ",
        LINE + 2,
    ),
    "no numbers": (node("position", "<position/>"), "frame 2: <position> holds 0 ", LINE + 2),
    "a word": (
        swap("1.000 ", "one ", NORMAL),
        "frame 2: <orientation>: 'one' is no number",
        LINE + 1,
    ),
    "decimal comma": (swap("1.000 ", "1,000 ", NORMAL), "'1,000' is no number", LINE + 1),
    "underscore": (swap("1.000 ", "1_0 ", NORMAL), "no finite number", LINE + 1),
    "NaN": (
        swap("1.000 ", "nan ", NORMAL),
        "frame 2: <orientation> holds what is no finite",
        LINE + 1,
    ),
    "infinite": (node("position", places("-inf")), "frame 2: <position> holds what", LINE + 2),
    "overflow": (swap("1.000 ", "1e999 ", NORMAL), "no finite number", LINE + 1),
    "far away": (node("position", places("9e9")), "frame 2: <position> is too large", None),
    "no rotation": (swap("<orientation>1", "<orientation>2", NORMAL), "not of unit length", None),
    "node missing": (node("position", ""), "frame 2: lacks <position>", None),
    "node too many": (
        GOOD[:NORMAL].replace("position>", "place>") + GOOD[NORMAL:],
        "frame 2: alone has <position>",
        None,
    ),
    "node twice": (node("velocity", places("0")), "frame 2: holds <position> twice", LINE + 3),
    "child in numbers": (
        swap("<position>", "<position><a/>", NORMAL),
        "<a> within <position>",
        LINE + 2,
    ),
    "frames go back": (swap('index="2"', 'index="1"'), "frame 1: comes after frame 1", LINE),
    "frames leap": (swap('index="3"', 'index="999999"'), "frames are missing", None),
    "no index": (swap('index="2"', 'index="two"'), "index 'two' is no number", LINE),
    "half an index": (swap('index="2"', 'index="2.5"'), "no whole number", LINE),
    "zero rate": (swap('frameRate="60"', 'frameRate="0"'), "frameRate '0'", None),
    "word as rate": (swap('frameRate="60"', 'frameRate="fast"'), "'fast' is no number", None),
    "no pelvis": (GOOD.replace("Pelvis", "Basin"), "no segment 'Pelvis'", None),
    "a label twice": (
        swap('label="L3"', 'label="L5"'),
        "segment without a label of its own: 'L5'",
        None,
    ),
    "two people": (swap("</subject>", "</subject><subject/>"), "second subject", None),
    "entities": (
        with_doctype(f"<!DOCTYPE mvnx [<!ENTITY l0 'ha'>{LAUGHS}]>"),
        "declares a document type of its own",
        3,
    ),
    "file as entity": (
        with_doctype('<!DOCTYPE mvnx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "declares a document type",
        3,
    ),
    "entity of the DTD": (
        with_doctype(SYSTEM).replace("<position>", "<position>&x;", 1),
        "entity 'x' is not expanded",
        None,
    ),
    "unknown entity": (swap("<position>", "<position>&x;"), "undefined entity", None),
    "deep": ("<mvnx version='4'>" + "<a>" * 5000, "elements within elements", 1),
    "a flood of text": (
        swap("<comment></comment>", "<comment>" + "ha" * 9999 + "</comment>"),
        "far more text",
        None,
    ),
    "unknown encoding": (swap("UTF-8", "UTF-99"), "encoding", None),
    "no UTF-8": (GOOD.replace("MVN System 1", "\xff").encode("latin-1"), "not well-formed", None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_is_one_line(tmp_path, case):
    data, says, line = CASES[case]
    file = tmp_path / "broken.mvnx"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(MotionError, match=says) as caught:
        attempt(file)
    told = str(caught.value)
    assert told.startswith(str(file))
    assert "\n" not in told
    assert len(told) < 300 + len(str(file))
    if line is not None:
        assert caught.value.line == line


def test_more_frames_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MOST_FRAMES", 3)
    (tmp_path / "a.mvnx").write_text(GOOD)
    with pytest.raises(MotionError, match="frame 3: more than the 3 frames"):
        attempt(tmp_path / "a.mvnx")


def test_memory_does_not_grow_with_what_is_not_wanted(tmp_path):
    flood = "<jointAngle>" + "0.000000 " * 20_000 + "</jointAngle>\n"
    file = tmp_path / "long.mvnx"
    file.write_text(mvnx(arrays(known(100)), 60).replace("</position>", "</position>" + flood))
    assert file.stat().st_size > 18e6
    tracemalloc.start()
    try:
        reader.read_mvnx(file, ("orientation", "position"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2.5e6


fuzz = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@fuzz
@given(seed=st.integers(0, 2**32 - 1), frames=st.integers(1, 6), version=st.sampled_from([3, 4]))
def test_any_poses_come_back(tmp_path, seed, frames, version):
    rng = np.random.default_rng(seed)
    places = rng.uniform(-9, 9, (frames, len(SEGMENTS), 3))
    turns = Rotation.random(frames * len(SEGMENTS), random_state=rng)
    stated = np.roll(turns.as_quat().reshape(frames, -1, 4), 1, axis=-1)
    stated *= rng.choice([-1, 1], (frames, len(SEGMENTS), 1))
    values = {"orientation": version_3(stated) if version == 3 else stated, "position": places}
    file = tmp_path / "any.mvnx"
    file.write_text(mvnx(values, 100, version))
    found, turned = world_poses(attempt(file))
    np.testing.assert_allclose(found, places, atol=1e-6)
    assert apart(turned, turns) < 1e-6


@fuzz
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=4))
def test_damage_gives_a_motion_or_an_error(tmp_path, edits):
    data = bytearray(GOOD.encode())
    for at, new in edits:
        place = int(at * (len(data) - 1))
        data[place : place + len(new)] = new
    file = tmp_path / "damaged.mvnx"
    file.write_bytes(data)
    try:
        assert isinstance(attempt(file), Motion)
    except MotionError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 600


def test_the_arm_hangs_where_the_tree_says():
    assert all(PARENTS[name] in SEGMENTS for name in SEGMENTS[1:])
    assert set(ARM) < set(SEGMENTS)
