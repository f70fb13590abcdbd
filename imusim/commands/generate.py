"""``imusim generate``: makes a corpus."""

from __future__ import annotations

import time
from typing import Any

from imusim import console
from imusim.bars import run_bar
from imusim.errors import Interrupted


def run_generate(file: str | None, flags: dict[str, Any]) -> None:
    """Make a corpus and show the summary."""
    from imusim import api
    from imusim.pipeline import load_config

    config = load_config(file, flags)
    start = time.perf_counter()
    job = api.prepare(config)
    try:
        with run_bar() as progress:
            summary = job.run(progress)
    except KeyboardInterrupt as error:
        raise Interrupted("; ".join(["interrupted", *getattr(error, "__notes__", ())])) from None
    console.show_summary(summary, time.perf_counter() - start)
