"""MVNX files of a motion that is known in closed form, written as MVN writes them.

The person stands, turns slowly about the upright and walks off with a steady speed; the right arm
swings from the shoulder, stiff as a pendulum. Segments' frames are those of version 4: along the
world's axes in a T-pose that faces x.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from imusim.motion.mvnx import SEGMENTS, SENSORS

G = 9.80665
ARM = ("RightUpperArm", "RightForeArm", "RightHand")
_STEPS = {
    "Pelvis": ("", (0, 0, 0.9)), "L5": ("Pelvis", (0, 0, 0.1)), "L3": ("L5", (0, 0, 0.1)),
    "T12": ("L3", (0, 0, 0.09)), "T8": ("T12", (0, 0, 0.09)), "Neck": ("T8", (0, 0, 0.13)),
    "Head": ("Neck", (0, 0, 0.08)),
}  # fmt: skip
for _side, _y in (("Right", -1), ("Left", 1)):
    _STEPS |= {
        f"{_side}Shoulder": ("T8", (0, 0.03 * _y, 0.07)),
        f"{_side}UpperArm": (f"{_side}Shoulder", (0, 0.13 * _y, 0)),
        f"{_side}ForeArm": (f"{_side}UpperArm", (0, 0.28 * _y, 0)),
        f"{_side}Hand": (f"{_side}ForeArm", (0, 0.23 * _y, 0)),
        f"{_side}UpperLeg": ("Pelvis", (0, 0.08 * _y, 0)),
        f"{_side}LowerLeg": (f"{_side}UpperLeg", (0, 0, -0.41)),
        f"{_side}Foot": (f"{_side}LowerLeg", (0, 0, -0.41)),
        f"{_side}Toe": (f"{_side}Foot", (0.15, 0, -0.08)),
    }
PARENTS = {name: parent for name, (parent, _) in _STEPS.items()}
OFFSETS = {name: np.array(step, float) for name, (_, step) in _STEPS.items()}
VERSION_3 = {
    "RightUpperArm": [-1, 0, 0, 1], "RightForeArm": [-1, 1, 1, 1], "RightHand": [-1, 1, 1, 1],
    "LeftUpperArm": [1, 0, 0, 1], "LeftForeArm": [1, 1, -1, 1], "LeftHand": [1, 1, -1, 1],
}  # fmt: skip
"""How the arms' frames lie in version 3 (MVN 4.2), xyzw up to length."""
TILTS_DEG = {"Pelvis": -5.8, "L5": 5.3, "Neck": 12.7, "Head": 13.2, "RightUpperLeg": 2.8}
"""Some of the turns about y of the natural stance that the frame ``tpose`` has."""


class Known(NamedTuple):
    """Poses and signals: world from segment and from sensor, both (T, K, …)."""

    rate_hz: float
    places: np.ndarray
    turns: Rotation
    sensor_turns: Rotation
    acceleration: np.ndarray
    force: np.ndarray
    rate: np.ndarray

    def turn(self, segment):
        return Rotation.from_quat(
            self.turns.as_quat().reshape(len(self.places), -1, 4)[:, SEGMENTS.index(segment)]
        )


def mount(sensor):
    """How and where (m) a unit sits on its segment."""
    rng = np.random.default_rng(SENSORS.index(sensor))
    return Rotation.random(random_state=rng), rng.uniform(-0.05, 0.05, 3)


def known(frames=120, rate_hz=240.0, still=False):
    """The motion; ``still``: a T-pose at rest."""
    time = np.arange(frames) / rate_hz
    swing, pace = (0.0, 0.0) if still else (0.8, 2 * np.pi * 1.2)
    angle, speed, gain = (
        swing * np.sin(pace * time), swing * pace * np.cos(pace * time),
        -swing * pace**2 * np.sin(pace * time),
    )  # fmt: skip
    yaw_rate, velocity = (0.0, np.zeros(3)) if still else (0.5, np.array([0.4, -0.2, 0.0]))
    up, across = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])
    body = Rotation.from_rotvec(np.outer(yaw_rate * time, up))
    arm = body * Rotation.from_rotvec(np.outer(angle, across + [0.6, 0, 0]))
    axis = body.apply(across + [0.6, 0, 0])
    pelvis = OFFSETS["Pelvis"] + np.outer(time, velocity)
    turns = {name: arm if name in ARM else body for name in SEGMENTS}
    places = {"Pelvis": pelvis}
    for name in SEGMENTS[1:]:
        above = PARENTS[name]
        places[name] = places[above] + turns[above].apply(OFFSETS[name])

    def motion_of(sensor):
        held, at = mount(sensor)
        spin = np.outer(np.full(frames, yaw_rate), up)
        point = places[sensor] + turns[sensor].apply(at)
        out = point - pelvis
        moved = np.cross(spin, np.cross(spin, out))
        if sensor in ARM:
            lever = point - places["RightUpperArm"]
            base = places["RightUpperArm"] - pelvis
            swung = spin + axis * speed[:, None]
            turning = axis * gain[:, None] + np.cross(spin, axis * speed[:, None])
            moved = (
                np.cross(spin, np.cross(spin, base))
                + np.cross(turning, lever)
                + np.cross(swung, np.cross(swung, lever))
            )
            spin = swung
        turn = turns[sensor] * held
        return turn, moved, turn.inv().apply(moved + [0, 0, G]), turn.inv().apply(spin)

    signals = [motion_of(sensor) for sensor in SENSORS]

    def stacked(rotations):
        quats = np.stack([r.as_quat() for r in rotations], axis=1)
        return Rotation.from_quat(quats.reshape(-1, 4))

    return Known(
        rate_hz,
        np.stack([places[name] for name in SEGMENTS], axis=1),
        stacked(turns[name] for name in SEGMENTS),
        stacked(s[0] for s in signals),
        *(np.stack([s[k] for s in signals], axis=1) for k in (1, 2, 3)),
    )


