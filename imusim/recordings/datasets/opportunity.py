"""OPPORTUNITY: seven inertial units of a jacket and shoes, four people in a kitchen.

``column_names.txt`` and ``label_legend.txt`` beside the data describe it: ``dataset/S1-ADL1.dat`` …
``S4-Drill.dat``, 250 columns parted by blanks, NaN where data are missing, 30 Hz: time in ms (1),
twelve accelerometers (2–37), the five units of the jacket, 13 each (38–102): accelerometer,
gyroscope, magnetometer, quaternion, and the two of the shoes, 16 each (103–134), things (135–243),
labels (244–250). Accelerometers are in thousandths of g, of 9.8 m/s²; gyroscopes are a
thousandth of the original value, whose unit is called unknown: the Xsens' own, rad/s, is taken.

Of a shoe, ``Body_A`` and ``AngVelBodyFrame`` are read, in the unit's own axes. The maker's header
file says that gravity is not removed from the first, and that the second is in rad/s.

The label is that of locomotion (244), which says what the whole person does; 0 is none. The twelve
accelerometers without gyroscopes are left out: their names do not tell their places.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import finder, rising, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "opportunity", 30.0, "CC-BY-4.0"
_FILE = r"S(\d)-(ADL\d|Drill)\.dat"
_WIDTH = 250
_MILLI_G = 9.8 / 1000
_JACKET = {"BACK": 37, "RUA": 50, "RLA": 63, "LUA": 76, "LLA": 89}
_SHOES = {"L-SHOE": 102, "R-SHOE": 118}
_UNITS = {
    **{name: tuple(range(first, first + 6)) for name, first in _JACKET.items()},
    **{name: tuple(range(first + 6, first + 12)) for name, first in _SHOES.items()},
}
_LOCOMOTION = 243
_COLUMNS = (0, _LOCOMOTION, *(column for columns in _UNITS.values() for column in columns))
LABELS = {"1": "standing", "2": "walking", "4": "sitting", "5": "lying down"}


def read(ref: RecordingRef) -> Recording:
    """One run of one person. Raises MotionError with file and line."""
    subject, run = stated(ref.path, _FILE).groups()
    values = tables.read_numbers(ref.path, None, columns=_COLUMNS, width=_WIDTH)
    order, stamps_ms, notes = rising(values[:, 0], 1)
    values, time_s = values[order], (stamps_ms - stamps_ms[0]) / 1000
    sensors = tuple(
        Sensor(
            name, f"opportunity.{name}", time_s, values[:, 2 + 6 * k : 5 + 6 * k] * _MILLI_G,
            values[:, 5 + 6 * k : 8 + 6 * k] / 1000, RATE_HZ,
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    names = {int(label): label for label in LABELS}
    spans = spans_of(time_s, values[:, 1], names, RATE_HZ)
    return Recording(ref.key, NAME, sensors, spans, subject, run, LICENCE, notes=notes)


DATASET = Dataset(
    name=NAME,
    summary="seven units of jacket and shoes: four people in a kitchen",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/226/opportunity+activity+recognition",
    obtain="load OpportunityUCIDataset.zip from its page and unpack it",
    citation="Chavarriaga R, Sagha H, Calatroni A, Digumarti ST, Tröster G, Millán JdR, Roggen D "
    "(2013): The Opportunity challenge: A benchmark database for on-body sensor-based activity "
    "recognition. Pattern Recognition Letters 34(15)",
    rate_hz=RATE_HZ,
    placements={name: f"opportunity.{name}" for name in _UNITS},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"S{match[1]}-{match[2]}"),
    read=read,
)
