"""A distance that was learnt before, from the file of its training."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from imusim.errors import ConfigError
from imusim.learn.objectives.relative.distance import MotifDistance

_LEARNT = "reconstruct"
_PREFIX = f"{_LEARNT}.distance."


@dataclass(frozen=True, eq=False)
class Learnt:
    """A distance and where it comes from.

    Parameters
    ----------
    distance : MotifDistance
        Frozen.
    sha256 : str
        Of its file.
    rate_hz : float
        Of the windows that it was trained on.
    licences : tuple of str
        Of the motion that it was made from.
    """

    distance: MotifDistance
    sha256: str
    rate_hz: float
    licences: tuple[str, ...]


def load_distance(path: Path | str) -> Learnt:
    """Read what a training with the objective ``reconstruct`` left.

    Parameters
    ----------
    path : Path or str
        Its ``model.pt``, or the folder with it.

    Raises
    ------
    ConfigError
        If there is none, or it holds no distance.
    """
    from imusim.learn.model import load_objectives  # which needs encoders, and they augmentation

    path = Path(path)
    path = path / "model.pt" if path.is_dir() else path
    settings, state = load_objectives(path)
    state = {
        name.removeprefix(_PREFIX): weights
        for name, weights in state.items()
        if name.startswith(_PREFIX)
    }
    trained = settings.source.get("settings", {})
    made_with = trained.get("objective_settings", {}).get(_LEARNT, {})
    try:
        distance = MotifDistance(**made_with)
        distance.load_state_dict(state)
    except (TypeError, RuntimeError):
        raise ConfigError(
            f"{path}: holds no distance; give the model.pt of a training with --preset "
            "relcon-distance"
        ) from None
    return Learnt(
        distance.requires_grad_(False).eval(), hashlib.sha256(path.read_bytes()).hexdigest(),
        settings.rate_hz, tuple(settings.source.get("licences", ())),
    )  # fmt: skip
