"""Captions rephrased by language models: a command's, or one behind an endpoint."""

from imusim.learn.captions.models.answers import AskFailed, Maker
from imusim.learn.captions.models.command import CommandMaker
from imusim.learn.captions.models.endpoint import EndpointMaker
from imusim.learn.captions.models.gather import Outcome, gather_paraphrases

__all__ = [
    "AskFailed",
    "CommandMaker",
    "EndpointMaker",
    "Maker",
    "Outcome",
    "gather_paraphrases",
]
