"""The sensors of a run: names in the settings to places on the body, devices and channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imusim.body import Body
from imusim.corpus.channels import CHANNELS, TRUTH
from imusim.corpus.counts import Counted
from imusim.errors import ConfigError
from imusim.names import choose, plain
from imusim.pipeline.config import GenerateConfig, resolve_channels, resolve_joints
from imusim.pipeline.counting import count_signals
from imusim.sensor.device import EFFECTS, IDEAL, Device, load_device
from imusim.sensor.mounting import Rotations, parse_rotations
from imusim.sensor.placement import (
    Placement,
    Seat,
    check_on_body,
    find_placements,
    joint_seat,
    seat,
)
from imusim.sensor.sampling import MAX_SIMULATION_HZ


@dataclass(frozen=True, eq=False)
class SensorPlan:
    """What the settings say of the sensors, names turned into objects.

    Parameters
    ----------
    names : tuple of str
        Of the S sensors.
    places : tuple
        A joint's name, or a placement, for each.
    offset : (float, float, float)
        Of the sensors on joints, m.
    vertices : mapping
        Vertex of the skin for sensors on joints that have one.
    rotations : Rotations
    devices : tuple of Device
        With the errors that are felt.
    choices : tuple
        For each sensor the numbers of the devices of which one is drawn.
    ideal : bool
        Whether there are none.
    channels : tuple of str
        Of :data:`imusim.corpus.channels.CHANNELS`.
    counted : mapping
        What is stored as counts.
    """

    names: tuple[str, ...]
    places: tuple[str | Placement, ...]
    offset: tuple[float, float, float]
    vertices: dict[str, int]
    rotations: Rotations
    devices: tuple[Device, ...]
    choices: tuple[tuple[int, ...], ...]
    ideal: bool
    channels: tuple[str, ...]
    counted: dict[str, Counted]

    @property
    def joints(self) -> tuple[str, ...]:
        """The joint on whose segment each sensor sits."""
        return tuple(p if isinstance(p, str) else p.segment for p in self.places)

    def seats(self, body: Body) -> list[Seat]:
        """Where the sensors come out on a body.

        Raises
        ------
        ConfigError
            If one lies off the body, or on a vertex that it does not have.
        """
        found = [self._seat(place, body) for place in self.places]
        for each in found:
            check_on_body(each, body)
        return found

    def _seat(self, place: str | Placement, body: Body) -> Seat:
        if isinstance(place, Placement):
            return seat(place, body)
        if place not in self.vertices:
            return joint_seat(place, self.offset)
        skin = Placement(name=place, segment=place, vertex=self.vertices[place])
        return replace(joint_seat(place), offset=seat(skin, body).offset)


def plan_sensors(config: GenerateConfig) -> SensorPlan:
    """Look up what the settings name.

    Raises
    ------
    ConfigError
        For an unknown joint, placement, device or error, a device file that does not hold, a
        bandwidth that the simulation does not reach, or devices whose readings are no counts
        where these shall be stored.
    """
    on_joints = resolve_joints(config.sensor_joints())
    placed = find_placements(config.placement) if config.placement else ()
    names = (*on_joints, *(placement.name for placement in placed))
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ConfigError(
            f"{twice[0]} is asked for twice, as a joint and as a placement; leave --joints out, or "
            "give the placement a name of its own in a TOML file"
        )
    for joint, vertex in config.vertices.items():
        if joint not in on_joints:
            raise ConfigError(f"vertex {vertex}: there is no sensor on {joint!r}")
    felt = resolve_errors(config.errors)
    of_sensor = device_names_of(config.device, names)
    loaded = {name: load_device(name).only(*felt) for own in of_sensor for name in own}
    devices = tuple(dict.fromkeys(loaded.values()))
    called = [device.name for device in devices]
    for stated, device in loaded.items():
        if called.count(device.name) > 1:
            raise ConfigError(
                f"device {stated}: another is called {device.name!r} too; name one otherwise"
            )
    for device in devices:
        _check_bandwidth(device, config.simulation_rate_hz)
    channels = set(resolve_channels(config.channels, config.engine))
    if any(device.clock.dropout or device.clock.packet_loss for device in devices):
        channels.add("received")
    if config.keep_truth:
        also = {f"true_{name}" for name in ("magnetometer", "barometer") if name in channels}
        channels |= {*TRUTH, *also}
    return SensorPlan(
        names,
        (*on_joints, *placed),
        config.offset,
        config.vertices,
        parse_rotations(config.rotations),
        devices,
        tuple(tuple(devices.index(loaded[name]) for name in own) for own in of_sensor),
        not felt or all(device == IDEAL for device in devices),
        tuple(name for name in CHANNELS if name in channels),
        count_signals(devices, channels) if config.store == "device" else {},
    )


def device_names_of(stated: Sequence[str], sensors: Sequence[str]) -> list[tuple[str, ...]]:
    """For each sensor the devices that it may be: its own, or those stated for all.

    Raises
    ------
    ConfigError
        For ``SENSOR=NAME`` where there is no such sensor.
    """
    for_all: list[str] = []
    own: dict[str, list[str]] = {}
    known = {plain(sensor): sensor for sensor in sensors} | {sensor: sensor for sensor in sensors}
    for text in stated:
        sensor, equals, name = text.partition("=")
        found = known.get(sensor.strip()) or known.get(plain(sensor))
        if not equals or (found is None and Path(text).is_file()):
            for_all.append(text)
        elif found is not None:
            own.setdefault(found, []).append(name.strip())
        else:
            raise ConfigError(
                f"device {text!r}: there is no sensor {sensor.strip()!r}; there are: "
                f"{', '.join(sensors)}"
            )
    return [tuple(own.get(sensor, for_all or ["ideal"])) for sensor in sensors]


def resolve_errors(names: Sequence[str]) -> tuple[str, ...]:
    """Names of errors, ``all``, ``none`` and ``-name`` to errors, in the order in which they act.

    Raises
    ------
    ConfigError
        For a name that is none of these.
    """
    return choose(names, tuple(EFFECTS), "error")


def _check_bandwidth(device: Device, simulation_rate_hz: float | None) -> None:
    nyquist_hz = (simulation_rate_hz or MAX_SIMULATION_HZ) / 2
    for kind in ("accelerometer", "gyroscope", "magnetometer", "barometer"):
        for bandwidth_hz in np.atleast_1d(getattr(device, kind).bandwidth_hz):
            if nyquist_hz < bandwidth_hz < np.inf:
                raise ConfigError(
                    f"device {device.name}: the {kind}'s bandwidth of {bandwidth_hz:g} Hz is above "
                    f"the simulation's Nyquist frequency of {nyquist_hz:g} Hz (--simulation-rate)"
                )
