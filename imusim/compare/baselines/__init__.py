"""How others turn poses into readings: what every simulation is held against."""

from imusim.compare.baselines.registry import BASELINES, Baseline

__all__ = ["BASELINES", "Baseline"]
