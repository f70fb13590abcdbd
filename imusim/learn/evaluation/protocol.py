"""How a dataset is evaluated: fixed before anything is scored, one file a dataset.

A file names the sensors and the direction that is up of each, and the classes with their prompts,
which are written from the labels' names alone.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.places import joint_of
from imusim.names import did_you_mean
from imusim.recordings import Dataset, get_dataset
from imusim.sensor.placement import find_placements
from imusim.toml import parse_toml, read_toml

_DATA = files("imusim.learn.evaluation") / "protocols"
_SENSOR_AXES = ("x", "-x", "y", "-y", "z", "-z")
_Axis = Literal["x", "-x", "y", "-y", "z", "-z"]
_Text = Annotated[str, Field(min_length=1, max_length=500)]
_Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]


class SensorProtocol(BaseModel):
    """Where a sensor sits.

    Parameters
    ----------
    joint : str, optional
        Of :data:`imusim.conventions.JOINTS`; by default as
        :func:`imusim.learn.places.joint_of` has it.
    up : str or list of str
        Which axis points up along the segment in a person who stands with the arms hanging; of
        several, the one nearest to the mean specific force; ``gravity``: that force's direction
        itself. It is the mean over all windows, whatever their labels.
    per : {"wearer", "recording"}
        Of whose windows that mean is: where a sensor was put on anew for each recording, of each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    joint: Literal[JOINTS] | None = None  # pyright: ignore[reportInvalidTypeForm]
    up: Literal["gravity"] | _Axis | Annotated[tuple[_Axis, ...], Field(min_length=1)] = "gravity"
    per: Literal["wearer", "recording"] = "wearer"


class ClassProtocol(BaseModel):
    """A class: labels as the dataset writes them, what it is called, and what tells of it.

    Its prompts are the name and the sentences.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: Annotated[tuple[_Text, ...], Field(min_length=1)]
    name: _Text
    sentences: tuple[_Text, ...] = ()

    @property
    def prompts(self) -> tuple[str, ...]:
        """The name, then the sentences."""
        return (self.name, *self.sentences)


class Protocol(BaseModel):
    """A protocol file.

    Parameters
    ----------
    dataset : str
        Of the registry of recordings.
    sensors : mapping of str to SensorProtocol
        Those that are used, as the dataset names them.
    classes : tuple of ClassProtocol
        Stretches with other labels are left out.
    window_s : float
        A longer stretch of one label is cut into windows of this length side by side, a shorter
        one is one window, padded.
    shortest_s : float
        Shorter stretches are left out.
    test_subjects : tuple of str
        Who is tested where something is trained; none: everyone in turn, in folds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    sensors: Annotated[dict[str, SensorProtocol], Field(min_length=1)]
    classes: Annotated[tuple[ClassProtocol, ...], Field(min_length=2)]
    window_s: _Seconds = 10.0
    shortest_s: _Seconds = 0.5
    test_subjects: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Protocol:
        for what, used in (
            ("name", [c.name for c in self.classes]),
            ("label", [label for c in self.classes for label in c.labels]),
            ("prompt", [prompt.strip().lower() for c in self.classes for prompt in c.prompts]),
        ):
            if any(not text.strip() for text in used):
                raise ValueError(f"a {what} of a class is empty")
            twice = next((text for text in used if used.count(text) > 1), None)
            if twice is not None:
                raise ValueError(f"the {what} {twice[:60]!r} is there twice; classes must differ")
        return self

    @property
    def number_of(self) -> dict[str, int]:
        """Label as the dataset writes it to the number of its class."""
        return {label: k for k, c in enumerate(self.classes) for label in c.labels}

    def joints(self) -> dict[str, str]:
        """Sensor to joint; ``""``: it sits on no body."""
        placed = get_dataset(self.dataset).placements
        return {
            name: sensor.joint
            or (joint_of(find_placements([placed[name]])[0]) if placed.get(name) else "")
            for name, sensor in self.sensors.items()
        }


def known_protocols() -> tuple[str, ...]:
    """Datasets that a protocol comes with."""
    return tuple(
        sorted(f.name.removesuffix(".toml") for f in _DATA.iterdir() if f.name.endswith(".toml"))
    )


def load_protocol(source: Path | str) -> Protocol:
    """A protocol by its dataset's name, or of a file.

    Raises
    ------
    ConfigError
        For a name without one, or with the file and the key at fault.
    """
    if isinstance(source, Path) or source.endswith(".toml") or "/" in source or "\\" in source:
        return _checked(read_toml(source), str(source))
    return _bundled(source)


@cache
def _bundled(name: str) -> Protocol:
    if name not in known_protocols():
        get_dataset(name)  # whether there is such a dataset at all
        raise ConfigError(
            f"no protocol for {name}: give one with --protocol FILE; there are: "
            f"{', '.join(known_protocols())}"
        )
    file = f"{name}.toml"
    return _checked(parse_toml((_DATA / file).read_text(encoding="utf-8"), file), file)


def _checked(table: dict[str, Any], file: str) -> Protocol:
    try:
        protocol = Protocol.model_validate(table)
    except ValidationError as error:
        raise ConfigError(f"{file}: {_fault(error)}") from None
    dataset = get_dataset(protocol.dataset)
    _known(protocol.sensors, dataset.placements, "sensor", dataset, file)
    _known(protocol.number_of, dataset.labels, "label", dataset, file)
    return protocol


def _known(used: Any, known: Any, what: str, dataset: Dataset, file: str) -> None:
    """Raise ConfigError for what a dataset does not have."""
    for name in used:
        if name not in known:
            raise ConfigError(
                f"{file}: {dataset.name} has no {what} {name[:60]!r}."
                f"{did_you_mean(name, known)} There are: {', '.join(known) or 'none'}"
            )


def _fault(error: ValidationError) -> str:
    """The first fault in words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("literal", "tuple"))
    if first["type"] == "extra_forbidden":
        return f"unknown key {where!r}"
    if first["loc"] and "up" in first["loc"]:
        place = ".".join(str(part) for part in first["loc"][: first["loc"].index("up") + 1])
        return f"{place}: one of {', '.join(_SENSOR_AXES)}, a list of them, or gravity"
    message = first["msg"].removeprefix("Value error, ")
    return f"{where + ': ' if where else ''}{message[0].lower()}{message[1:]}"
