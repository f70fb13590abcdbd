"""The main job and its failures, through the command that users type."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest
from bvh_files import write_swings
from cli_runner import fails, imusim

from imusim.conventions import JOINTS
from imusim.corpus import Corpus

HEAVY = ("torch", "pybullet", "h5py", "scipy", "matplotlib", "typer", "numpy")


def digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the main job was run, and its companions."""
    folder = tmp_path_factory.mktemp("work")
    imusim("generate", "--joints", "all", "--rotations", "random", cwd=folder)
    imusim("generate", "--out", "plain", cwd=folder)
    return folder


def test_the_main_job_makes_a_corpus_of_real_motion(work: Path):
    corpus = Corpus(work / "corpus")
    assert len(corpus) == 15
    assert corpus.joints == JOINTS
    assert all(any(text.strip() for text in clip.captions) for clip in corpus)
    shards = sorted((work / "corpus").glob("shard-*.h5"))
    assert shards
    for shard in shards:
        with h5py.File(shard) as file:
            for name in ("accelerometer", "gyroscope"):
                assert file[name].shape[1:] == (22, 3)
                assert np.isfinite(file[name][:]).all()
            assert file.attrs["rate_hz"] == 50
            assert tuple(file.attrs["joints"]) == JOINTS
    assert "OK" in imusim("verify", cwd=work).stdout


def test_the_closing_summary_says_what_was_made(tmp_path: Path):
    done = imusim("generate", "--joints", "wrists,head", "--rate", "25", cwd=tmp_path)
    for word in (r"clips +15", r"sensors +3: head, left_wrist, right_wrist", "25 Hz", "corpus"):
        assert re.search(word, done.stdout), done.stdout
    assert done.stderr == ""
    assert Corpus(tmp_path / "corpus").joints == ("head", "left_wrist", "right_wrist")


def test_random_mountings_can_be_undone(work: Path):
    for turned, plain in zip(Corpus(work / "corpus"), Corpus(work / "plain"), strict=True):
        for undone, truth in zip(turned.unmounted(), plain.signals(), strict=True):
            scale = np.abs(truth).max()
            np.testing.assert_allclose(undone, truth, atol=4e-6 * scale)
        assert not np.allclose(turned.accelerometer, plain.accelerometer, atol=0.1)


def test_a_choice_of_joints_leaves_their_signals_as_they_are(work: Path, tmp_path: Path):
    imusim("generate", "-j", "wrists", "--rotations", "random", cwd=tmp_path)
    few, every = Corpus(tmp_path / "corpus")[3], Corpus(work / "corpus")[3]
    np.testing.assert_array_equal(
        few.accelerometer, every.signals(sensors=["left_wrist", "right_wrist"]).accelerometer
    )


def test_a_sensor_reads_gravity_on_average(work: Path):
    """A body that stays up is held up: the mean of the specific force is gravity's."""
    from imusim.conventions import STANDARD_GRAVITY

    walk = next(c for c in Corpus(work / "plain") if "walk" in c.key)
    norm = np.linalg.norm(walk.signals(sensors=["pelvis"]).accelerometer.mean(axis=0))
    assert norm == pytest.approx(STANDARD_GRAVITY, rel=0.1)


def test_the_seed_decides_every_byte(work: Path, tmp_path: Path):
    flags = ("generate", "--joints", "all", "--rotations", "random")
    imusim(*flags, "--out", "again", cwd=tmp_path)
    imusim(*flags, "--out", "other", "--seed", 1, cwd=tmp_path)
    first = digests(work / "corpus")
    assert digests(tmp_path / "again") == first
    assert digests(tmp_path / "other").keys() == first.keys()
    assert digests(tmp_path / "other")["shard-00000.h5"] != first["shard-00000.h5"]


def test_python_gives_the_same_bytes(work: Path, tmp_path: Path):
    import imusim as package

    corpus = package.generate(out=tmp_path / "python", rotations="random")
    assert isinstance(corpus, package.Corpus)
    assert digests(tmp_path / "python") == digests(work / "corpus")


