"""The stream as a corpus: whole, whatever happens."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from live_signals import made_recording, made_sensor, samples_of

from imusim.corpus import Corpus, verify
from imusim.errors import ConfigError, CorpusError
from imusim.live.frames import Framer
from imusim.live.log import LogWriter
from imusim.recordings.resampling import sampled

WATCH = made_sensor("left_wrist", 50, 9, gap=(4, 5.5))
PHONE = made_sensor("phone", 60, 9, seed=3)


def written(folder, *sensors, told=None, **settings):
    framer = Framer(20.0)
    with LogWriter(folder, 20.0, {"seed": 0}, labels=("walking", "sitting"), **settings) as log:
        for frames in [*framer.push(samples_of(*sensors)), *framer.flush()]:
            log.add(frames, [told] * len(frames) if told is not None else ())
    return log


def test_signals_come_back(tmp_path):
    log = written(tmp_path / "c", WATCH, PHONE, told=np.array([0.3, 0.7]), clip_s=3)
    assert verify(tmp_path / "c") == []
    whole = sampled(made_recording(WATCH, PHONE), 20.0)
    with Corpus(tmp_path / "c") as corpus:
        order = [whole.names.index(name) for name in corpus.sensors]
        assert corpus.joints[corpus.sensors.index("left_wrist")] == "left_elbow"  # its segment
        assert corpus.joints[corpus.sensors.index("phone")] == "pelvis"
        clips = list(corpus)
        assert [len(clip) for clip in clips] == [60, 60, 60]
        force = np.concatenate([clip.accelerometer for clip in clips])
        received = np.concatenate([clip.channel("received") for clip in clips])
        valid = np.concatenate([clip.valid for clip in clips])
        assert {clip.captions for clip in clips} == {("sitting",)}
        assert {clip.engine for clip in clips} == {"recorded"}
    known = whole.valid[: len(force), order]
    np.testing.assert_array_equal(received, known)
    np.testing.assert_array_equal(valid, known.all(axis=1))
    true = whole.signals[: len(force), order, :3]
    np.testing.assert_allclose(force[known], true[known], atol=5e-4)
    assert not force[~known].any()
    assert log.clips == 3
    assert "phone: nobody says where it is worn" in log.notes[0]


def test_a_clip_ends_where_nothing_is_known(tmp_path):
    written(tmp_path / "c", WATCH)
    with Corpus(tmp_path / "c") as corpus:
        assert len(corpus) == 2
        assert all(clip.valid.all() for clip in corpus)
        assert all(clip.captions == () for clip in corpus)
    assert verify(tmp_path / "c") == []


def test_shards_roll_over(tmp_path):
    written(tmp_path / "c", PHONE, clip_s=1, shard_size_bytes=2000)
    assert len(list((tmp_path / "c").glob("shard-*.h5"))) == 3
    assert verify(tmp_path / "c") == []


def test_nothing_received_makes_no_corpus(tmp_path):
    with (
        pytest.raises(CorpusError, match="nothing was received"),
        LogWriter(tmp_path / "c", 20, {}),
    ):
        pass
    assert not (tmp_path / "c").exists()
    with pytest.raises(ConfigError, match="--clip"):
        LogWriter(tmp_path / "c", 20, {}, clip_s=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(CorpusError, match="not empty"), LogWriter(tmp_path / "full", 20, {}):
        pass


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")
def test_killed_hard_leaves_nothing_under_the_name(tmp_path):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from test_live_log import *\n"
        "framer, log = Framer(20.0), LogWriter('c', 20.0, {'seed': 0}, clip_s=1)\n"
        "log.__enter__()\n"
        "[log.add(f) for f in framer.push(samples_of(PHONE))]\n"
        "print(log.clips, flush=True); time.sleep(60)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)], cwd=tmp_path,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    assert int(running.stdout.readline()) >= 5
    running.kill()
    running.communicate()
    time.sleep(0.1)
    assert not (tmp_path / "c").exists()
    written(tmp_path / "c", PHONE)  # and what it left is in nobody's way
    assert verify(tmp_path / "c") == []
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
