"""What is exported gives what PyTorch gives, whatever the sizes."""

import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
onnx = pytest.importorskip("onnx")
from use_models import made_recording, made_sensor, small_model  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.use import RecordedWindows  # noqa: E402
from imusim.learn.use.onnx import SETTINGS, export_onnx, onnx_difference, random_batches  # noqa: E402


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    model = small_model(window_s=4.0)
    file = tmp_path_factory.mktemp("onnx") / "model.onnx"
    return model, file, export_onnx(model, file)


def test_random_batches_of_any_size(exported):
    model, file, difference = exported
    assert difference < 1e-5
    assert onnx_difference(model, file, random_batches(77, seed=3)) < 1e-5


def test_recordings(exported):
    model, file, _ = exported
    recording = made_recording(made_sensor(), made_sensor("phone", "", 1, seconds=18))
    windows = RecordedWindows(recording, 20.0, 4.0)
    assert onnx_difference(model, file, [windows.batch()]) < 1e-5


def test_the_file_tells_its_settings(exported):
    model, file, _ = exported
    (entry,) = onnx.load(file).metadata_props
    assert entry.key == SETTINGS
    assert json.loads(entry.value)["rate_hz"] == model.settings.rate_hz


def test_another_model_is_seen(exported):
    _, file, _ = exported
    assert onnx_difference(small_model(seed=1), file, random_batches(80)) > 1e-2


def test_nothing_is_written_that_differs(exported, tmp_path, monkeypatch):
    _, file, _ = exported
    content = file.read_bytes()
    monkeypatch.setattr("imusim.learn.use.onnx._exported", lambda *_: content)
    with pytest.raises(ConfigError, match="off from PyTorch's"):
        export_onnx(small_model(seed=1, window_s=4.0), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
