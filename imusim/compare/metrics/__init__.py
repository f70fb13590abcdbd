"""How near a simulated signal comes to a real one, in numbers."""

from imusim.compare.metrics.figures import figures
from imusim.compare.metrics.spectral import spectra
from imusim.compare.metrics.table import METRICS, Metric

__all__ = ["METRICS", "Metric", "figures", "spectra"]
