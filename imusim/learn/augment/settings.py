"""What is changed of windows, and by how much."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from imusim.conventions import JOINTS, STANDARD_GRAVITY

Share = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[float, Field(ge=0)]


class AugmentSettings(BaseModel):
    """How windows are changed while a model learns.

    Parameters
    ----------
    mounting : {"unknown", "upright", "stored"}
        ``unknown``: every sensor is turned at random, uniformly over SO(3). ``upright``: the
        segment's long axis becomes z, upwards in a person who stands with the arms hanging, but
        for a tilt; about it sensors are turned at random. ``stored``: as the corpus has it.
    tilt_deg : float
        Standard deviation of each component of an upright sensor's tilt.
    sensors : (int, int)
        How many sensors are there, at least and at most; drawn for each window.
    favoured : mapping of str to float
        How much likelier sensors at a joint are drawn than others, which have 1: those that people
        wear.
    movement : float
        How much likelier sensors that turn are drawn than those at rest: the power of the RMS of
        their angular rate, of which 0.1 rad/s is added to all. 0: no likelier.
    no_gyroscope : float
        Share of windows whose sensors have none.
    no_placement : float
        Share of windows that do not tell where their sensors sit.
    speed : (float, float)
        Range of the factor by which motion is faster; angular rates grow with it.
    crop : float
        Share of windows of which a part is shown, down to ``shortest_s``.
    shortest_s : float
    scale : float
        Standard deviation of the logarithm of a sensor's amplitude, of each of both signals.
    accelerometer_noise, gyroscope_noise : float
        Largest standard deviation of white noise, m/s² and rad/s; drawn for each sensor from 0.
    accelerometer_bias, gyroscope_bias : float
        Standard deviation of constant errors, m/s² and rad/s.
    clip : float
        Share of sensors whose range is drawn from ``accelerometer_ranges`` and
        ``gyroscope_ranges``, m/s² and rad/s.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mounting: Literal["unknown", "upright", "stored"] = "unknown"
    tilt_deg: Size = 7.0
    sensors: tuple[int, int] = (1, 5)
    favoured: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    movement: Size = 0.0
    no_gyroscope: Share = 0.2
    no_placement: Share = 0.1
    speed: tuple[float, float] = (0.8, 1.25)
    crop: Share = 0.3
    shortest_s: float = Field(default=2.0, gt=0)
    scale: Size = 0.1
    accelerometer_noise: Size = 0.3
    gyroscope_noise: Size = 0.1
    accelerometer_bias: Size = 0.1
    gyroscope_bias: Size = 0.02
    clip: Share = 0.3
    accelerometer_ranges: tuple[float, ...] = tuple(g * STANDARD_GRAVITY for g in (2, 4, 8))
    gyroscope_ranges: tuple[float, ...] = (4.36, 8.73, 17.45)

    def plain(self) -> AugmentSettings:
        """The same mounting and numbers of sensors, and nothing else changed: for validation."""
        nothing = dict.fromkeys(
            ("no_gyroscope", "no_placement", "crop", "scale", "accelerometer_noise",
             "gyroscope_noise", "accelerometer_bias", "gyroscope_bias", "clip"), 0.0,
        )  # fmt: skip
        return self.model_copy(update={**nothing, "speed": (1.0, 1.0)})

    @model_validator(mode="after")
    def _ordered(self) -> AugmentSettings:
        low, high = self.sensors
        if not 1 <= low <= high:
            raise ValueError(f"sensors: {low} to {high}; at least one, and the lower number first")
        slow, fast = self.speed
        if not 0.25 <= slow <= fast <= 4:
            raise ValueError(f"speed: {slow} to {fast}; between 0.25 and 4, the slower first")
        strangers = set(self.favoured) - set(JOINTS)
        if strangers:
            known = ", ".join(JOINTS)
            raise ValueError(f"favoured: no joint {min(strangers)!r}; there are: {known}")
        if not self.accelerometer_ranges or not self.gyroscope_ranges:
            raise ValueError("ranges: state one at least")
        return self
