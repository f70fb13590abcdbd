"""What is calibrated, what is found, and the files that hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.compare.align import Alignment, Pair
from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.sensor.device import Device, dump_device

Array = NDArray[np.float64]

PLACEMENTS, CONFIG, FIGURES = "placements.toml", "generate.toml", "calibration.json"
"""Files of a calibration; beside them one of each sensor's device."""


@dataclass(frozen=True, eq=False)
class Worn:
    """One sensor on one person, in all recordings beside which there is motion.

    Parameters
    ----------
    name : str
    link : str
        Joint of the segment that it is on.
    offset : (3,) array
        Its nominal place in the link's frame, m.
    rate_hz : float
        Nominal.
    pairs : tuple of Pair
    effects : tuple of (F, 3, L) arrays
        For each pair, at the samples of its kinematics, what a metre more of each limb adds to
        the specific force at the nominal place, in the link's axes, 1/s²; see
        :func:`imusim.compare.calibrate.limbs.limb_effects`. Empty: limbs are left as they are.
    """

    name: str
    link: str
    offset: Array
    rate_hz: float
    pairs: tuple[Pair, ...]
    effects: tuple[Array, ...] = ()


@dataclass(frozen=True, eq=False)
class SensorCalibration:
    """One sensor.

    Parameters
    ----------
    name, link : str
    offset : (3,) array
        Place in the link's frame, m: the nominal one and the lever arm found.
    alignments : tuple of Alignment
        Of each recording; all but the clock is the same in all.
    device : Device
        Of this one unit: what is known of its errors.
    """

    name: str
    link: str
    offset: Array
    alignments: tuple[Alignment, ...]
    device: Device


@dataclass(frozen=True, eq=False)
class Calibration:
    """All sensors of one person.

    Parameters
    ----------
    sensors : tuple of SensorCalibration
    limb_lengths : mapping of str to (float, float)
        Joint to the length of the bone from its parent and its standard error, m: those that the
        recordings tell apart from what the motion shows.
    """

    sensors: tuple[SensorCalibration, ...]
    limb_lengths: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def figures(self) -> dict[str, dict[str, float]]:
        """Numbers and their standard errors (``…_se``) by sensor; limbs under ``limbs``."""
        found = {}
        for sensor in self.sensors:
            places = zip("xyz", sensor.offset, strict=True)
            found[sensor.name] = sensor.alignments[0].as_figures() | {
                f"offset_{axis}_m": float(value) for axis, value in places
            }
        if self.limb_lengths:
            found["limbs"] = {joint: length for joint, (length, _) in self.limb_lengths.items()} | {
                f"{joint}_se": error for joint, (_, error) in self.limb_lengths.items()
            }
        return found

    def write(self, folder: Path | str) -> Path:
        """Write the files; the settings that `imusim generate --config` takes are returned.

        Sensors on things that are no part of a body have no placement.

        Raises
        ------
        ConfigError
            If the folder cannot be written.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            worn = [sensor for sensor in self.sensors if sensor.link in JOINTS]
            devices = {}
            for sensor in self.sensors:
                file = folder / f"{_plain(sensor.name)}.toml"
                file.write_text(dump_device(sensor.device), encoding="utf-8")
                devices[_plain(sensor.name)] = file.as_posix()
            settings = []
            if worn:
                (folder / PLACEMENTS).write_text(_placements(worn), encoding="utf-8")
                each = (f"{_plain(s.name)}={devices[_plain(s.name)]}" for s in worn)
                settings = [
                    f"placement = [{_quoted((folder / PLACEMENTS).as_posix())}]",
                    f"device = [{', '.join(map(_quoted, each))}]",
                ]
            if self.limb_lengths:
                settings += ["", "[limb_lengths]"]
                settings += [f"{j} = {length:.5f}" for j, (length, _) in self.limb_lengths.items()]
            (folder / CONFIG).write_text("\n".join(settings) + "\n", encoding="utf-8")
            figures = json.dumps(self.figures(), indent=1)
            (folder / FIGURES).write_text(figures + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{folder}: cannot be written: {error}") from None
        return folder / CONFIG


def _placements(sensors: Sequence[SensorCalibration]) -> str:
    lines = ['summary = "as imusim calibrate found the sensors"']
    for sensor in sensors:
        turn = sensor.alignments[0].link_from_sensor
        lines += [
            "",
            f"[sensors.{_quoted(_plain(sensor.name))}]",
            f'segment = "{sensor.link}"',
            f"offset_m = [{', '.join(f'{v:.5f}' for v in sensor.offset)}]",
            f"rotation_xyzw = [{', '.join(f'{v:.9f}' for v in turn)}]",
        ]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    """A name that a layout, a device and a file may have."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)
    return (kept if kept[:1].isalnum() else f"sensor{kept}")[:60]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
