"""A trained model's sensors' half as ONNX, for where there is no PyTorch."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from imusim.errors import ConfigError, MissingExtraError
from imusim.learn.batch import UNKNOWN, SensorBatch
from imusim.learn.model import ImuTextModel
from imusim.view.document import write_whole

INPUTS = ("signals", "placement", "present", "valid")
"""As :class:`imusim.learn.batch.SensorBatch` has them, of any number of windows, sensors and
samples."""
OUTPUT = "embeddings"
"""Unit vectors, as :meth:`imusim.learn.use.Encoder.encode` gives them: in the space of texts; of a
model that was trained without texts, what its encoder makes, of length one."""
SETTINGS = "imusim_settings"
"""Key of the model's settings, as JSON, among the file's properties."""
TOLERANCE = 1e-3
"""Unit vectors that are farther apart are not the same model's."""
_OPSET = 18


class _Flat(nn.Module):
    """The model with tensors for a batch."""

    def __init__(self, model: ImuTextModel):
        super().__init__()
        self.model = model

    def forward(self, signals: Tensor, placement: Tensor, present: Tensor, valid: Tensor) -> Tensor:
        return self.model.embed_sensors(SensorBatch(signals, placement, present, valid))


def export_onnx(model: ImuTextModel, file: Path | str) -> float:
    """Write what embeds windows as ONNX, and hold it against PyTorch on batches of other sizes.

    Parameters
    ----------
    model : ImuTextModel
    file : Path or str
        It appears whole or not at all.

    Returns
    -------
    float
        The largest difference of an entry of unit embeddings to PyTorch's, in ONNX Runtime.

    Raises
    ------
    MissingExtraError
        If onnx, onnxscript or onnxruntime is not there.
    ConfigError
        If the encoder cannot be exported, or does not give the same embeddings then; the file is
        not written.
    """
    _check_installed()
    model = model.cpu().eval()
    samples = max(round(model.settings.rate_hz * model.settings.window_s), 1)
    try:
        content = _exported(model, samples)
        difference = onnx_difference(model, content, random_batches(samples))
    except Exception as error:  # whatever PyTorch or ONNX Runtime makes of an encoder
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(
            f"the encoder {model.settings.encoder} cannot be exported: {reason}"
        ) from error
    if not difference < TOLERANCE:
        raise ConfigError(
            f"the exported model is {difference:.2g} off from PyTorch's, so it is not written"
        )
    write_whole(Path(file), content)
    return difference


def onnx_difference(
    model: ImuTextModel, content: bytes | Path, batches: Sequence[SensorBatch]
) -> float:
    """The largest difference of an entry of unit embeddings, ONNX Runtime's to PyTorch's.

    ``content`` is the file, or what is in it.
    """
    _check_installed()
    from onnxruntime import InferenceSession

    source = content if isinstance(content, bytes) else str(content)
    session = InferenceSession(source, providers=["CPUExecutionProvider"])
    most = 0.0
    for batch in batches:
        fed = {name: getattr(batch, name).numpy() for name in INPUTS}
        made: NDArray[np.float32] = np.asarray(session.run([OUTPUT], fed)[0])
        with torch.no_grad():
            expected = model.embed_sensors(batch).numpy()
        most = max(most, float(np.abs(made - expected).max(initial=0.0)))
    return most


def random_batches(samples: int, seed: int = 0) -> list[SensorBatch]:
    """Batches of several sizes, with sensors and samples missing, signals as large as real ones."""
    rng = np.random.default_rng(seed)
    batches = []
    for windows, sensors, length in (
        (1, 1, samples), (3, 4, samples), (2, 22, samples // 2 + 1), (2, 3, 2 * samples + 3),
    ):  # fmt: skip
        present = rng.random((windows, sensors, 2)) < 0.7
        present[:, 0, 0] = True
        valid = np.arange(length) < rng.integers(length // 2 + 1, length + 1, (windows, 1))
        batch = SensorBatch(
            torch.from_numpy(rng.normal(scale=5, size=(windows, sensors, 6, length))).float(),
            torch.from_numpy(rng.integers(0, UNKNOWN + 1, (windows, sensors))),
            torch.from_numpy(present),
            torch.from_numpy(valid),
        )
        batches.append(batch)
    return batches


def _exported(model: ImuTextModel, samples: int) -> bytes:
    # What encoders cut into pieces: a single one would be taken for a size that is always 1.
    pieces = 2 * int(getattr(model.encoder, "samples", 0))
    example = random_batches(max(samples, pieces))[1]
    windows, sensors, length = (
        torch.export.Dim(name) for name in ("windows", "sensors", "samples")
    )
    sizes: Any = (
        {0: windows, 1: sensors, 3: length},
        {0: windows, 1: sensors},
        {0: windows, 1: sensors},
        {0: windows, 1: length},
    )
    chatter = logging.getLogger("torch.onnx")
    level = chatter.level
    chatter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                _Flat(model).eval(), tuple(getattr(example, name) for name in INPUTS),
                dynamo=True, dynamic_shapes=sizes, input_names=list(INPUTS), output_names=[OUTPUT],
                opset_version=_OPSET, external_data=False, verbose=False,
            )  # fmt: skip
    finally:
        chatter.setLevel(level)
    if program is None:
        raise ConfigError("PyTorch exported nothing")
    proto = program.model_proto
    entry = proto.metadata_props.add()
    entry.key, entry.value = SETTINGS, json.dumps(asdict(model.settings))
    return proto.SerializeToString()


def _check_installed() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "ONNX needs packages of its own: pip install 'imusim-toolkit[onnx]'"
        ) from None
