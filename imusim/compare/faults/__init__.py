"""What is wrong with a recording, said before it is scored."""

from imusim.compare.faults.alone import look
from imusim.compare.faults.pair import look_pair, look_wearer

__all__ = ["look", "look_pair", "look_wearer"]
