"""AMASS files onto SMPL bodies, through the command that users type."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from smpl_model_files import write_amass, write_model

import imusim as package
from body_models import get_body_model
from imusim.body import BodyOptions
from imusim.cli import main
from imusim.conventions import JOINTS
from imusim.corpus import Corpus
from imusim.motion import BodyShape


@pytest.fixture(scope="module")
def needs_smplx() -> None:
    for name in ("smplx", "torch"):
        pytest.importorskip(name, reason="needs imusim-toolkit[smpl]")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder with AMASS files of two sets and one of models, of one gender alone."""
    folder = tmp_path_factory.mktemp("amass")
    write_amass(folder / "motion" / "KIT" / "3" / "walking_slow08_poses.npz", 120)
    write_amass(folder / "motion" / "KIT" / "3" / "jump04_poses.npz", 90, seed=2)
    np.savez(folder / "motion" / "KIT" / "3" / "shape.npz", betas=np.zeros(16), gender="female")
    write_model(folder / "models", gender="female")
    return folder


@pytest.fixture
def imusim(tmp_path, monkeypatch, capsys):
    """The command line within this process, which then loads torch only once."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert left.value.code == code, err
        assert "Traceback" not in err
        return out, err

    return run


@pytest.fixture
def fails(imusim):
    """The one line of an error with exit code 2; nothing is written."""

    def run(*arguments: object) -> str:
        lines = imusim(*arguments, code=2)[1].splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("error: ")
        assert not Path("corpus").exists()
        return lines[0]

    return run


def vertex_on(joint: str, folder: Path) -> int:
    skin = get_body_model("smplh").build(models=folder / "models").skin
    assert skin is not None
    return int(np.flatnonzero(skin.segment == JOINTS.index(joint))[7])


def test_smplh_bodies_with_a_sensor_on_the_skin(imusim, files: Path, tmp_path: Path, needs_smplx):
    """What the vertex's sensor reads is what one at the vertex's place in the link reads."""
    vertex = vertex_on("left_wrist", files)
    common = ("generate", files / "motion", "--joints", "wrists,pelvis", "--body", "smplh",
              "--body-models", files / "models")  # fmt: skip
    _, err = imusim(*common, "--vertex", f"left_wrist={vertex}", "--out", "skin")
    assert err == ""
    skin = Corpus(tmp_path / "skin")
    assert sorted(skin.keys()) == ["KIT/3/jump04_poses", "KIT/3/walking_slow08_poses"]
    clip = skin["KIT/3/walking_slow08_poses"]
    assert clip.captions == ("walking slow",)
    assert clip.licence == "LicenseRef-AMASS"
    assert imusim("verify", "skin")[0].startswith("skin: OK")

    motion_betas = np.load(files / "motion/KIT/3/walking_slow08_poses.npz")["betas"]
    maker = get_body_model("smplh").tailor(BodyOptions(models=files / "models"))
    body = maker(BodyShape("smplh", "female", tuple(motion_betas)))
    assert body.skin is not None
    place = body.skin.vertices[vertex]
    assert np.linalg.norm(place) > 0.01
    np.testing.assert_allclose(clip.mounting_offset[clip.joints.index("left_wrist")], place)
    offset = ",".join(f"{x:.17g}" for x in place)
    walk = files / "motion/KIT/3/walking_slow08_poses.npz"
    imusim(common[0], walk, *common[2:], "--offset", offset, "--out", "rigid")
    imusim(common[0], walk, *common[2:], "--out", "joint")
    rigid, joint = (Corpus(tmp_path / name)[0] for name in ("rigid", "joint"))
    for name, same in (("left_wrist", rigid), ("right_wrist", joint), ("pelvis", joint)):
        at = clip.joints.index(name)
        np.testing.assert_array_equal(clip.accelerometer[:, at], same.accelerometer[:, at])
        np.testing.assert_array_equal(clip.gyroscope[:, at], same.gyroscope[:, at])
    wrist = clip.joints.index("left_wrist")
    assert np.abs(clip.accelerometer - joint.accelerometer)[:, wrist].max() > 0.1


def test_without_model_files_the_default_body_serves_and_says_so(
    imusim, files: Path, tmp_path: Path
):
    _, err = imusim("generate", files / "motion", "--joints", "wrists")
    assert len(err.splitlines()) == 1
    assert err.startswith("note: 2 clips: their source states smplh shapes")
    assert "--body smplh --body-models FOLDER" in err
    assert len(Corpus(tmp_path / "corpus")) == 2


def test_what_a_subject_did_not_get_of_its_shape(imusim, files: Path, tmp_path: Path, needs_smplx):
    write_model(tmp_path / "models", "smpl", "neutral", betas=10)
    walk = files / "motion/KIT/3/walking_slow08_poses.npz"
    arguments = ("generate", walk, "--body", "smpl", "--body-models", "models")
    _, err = imusim(*arguments)
    assert "note: 1 clip: no female smpl model: the neutral one served" in err
    write_model(tmp_path / "models", "smpl", "female", betas=10)
    _, err = imusim(*arguments, "--overwrite")
    assert "note: 1 clip: the smpl model has 10 shape coefficients" in err


def test_motion_of_another_source_wears_the_mean_shape(imusim, files: Path, tmp_path, needs_smplx):
    """Its bones are the source's, and the skin grows with them."""
    pytest.importorskip("pybullet", reason="brings the clips")
    vertex = vertex_on("left_wrist", files)
    models = ("--body", "smplh", "--body-models", files / "models")
    sensor = ("--joints", "left_wrist", "--vertex", f"left-wrist={vertex}")
    _, err = imusim("generate", "--count", 1, *models, *sensor)
    assert err == ""
    (clip,) = Corpus(tmp_path / "corpus")
    own = get_body_model("smplh").build(models=files / "models").skin.vertices[vertex]
    along = np.cross(clip.mounting_offset[0], own)
    np.testing.assert_allclose(along, 0, atol=1e-9)
    assert clip.quality["retarget_error_m"] < 0.015


