"""Models in the publishers' pickles: arrays of every writer, and nothing that could run.

``IMUSIM_FUZZ=5000`` makes as many mutants a test instead of a few hundred.
"""

import io
import os
import pickle
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from smpl_model_files import model_arrays, write_model, write_pickle

from body_models.smpl.boxes import BOXES
from body_models.smpl.files import load_model
from body_models.smpl.unpickle import read_pickle
from imusim.errors import ConfigError

EXAMPLES = int(os.environ.get("IMUSIM_FUZZ", "300"))
fuzz = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)

SMALL = {
    "f": np.arange(6, dtype=np.uint32).reshape(2, 3),
    "v_template": np.linspace(0, 1, 12).reshape(4, 3),
    "weights": np.asfortranarray(np.linspace(0, 1, 8, dtype=np.float32).reshape(4, 2)),
    "kintree_table": np.array([[2**32 - 1, 0], [0, 1]], ">i8"),
    "J_regressor": sparse.csc_matrix([[0, 0.5, 0.5, 0], [1.0, 0, 0, 0]]),
    "bs_style": "lbs",
    "bs_type": {"a": 1, "b": [1.5, None, True]},
}


def dense(value: object) -> np.ndarray:
    return value.toarray() if sparse.issparse(value) else np.asarray(value)


def assert_holds(file: Path, arrays: dict) -> None:
    wanted = [name for name, value in arrays.items() if not isinstance(value, str | dict)]
    found = read_pickle(file, [*wanted, "absent"])
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(found[name], dense(arrays[name]))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", [sparse.csc_matrix, sparse.csr_matrix])
def test_every_protocol_and_both_sparse_forms(tmp_path, protocol, kind):
    arrays = SMALL | {"J_regressor": kind(SMALL["J_regressor"])}
    assert_holds(write_pickle(tmp_path / "a.pkl", arrays, protocol), arrays)


class Python2(pickle._Pickler):
    """Bytes as Python 2 wrote its strings, and NumPy and SciPy under their names of then."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, data: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(data)

    dispatch[bytes] = save_bytes


def as_python_2(value: object) -> bytes:
    stream = io.BytesIO()
    Python2(stream, 2).dump(value)
    data = stream.getvalue().replace(b"numpy._core.", b"numpy.core.")
    return data.replace(b"scipy.sparse._", b"scipy.sparse.")


def test_a_pickle_of_python_2(tmp_path):
    data = as_python_2(SMALL)
    assert b"numpy.core.multiarray" in data
    assert b"copy_reg" not in data
    (tmp_path / "a.pkl").write_bytes(data)
    assert_holds(tmp_path / "a.pkl", SMALL)


@pytest.fixture
def chumpy(monkeypatch) -> tuple[type, type]:
    """Classes that pickle under chumpy's names: old-style objects restored by copy_reg."""
    made = []
    for module, name in (("chumpy.ch", "Ch"), ("chumpy.reordering", "Select")):
        kind = type(name, (), {"__module__": module})
        holder = ModuleType(module)
        setattr(holder, name, kind)
        monkeypatch.setitem(sys.modules, module, holder)
        made.append(kind)
    monkeypatch.setitem(sys.modules, "chumpy", ModuleType("chumpy"))
    return made[0], made[1]


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
def test_arrays_of_chumpy(tmp_path, chumpy, protocol):
    """As SMPL's shape coefficients are written: a Ch, or a Select out of another."""
    whole = np.arange(24.0).reshape(2, 3, 4)
    ch, select = chumpy[0](), chumpy[1]()
    ch.x, ch._dirty_vars, ch._status = whole, {"x"}, "new"
    select.a, select.preferred_shape = ch, (2, 3, 2)
    select.idxs = np.arange(24).reshape(2, 3, 4)[..., :2].ravel()
    file = write_pickle(tmp_path / "a.pkl", {"shapedirs": select, "v_template": ch}, protocol)
    if protocol < 2:
        assert b"_reconstructor" in file.read_bytes()
    assert_holds(file, {"shapedirs": whole[..., :2], "v_template": whole})


