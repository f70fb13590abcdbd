"""A page on this machine that shows the state as it changes."""

from imusim.live.page.server import PageServer

__all__ = ["PageServer"]
