"""Broken files: a MotionError or a Motion, nothing else, and no memory for what is only stated."""

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinect_files import (
    pendulum,
    write_labels,
    write_msr,
    write_ntu,
    write_nw_ucla,
    write_utd,
    write_utkinect,
)
from scipy.io import savemat

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions
from imusim.motion.mat import first_name, read_array
from motion_sources.kinect import source as kinect

TIME_S = np.arange(7) / 30
WRITERS = {
    "a1_s1_t1_skeleton.mat": write_utd,
    "packed.mat": lambda file, p: write_utd(file, p, compress=False),
    "a01_s01_e01_skeleton3D.txt": write_msr,
    "S001C001P001R001A001.skeleton": lambda file, p: write_ntu(file, {"1": p, "2": p + 1}),
    "a01_s01_e00_v01.json": write_nw_ucla,
    "joints_s01_e01.txt": write_utkinect,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Each file's place and bytes."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "x").mkdir()
    for name, write in WRITERS.items():
        write(folder / name, pendulum(TIME_S))
    return {name: (folder / "x" / name, (folder / name).read_bytes()) for name in WRITERS}


def attempt(file, data):
    """Read; a Motion or None, and only MotionError on the way."""
    file.write_bytes(data)
    kinect.recognises(file)
    try:
        motion = kinect.read(ClipRef("kinect", file, "a"), ReadOptions())
    except MotionError as error:
        assert "\n" not in str(error)
        return None
    assert isinstance(motion, Motion)
    return motion


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_mutated_files(whole, name, data):
    file, good = whole[name]
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(bad)))
        piece = data.draw(st.sampled_from([b"", b"\0", b"-", b"9", b"e9", b"nan ", b"\n", b"\xff"]))
        cut = data.draw(st.sampled_from([0, 1, 1, 2, 8, 100]))
        bad[at : at + cut] = piece
    attempt(file, bytes(bad))


@pytest.mark.parametrize("name", WRITERS)
def test_cut_files(whole, name):
    file, good = whole[name]
    assert attempt(file, good) is not None
    for part in (0.0, 0.01, 0.3, 0.5, 0.9):
        assert attempt(file, good[: int(part * len(good))]) is None


def matrix(name=b"d_skel", shape=(20, 3, 4), kind=6, flags=0, stored=9, data=None):
    """A MATLAB matrix, byte by byte."""
    data = np.arange(240.0).tobytes() if data is None else data
    body = struct.pack("<IIII", 6, 8, kind | flags << 8, 0)
    body += struct.pack("<II", 5, 4 * len(shape)) + struct.pack(f"<{len(shape)}i", *shape)
    body += b"\0" * (-4 * len(shape) % 8)
    body += struct.pack("<II", 1, len(name)) + name + b"\0" * (-len(name) % 8)
    body += struct.pack("<II", stored, len(data)) + data
    return struct.pack("<II", 14, len(body)) + body


def mat(*elements):
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(elements)


def packed(element):
    squeezed = zlib.compress(element)
    return struct.pack("<II", 15, len(squeezed)) + squeezed


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a MATLAB 5 file"),
        (b"MATLAB 7.3 MAT-file".ljust(200), "-v7"),
        (mat(), "no array 'd_skel'"),
        (mat(matrix(b"other")), "no array 'd_skel'"),
        (mat(matrix(shape=(20, 3, 2**30))), "disagree"),
        (mat(matrix(shape=(-20, 3, -4))), "disagree"),
        (mat(matrix(shape=(20, 0, 4), data=b"")), "disagree"),
        (mat(matrix(shape=(3, 20, 4))), "shape"),
        (mat(matrix(kind=3)), "no dense array of real numbers"),
        (mat(matrix(kind=2)), "no dense array of real numbers"),
        (mat(matrix(kind=5)), "no dense array of real numbers"),
        (mat(matrix(flags=8)), "no dense array of real numbers"),
        (mat(matrix(stored=14)), "holds no numbers"),
        (mat(matrix()[:-1]), "cut short"),
        (mat(packed(matrix()[:-8])), "cut short"),
        (mat(struct.pack("<II", 15, 9) + b"nonsense!"), "damaged"),
        (mat(matrix(data=np.full(240, 1e300).tobytes())), "no place in metres"),
        (mat(matrix(data=np.full(240, np.nan).tobytes())), "lost in every frame"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, data, words):
    file = tmp_path / "a.mat"
    file.write_bytes(data)
    with pytest.raises(MotionError, match=words):
        kinect.read(ClipRef("kinect", file, "a"), ReadOptions())


