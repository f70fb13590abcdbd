"""The harnets: residual networks of one accelerometer, with filters before fewer samples."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.encoders.one_sensor import OneSensor, cut

RATE_HZ = 30.0
KERNEL = 5
HARNETS = {
    "harnet5": (
        150, ((64, 2, 2, 2), (128, 2, 2, 2), (256, 2, 3, 1), (256, 2, 3, 1), (512, 0, 3, 1)),
    ),
    "harnet10": (
        300, ((64, 2, 2, 2), (128, 2, 2, 2), (256, 2, 5, 1), (512, 2, 5, 1), (1024, 0, 3, 1)),
    ),
    "harnet30": (
        900, ((64, 2, 3, 1), (128, 2, 3, 1), (256, 2, 5, 1), (512, 2, 5, 1), (1024, 0, 4, 0)),
    ),
}  # fmt: skip
"""By name, samples; and of each layer channels, residual blocks, and the factor and order of the
filter before fewer samples."""
HOME = "https://github.com/OxWearables/ssl-wearables"
_PART = "feature_extractor."
_circular = partial(nn.Conv1d, padding=KERNEL // 2, padding_mode="circular", bias=False)


class HarNet(OneSensor):
    """The networks of Yuan et al. 2024 (npj Digital Medicine 7:91), pretrained there on UK Biobank.

    Five layers, each a convolution, residual blocks that normalise first, and fewer samples behind
    an anti-aliasing filter (Zhang 2019), down to one. Convolutions go round the window's end.
    Shorter windows have zeros behind; of longer ones the mean is taken over pieces, by their valid
    samples. ``harnet10`` has 10,457,408 parameters and makes 1,024 numbers, ``harnet5`` 4,227,904
    and 512.

    Modules are named as in the published weights, so that these fit: see :func:`read_harnet`.

    Parameters
    ----------
    name : str
        Of :data:`HARNETS`.
    widths : sequence of int, optional
        Channels of the five layers, other than the published ones.
    """

    gyroscope = False

    def __init__(self, name: str = "harnet10", widths: Sequence[int] | None = None):
        super().__init__()
        self.samples, layers = HARNETS[name]
        widths = [layer[0] for layer in layers] if widths is None else list(widths)
        if len(widths) != len(layers):
            raise ConfigError(
                f"encoder {name}: widths are {len(layers)} numbers, not {len(widths)}"
            )
        self.name, self.width = name, widths[-1]
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        before = 3
        for number, (channels, (_, blocks, factor, order)) in enumerate(
            zip(widths, layers, strict=True), 1
        ):
            parts[f"layer{number}"] = nn.Sequential(
                _circular(before, channels, KERNEL),
                *(_Block(channels) for _ in range(blocks)),
                nn.BatchNorm1d(channels), nn.ReLU(), Fewer(channels, factor, order),
            )  # fmt: skip
            before = channels
        self.feature_extractor = nn.Sequential(parts)
        for module in self.modules():
            if isinstance(module, nn.Conv1d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, D) of accelerometers, g."""
        pieces = cut(signals, self.samples)
        made = self.feature_extractor(pieces.flatten(0, 1)).flatten(1)
        share = cut(valid, self.samples).sum(dim=-1, keepdim=True)  # (N, P, 1)
        made = made.unflatten(0, pieces.shape[:2]) * share
        return made.sum(dim=1) / share.sum(dim=1).clamp(min=1)


class Fewer(nn.Module):
    """Every so manieth sample of (N, C, T), behind a low-pass filter, after Zhang 2019.

    The filter is a box of ``factor`` samples, convolved ``order`` times with itself.
    """

    def __init__(self, channels: int, factor: int, order: int):
        super().__init__()
        self.factor, self.padding = factor, order * (factor - 1) // 2
        filter_ = np.ones(1)
        for _ in range(order + 1):
            filter_ = np.convolve(filter_, np.full(factor, 1 / factor))
        made = torch.from_numpy(filter_).float().expand(channels, 1, -1).clone()
        self.register_buffer("kernel", made)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T / ``factor``)."""
        kernel = self.get_buffer("kernel")
        return functional.conv1d(x, kernel, None, self.factor, self.padding, groups=len(kernel))


class _Block(nn.Module):
    """Norm, ReLU and convolution twice, beside a short cut."""

    def __init__(self, channels: int):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm1d(channels), nn.BatchNorm1d(channels)
        self.conv1, self.conv2 = (_circular(channels, channels, KERNEL) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv1(functional.relu(self.bn1(x)))
        return x + self.conv2(functional.relu(self.bn2(inner)))


def read_harnet(name: str, file: Path | str) -> HarNet:
    """A harnet with weights from a file of the publishers' making, or named alike.

    Parameters
    ----------
    name : str
        Of :data:`HARNETS`.
    file : Path or str
        A dictionary of tensors, as ``torch.save(model.state_dict(), file)`` writes it. Only
        ``feature_extractor`` is taken, whatever stands before it in names; the heads are left out.

    Raises
    ------
    ConfigError
        In one line: if the file is not there, holds anything but tensors, or does not fit.
    """
    file = Path(file)
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file; weights are at {HOME}")
    try:
        held = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes of the reader
        raise ConfigError(f"{file}: this is no file of weights, or it is damaged") from error
    found = {}
    for key, value in held.items() if isinstance(held, dict) else ():
        if isinstance(key, str) and isinstance(value, Tensor) and _PART in key:
            found[_PART + key.partition(_PART)[2]] = value
    if not found:
        raise ConfigError(f"{file}: there is nothing named {_PART}… in it: these are no harnet's")
    network = HarNet(name)
    wrong = _misfits(network.state_dict(), found)
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ConfigError(f"{file}: these are no weights of {name}: {wrong[0]}{more}")
    network.load_state_dict({**network.state_dict(), **found})
    return network.eval()


def _misfits(ours: dict[str, Tensor], found: dict[str, Tensor]) -> list[str]:
    """What does not fit. Old files do not count batches; filters must be the same."""
    wrong = []
    for key, value in ours.items():
        other = found.get(key)
        if other is None:
            if not key.endswith("num_batches_tracked"):
                wrong.append(f"{key} is missing")
        elif other.shape != value.shape:
            wrong.append(f"{key} is {tuple(other.shape)}, not {tuple(value.shape)}")
        elif key.endswith(".kernel") and not torch.allclose(other.float(), value, atol=1e-4):
            wrong.append(f"{key} is another filter")
        elif not other.isfinite().all():
            wrong.append(f"{key} is not finite")
    return wrong + [f"{key} is not known" for key in found if key not in ours]