@pytest.mark.parametrize("family", ["smpl", "smplh", "smplx"])
def test_a_model_is_the_same_from_either_file(tmp_path, family):
    arrays = model_arrays(family)
    npz = load_model(write_model(tmp_path, family), family)
    arrays["J_regressor"] = sparse.csc_matrix(arrays["J_regressor"])
    (tmp_path / "m.pkl").write_bytes(as_python_2(arrays))
    pkl = load_model(tmp_path / "m.pkl", family)
    for name in npz.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(npz, name), getattr(pkl, name))


def refused(folder: Path, data: bytes, match: str = "") -> str:
    file = folder / "a.pkl"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match=match or "not a usable pickle") as caught:
        read_pickle(file, ("a", "f"))
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    assert len(message) - len(str(file)) < 250
    return message


def system(command: str, name: bytes = b"os\nsystem") -> bytes:
    return b"c" + name + b"\n(V" + command.encode() + b"\ntR."


@pytest.mark.parametrize(
    "name",
    [b"os\nsystem", b"posix\nsystem", b"nt\nsystem", b"subprocess\ncall", b"builtins\nexec",
     b"__builtin__\neval", b"builtins\ngetattr", b"importlib\nimport_module", b"numpy\nload",
     b"numpy.core.multiarray\nfromfile", b"numpy\nndarray.tofile", b"copyreg\n__newobj__",
     b"body_models.smpl.unpickle\nread_pickle", b"\n", b"pickle\nloads"],
)  # fmt: skip
def test_code_is_refused_and_leaves_no_trace(tmp_path, name):
    trace = tmp_path / "trace"
    if name == b"os\nsystem":  # the payload is a live one
        pickle.loads(system(f"touch {trace}"))  # noqa: S301
        assert trace.exists()
        trace.unlink()
    message = refused(tmp_path, system(f"touch {trace}", name), "could run code|persistent|usable")
    assert not trace.exists()
    assert "could run code" in message


class Deed:
    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("protocol", range(6))
def test_code_hidden_among_arrays(tmp_path, protocol):
    trace = tmp_path / "trace"
    for hidden in ({"a": Deed(trace)}, {"f": [1, {"x": Deed(trace)}]}, np.array([Deed(trace)])):
        refused(tmp_path, pickle.dumps(SMALL | {"z": hidden}, protocol), "mkdir.*could run code")
    assert not trace.exists()


def test_the_table_holds_boxes_alone():
    """What a name stands for can do nothing but keep what it is given."""
    for box in BOXES.values():
        assert box.__module__ in ("body_models.smpl.boxes", "imusim.motion.pickles")


def deep_tuple() -> bytes:
    """A table whose key is a tuple of itself twice, sixty times over: hashing it takes ages."""
    return b"\x80\x02}K\x00" + b"".join(b"q\x01h\x01\x86" for _ in range(60)) + b"K\x01s."


def array(shape: object, code: str = "f8", data: bytes = bytes(8)) -> bytes:
    """A pickled array with any shape, type and data."""
    call = b"cnumpy.core.multiarray\n_reconstruct\n(K\x00tR"
    dtype = b"cnumpy\ndtype\n(V" + code.encode() + b"\ntR"
    shape_ = pickle.dumps(shape, 2)[2:-1]
    body = b"(K\x01" + shape_ + dtype + b"\x89B" + struct.pack("<I", len(data)) + data + b"t"
    return b"\x80\x02}V" + b"f\n" + call + body + b"bs."


def test_arrays_made_by_hand_are_read(tmp_path):
    (tmp_path / "a.pkl").write_bytes(array((1,), data=struct.pack("<d", 2.5)))
    assert read_pickle(tmp_path / "a.pkl", ("f",))["f"] == [2.5]