def test_zip_bomb_is_not_unpacked(tmp_path):
    bomb = struct.pack("<II", 14, 2**31) + matrix()[8:] + b"\0" * 70_000_000
    file = tmp_path / "a.mat"
    file.write_bytes(mat(packed(bomb)))
    del bomb
    tracemalloc.start()
    with pytest.raises(MotionError, match="too much"):
        kinect.read(ClipRef("kinect", file, "a"), ReadOptions())
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_stated_counts_of_ntu_are_not_trusted(tmp_path):
    file = tmp_path / "S001C001P001R001A001.skeleton"
    for text, words in (
        ("99999999\n0\n", "1: not a number of frames"),
        ("20000\n0\n", "breaks off"),
        ("1\n7\n", "2: not a number of bodies"),
        ("1\n1\n1 0 1 1 1 1 0 0 0 2\n26\n", "4: not a number of joints"),
        ("1\n1\n1 0 1 1 1 1 0 0 0 2\n25\n1 2 3\n", "5: not 12 numbers"),
        ("2\n0\n0\n", "no person was seen"),
        ("0\n", "no person was seen"),
    ):
        file.write_text(text)
        with pytest.raises(MotionError, match=words):
            kinect.read(ClipRef("kinect", file, "a"), ReadOptions())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a01_s01_e00_v01.json", '{"skeletons": [[[1, 2', "1: not whole JSON"),
        ("a01_s01_e00_v01.json", "[" * 100_000, "not usable JSON"),
        ("a01_s01_e00_v01.json", "[1]", "no frames under 'skeletons'"),
        ("a01_s01_e00_v01.json", '{"skeletons": []}', "no frames under 'skeletons'"),
        ("a01_s01_e00_v01.json", '{"skeletons": [[]]}', "frame 1 is not 20 joints"),
        ("a01_s01_e00_v01.json", f'{{"skeletons": [{[[1, 2, True]] * 20}]}}', "not whole JSON"),
        ("a01_s01_e00_v01.json", f'{{"skeletons": [{[[1, 2, 1e9]] * 20}]}}', "frame 1 holds"),
        ("a01_s01_e00_v01.json", f'{{"skeletons": [{[[1, 2]] * 20}]}}', "frame 1 holds"),
        ("joints_s01_e01.txt", "", "lost in every frame"),
        ("joints_s01_e01.txt", "1 2 3", "1: not a frame's number and 60 coordinates"),
        ("joints_s01_e01.txt", "\n1" + " nan" * 60, "2: not a frame's number"),
        ("joints_s01_e01.txt", "1.5" + " 1" * 60, "do not rise"),
        ("joints_s01_e01.txt", "4" + " 1" * 60 + "\n2" + " 1" * 60, "2: numbers of frames"),
        ("joints_s01_e01.txt", "4" + " 1" * 60 + "\n999998" + " 1" * 60, "too many frames"),
        ("joints_s01_e01.txt", "4" + " 0" * 60, "lost in every frame"),
    ],
)
def test_what_is_wrong_in_text_is_said(tmp_path, name, text, words):
    file = tmp_path / name
    file.write_text(text)
    assert kinect.recognises(file)
    with pytest.raises(MotionError, match=words):
        kinect.read(ClipRef("kinect", file, "a"), ReadOptions())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutated_labels(tmp_path_factory, data):
    """Whatever the list holds, clips are told, and each is read or refused."""
    folder = tmp_path_factory.mktemp("labels")
    file, labels = folder / "joints_s01_e01.txt", folder / "actionLabel.txt"
    write_utkinect(file, pendulum(TIME_S))
    write_labels(labels, {"s01_e01": {"walk": (0, 12), "push": (10, 24), "pull": ("NaN", "NaN")}})
    bad = bytearray(labels.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(bad)))
        bad[at : at + data.draw(st.sampled_from([0, 1, 8]))] = data.draw(
            st.sampled_from([b"", b"\0", b"9", b"\n", b"\xff", b": "])
        )
    labels.write_bytes(bytes(bad))
    clips = kinect.clips(file, "k")
    assert 1 <= len(clips) <= 2
    for clip in clips:
        try:
            assert isinstance(kinect.read(clip, ReadOptions()), Motion)
        except MotionError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", "<i2", "u1"])
def test_every_type_of_numbers_is_read(tmp_path, kind):
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    for compress in (False, True):
        savemat(tmp_path / "a.mat", {"x": values[0], "y": values}, do_compression=compress)
        data = (tmp_path / "a.mat").read_bytes()
        found = read_array(tmp_path / "a.mat", data, "y")
        np.testing.assert_array_equal(found, values)
        assert first_name(tmp_path / "a.mat") == "x"
