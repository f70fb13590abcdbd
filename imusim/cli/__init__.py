"""The command line. Heavy packages are imported within the commands that need them."""

from imusim.cli import (  # isort: skip
    generate,
    show,
    corpora,
    captions,
    compare,
    compare_others,
    calibrate,
    pretrain,
    evaluate,
    online,
    models,
    live,
    listings,
)
from imusim.cli.app import app, main

COMMANDS = (
    generate,
    show,
    corpora,
    captions,
    compare,
    compare_others,
    calibrate,
    pretrain,
    evaluate,
    online,
    models,
    live,
    listings,
)
"""Where commands are declared, in the order of the help."""

__all__ = ["COMMANDS", "app", "main"]
