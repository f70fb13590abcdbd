"""MVNX files of a lab: a suit of up to 17 units, beside what Xsens MVN solved from them."""

from __future__ import annotations

from dataclasses import replace

from imusim.motion.mvnx import SENSORS
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import finder
from imusim.recordings.files.mvnx import LAYOUT, read_mvnx_file
from imusim.recordings.files.settings import FileSettings
from imusim.recordings.model import Recording

NAME = "xsens-mvn"


def read(ref: RecordingRef) -> Recording:
    """Read a file, as :func:`imusim.recordings.files.read_file` does.

    Raises
    ------
    MotionError
        If it is not whole, or holds nothing of the units.
    """
    return replace(read_mvnx_file(ref.path, FileSettings()), key=ref.key, dataset=NAME)


DATASET = Dataset(
    name=NAME,
    summary="anybody's recordings with an Xsens MVN suit, as MVNX files",
    licence="",
    home="https://base.xsens.com/hc/en-us/articles/360017524260-Output-Parameters-in-MVN",
    obtain=(
        "export .mvnx with MVN Studio, Analyze or Animate, or download what others exported, such "
        "as AnDyData-lab; its licence is what the recording's owner says"
    ),
    citation=(
        "Schepers, Giuberti, Bellusci: Xsens MVN: consistent tracking of human motion using "
        "inertial sensing. Xsens Technologies, 2018"
    ),
    rate_hz=60.0,
    placements={name: f"{LAYOUT}.{name}" for name in SENSORS},
    labels={},
    find=finder(NAME, r"([^/]+)\.mvnx", lambda match: match[1]),
    read=read,
    paired=True,
)
