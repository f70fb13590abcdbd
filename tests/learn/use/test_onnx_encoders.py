"""Every encoder as ONNX gives what it gives in PyTorch, of any number of samples."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")
from use_models import small_model  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.encoders import ENCODERS  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings  # noqa: E402
from imusim.learn.use import Encoder  # noqa: E402
from imusim.learn.use.onnx import export_onnx, onnx_difference, random_batches  # noqa: E402

NARROW = {"widths": (4, 4, 4, 8, 8)}
SETTINGS = {
    "cnn_gru": {"width": 8},
    "resnet": {"widths": (4, 8, 8), "depths": (1, 1, 1)},
    "harnet5": NARROW,
    "harnet30": NARROW,
    "deep_conv_lstm": {"filters": 4, "cells": 8},
    "limu_bert": {"samples": 30, "blocks": 1, "width": 8, "hidden": 8, "heads": 2},
}


def made_model(name, **settings):
    torch.manual_seed(3)
    made = {"encoder_settings": SETTINGS.get(name, {}), "text_width": 0, "text_model": ""}
    return ImuTextModel(ModelSettings(encoder=name, window_s=4.0, **{**made, **settings})).eval()


ELSEWHERE = {"sensor_graph", "harnet10"}
"""The first stands in another file, with texts; the second is harnet5 with other numbers."""


@pytest.mark.parametrize("name", [name for name in ENCODERS if name not in ELSEWHERE])
def test_every_encoder_of_windows_of_any_length(name, tmp_path):
    """Of models without texts."""
    model, file = made_model(name), tmp_path / "model.onnx"
    assert export_onnx(model, file) < 1e-5
    for samples in (7, 30, 149, 151):  # less than a frame; up to two pieces and more
        assert onnx_difference(model, file, random_batches(samples, seed=samples)) < 1e-5


def test_what_is_held_against_pytorch_is_what_users_get():
    """Of a model without texts its encoder's vectors, of length one."""
    model = made_model("cnn")
    (batch, *_) = random_batches(90)
    made = Encoder(model).encode(batch)
    with torch.no_grad():
        vectors = torch.nn.functional.normalize(model.encoder(batch), dim=1)
    assert torch.equal(torch.from_numpy(made), vectors)


class Stubborn(torch.nn.Module):
    """An encoder whose way depends on what it sees, which no graph can follow."""

    width = 4

    def forward(self, batch):
        moves = batch.signals.abs().amax() > 1
        return batch.signals.mean(dim=(1, 3))[:, :4] * (1 if bool(moves) else 2)


def test_an_encoder_that_cannot_be_exported_is_one_line(tmp_path):
    model = small_model(window_s=4.0, text_width=0)
    model.encoder = Stubborn()
    with pytest.raises(ConfigError, match="the encoder sensor_graph cannot be exported: ") as said:
        export_onnx(model, tmp_path / "model.onnx")
    assert "\n" not in str(said.value)
    assert not list(tmp_path.iterdir())
