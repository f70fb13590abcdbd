"""Which encoders there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

from imusim.errors import ConfigError
from imusim.learn.encoders.cnn import Cnn
from imusim.learn.encoders.cnn_gru import CnnGru
from imusim.learn.encoders.deep_conv_lstm import DeepConvLstm
from imusim.learn.encoders.harnet import HARNETS, HarNet
from imusim.learn.encoders.limu_bert import LimuBert
from imusim.learn.encoders.resnet import ResNet
from imusim.learn.encoders.sensor_graph import SensorGraph
from imusim.learn.encoders.stgcn import StGcn
from imusim.names import did_you_mean


@dataclass(frozen=True)
class EncoderKind:
    """An encoder: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    make : callable
        ``make(**settings)``: a module whose ``forward`` takes a
        :class:`imusim.learn.batch.SensorBatch` and makes (B, D) embeddings, and which has
        ``width``, D. The same settings and state make the same module.
    """

    name: str
    summary: str
    make: Callable[..., nn.Module]


ENCODERS: Mapping[str, EncoderKind] = {
    kind.name: kind
    for kind in (
        EncoderKind(
            "sensor_graph",
            "a shared temporal network on the sensors present, then graph convolutions",
            SensorGraph,
        ),
        EncoderKind("stgcn", "the spatio-temporal graph network of UniMTS, 5.18 M", StGcn),
        EncoderKind("cnn_gru", "convolutions and a GRU, of IMU2CLIP and PRIMUS, 0.85 M", CnnGru),
        EncoderKind("resnet", "the residual network of RelCon, accelerometers, 3.64 M", ResNet),
        *(
            EncoderKind(
                name,
                f"the residual network of Yuan et al., accelerometers, {samples} samples at 30 Hz",
                partial(HarNet, name),
            )
            for name, (samples, _) in HARNETS.items()
        ),
        EncoderKind("deep_conv_lstm", "four convolutions and two LSTMs, 0.46 M", DeepConvLstm),
        EncoderKind("cnn", "three convolutions and the largest of all moments, 0.09 M", Cnn),
        EncoderKind("limu_bert", "the small transformer of LIMU-BERT, 0.05 M", LimuBert),
    )
}


def make_encoder(name: str, settings: Mapping[str, Any] | None = None) -> nn.Module:
    """An encoder by name. Raises ConfigError for an unknown name or setting."""
    if name not in ENCODERS:
        raise ConfigError(
            f"no encoder {name!r}.{did_you_mean(name, ENCODERS)} There are: {', '.join(ENCODERS)}"
        )
    try:
        return ENCODERS[name].make(**(settings or {}))
    except TypeError as error:
        raise ConfigError(f"encoder {name}: {error}") from None
