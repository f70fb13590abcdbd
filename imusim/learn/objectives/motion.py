"""Windows and the motion that sensors were moved by draw together."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn
from torch.nn.functional import gelu, normalize

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.objectives.base import MOTION, Objective, Step
from imusim.learn.objectives.contrast import Scale, paired_loss
from imusim.learn.poses import Poses, canonical


class MotionEncoder(nn.Module):
    """Embeds poses: two convolutions along time, then the mean of what is valid.

    It sees :func:`imusim.learn.poses.canonical` positions: neither place nor heading, of which
    sensors tell nothing.

    Parameters
    ----------
    space : int
        Of the embeddings.
    channels : int
    """

    def __init__(self, space: int, channels: int = 128):
        super().__init__()
        wide = len(JOINTS) * 3
        self.convolutions = nn.ModuleList(
            nn.Conv1d(many, channels, 5, padding=2) for many in (wide, channels)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(2))
        self.projection = nn.Linear(channels, space)

    def forward(self, poses: Poses) -> Tensor:
        """Unit embeddings (B, ``space``)."""
        known = poses.valid[..., None].float()
        seen = canonical(poses).flatten(2)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            seen = norm(convolution(seen.mT).mT)
            seen = gelu(seen) * known
        mean = seen.sum(dim=1) / known.sum(dim=1).clamp(min=1)
        return normalize(self.projection(mean), dim=-1)


class Motion(Objective):
    """InfoNCE between windows and the motion of the whole body during them.

    What PRIMUS has from videos (Das et al. 2025, the multimodal term), from poses of the corpus.
    All that it learns beside the encoder is its own.

    Parameters
    ----------
    width : int
        Of the encoder.
    space : int
        In which both are compared.
    temperature : float
        At the start.
    """

    needs: ClassVar[frozenset[str]] = frozenset({MOTION})

    def __init__(self, width: int, space: int = 512, temperature: float = 0.1):
        super().__init__()
        self.head, self.motion = nn.Linear(width, space), MotionEncoder(space)
        self.scale = Scale(temperature)

    def forward(self, step: Step) -> Tensor:
        """Over the batches of all ranks."""
        sensors = normalize(self.head(step.own()), dim=-1)
        return paired_loss(sensors, self.motion(poses_of(step)), self.scale())


def poses_of(step: Step) -> Poses:
    """The batch's. Raises ConfigError where none were read."""
    if step.drawn.motion is None:
        raise ConfigError("the objective needs motion, and none was read")
    return step.drawn.motion