def test_a_file_without_a_rate(imusim, fails, tmp_path: Path):
    write_amass(tmp_path / "a.npz", mocap_framerate=None)
    line = fails("generate", "a.npz")
    assert "no frame rate" in line
    assert "--source-rate" in line
    imusim("generate", "a.npz", "--source-rate", "60", "--joints", "head")
    assert Corpus(tmp_path / "corpus")[0].duration_s == pytest.approx(40 / 60, abs=0.04)


def test_bad_clips_are_told_and_the_rest_is_made(imusim, files: Path, tmp_path: Path):
    write_amass(tmp_path / "in" / "good.npz")
    write_amass(tmp_path / "in" / "objects.npz", poses=np.array([None]))
    write_amass(tmp_path / "in" / "short.npz", trans=np.zeros((3, 3)))
    _, err = imusim("generate", "in", "--joints", "head")
    assert len(Corpus(tmp_path / "corpus")) == 1
    skipped = [line for line in err.splitlines() if line.startswith("skipped")]
    assert len(skipped) == 2
    assert "Python objects" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--body", "smplh"), "give their folder with --body-models; register at"),
        (("--body", "smplh", "--body-models", "nowhere"), "no neutral smplh model: looked for"),
        (("--body", "smplx", "--body-models", "MODELS"), "no neutral smplx model"),
        (("--body", "smpl-h", "--body-models", "MODELS"), "smplh"),
        (("--vertex", "left_wrist=3"), "vertex 3 needs a body with a skin"),
        (("--vertex", "left_wrist"), "state them as left_wrist=NUMBER"),
        (("--vertex", "left_wrist=-3"), "state them as left_wrist=NUMBER, not left_wrist=-3"),
        (("--vertex", "left_wrist=3.5"), "state them as left_wrist=NUMBER"),
        (("--vertex", "left_wirst=3"), "Did you mean 'left_wrist'?"),
        (("--vertex", "left_wrist=3", "--vertex", "left-wrist=4"), "left_wrist has two"),
        (("--vertex", ""), "unknown joint ''"),
    ],
)
def test_errors_are_one_line(fails, files: Path, tmp_path: Path, arguments, words, request):
    if "MODELS" in arguments:
        request.getfixturevalue("needs_smplx")
    given = [files / "models" if word == "MODELS" else word for word in arguments]
    assert words in fails("generate", files / "motion", *given)