def test_settings_from_a_file_that_flags_override(tmp_path: Path):
    bvh = write_swings(tmp_path / "clips" / "a.bvh")
    (tmp_path / "run.toml").write_text(
        'paths = ["clips"]\njoints = ["feet"]\nrate_hz = 30\nseed = 7\nout = "here"\n'
    )
    imusim("generate", "--config", "run.toml", "--rate", "40", cwd=tmp_path)
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text())
    settings = manifest["runs"][0]["configuration"]
    assert (settings["rate_hz"], settings["seed"], settings["joints"]) == (40.0, 7, ["feet"])
    assert str(tmp_path) not in (tmp_path / "here" / "manifest.json").read_text()
    assert bvh.exists()


def test_inspect_and_json(work: Path):
    shown = imusim("inspect", cwd=work).stdout
    for word in ("15", "50 Hz", "left_wrist", "bullet-clips", "licence", "random"):
        assert word in shown
    machine = json.loads(imusim("inspect", "corpus", "--json", cwd=work).stdout)
    assert len(machine["clips"]) == 15
    assert machine["clips"][0]["captions"]


def test_plot_draws_a_picture(work: Path, tmp_path: Path):
    pytest.importorskip("matplotlib")
    key = Corpus(work / "corpus")[2].key
    picture = tmp_path / "p.png"
    imusim("plot", "corpus", "--clip", key, "--joint", "head,pelvis", "-o", picture, cwd=work)
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(data) > 20_000
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    assert width == 1400
    assert 600 < height < 1400
    assert "no clip number 99" in fails("plot", "--clip", "99", cwd=work)
    assert "no clip 'zzz'" in fails("plot", "--clip", "zzz", cwd=work)
    assert "at most 3" in fails("plot", "--joint", "all", cwd=work)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--joints", "left_wirst"), "Did you mean 'left_wrist'"),
        (("--source", "nope"), "bvh"),
        (("--body", "nope"), "anthropometric"),
        (("--rate", "0"), "rate_hz: .*greater than 0"),
        (("--rate", "nan"), "rate_hz"),
        (("--rate", "abc"), "--rate"),
        (("--rotations", "some"), "unknown rotations 'some'"),
        (("--offset", "1,2"), "offset"),
        (("--soft-tissue", "jelly"), "soft_tissue: .*'none', 'typical' or 'random'"),
        (("--seed", "-1"), "seed"),
        (("--height", "0"), "height_m"),
        (("--engine", "magic"), "engine"),
        (("--channels", "contact"), "'kinematic' has no forces, .*--engine bullet"),
        (("--engine", "bullet", "--channels", "all,force"), "'force'.* ground_reaction, contact,"),
        (("--quality", "goood"), "'goood' is neither a preset"),
        (("--quality", "gap_fractoin<1"), "Did you mean 'gap_fraction'"),
        (("--quality", "gap_fraction<x"), "'x' in 'gap_fraction<x' is not a number"),
        (("--config", "bad.toml"), r"bad\.toml: unknown setting 'speed'"),
        (("--config", "none.toml"), r"none\.toml: cannot be read"),
        (("empty",), "empty"),
        (("missing.bvh",), r"missing\.bvh"),
        (("notes.txt",), r"notes\.txt"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_bad_input_takes_one_line_and_leaves_nothing(
    tmp_path: Path, arguments: Sequence[str], message: str
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text("speed = 3\n")
    (tmp_path / "notes.txt").write_text("nothing to see\n")
    before = sorted(tmp_path.rglob("*"))
    assert re.search(message, fails("generate", *arguments, cwd=tmp_path))
    assert sorted(tmp_path.rglob("*")) == before


def test_one_bad_file_among_many_is_told_and_the_rest_is_made(tmp_path: Path):
    write_swings(tmp_path / "in" / "a.bvh")
    write_swings(tmp_path / "in" / "b.bvh", cut=20)
    write_swings(tmp_path / "in" / "c.bvh")
    done = imusim("generate", "in", cwd=tmp_path)
    lines = [line for line in done.stderr.splitlines() if line.startswith("skipped")]
    assert len(lines) == 1
    assert re.search(r"b\.bvh", lines[0])
    assert re.search(r"clips +2", done.stdout)
    corpus = Corpus(tmp_path / "corpus")
    assert len(corpus) == 2
    assert len(corpus.manifest.skipped) == 1
    assert str(tmp_path) not in corpus.manifest.model_dump_json()
    assert "OK" in imusim("verify", cwd=tmp_path).stdout


def test_quality_leaves_out_clips_and_says_why(tmp_path: Path):
    write_swings(tmp_path / "in" / "moves.bvh")
    held = write_swings(tmp_path / "in" / "held.bvh")
    lines = held.read_text().splitlines()
    lines[-30:] = [lines[-30]] * 30
    held.write_text("\n".join(lines) + "\n")
    done = imusim("generate", "in", "--quality", "frozen_fraction<0.2", cwd=tmp_path)
    assert re.fullmatch(
        r"skipped: in/held\.bvh: left out by --quality: frozen_fraction is 0\.492, not < 0\.2\n",
        done.stderr,
    )
    corpus = Corpus(tmp_path / "corpus")
    assert list(corpus.keys()) == ["moves"]
    assert corpus.manifest.runs[0].configuration["quality"] == "frozen_fraction<0.2"
    assert corpus.manifest.skipped[0].clip == "held"
    assert "left out by --quality" in imusim("inspect", cwd=tmp_path).stdout
    imusim("generate", "in", "--out", "both", cwd=tmp_path)
    shown = imusim("inspect", "both", cwd=tmp_path).stdout
    assert re.search(r"frozen_fraction +0\.246 +0\.492 +held", shown), shown
    one = json.loads(imusim("inspect", "both", "--clip", "held", "--json", cwd=tmp_path).stdout)
    assert one["quality"]["frozen_fraction"] == pytest.approx(29 / 59)
    assert one["quality"]["source_limit_fraction"] is None
    message = fails("generate", "in", "--quality", "jitter_m<0", "--out", "none", cwd=tmp_path)
    assert "left out by --quality" in message
    assert not (tmp_path / "none").exists()


def test_soft_tissue_moves_signals_and_nothing_else(tmp_path: Path):
    import imusim as package

    write_swings(tmp_path / "a.bvh")
    flags = ("generate", "a.bvh", "--rotations", "random")
    imusim(*flags, "--soft-tissue", "random", cwd=tmp_path)
    assert "rotations random, soft tissue random" in imusim("inspect", cwd=tmp_path).stdout
    (tmp_path / "run.toml").write_text('soft_tissue = "random"\njoints = "left_knee,head"\n')
    imusim(*flags, "--config", "run.toml", "--out", "few", cwd=tmp_path)

    def made(out: str, **settings: object) -> Corpus:
        settings = {"paths": tmp_path / "a.bvh", "rotations": "random"} | settings
        return package.generate(out=tmp_path / out, **settings)  # type: ignore[arg-type]

    springs, few = Corpus(tmp_path / "corpus"), Corpus(tmp_path / "few")
    hard, typical = made("hard"), made("typical", soft_tissue="typical")
    assert digests(tmp_path / "corpus") == digests(made("again", soft_tissue="random").folder)
    stated = digests(made("stated", soft_tissue="none").folder)
    assert stated == digests(hard.folder)
    assert springs.manifest.runs[0].configuration["soft_tissue"] == "random"
    np.testing.assert_array_equal(few[0].accelerometer, springs[0].signals(sensors=few.joints)[0])
    other = made("other", soft_tissue="random", seed=1, rotations="none")
    assert not np.allclose(other[0].accelerometer, springs[0].unmounted().accelerometer, atol=1e-2)
    for soft in (springs, typical):
        np.testing.assert_array_equal(soft[0].link_from_sensor, hard[0].link_from_sensor)
        np.testing.assert_array_equal(soft[0].poses, hard[0].poses)
        for felt, rigid in zip(soft[0].signals(), hard[0].signals(), strict=True):
            assert 0.001 < np.sqrt(np.mean((felt - rigid) ** 2)) / rigid.std() < 0.5


def test_a_corpus_of_an_older_imusim_is_refused_with_the_remedy(tmp_path: Path):
    write_swings(tmp_path / "a.bvh")
    imusim("generate", "a.bvh", cwd=tmp_path)
    manifest = tmp_path / "corpus" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"schema_version": 5', '"schema_version": 2'))
    for command in ("inspect", "plot", "view"):
        assert "version 2 was made by an older imusim" in fails(command, cwd=tmp_path)
        assert "make the corpus again" in fails(command, cwd=tmp_path)


def test_when_every_file_is_bad_nothing_is_made(tmp_path: Path):
    write_swings(tmp_path / "in" / "b.bvh", cut=20)
    assert "b.bvh" in fails("generate", "in", cwd=tmp_path)
    assert not (tmp_path / "corpus").exists()


def test_an_existing_folder_is_left_alone_without_overwrite(tmp_path: Path):
    write_swings(tmp_path / "a.bvh")
    imusim("generate", "a.bvh", cwd=tmp_path)
    before = digests(tmp_path / "corpus")
    assert "--overwrite" in fails("generate", "a.bvh", "--seed", "5", cwd=tmp_path)
    assert digests(tmp_path / "corpus") == before
    imusim("generate", "a.bvh", "--seed", "5", "--overwrite", cwd=tmp_path)
    assert digests(tmp_path / "corpus") != before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder(tmp_path: Path):
    (tmp_path / "locked").mkdir(mode=0o500)
    write_swings(tmp_path / "a.bvh")
    assert "locked" in fails("generate", "a.bvh", "--out", "locked/c", cwd=tmp_path)


def test_a_file_where_the_folder_should_be(tmp_path: Path):
    write_swings(tmp_path / "a.bvh")
    (tmp_path / "corpus").write_text("mine")
    assert "corpus" in fails("generate", "a.bvh", cwd=tmp_path)
    assert "corpus" in fails("generate", "a.bvh", "--out", "corpus/below", cwd=tmp_path)
    assert (tmp_path / "corpus").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupted_run_leaves_nothing(tmp_path: Path):
    for number in range(40):
        write_swings(tmp_path / "in" / f"{number}.bvh", frames=600)
    before = sorted(tmp_path.rglob("*"))
    script = (
        "import imusim.pipeline.piece as run, os, signal\n"
        "make, made = run.simulate_draws, []\n"
        "def interrupted(*arguments):\n"
        "    made.append(1)\n"
        "    if len(made) == 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "    return make(*arguments)\n"
        "run.simulate_draws = interrupted\n"
        "from imusim.cli import main\n"
        "main(['generate', 'in'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 130
    assert done.stderr == "error: interrupted\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_verify_tells_damage(tmp_path: Path):
    write_swings(tmp_path / "a.bvh")
    imusim("generate", "a.bvh", cwd=tmp_path)
    shard = tmp_path / "corpus" / "shard-00000.h5"
    data = bytearray(shard.read_bytes())
    data[-100] ^= 0xFF
    shard.write_bytes(data)
    done = imusim("verify", cwd=tmp_path, code=2)
    assert "shard-00000.h5" in done.stderr
    assert "OK" not in done.stdout
    for command in ("inspect", "plot"):
        assert "nowhere" in fails(command, "nowhere", cwd=tmp_path)
    assert "nowhere" in imusim("verify", "nowhere", cwd=tmp_path, code=2).stderr


def test_sources_and_bodies_and_version(tmp_path: Path):
    listed = imusim("sources", cwd=tmp_path).stdout
    assert "bullet-clips" in listed
    assert "bvh" in listed
    assert "anthropometric" in imusim("bodies", cwd=tmp_path).stdout
    assert re.match(r"imusim \d+\.\d+", imusim("--version", cwd=tmp_path).stdout)
    assert "No such command" in fails("nonsense", cwd=tmp_path)


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import imusim; imusim.__version__", ()),
        ("from imusim.cli import main; main(['--help'])", ("typer",)),
        ("from imusim.cli import main; main(['generate', '--help'])", ("typer",)),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(
    tmp_path: Path, code: str, allowed: Sequence[str]
):
    script = (
        f"import sys, atexit; atexit.register(lambda: print('LOADED', *"
        f"[m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)); {code}"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    loaded = done.stderr.split("LOADED")[1].split()
    assert set(loaded) <= set(allowed)


def test_a_reader_that_goes_away_is_no_error(work: Path):
    command = f'"{sys.executable}" -c "from imusim.cli import main; main()" inspect --json'
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1"], cwd=work, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
