"""What simulated data are worth downstream: trained on simulated, tested on real."""

from imusim.compare.transfer.mounting import mounted_alike
from imusim.compare.transfer.recipe import Augmentation, Recipe
from imusim.compare.transfer.result import Regime, Split, TransferResult
from imusim.compare.transfer.run import transfer
from imusim.compare.transfer.splits import folds

__all__ = [
    "Augmentation",
    "Recipe",
    "Regime",
    "Split",
    "TransferResult",
    "folds",
    "mounted_alike",
    "transfer",
]