@pytest.mark.parametrize(
    ("vertex", "words"),
    [
        ("left_wrist=99999", "the skin has 624"),
        ("left_wrist=0", "vertex 0 lies on pelvis, not on left_wrist"),
        ("head=200", "there is no sensor on 'head'"),
    ],
)
def test_vertices_that_cannot_be(fails, files: Path, tmp_path: Path, vertex, words, needs_smplx):
    common = ("generate", files / "motion", "--body", "smplh", "--body-models", files / "models")
    line = fails(*common, "--joints", "wrists", "--vertex", vertex)
    assert words in line


def test_a_damaged_model_file_stops_the_run(fails, files: Path, tmp_path: Path, needs_smplx):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "SMPLH_NEUTRAL.pkl").write_bytes(b"cos\nsystem\n(Vtouch trace\ntR.")
    line = fails(
        "generate",
        files / "motion",
        "--body",
        "smplh",
        "--body-models",
        "models",
    )
    assert "SMPLH_NEUTRAL.pkl: not a usable pickle: it names os.system" in line
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("package", ["smplx", "torch"])
def test_without_the_extra(fails, files: Path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    models = ("--body", "smplh", "--body-models", files / "models")
    line = fails("generate", files / "motion", *models)
    assert re.search(r"needs (smplx|torch): pip install 'imusim-toolkit\[smpl\]'$", line)


def test_settings_from_a_file(imusim, fails, files: Path, tmp_path: Path, needs_smplx):
    settings = f"body = 'smplh'\nbody_models = '{files / 'models'}'\njoints = 'left_wrist'\n"
    vertices = f"vertices = {{ left_wrist = {vertex_on('left_wrist', files)} }}\n"
    Path("bad.toml").write_text(settings + "vertices = { left_wrist = 1.5 }\n")
    assert "left_wrist=NUMBER, not left_wrist=1.5" in fails("generate", "--config", "bad.toml")
    Path("good.toml").write_text(settings + vertices)
    imusim("generate", files / "motion", "--config", "good.toml")
    assert Corpus(tmp_path / "corpus").manifest.runs[0].configuration["body_models"] == "models"


def test_the_same_from_python(files: Path, tmp_path: Path, needs_smplx):
    corpus = package.generate(
        files / "motion",
        out=tmp_path / "corpus",
        joints="left_wrist",
        body="smplh",
        body_models=files / "models",
        vertices={"left_wrist": vertex_on("left_wrist", files)},
    )
    assert len(corpus) == 2
    assert corpus.manifest.runs[0].configuration["body_models"] == "models"


def test_bodies_lists_the_models_with_licence_and_home(imusim, tmp_path: Path):
    shown = imusim("bodies")[0]
    for words in ("smplh", "LicenseRef-SMPL-X", "https://mano.is.tue.mpg.de", "Loper"):
        assert words in shown
    assert "LicenseRef-AMASS" in imusim("sources")[0]


def test_heavy_packages_stay_away():
    """Neither the registries nor the bundled sources and bodies import torch or smplx."""
    code = (
        "import sys, imusim, body_models, motion_sources, body_models.smpl.bodies\n"
        "body_models.body_models(); motion_sources.sources()\n"
        "print(sorted({'torch', 'smplx', 'plotly', 'pybullet', 'trimesh'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_model_files_for_a_body_that_takes_none_are_refused(fails, files):
    assert "not made from model files" in fails(
        "generate", files / "motion", "--body-models", files / "models"
    )
