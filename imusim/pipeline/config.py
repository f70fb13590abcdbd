"""The settings of a run: one frozen object, from a TOML file, the command line or keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imusim.conventions import JOINT_SETS, JOINTS
from imusim.corpus.channels import CHANNELS, FORCES, KINEMATIC
from imusim.corpus.codecs import Codec
from imusim.corpus.manifest import Store
from imusim.errors import ConfigError
from imusim.licences import check_stated, parse_allowed
from imusim.names import did_you_mean, plain
from imusim.physics import PhysicsSettings
from imusim.pipeline.fields import (
    CelsiusRange,
    JointMap,
    LimbLengths,
    Megabytes,
    Names,
    Paths,
    PathText,
    Positive,
    SomeNames,
    Vector,
    Vertices,
    unknown_joint,
)
from imusim.sensor.earth_field import DEFAULT_FIELD, parse_field
from imusim.sensor.mounting import parse_rotations
from imusim.sensor.sampling import MAX_SIMULATION_HZ
from imusim.toml import read_toml
from imusim.trajectory.quality_filter import parse_filter

MAX_RATE_HZ = 2000.0
"""Highest output rate, Hz: beyond it lies no motion that a capture system sees."""

MAX_PHYSICS_RATE_HZ = 5000.0
"""Most steps a second: contacts are stiff for a few milliseconds, never less."""

STEPS_A_SAMPLE = 2.4
"""Steps of a physics engine for each sample of the sensors: then these, not the steps, limit the
bandwidth of an impact."""

SOURCE_RATES_HZ = (1.0, 10_000.0)
"""Lowest and highest rate of a capture, Hz: outside, the file or the user is mistaken."""


class GenerateConfig(BaseModel):
    """Everything that decides what a corpus holds.

    Parameters
    ----------
    paths : tuple of str
        Files and folders of motion capture; none: the bundled clips.
    source : str, optional
        Read every path with this source instead of recognising it from the file.
    joints : tuple of str, optional
        Joint names and named sets, see :data:`imusim.conventions.JOINT_SETS`, that carry a
        sensor. ``None``: all, or none where there are placements.
    placement : tuple of str
        Placements by name, layouts of data sets, files of the user's own; see
        :mod:`imusim.sensor.placement`.
    rotations : str
        How sensors are turned on their segments, see
        :func:`imusim.sensor.mounting.parse_rotations`.
    offset : (float, float, float)
        Place of each joint's sensor in its segment's frame, from the joint, m.
    soft_tissue : {"none", "typical", "random"}
        Springs on which the sensors ride, see :mod:`imusim.sensor.tissue_sites`.
    device : tuple of str
        Devices by name, and files of the user's own, ``SENSOR=NAME`` for one sensor; of several,
        one is drawn for each sensor and clip. See :mod:`imusim.sensor.device`.
    errors : tuple of str
        Which of the devices' errors are felt: names of
        :data:`imusim.sensor.device.EFFECTS`, ``all`` or ``none``; after ``all``, ``-name`` takes
        one away.
    temperature_c : (float, float), optional
        Ambient temperature, degrees Celsius, drawn evenly between these for each clip. ``None``:
        each device's own reference, at which nothing drifts but by its own warmth.
    simulation_rate_hz : float, optional
        Least rate at which sensors are simulated before their devices sample. ``None``: as the
        motion asks for.
    magnetic_field : str
        Of the place: a named place, intensity and inclination, or latitude and longitude; see
        :func:`imusim.sensor.earth_field.parse_field`.
    magnetic_disturbance_ut : float
        RMS of what iron nearby adds, µT.
    rate_hz : float
        Output rate.
    seed : int
    body : str
    height_m : float, optional
        ``None``: the body's own, its bones fitted to the source.
    mass_kg : float
    limb_lengths : mapping of str to float
        Joint to the length of the bone from its parent, m, instead of what the clips show: of
        the one person who moves in all of them. `imusim calibrate` finds them.
    body_models : str, optional
        Folder of the user's own model files, for bodies that are built from such.
    vertices : mapping of str to int
        Joint to vertex of the body's skin on which its sensor sits, for bodies with a skin.
    count : int, optional
        At most so many clips, or so many of a source that makes its own.
    quality : str
        Which clips are kept, by their numbers: ``""`` all, ``"good"``, or conditions; see
        :mod:`imusim.trajectory.quality_filter`.
    joint_map : mapping, optional
        Canonical joint to joint of the files, instead of what the names tell.
    source_rate_hz : float, optional
        Frames a second of files that do not state it. ``None``: as is usual for their format.
    scale : float, optional
        Metres in a unit of the files. ``None``: as the format says.
    up : {"y", "z"}, optional
        The files' upward axis. ``None``: as the format says.
    engine : {"kinematic", "bullet", "mujoco"}
        How the body moves: along the motion exactly, or driven by a physics engine.
    touchdowns : bool
        Whether feet that land lose their speed at once, as far as the capture shows it, see
        :mod:`imusim.trajectory.touchdown`; else smoothing spreads it over a tenth of a second.
    on_failure : {"skip", "kinematic"}
        What becomes of a clip that the physics engine cannot follow: it is left out, or made
        with the kinematic engine.
    contact : bool
        Whether the body touches the ground, in a physics engine.
    load_share : float
        Part of the weight that the ground carries, see
        :class:`imusim.physics.PhysicsSettings`.
    physics_rate_hz : float
        Steps of the physics engine a second, at least. ``None``: as many as the sensors need,
        STEPS_A_SAMPLE for each of their samples, and no fewer than 240.
    channels : tuple of str
        What is stored beside the signals: ``magnetometer``, ``barometer``, names of
        :data:`imusim.corpus.channels.FORCES`, ``forces``, ``all`` or ``none``.
    keep_truth : bool
        Whether to store what ideal devices would have read, and where the sensors were.
    licence_allow : tuple of str
        Only clips under these licences are made: SPDX identifiers, ``commercial``, ``any``; none:
        all are. See :func:`imusim.licences.parse_allowed`.
    licence : str
        SPDX identifier of the files' licence, where their source states none.
    out : str
        Folder to write.
    overwrite : bool
    store : {"float32", "device"}
        What is stored of signals: readings, or the counts of devices that have a resolution,
        which give the same readings back.
    codec : {"none", "gzip", "lz4", "zstd"}
        Compression of the shards, see :mod:`imusim.corpus.codecs`.
    shard_size_mb : float or str
        Largest size of a shard's signals before compression, MB, or text like ``"64MB"`` and
        ``"2 GB"``; a clip is never split.
    workers : int, optional
        Processes of this machine that make clips. ``None``: one for every core, and one where
        there are few clips.
    backend : {"loky", "dask"}
        Whether these or those of a Dask cluster work.
    scheduler : str, optional
        Address of the cluster's scheduler, ``tcp://HOST:PORT``.
    resume : bool
        Go on with a run that was stopped; begin where there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: Paths = ()
    source: str | None = None
    joints: SomeNames | None = None
    placement: Names = ()
    rotations: str = "none"
    offset: Vector = (0.0, 0.0, 0.0)
    soft_tissue: Literal["none", "typical", "random"] = "none"
    device: SomeNames = ("ideal",)
    errors: SomeNames = ("all",)
    temperature_c: CelsiusRange | None = None
    simulation_rate_hz: Annotated[float, Field(gt=0, le=MAX_SIMULATION_HZ)] | None = None
    magnetic_field: str = DEFAULT_FIELD
    magnetic_disturbance_ut: Annotated[float, Field(ge=0, le=1000)] = 0.0
    rate_hz: Annotated[float, Field(gt=0, le=MAX_RATE_HZ, allow_inf_nan=False)] = 50.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    body: str = "anthropometric"
    height_m: Positive | None = None
    mass_kg: Positive = 70.0
    limb_lengths: LimbLengths = Field(default_factory=dict)
    body_models: PathText | None = None
    vertices: Vertices = Field(default_factory=dict)
    count: Annotated[int, Field(ge=1)] | None = None
    quality: str = ""
    joint_map: JointMap | None = None
    source_rate_hz: Annotated[float, Field(ge=SOURCE_RATES_HZ[0], le=SOURCE_RATES_HZ[1])] | None = (
        None
    )
    scale: Positive | None = None
    up: Literal["y", "z"] | None = None
    engine: Literal["kinematic", "bullet", "mujoco"] = "kinematic"
    touchdowns: bool = True
    on_failure: Literal["skip", "kinematic"] = "skip"
    contact: bool = True
    load_share: Annotated[float, Field(ge=0, le=1)] = PhysicsSettings.load_share
    physics_rate_hz: Annotated[float, Field(ge=240, le=MAX_PHYSICS_RATE_HZ)] | None = None
    channels: Names = ()
    keep_truth: bool = False
    licence_allow: Names = ()
    licence: str = ""
    out: PathText = "corpus"
    overwrite: bool = False
    store: Store = "float32"
    codec: Codec = "none"
    shard_size_mb: Megabytes = 512.0
    workers: Annotated[int, Field(ge=1, le=4096)] | None = None
    backend: Literal["loky", "dask"] = "loky"
    scheduler: str | None = None
    resume: bool = False

    def physics(self) -> PhysicsSettings | None:
        """Settings of the physics engine; ``None`` where there is none."""
        if self.engine == KINEMATIC:
            return None
        return PhysicsSettings(
            engine=self.engine,
            rate_hz=self.physics_rate_hz or max(240.0, STEPS_A_SAMPLE * self.rate_hz),
            contact=self.contact,
            load_share=self.load_share,
        )

    def sensor_joints(self) -> tuple[str, ...]:
        """Names of joints and sets that carry a sensor."""
        return self.joints or (() if self.placement else ("all",))

    def recorded(self) -> dict[str, Any]:
        """Settings for the manifest.

        Where the corpus lies and who makes it are left out, and an absolute path keeps only its
        last part: the same settings must give the same bytes on any machine.
        """
        settings = self.model_dump(mode="json", exclude=_UNRECORDED)
        settings["joints"] = list(self.sensor_joints())
        settings["placement"] = [_portable(name) for name in self.placement]
        settings["device"] = [_portable(name) for name in self.device]
        settings["paths"] = [_portable(path) for path in self.paths]
        if self.body_models is not None:
            settings["body_models"] = _portable(self.body_models)
        return settings


