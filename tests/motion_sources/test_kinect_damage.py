"""Broken files: a MotionError or a Motion, nothing else, and no memory for what is only stated."""

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinect_files import pendulum, write_msr, write_ntu, write_utd
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
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Each file's place and bytes."""
    folder = tmp_path_factory.mktemp("damage")
    for name, write in WRITERS.items():
        write(folder / name, pendulum(TIME_S))
    return {name: (folder / f"x_{name}", (folder / name).read_bytes()) for name in WRITERS}


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


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", "<i2", "u1"])
def test_every_type_of_numbers_is_read(tmp_path, kind):
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    for compress in (False, True):
        savemat(tmp_path / "a.mat", {"x": values[0], "y": values}, do_compression=compress)
        data = (tmp_path / "a.mat").read_bytes()
        found = read_array(tmp_path / "a.mat", data, "y")
        np.testing.assert_array_equal(found, values)
        assert first_name(tmp_path / "a.mat") == "x"
