"""Text tables: what is read, and what is wrong with which line."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imusim.errors import MotionError
from imusim.recordings import tables


def _file(folder, text):
    file = folder / "a.csv"
    file.write_text(text)
    return file


def test_numbers_with_and_without_missing_cells(tmp_path):
    file = _file(tmp_path, "# said\nt,x,y\n0,1,2\n1,3.5,4\n\n2,-1e3,6\n")
    np.testing.assert_array_equal(
        tables.read_numbers(file, first_line=3), [[0, 1, 2], [1, 3.5, 4], [2, -1000, 6]]
    )
    np.testing.assert_array_equal(tables.read_columns(file, ["y", "t"]), [[2, 0], [4, 1], [6, 2]])
    file = _file(tmp_path, "t,x,word\n0,,walk\n1,NaN,sit\n2,7,stand\n")
    np.testing.assert_array_equal(
        tables.read_columns(file, ["t", "x"]), [[0, np.nan], [1, np.nan], [2, 7]]
    )


def test_blanks(tmp_path):
    file = _file(tmp_path, "  1   2 3\n4 5   6\n")
    np.testing.assert_array_equal(tables.read_numbers(file, None), [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no samples"),
        ("1,2\n3\n", ":2: 1 cells where 2 were expected"),
        ("1,2\n\n3,four\n", ":3: 'four' is no number"),
        ("1," + "2" * 70000, ":1: a line of over"),
    ],
)
def test_one_clear_line(tmp_path, text, message):
    with pytest.raises(MotionError) as error:
        tables.read_numbers(_file(tmp_path, text))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_columns_that_are_missing(tmp_path):
    with pytest.raises(MotionError, match=":1: has no column 'z'; t, x"):
        tables.read_columns(_file(tmp_path, "t,x\n0,1\n"), ["z"])


@given(st.text(alphabet="0123456789.,-eE+\n #ainf\x00\"'_é", max_size=60) | st.binary(max_size=40))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_numbers_or_an_error(tmp_path, text):
    file = tmp_path / "a.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for delimiter in (",", None):
        try:
            values = tables.read_numbers(file, delimiter)
        except MotionError as error:
            assert "\n" not in str(error)
        else:
            assert values.ndim == 2
            assert values.dtype == np.float64