_UNRECORDED = {"out", "overwrite", "workers", "backend", "scheduler", "resume"}


def _portable(path: str) -> str:
    return Path(path).name if Path(path).is_absolute() else Path(path).as_posix()


def resolve_joints(names: Iterable[str]) -> tuple[str, ...]:
    """Joint names and named sets to joints, in canonical order, each once.

    Raises
    ------
    ConfigError
        For a name that is neither; it lists the valid ones and the closest.
    """
    wanted: set[str] = set()
    for name in names:
        key = plain(name)
        if key in JOINT_SETS:
            wanted.update(JOINT_SETS[key])
        elif key in JOINTS:
            wanted.add(key)
        else:
            raise ConfigError(unknown_joint(name, key))
    return tuple(joint for joint in JOINTS if joint in wanted)


def resolve_channels(names: Iterable[str], engine: str) -> tuple[str, ...]:
    """Channel names and groups to channels, in the order of the format, each once.

    ``all`` is what the engine gives, ``forces`` what only a physics engine does.

    Raises
    ------
    ConfigError
        For a name that is none of these, or if the engine has no forces.
    """
    offered = (*FORCES, "magnetometer", "barometer")
    forces = () if engine == KINEMATIC else FORCES
    groups = {"all": (*forces, *offered[-2:]), "forces": FORCES, "none": ()}
    wanted: set[str] = set()
    for name in names:
        key = plain(name)
        if key not in offered and key not in groups:
            hint = did_you_mean(key, (*offered, *groups))
            raise ConfigError(
                f"unknown channel {name!r}.{hint} Channels: {', '.join((*offered, *groups))}."
            )
        wanted.update(groups.get(key, (key,)))
    felt = [name for name in FORCES if name in wanted]
    if felt and engine == KINEMATIC:
        raise ConfigError(
            f"the engine {engine!r} has no forces, and so no channel {felt[0]!r}; choose one "
            "that has, such as --engine bullet"
        )
    return tuple(name for name in CHANNELS if name in wanted)