def quats(rotations, frames):
    """Quaternions (T, K, 4), w first."""
    return np.roll(rotations.as_quat().reshape(frames, -1, 4), 1, axis=-1)


def version_3(quaternions):
    """The same orientations (T, 23, 4) of the segments' frames of version 3."""
    out = np.array(quaternions)
    for name, quarter in VERSION_3.items():
        k = SEGMENTS.index(name)
        turned = Rotation.from_quat(np.roll(out[:, k], -1, axis=-1)) * Rotation.from_quat(quarter)
        out[:, k] = np.roll(turned.as_quat(), 1, axis=-1)
    return out


def arrays(motion, version=4):
    """What the frames hold, by the names of the nodes."""
    frames = len(motion.places)
    turns = quats(motion.turns, frames)
    found = {
        "orientation": version_3(turns) if version == 3 else turns,
        "position": motion.places,
        "velocity": np.zeros_like(motion.places),
    }
    if version == 3:
        found |= {"sensorAcceleration": motion.force, "sensorAngularVelocity": motion.rate}
    else:
        found |= {
            "footContacts": np.ones((frames, 4, 1)),
            "sensorFreeAcceleration": motion.acceleration,
        }
    return found | {
        "sensorMagneticField": np.zeros((frames, len(SENSORS), 3)),
        "sensorOrientation": quats(motion.sensor_turns, frames),
        "jointAngle": np.zeros((frames, 22, 3)),
    }


def _frame(values, digits, **attributes):
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    nodes = "".join(
        f"\t\t\t\t<{name}>{' '.join(f'{v:.{digits}f}' for v in row.ravel())}</{name}>\n"
        for name, row in values.items()
    )
    return f"\t\t\t<frame{told}>\n{nodes}\t\t\t</frame>\n"


def _calibration(version, digits):
    rest = known(1, still=True)
    straight = quats(rest.turns, 1)
    natural = straight.copy()
    for name, tilt in TILTS_DEG.items():
        turn = Rotation.from_euler("y", tilt, degrees=True).as_quat()
        natural[0, SEGMENTS.index(name)] = np.roll(turn, 1)
    names = ("npose", "tpose") if version == 3 else ("identity", "tpose", "tpose-isb")
    for name in names:
        turns = natural if name.startswith("tpose") else straight
        if version == 3 or name == "tpose-isb":
            turns = version_3(turns)
        place = {"orientation": turns[0], "position": rest.places[0]}
        index = {"index": -3} if version == 3 else {}
        yield _frame(place, digits, time=0, **index, tc="00:00:00:00", ms=0, type=name)


def mvnx(
    values, rate_hz, version=4, digits=9, numbers=None, segments=SEGMENTS, sensors=SENSORS,
    calibration=True, comment="", subject="",
):  # fmt: skip
    """The text of a file."""
    numbers = range(len(values["orientation"])) if numbers is None else numbers
    point = "pos_s" if version == 3 else "pos_b"
    told = "\n".join(
        f'\t\t\t<segment label="{name}" id="{k}"><points><point label="pOrigin">'
        f"<{point}>0 0 0</{point}></point></points></segment>"
        for k, name in enumerate(segments, start=1)
    )
    worn = "\n".join(f'\t\t\t<sensor label="{name}"/>' for name in sensors)
    joints = "\n".join(
        f'\t\t\t<joint label="j{name}"><connector1>{PARENTS[name]}/j{name}</connector1>'
        f"<connector2>{name}/j{name}</connector2></joint>"
        for name in segments
        if PARENTS.get(name)
    )
    first = numbers[0]
    frames = "".join(
        _frame(
            {name: rows[k] for name, rows in values.items()}, digits,
            time=round(1000 * (number - first) / rate_hz), index=number, tc="12:00:00:00",
            ms=1478188786272 + k, type="normal",
        )
        for k, number in enumerate(numbers)
    )  # fmt: skip
    rate = f' frameRate="{rate_hz:g}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!-- <!DOCTYPE mvnx SYSTEM "http://www.xsens.com/mvn/mvnx/schema.dtd"> -->\n'
        f'<mvnx xmlns="http://www.xsens.com/mvn/mvnx" version="{version}">\n'
        '\t<mvn version="2019.0.0" build="290"/>\n\t<comment></comment>\n'
        f'\t<subject label="MVN System 1" torsoColor="#e96417"{subject or rate} '
        f'segmentCount="{len(segments)}">\n\t\t<comment>{comment}</comment>\n'
        f"\t\t<segments>\n{told}\n\t\t</segments>\n\t\t<sensors>\n{worn}\n\t\t</sensors>\n"
        f"\t\t<joints>\n{joints}\n\t\t</joints>\n"
        f'\t\t<frames segmentCount="{len(segments)}" sensorCount="{len(sensors)}" '
        f'jointCount="22">\n'
        + ("".join(_calibration(version, digits)) if calibration else "")
        + f"{frames}\t\t</frames>\n\t</subject>\n"
        '\t<securityCode code="999f80c6"/>\n</mvnx>\n'
    )


def write(file: Path, motion=None, version=4, **settings):
    """Write a file of the known motion."""
    motion = motion or known()
    file.write_text(mvnx(arrays(motion, version), motion.rate_hz, version, **settings))
    return file
