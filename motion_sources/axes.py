"""Worlds of files against ours, which is right-handed with z up."""

from __future__ import annotations

import numpy as np

Z_FROM_Y_UP = np.array([np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
"""A quarter turn about x: y goes to z, z to −y."""