def load_config(
    file: Path | str | None = None, overrides: Mapping[str, Any] | None = None
) -> GenerateConfig:
    """Settings from a TOML file, with ``overrides`` on top.

    Parameters
    ----------
    file : path, optional
        TOML with the fields of :class:`GenerateConfig` at its top level.
    overrides : mapping, optional
        Settings that win over the file's.

    Raises
    ------
    ConfigError
        One line that names the file and the key, or the line where the TOML is broken.
    """
    settings = {} if file is None else read_toml(file)
    settings.update(overrides or {})
    try:
        config = GenerateConfig.model_validate(settings)
    except ValidationError as error:
        raise ConfigError(_describe(error, file, overrides or {})) from None
    _check_names("joints", resolve_joints, config.joints or (), file, overrides)
    _check_names("rotations", parse_rotations, config.rotations, file, overrides)
    _check_names("magnetic_field", parse_field, config.magnetic_field, file, overrides)
    _check_names("quality", parse_filter, config.quality, file, overrides)
    if config.licence_allow:
        _check_names("licence_allow", parse_allowed, config.licence_allow, file, overrides)
    if config.licence:
        _check_names("licence", check_stated, config.licence, file, overrides)
    channels = partial(resolve_channels, engine=config.engine)
    _check_names("channels", channels, config.channels, file, overrides)
    return config


def _check_names(
    key: str,
    check: Callable[[Any], object],
    value: object,
    file: Path | str | None,
    overrides: Mapping[str, Any] | None,
) -> None:
    """Raise what a check says of a setting, with the file's name where it stands there."""
    try:
        check(value)
    except ConfigError as error:
        given_in_file = file is not None and key not in (overrides or {})
        raise ConfigError(f"{file}: {key}: {error}" if given_in_file else str(error)) from None


def _describe(error: ValidationError, file: Path | str | None, overrides: Mapping[str, Any]) -> str:
    """The first fault in one line."""
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    place = f"{file}: " if file is not None and key not in overrides else ""
    if first["type"] == "extra_forbidden":
        valid = tuple(GenerateConfig.model_fields)
        hint = did_you_mean(key, valid)
        return f"{place}unknown setting {key!r}.{hint} Settings: {', '.join(valid)}."
    message = first["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    given = first["input"]
    shown = "" if isinstance(given, dict) else f", got {given!r}"
    return f"{place}{key}: {message}{shown}"
