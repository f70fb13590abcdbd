"""Descriptions of CMU's trials: found above the trial, read anew when they come or change."""

import os

from motion_sources.cmu_captions import cmu_trial

HEAD = "Subject,Trial #,Motion Description,Framerate\n"


def test_a_descriptions_file_that_comes_later_is_found(tmp_path):
    trial = tmp_path / "07" / "07_03.amc"
    trial.parent.mkdir()
    assert cmu_trial(trial) is None
    (tmp_path / "trials.csv").write_text(HEAD + '7,3,"walk,  then sit",60\n')
    os.utime(tmp_path, ns=(0, 1))  # clocks of file systems are coarse
    found = cmu_trial(trial)
    assert found is not None
    assert (found.description, found.rate_hz) == ("walk, then sit", 60.0)
    (tmp_path / "trials.csv").unlink()
    os.utime(tmp_path, ns=(0, 2))
    assert cmu_trial(trial) is None


def test_what_only_looks_like_a_number_is_passed_over(tmp_path):
    (tmp_path / "trials.csv").write_text(HEAD + "²,3,square,60\n7,3,walk,²\n", "utf-8")
    found = cmu_trial(tmp_path / "07_03.amc")
    assert found is not None
    assert (found.description, found.rate_hz) == ("walk", None)


def test_other_tables_and_other_names(tmp_path):
    (tmp_path / "a.csv").write_text("subject,score\n7,3\n")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.csv").write_text(HEAD + "7\n7,3\n\n7,4,run,0\n")
    assert cmu_trial(tmp_path / "walk.amc") is None
    short, whole = cmu_trial(tmp_path / "7_3.amc"), cmu_trial(tmp_path / "07_04.amc")
    assert short is not None
    assert whole is not None
    assert (short.description, whole.description, whole.rate_hz) == ("", "run", None)
