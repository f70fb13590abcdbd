"""Broken AMASS files: one line that says what is wrong; nothing of them is ever run.

``IMUSIM_FUZZ=5000`` makes as many mutants a test instead of a few hundred.
"""

import io
import os
import pickle
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smpl_model_files import write_amass

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions
from imusim.motion.npz import MAX_BYTES, read_npz
from motion_sources.amass import read, recognises

EXAMPLES = int(os.environ.get("IMUSIM_FUZZ", "300"))
fuzz = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)


def load(file: Path) -> Motion:
    return read(ClipRef("amass", file, "a"), ReadOptions())


class Payload:
    """Unpickled, it would leave a trace."""

    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


NAN = np.zeros((40, 156))
NAN[16, 3] = np.nan
LONG = {"poses": np.zeros((40, 156)), "trans": np.zeros((41, 3))}
CASES = {
    "no poses": ({"poses": None}, "no 'poses'"),
    "no trans": ({"trans": None}, "no 'trans'"),
    "no rate": ({"mocap_framerate": None}, "no frame rate .*--source-rate"),
    "rate of zero": ({"mocap_framerate": np.array(0)}, "no rate between .*--source-rate"),
    "rate of words": ({"mocap_framerate": np.array("fast")}, "no rate between"),
    "two rates": ({"mocap_framerate": np.array([1.0, 2.0])}, "no rate between"),
    "endless rate": ({"mocap_framerate": np.array(np.inf)}, "no rate between"),
    "hands alone": ({"poses": np.zeros((40, 90))}, r"\(40, 90\).*72 .smpl.*156.*165"),
    "flat poses": ({"poses": np.zeros(156)}, r"shape \(156,\)"),
    "deep poses": ({"poses": np.zeros((40, 52, 3))}, r"shape \(40, 52, 3\)"),
    "no number of poses": ({"poses": np.array(1.0)}, r"shape \(\)"),
    "one frame": ({"poses": np.zeros((1, 156)), "trans": np.zeros((1, 3))}, "2 or more"),
    "no frames": ({"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))}, "2 or more"),
    "lengths that differ": (LONG, r"'trans' has the shape \(41, 3\), not \(40, 3\)"),
    "planar trans": ({"trans": np.zeros((40, 2))}, r"\(40, 2\)"),
    "a gap": ({"poses": NAN}, "frame 17 of 'poses' holds nan"),
    "far away": ({"trans": np.full((40, 3), 1e9)}, "frame 1 of 'trans'"),
    "complex": ({"poses": np.zeros((40, 156), complex)}, "complex128"),
    "words": ({"poses": np.full((40, 156), "a")}, "not numbers"),
    "truths": ({"poses": np.zeros((40, 156), bool)}, "bool, not numbers"),
    "times": ({"poses": np.zeros((40, 156), "m8[s]")}, "neither numbers nor text"),
    "records": ({"poses": np.zeros(40, [("a", "f8")])}, "neither numbers nor text"),
    "objects": ({"poses": np.zeros((40, 156), object)}, "Python objects"),
    "gender as object": ({"gender": np.array(None, object)}, "'gender' holds Python objects"),
    "gender as number": ({"gender": np.array(1)}, "'gender' is not one word"),
    "two genders": ({"gender": np.array(["male", "female"])}, "not one word"),
    "another body": ({"surface_model_type": np.array("flame")}, "'flame'.*smpl, smplh, smplx"),
    "two bodies": ({"surface_model_type": np.array("smplx")}, "156 wide, which smplx is not"),
    "betas a frame": ({"betas": np.zeros((40, 16))}, r"'betas' has the shape \(40, 16\)"),
    "betas of nobody": ({"betas": np.full(16, 1e6)}, "'betas' holds 1000000.0"),
    "betas of NaN": ({"betas": np.full(16, np.nan)}, "'betas' holds nan"),
    "words as betas": ({"betas": np.array(["a"])}, "'betas' holds <U1, not numbers"),
    "least integers": ({"trans": np.full((40, 3), -(2**63))}, "frame 1 of 'trans'"),
    "most of all": ({"trans": np.full((40, 3), np.finfo("g").max)}, "frame 1 of 'trans'"),
    "parts": (
        {"poses": None, "root_orient": np.zeros((40, 3)), "pose_body": np.zeros((39, 63))},
        r"'pose_body' has the shape \(39, 63\), not \(40, 63\)",
    ),
    "half the parts": ({"poses": None, "pose_body": np.zeros((40, 63))}, "no 'poses'"),
}


def told(file: Path, match: str) -> str:
    with pytest.raises(MotionError, match=match) as caught:
        load(file)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(file))
    assert len(message) - len(str(file)) < 250
    return message


@pytest.mark.parametrize("case", CASES)
def test_error_says_what_is_wrong(tmp_path, case):
    changes, words = CASES[case]
    write_amass(tmp_path / "a.npz", **changes)
    told(tmp_path / "a.npz", words)


def test_files_that_are_no_npz(tmp_path):
    file = tmp_path / "a.npz"
    told(file, "cannot be read")
    told(tmp_path, "cannot be read")
    write_amass(file)
    whole = file.read_bytes()
    for data in (b"", b"poses", whole[: len(whole) // 2], whole[100:300], pickle.dumps({})):
        file.write_bytes(data)
        told(file, "not a whole npz file")
    file.write_bytes(whole.replace(b"poses.npy", b"roses.npy"))
    told(file, "no 'poses'")


def test_code_in_a_file_is_never_run(tmp_path):
    """As an array of objects, and as a pickle under the name of an npz file."""
    trace = tmp_path / "trace"
    file = tmp_path / "a.npz"
    for name in ("poses", "trans", "gender", "betas", "mocap_framerate", "surface_model_type"):
        write_amass(file, **{name: as_object(Payload(trace))})
        recognises(file)
        told(file, "Python objects")
    file.write_bytes(pickle.dumps(Payload(trace)))
    assert recognises(file)  # so that it is told
    told(file, "not a whole npz file")
    assert not trace.exists()
    pickle.loads(pickle.dumps(Payload(trace)))  # noqa: S301
    assert trace.exists()  # the payload is a live one


def as_object(value: object) -> np.ndarray:
    array = np.empty(1, dtype=object)
    array[0] = value
    return array


def npy(shape: object, descr: str = "<f8", data: bytes = b"") -> bytes:
    """An array file with any header over any data."""
    head = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + data


def rezip(file: Path, **members: bytes) -> None:
    """Replace members of an npz file, with their check sums."""
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held |= {f"{name}.npy": data for name, data in members.items()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    "header",
    [
        npy((10**12, 156)),
        npy((10**400, 156)),
        npy((-1, 156)),
        npy((1,) * 40),
        npy((2**33, 0)),
        npy((2, 156), "<U1000000000"),
        npy((2, 156), "|V8"),
        npy((2, 156), "|O"),
        npy("__import__('os').mkdir('trace')"),
        npy((2, 156), "(" * 500),
        npy("(" * 200),
        b"\x93NUMPY\x01\x00\xff\xff{",
        b"\x93NUMPY\x09\x00",
        b"",
    ],
)
def test_headers_that_lie(tmp_path, header, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_amass(tmp_path / "a.npz")
    rezip(tmp_path / "a.npz", poses=header)
    told(tmp_path / "a.npz", "'poses'|npz")
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("order", "<>")
def test_text_that_is_none(tmp_path, order):
    """A number beyond Unicode's, of which Python makes no character."""
    code = (0x110000).to_bytes(4, "little" if order == "<" else "big")
    write_amass(tmp_path / "a.npz")
    rezip(tmp_path / "a.npz", gender=npy((), f"{order}U1", code))
    told(tmp_path / "a.npz", "'gender' holds no text")


def test_zip_bombs_are_left_packed(tmp_path):
    """By their number of small elements, and by the size that they state, if it lies or not."""
    file = tmp_path / "a.npz"
    write_amass(file)
    rezip(file, poses=npy((MAX_BYTES // 8 + 1, 1), "|i1", bytes(MAX_BYTES // 8 + 1)))
    assert file.stat().st_size < 200_000
    told(file, "'poses' takes 268 MB; at most 268 MB are read")
    rezip(file, poses=npy((40, 156), data=bytes(40 * 156 * 8)))
    packed = bytearray(file.read_bytes())
    size = (len(npy((40, 156))) + 40 * 156 * 8).to_bytes(4, "little")
    assert packed.count(size) >= 2
    file.write_bytes(packed.replace(size, (2**31).to_bytes(4, "little")))
    told(file, "'poses' takes 2,147 MB")


def test_the_limit_is_the_caller_s(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.zeros(100), b="text", c=np.asfortranarray(np.eye(3)[:2]))
    found = read_npz(tmp_path / "a.npz", ("a", "b", "c", "d"), max_bytes=1000)
    assert set(found) == {"a", "b", "c"}
    np.testing.assert_array_equal(found["c"], np.eye(3)[:2])
    with pytest.raises(MotionError, match="'a' takes"):
        read_npz(tmp_path / "a.npz", ("a",), max_bytes=700)


def survives(file: Path) -> None:
    recognises(file)
    try:
        motion = load(file)
    except MotionError as error:
        assert "\n" not in str(error)
        return
    assert np.isfinite(motion.root_position).all()
    assert np.isfinite(motion.rotations).all()
    assert motion.rate_hz > 0


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> tuple[Path, bytes, dict[str, bytes]]:
    """A file, its bytes, and its members."""
    file = tmp_path_factory.mktemp("fuzz") / "a.npz"
    write_amass(file, 4, "smpl", beta_count=3)
    with zipfile.ZipFile(file) as archive:
        members = {name[:-4]: archive.read(name) for name in archive.namelist()}
    return file, file.read_bytes(), members


CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
)


def mutated(data: bytes, changes: list[tuple[float, int]]) -> bytes:
    found = bytearray(data)
    for place, value in changes:
        found[int(place * len(found))] = value
    return bytes(found)


def test_numbers_that_are_none(good):
    """Patterns of long doubles and of floats that no arithmetic makes; no warning either."""
    file, whole, _ = good
    for kind, pattern in (
        ("<f16", bytes(7) + b"\x01\xff\x3f" + bytes(6)),
        ("<f4", b"\1\0\x80\x7f"),
    ):
        file.write_bytes(whole)
        rezip(file, trans=npy((4, 3), kind, 12 * pattern))
        survives(file)


@fuzz
@given(CHANGES, st.floats(0, 1))
def test_any_bytes_of_the_archive(good, changes, kept):
    """Kept whole three times in four, else cut."""
    file, whole, _ = good
    data = mutated(whole, changes)
    file.write_bytes(data if kept > 0.25 else data[: int(4 * kept * len(data))])
    survives(file)


@fuzz
@given(CHANGES)
def test_any_bytes_of_the_directory(good, changes):
    """The table of contents at the end, where names, sizes and places stand."""
    file, whole, _ = good
    start = whole.index(b"PK\x01\x02")
    file.write_bytes(whole[:start] + mutated(whole[start:], changes))
    survives(file)


@fuzz
@given(
    st.sampled_from(["poses", "trans", "betas", "gender", "mocap_framerate"]),
    CHANGES,
    st.booleans(),
)
def test_any_bytes_of_an_array(good, name, changes, in_header):
    """Under a check sum that fits, so that they reach the reader."""
    file, whole, members = good
    data = members[name]
    head = 128 if in_header else len(data)
    file.write_bytes(whole)
    rezip(file, **{name: mutated(data[:head], changes) + data[head:]})
    survives(file)


SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 4, 63, 66, 72, 156, 165]), max_size=3)
KINDS = st.sampled_from(
    ["f2", "f4", "f8", "f16", ">f8", "i1", "i8", "u8", "?", "c8", "U3", "S2", "O", "m8[s]"]
)
NAMES = ("poses", "trans", "root_orient", "pose_body", "betas", "gender", "surface_model_type",
         "mocap_framerate", "mocap_frame_rate")  # fmt: skip
VALUES = st.sampled_from([0, 1, 2, -1, 60, 1e3, 1e30, np.nan, np.inf])


@fuzz
@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(st.none(), st.tuples(SHAPES, KINDS, VALUES)),
        min_size=1,
        max_size=4,
    )
)
def test_any_structure(good, changes):
    """Arrays left out, or of other shapes, types and values."""
    file, _, _ = good
    arrays = {}
    for name, array in changes.items():
        with np.errstate(all="ignore"):
            arrays[name] = None if array is None else odd(*array)
    write_amass(file, 4, "smpl", beta_count=3, **arrays)
    survives(file)


def odd(shape: list[int], kind: str, value: float) -> np.ndarray:
    fits = np.isfinite(value) and abs(value) < 100
    whole = np.dtype(kind).kind in "ium?"
    return np.full(shape, int(abs(value)) if whole and fits else 1 if whole else value, kind)


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes_as_a_member(good, data):
    file, whole, _ = good
    file.write_bytes(whole)
    rezip(file, poses=b"\x93NUMPY\x01\x00" + data)
    survives(file)


def test_what_is_packed_here_is_what_numpy_packs():
    """The header made by hand is one that numpy reads."""
    data = np.load(io.BytesIO(npy((2, 3), data=bytes(48))))
    assert data.shape == (2, 3)
    assert zlib.crc32(data.tobytes()) == zlib.crc32(bytes(48))
