"""Broken BVH files: one line that names the place, never a traceback of another kind."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions
from motion_sources.bvh.source import read

GOOD = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT LeftUpLeg
  {
    OFFSET 0.1 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT LeftLeg
    {
      OFFSET 0 -0.42 0
      CHANNELS 1 Xrotation
      End Site
      {
        OFFSET 0 -0.41 0
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.01
0 1 0 1 2 3 4 5 6 7
0 1 0 1 2 3 4 5 6 8
0 1 0 1 2 3 4 5 6 9
"""
LINES = GOOD.splitlines()


def attempt(file: Path, data: bytes) -> Motion:
    file.write_bytes(data)
    return read(ClipRef("bvh", file, "a"), ReadOptions())


def swap(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


NESTED = "HIERARCHY\nROOT a\n{\n" + "".join(f"OFFSET 0 1 0\nJOINT j{i}\n{{\n" for i in range(9999))

CASES = {
    "empty": ("", "empty", None),
    "blank": (" \n\n", "empty", None),
    "binary": ("HIERARCHY\0\x01\x02", "binary", None),
    "other format": ("v 0 0 0\nf 1 2 3\n", "does not begin with HIERARCHY", 1),
    "no hierarchy": (GOOD.replace("HIERARCHY\n", ""), "does not begin with HIERARCHY", 1),
    "no root": ("HIERARCHY\n" + "\n".join(LINES[20:]), "ROOT", 1),
    "no joints": (swap("ROOT Hips", "JOINT Hips"), "expected ROOT", 2),
    "cut in hierarchy": ("\n".join(LINES[:9]), "cut short", 9),
    "cut after MOTION": ("\n".join(LINES[:21]), "Frames:", 21),
    "cut after frames": ("\n".join(LINES[:22]), "Frame Time:", 22),
    "no values": ("\n".join(LINES[:23]), "holds 0", None),
    "cut between frames": ("\n".join(LINES[:25]), "says 3, the file holds 2", 25),
    "cut in a frame": (GOOD[:-6], "has 7 values", 26),
    "more frames": (GOOD + "0 1 0 1 2 3 4 5 6 7\n", "says 3, the file holds 4", 27),
    "more values": (swap("6 8", "6 8 8"), "has 11 values", 25),
    "fewer values": (swap("6 8", "8"), "has 9 values", 25),
    "NaN value": (swap("6 8", "nan 8"), "no gaps", 25),
    "infinite value": (swap("6 8", "-inf 8"), "no gaps", 25),
    "overflow": (swap("6 8", "1e999 8"), "no gaps", 25),
    "huge value": (swap("6 8", "1e200 8"), "too large", 25),
    "word as value": (swap("6 8", "six 8"), "'six' is not a number", 25),
    "decimal comma": (swap("6 8", "6,5 8"), "not a number", 25),
    "NaN offset": (swap("0 -0.42 0", "0 nan 0"), "'nan'", 12),
    "word as offset": (swap("0 -0.42 0", "0 down 0"), "'down'", 12),
    "short offset": (swap("0 -0.42 0", "0 -0.42"), "OFFSET", 13),
    "no offset": (swap("      OFFSET 0 -0.42 0\n", ""), "LeftLeg has no OFFSET", None),
    "two offsets": (swap("0 -0.42 0", "0 1 0\nOFFSET 0 1 0"), "two OFFSETs", 13),
    "zero frame time": (swap("0.01", "0"), "Frame Time", 23),
    "negative frame time": (swap("0.01", "-0.01"), "Frame Time", 23),
    "infinite frame time": (swap("0.01", "inf"), "Frame Time", 23),
    "NaN frame time": (swap("0.01", "nan"), "Frame Time", 23),
    "frame time in ms": (swap("0.01", "8.333"), "seconds", 23),
    "negative frames": (swap("Frames: 3", "Frames: -1"), "Frames", 22),
    "fractional frames": (swap("Frames: 3", "Frames: 3.5"), "Frames", 22),
    "huge frames": (swap("Frames: 3", "Frames: " + "9" * 5000), "Frames", 22),
    "one frame": ("\n".join(LINES[:24]).replace("Frames: 3", "Frames: 1"), "2 frames", 22),
    "unknown channel": (swap("1 Xrotation", "1 Wrotation"), "unknown channel 'Wrotation'", 13),
    "repeated channel": (swap("3 Zrotation X", "3 Xrotation X"), "twice", 9),
    "too few channels": (swap("3 Zrotation Xrotation", "3 Zrotation"), "announced", None),
    "too many channels": (swap("3 Zrotation", "2 Zrotation"), "more channels than the 2", 9),
    "seven channels": (swap("CHANNELS 3", "CHANNELS 7"), "0 to 6", 9),
    "channels of no number": (swap("CHANNELS 3", "CHANNELS"), "0 to 6", 9),
    "no channels": (
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n}\n" + "\n".join(LINES[20:]), "no joint", None
    ),
    "repeated joint": (swap("JOINT LeftLeg", "JOINT LeftUpLeg"), "appears twice", 10),
    "own ancestor": (swap("JOINT LeftLeg", "JOINT Hips"), "appears twice", 10),
    "nameless joint": (swap("JOINT LeftLeg", "JOINT"), "without a name", 10),
    "brace not closed": (swap("  }\n}\nMOTION", "  }\nMOTION"), "brace", None),
    "brace not opened": (swap("JOINT LeftLeg\n    {", "JOINT LeftLeg\n"), "expected '{'", 12),
    "brace too many": (swap("}\nMOTION", "}\n}\nMOTION"), "after the last brace", 21),
    "two roots": (swap("MOTION", "ROOT b\n{\nOFFSET 0 0 0\n}\nMOTION"), "several ROOTs", 21),
    "joint in an end": (swap("        OFFSET", "        JOINT x\nOFFSET"), "not expected", 16),
    "deep": (NESTED + "MOTION\n", "deeper", None),
    "unknown names": (
        GOOD.replace("Hips", "q1").replace("LeftUpLeg", "q2").replace("LeftLeg", "q3"),
        "q1, q2, q3",
        None,
    ),
    "a point": (GOOD.replace("-0.41", "0").replace("-0.42", "0").replace("0.1 0 0", "0 0 0"),
                "one point", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_error_names_what_and_where(tmp_path, case):
    text, words, line = CASES[case]
    with pytest.raises(MotionError) as caught:
        attempt(tmp_path / "a.bvh", text.encode())
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert "a.bvh" in message
    assert len(message) - len(str(tmp_path)) < 300
    if line is not None:
        assert caught.value.line == line, message


def test_good_is_good(tmp_path):
    assert attempt(tmp_path / "a.bvh", GOOD.encode()).frames == 3


def test_latin1_names(tmp_path):
    text = GOOD.replace("LeftLeg", "jambe_cass\u00e9e")
    with pytest.raises(MotionError, match="UTF-8") as caught:
        attempt(tmp_path / "a.bvh", text.encode("latin-1"))
    assert caught.value.line == 10


def test_unreadable(tmp_path):
    with pytest.raises(MotionError, match="cannot be read"):
        read(ClipRef("bvh", tmp_path / "none.bvh", "a"), ReadOptions())
    with pytest.raises(MotionError, match="cannot be read"):
        read(ClipRef("bvh", tmp_path, "a"), ReadOptions())


def test_end_sites_do_not_clash(tmp_path):
    text = GOOD.replace("LeftUpLeg", "LeftLeg_end").replace("Hips", "Hips")
    with pytest.raises(MotionError, match="cannot tell"):
        attempt(tmp_path / "a.bvh", text.encode())
    text = GOOD.replace("}\nMOTION", "JOINT LeftLeg_end\n{\nOFFSET 0 1 0\n}\n}\nMOTION")
    motion = attempt(tmp_path / "a.bvh", text.encode())
    assert motion.skeleton.names[3:] == ("LeftLeg_end2", "LeftLeg_end")


def survives(folder: Path, data: bytes) -> None:
    try:
        motion = attempt(folder / "fuzz.bvh", data)
    except MotionError:
        return
    assert np.isfinite(motion.root_position).all()
    assert np.isfinite(motion.rotations).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD)))
def test_any_truncation(folder, length):
    survives(folder, GOOD[:length].encode())


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4))
def test_any_bytes_changed(folder, changes):
    data = bytearray(GOOD.encode())
    for place, value in changes:
        data[place] = value
    survives(folder, bytes(data))


TOKENS = GOOD.replace("\n", " \n ").split(" ")
ODD = [
    "",
    "{",
    "}",
    "nan",
    "1e308",
    "-1e308",
    "-1",
    "ROOT",
    "End",
    "MOTION",
    "Frames:",
    "\n",
    "7",
    "_",
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(TOKENS) - 1), st.sampled_from(ODD)), min_size=1, max_size=4
    )
)
def test_any_tokens_changed(folder, changes):
    tokens = list(TOKENS)
    for place, token in changes:
        tokens[place] = token
    survives(folder, " ".join(tokens).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(folder, data, headed):
    survives(folder, b"HIERARCHY\n" + data if headed else data)
