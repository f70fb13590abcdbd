"""The command line. Heavy packages are imported within the commands that need them."""

from imusim.cli import (  # isort: skip
    generate,
    show,
    corpora,
    compare,
    compare_others,
    calibrate,
    pretrain,
    evaluate,
    models,
    listings,
    # isort: skip
    generate,
)
from imusim.cli.app import app, main

COMMANDS = (
    generate,
    show,
    corpora,
    compare,
    compare_others,
    calibrate,
    pretrain,
    evaluate,
    models,
    listings,
    # isort: skip
    generate,
)
"""Where commands are declared, in the order of the help."""

__all__ = ["COMMANDS", "app", "main"]
