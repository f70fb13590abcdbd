"""Broken files of every dataset: one line that says what is wrong, or a recording that is whole."""

import os
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_datasets import WRITERS

from imusim.errors import MotionError
from imusim.recordings import Recording, find_recordings, read_recording


def _files(folder):
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _mutate(data: bytes, rng: random.Random) -> bytes:
    """Cut short, bytes or lines changed, cells turned into text, or all of it something else."""
    at = rng.randrange(len(data) + 1)
    kind = rng.randrange(8)
    lines = data.split(b"\n")
    line = rng.randrange(len(lines))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        lines[line] = lines[line][: len(lines[line]) // 2]
    elif kind == 3:
        lines[line] += rng.choice([b",1", b" 1", b"\t\t7", b";"])
    elif kind == 4:
        cells = lines[line].split(b",") if b"," in lines[line] else lines[line].split()
        if cells:
            cells[rng.randrange(len(cells))] = rng.choice(
                [b"", b"nan", b"inf", b"-1e309", b"walk", b"\xff", b"1e18", b"0"]
            )
        lines[line] = (b"," if b"," in lines[line] else b" ").join(cells)
    elif kind == 5:
        lines = lines[line:] + lines[:line]
    elif kind == 6:
        return rng.choice([b"", b"\n\n", b"\x00" * 200, b"a,b\n1,2\n", rng.randbytes(300)])
    else:
        del lines[line]
    return b"\n".join(lines)


def _look(name, folder) -> list[Recording]:
    """What is read; anything but a MotionError of one line is a fault."""
    read = []
    try:
        refs = find_recordings(name, folder)
    except MotionError as error:
        assert "\n" not in str(error)
        return read
    for ref in refs[:3]:
        try:
            read.append(read_recording(ref))
        except MotionError as error:
            assert "\n" not in str(error)
    return read


@pytest.mark.parametrize("name", WRITERS)
@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_broken_files(name, tmp_path, seed):
    folder = tmp_path / "data"
    if not folder.exists():
        WRITERS[name](folder)
    rng = random.Random(seed)  # noqa: S311
    file = rng.choice(_files(folder))
    whole = file.read_bytes()
    try:
        file.write_bytes(_mutate(whole, rng))
        os.utime(file, ns=(seed, seed))
        for recording in _look(name, folder):
            for sensor in recording.sensors:
                assert np.isfinite(sensor.time_s).all()
    finally:
        file.write_bytes(whole)


def _broken(name, folder, change):
    """The message about the first file of a dataset whose lines were changed."""
    WRITERS[name](folder)
    kinds = (".csv", ".txt", ".dat", ".log")
    file = next(f for f in _files(folder) if f.suffix in kinds and "MODELS" not in f.parts)
    file.write_text(change(file.read_text()))
    with pytest.raises(MotionError) as error:
        for ref in find_recordings(name, folder):
            read_recording(ref)
    return str(error.value)


_TABLES = ["harth", "har70plus", "mhealth", "opportunity", "pamap2", "shoaib", "tnda-har", "w-har"]


@pytest.mark.parametrize("name", _TABLES)
def test_line_that_is_cut_short_is_named(name, tmp_path):
    message = _broken(name, tmp_path, lambda text: text.rstrip()[:-8].rstrip(",\t ").rsplit(
        "," if "," in text else None, 1)[0] + "\n")  # fmt: skip
    assert ": " in message
    assert "cells where" in message or "is no number" in message or "has no column" in message
    assert any(f":{line}: " in message for line in range(10, 30))


@pytest.mark.parametrize("name", _TABLES)
def test_text_where_a_number_belongs_is_named(name, tmp_path):
    message = _broken(name, tmp_path, lambda text: text.replace("0.5625", "oops").replace(
        "1.5625", "oops").replace("3.5625", "oops"))  # fmt: skip
    assert "'oops' is no number" in message
    assert any(f":{line}: " in message for line in range(8, 30))


def test_missing_column_is_named(tmp_path):
    message = _broken("harth", tmp_path, lambda text: text.replace("thigh_z", "shank_z"))
    assert ":1: has no column 'thigh_z'" in message


def test_date_that_is_none_is_named(tmp_path):
    message = _broken("harth", tmp_path, lambda text: text.replace("2019-01-13", "yesterday", 1))
    assert "is no date and time" in message


def test_uci_har_lists_that_disagree(tmp_path):
    WRITERS["uci-har"](tmp_path)
    file = tmp_path / "UCI HAR Dataset/train/y_train.txt"
    file.write_text("1\n1\n1\n4\n")
    with pytest.raises(MotionError, match=r"y_train.txt: 4 lines for 5 windows"):
        find_recordings("uci-har", tmp_path)
    file.write_text("1\n1\n9\n4\n4\n")
    with pytest.raises(MotionError, match=r"y_train.txt:3: activity 9"):
        find_recordings("uci-har", tmp_path)


def test_dsads_segment_cut_short(tmp_path):
    message = _broken("dsads", tmp_path, lambda text: "\n".join(text.split("\n")[:100]) + "\n")
    assert "s01.txt: 100 lines where 125 were expected" in message


def test_wharf_number_beyond_its_six_bits(tmp_path):
    message = _broken("wharf", tmp_path, lambda text: text.replace("42", "64"))
    assert "64" in message


def test_wisdm_letter_that_is_none(tmp_path):
    message = _broken("wisdm", tmp_path, lambda text: text.replace(",H,", ",N,", 1))
    assert "_accel_watch.txt:13: " in message


def test_archive_that_is_none(tmp_path):
    WRITERS["realworld"](tmp_path)
    file = tmp_path / "proband4/data/acc_climbingup_csv.zip"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(MotionError, match="is no zip archive that can be read"):
        find_recordings("realworld", tmp_path)


def test_matlab_file_with_other_columns(tmp_path):
    from scipy.io import savemat

    WRITERS["usc-had"](tmp_path)
    file = tmp_path / "USC-HAD/Subject13/a4t2.mat"
    savemat(file, {"sensor_readings": np.zeros((10, 5))})
    (ref,) = find_recordings("usc-had", tmp_path)
    with pytest.raises(MotionError, match=r"a4t2.mat: sensor_readings of the shape \(10, 5\)"):
        read_recording(ref)