HUGE = SMALL["J_regressor"].copy()
HUGE._shape = (10**9, 4)
BOMBS = {
    "empty": b"",
    "text": b"weights",
    "no table": pickle.dumps([1, 2]),
    "one number": pickle.dumps(7),
    "deep hash": deep_tuple(),
    "deep list": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "bytes of a terabyte": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",
    "text of a terabyte": b"\x80\x04\x8d" + struct.pack("<Q", 2**40) + b".",
    "frame of a terabyte": b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b".",
    "long of a gigabyte": b"\x80\x02\x8b" + struct.pack("<i", 2**30) + b".",
    "memo of four billion": b"\x80\x02}r\xff\xff\xff\xffj\xfe\xff\xff\xff.",
    "many digits": b"I" + b"9" * 100_000 + b"\n.",
    "huge shape": array((10**12,)),
    "negative shape": array((-5,)),
    "shape of words": array(("a",)),
    "objects": array((1,), "O8"),
    "records": array((1,), "V8"),
    "type of code": array((1,), "(1000000,1000000)f8"),
    "short data": array((2, 2)),
    "huge sparse": pickle.dumps({"f": HUGE}),
    "an array in place of a number": pickle.dumps({"f": [1, 2]}),
    "persistent": b"Pf\n.",
    "extension": b"\x80\x02\x82\x01.",
    "out of band": b"\x80\x05\x97.",
    "no stop": b"\x80\x02}",
    "setting a class": b"cnumpy\nndarray\n}V__new__\nK\x01sb.",
    "entry of no table": b"\x80\x02]K\x01K\x02s.",
}


@pytest.mark.parametrize("case", BOMBS)
def test_damage_and_bombs(tmp_path, case):
    refused(tmp_path, BOMBS[case], "not a usable pickle|holds no table")


def test_unreadable(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_pickle(tmp_path / "none.pkl", ())
    with pytest.raises(ConfigError, match="cannot be read"):
        read_pickle(tmp_path, ())


def survives(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    try:
        found = read_pickle(file, SMALL)
    except ConfigError as error:
        assert "\n" not in str(error)
        return
    for value in found.values():
        assert value.dtype.kind in "biuf"
        assert value.nbytes < 100 * len(data)


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "a.pkl"


WHOLE = {protocol: pickle.dumps(SMALL, protocol) for protocol in (0, 2, 5)}
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
)
OPCODES = sorted(getattr(pickle, name)[0] for name in pickle.__all__ if name.isupper()
                 and isinstance(getattr(pickle, name), bytes))  # fmt: skip
SNIPPETS = st.one_of(
    st.sampled_from([bytes([code]) for code in OPCODES]),
    st.sampled_from([f"c{module}\n{name}\n".encode() for module, name in BOXES]),
    st.sampled_from(
        [b"K\x01", b"}", b")", b"]", b"N", b"(", b"t", b"R", b"b", b"0", b"2", b"U\x01x"]
    ),
    st.binary(min_size=1, max_size=4),
)


@fuzz
@given(st.sampled_from(sorted(WHOLE)), CHANGES, st.floats(0, 1))
def test_any_bytes(file, protocol, changes, kept):
    """Kept whole three times in four, else cut."""
    data = bytearray(WHOLE[protocol])
    for place, value in changes:
        data[int(place * len(data))] = value
    survives(file, bytes(data[: int(4 * kept * len(data))] if kept < 0.25 else data))


@fuzz
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), SNIPPETS), min_size=1, max_size=4),
)
def test_any_instructions_put_in(file, protocol, changes):
    data = WHOLE[protocol]
    for place, length, snippet in changes:
        start = int(place * len(data))
        data = data[:start] + snippet + data[start + length :]
    survives(file, data)


@fuzz
@given(st.lists(SNIPPETS, max_size=30))
def test_any_programme(file, snippets):
    survives(file, b"\x80\x02" + b"".join(snippets) + b".")


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-2, 2**40), st.floats(), st.text(max_size=3),
        st.binary(max_size=9), st.sampled_from([np.float32(1), np.zeros(0), np.eye(3),
        SMALL["J_regressor"], HUGE, np.array(["a"]), np.array([None]), np.dtype("f8"),
        np.zeros(2, [("a", "f8")])]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


@fuzz
@given(st.dictionaries(st.sampled_from(list(SMALL)), VALUES, max_size=4), st.integers(0, 5))
def test_any_structure(file, values, protocol):
    survives(file, pickle.dumps(SMALL | values, protocol))


@fuzz
@given(
    st.sampled_from(["data", "indices", "indptr", "_shape"]),
    st.lists(st.integers(-2, 9), max_size=6),
    st.booleans(),
)
def test_any_sparse_matrix(file, part, values, as_float):
    """Indices, starts and shapes that do not add up."""
    matrix = SMALL["J_regressor"].copy()
    value = tuple(values) if part == "_shape" else np.array(values, float if as_float else int)
    matrix.__dict__[part] = value
    survives(file, pickle.dumps({"J_regressor": matrix}))
