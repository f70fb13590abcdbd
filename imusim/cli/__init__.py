"""The command line. Heavy packages are imported within the commands that need them."""

from imusim.cli import generate, show, corpora, compare, compare_others, calibrate, models, listings  # isort: skip
from imusim.cli.app import app, main

COMMANDS = (generate, show, corpora, compare, compare_others, calibrate, models, listings)
"""Where commands are declared, in the order of the help."""

__all__ = ["COMMANDS", "app", "main"]
