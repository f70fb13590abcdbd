"""MVNX, the XML that Xsens MVN exports: frames read one after the other, in little memory.

Versions 3 and 4. All of it is in one world: right-handed, z up, x to magnetic north or where the
user has set it, metres. Orientations are quaternions, w first, from segment or sensor to world.
A document type may be named, as the manual has it, and is never loaded; one that declares anything
of its own is refused, so that no entity is ever expanded.

References
----------
Xsens, MVN User Manual, document MV0319P revision N (2015), section "MVNX".
"""

from imusim.motion.mvnx.content import SEGMENTS, SENSORS, Mvnx
from imusim.motion.mvnx.reader import read_mvnx

__all__ = ["SEGMENTS", "SENSORS", "Mvnx", "read_mvnx"]
