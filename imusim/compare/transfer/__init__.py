"""What simulated data are worth downstream: trained on simulated, tested on real."""

from imusim.compare.transfer.result import Regime, Split, TransferResult

__all__ = ["Regime", "Split", "TransferResult"]
