"""To be written."""

from __future__ import annotations

from torch import nn


class StGcn(nn.Module):
    """To be written."""

    width = 512
