"""Names to objects: what the command line and the functions of :mod:`imusim` share."""

from imusim.api.corpora import Job, find_clips, generate, make_inputs, prepare, repair

__all__ = ["Job", "find_clips", "generate", "make_inputs", "prepare", "repair"]
