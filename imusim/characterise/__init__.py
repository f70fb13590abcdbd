"""From a recording at rest to a model of the device that made it."""

from imusim.characterise.device import report_device
from imusim.characterise.picture import plot_report
from imusim.characterise.reading import read_recordings
from imusim.characterise.recording import Recording
from imusim.characterise.report import HEADER, ChannelReport, Report, characterise
from imusim.characterise.rest import still_stretches
from imusim.characterise.run import run
from imusim.characterise.settings import Settings

__all__ = [
    "HEADER",
    "ChannelReport",
    "Recording",
    "Report",
    "Settings",
    "characterise",
    "plot_report",
    "read_recordings",
    "report_device",
    "run",
    "still_stretches",
]
