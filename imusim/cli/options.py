"""Options of ``imusim generate``: the settings of the same names, ``None`` where not given."""

from __future__ import annotations

from typing import Annotated

import typer

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH", help="Files and folders of motion capture; none: bundled clips."
    ),
]
Joints = Annotated[
    list[str] | None,
    typer.Option(
        "--joints",
        "-j",
        metavar="NAMES",
        help="Joints or sets: all, wrists, ankles, feet, thighs, arms, legs, torso, dip6; "
        "comma lists, repeatable. Default: all, or none with --placement.",
    ),
]
Placement = Annotated[
    list[str] | None,
    typer.Option(
        "--placement",
        "-p",
        metavar="NAMES",
        help="Sensors as people wear them (left_wrist, chest …), the layout of a data set "
        "(pamap2 …) or a TOML file; see `imusim placements`. Comma lists, repeatable.",
    ),
]
Rotations = Annotated[
    str | None,
    typer.Option(
        metavar="none|random[:K]|upright|wobble:DEG|flips|drift",
        help="How sensors are turned on their segments, random:5 for five draws of each clip; "
        "recorded, so it can be undone. Default: none.",
    ),
]
Offset = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,Z", help="Place of a sensor in its segment's frame, m. Default: 0,0,0."
    ),
]
SoftTissue = Annotated[
    str | None,
    typer.Option(
        metavar="none|typical|random",
        help="Whether sensors swing on skin and muscle: not, with values typical of their "
        "place, or drawn from published ranges. Default: none.",
    ),
]
Device = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        metavar="NAMES",
        help="Whose errors the sensors have: ideal, a name of `imusim devices`, or a TOML file; "
        "of several, one is drawn for each sensor and clip; left_wrist=watch for one sensor. "
        "Default: ideal.",
    ),
]
Errors = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="Which of the device's errors are felt: all, none, names such as noise,bias, or "
        "-NAME to take one away; see `imusim devices`. Default: all.",
    ),
]
TemperatureC = Annotated[
    str | None,
    typer.Option(
        "--temperature",
        metavar="C|LOW,HIGH",
        help="Ambient, degrees Celsius, or a range to draw from. Default: the device's own.",
    ),
]
SimulationRateHz = Annotated[
    float | None,
    typer.Option(
        "--simulation-rate",
        metavar="HZ",
        help="Least rate of the signals that a device samples. Default: as the motion needs.",
    ),
]
MagneticField = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Of the place: '48 uT, 64 deg', '40.4 N, 79.9 W', or a name. Default: pittsburgh.",
    ),
]
MagneticDisturbanceUt = Annotated[
    float | None,
    typer.Option(
        "--magnetic-disturbance",
        metavar="UT",
        help="What iron nearby adds, RMS, µT. Default: 0.",
    ),
]
KeepTruth = Annotated[
    bool | None,
    typer.Option(
        "--keep-truth",
        help="Store also what ideal devices would read, and the sensors' orientation, position "
        "and velocity.",
    ),
]
RateHz = Annotated[
    float | None, typer.Option("--rate", metavar="HZ", help="Output rate. Default: 50.")
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Same seed, same bytes. Default: 0.")]
Out = Annotated[
    str | None,
    typer.Option("--out", "-o", metavar="FOLDER", help="Folder to write. Default: corpus."),
]
Overwrite = Annotated[
    bool | None, typer.Option("--overwrite", help="Replace a corpus that is there.")
]
Source = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Read the paths with this source (see `imusim sources`)."),
]
Count = Annotated[
    int | None,
    typer.Option(metavar="N", help="At most N clips; of a source that makes its own, N."),
]
JointMap = Annotated[
    str | None,
    typer.Option(
        "--map", metavar="FILE.toml", help="Joints of the files: lines like pelvis = 'Hips'."
    ),
]
SourceRateHz = Annotated[
    float | None,
    typer.Option("--source-rate", metavar="HZ", help="Rate of files that do not state it."),
]
Scale = Annotated[float | None, typer.Option(metavar="M", help="Metres in a unit of the files.")]
Up = Annotated[str | None, typer.Option(metavar="y|z", help="The files' upward axis.")]
Body = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="See `imusim bodies`. Default: anthropometric."),
]
HeightM = Annotated[
    float | None,
    typer.Option(
        "--height", metavar="M", help="Height of a body that keeps its own bones (AMASS)."
    ),
]
MassKg = Annotated[
    float | None, typer.Option("--mass", metavar="KG", help="Mass of the body. Default: 70.")
]
BodyModels = Annotated[
    str | None,
    typer.Option(
        "--body-models", metavar="FOLDER", help="Your model files, for SMPL, SMPL-H, SMPL-X."
    ),
]
Vertices = Annotated[
    list[str] | None,
    typer.Option(
        "--vertex",
        metavar="JOINT=NUMBER",
        help="Vertex of the body's skin on which a joint's sensor sits; repeatable.",
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        metavar="kinematic|bullet|mujoco",
        help="How the body moves: along the motion exactly, or driven by a physics engine. "
        "Default: kinematic.",
    ),
]
Touchdowns = Annotated[
    bool | None,
    typer.Option(
        "--touchdowns/--no-touchdowns",
        help="Whether feet that land stop at once, as captures of 60 Hz and more show it. "
        "Default: yes.",
    ),
]
Contact = Annotated[
    bool | None,
    typer.Option("--contact/--no-contact", help="Whether the ground is felt, in a physics engine."),
]
LoadShare = Annotated[
    float | None,
    typer.Option(metavar="0..1", help="Part of the weight on the ground. Default: 0.8."),
]
PhysicsRateHz = Annotated[
    float | None,
    typer.Option(
        "--physics-rate",
        metavar="HZ",
        help="Steps of the engine a second. Default: as the sensors need.",
    ),
]
OnFailure = Annotated[
    str | None,
    typer.Option(
        metavar="skip|kinematic",
        help="A clip that the physics engine cannot follow: leave it out, or make it "
        "without. Default: skip.",
    ),
]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="What to store beside the signals: magnetometer, barometer; of a physics engine "
        "ground_reaction, contact, joint_torque, root_wrench or forces; all. Default: none.",
    ),
]
Quality = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Leave out clips by their numbers: good, or conditions such as "
        "'gap_fraction<0.1,foot_slide_m_s<0.2'. Default: keep all.",
    ),
]
LicenceAllow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="Make only clips under these licences: SPDX identifiers, commercial (those known to "
        "allow it), any. Comma lists, repeatable. Default: all clips.",
    ),
]
Licence = Annotated[
    str | None,
    typer.Option(metavar="SPDX", help="The files' licence, where their source states none."),
]
Store = Annotated[
    str | None,
    typer.Option(
        metavar="float32|device",
        help="Store readings, or the whole numbers that devices with a resolution give: half the "
        "size, nothing lost. Default: float32.",
    ),
]
Codec = Annotated[
    str | None,
    typer.Option(
        metavar="none|gzip|lz4|zstd",
        help="Compress the shards; lz4 and zstd need the extra codecs, to read too. Default: none.",
    ),
]
ShardSizeMb = Annotated[
    str | None,
    typer.Option(
        "--shard-size",
        metavar="SIZE",
        help="Largest size of a shard's signals, such as 64MB or 2GB. Default: 512MB.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Processes that make clips. Default: one for every core, one for few clips.",
    ),
]
Backend = Annotated[
    str | None,
    typer.Option(metavar="loky|dask", help="This machine, or a Dask cluster. Default: loky."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="tcp://HOST:PORT", help="The Dask cluster's scheduler."),
]
Resume = Annotated[
    bool | None,
    typer.Option("--resume", help="Go on with a run that was stopped; the same bytes come out."),
]
CorpusOut = Annotated[
    str, typer.Option("--out", "-o", metavar="FOLDER", help="Folder to write.", show_default=False)
]
Replace = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
Parts = Annotated[
    str,
    typer.Option(
        metavar="NAME=SHARE,…",
        help="Names of the parts, and their shares of the motion's length.",
    ),
]
By = Annotated[
    str, typer.Option(metavar="subject|source", help="What is never divided between two parts.")
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PART=NAMES",
        help="Subjects or sources that go to a part in any case: test=CMU/86,CMU/13; repeatable.",
    ),
]
Page = Annotated[
    str | None, typer.Option("--page", metavar="FILE.html", help="Write a page with plots.")
]
Config = Annotated[
    str | None,
    typer.Option(metavar="FILE.toml", help="The same settings from a file; flags override."),
]
SomeSensors = Annotated[
    list[str] | None,
    typer.Option(
        "--sensor",
        "--sensors",
        "--joint",
        "--joints",
        "-j",
        metavar="NAMES",
        help="Sensors, or sets of joints; comma lists, repeatable. Default: all; on a picture the "
        "three that tell most.",
    ),
]
CorpusFolder = Annotated[str, typer.Argument(metavar="CORPUS", help="Folder of a corpus.")]
AtRest = Annotated[
    str,
    typer.Argument(metavar="PATH", help="A recording at rest: CSV, npz, HDF5, or a corpus."),
]
AtRestRateHz = Annotated[
    float | None, typer.Option("--rate", metavar="HZ", help="Rate, if the file does not say.")
]
AccUnit = Annotated[
    str | None, typer.Option(metavar="UNIT", help="Of the accelerometer: m/s^2, g, mg.")
]
GyroUnit = Annotated[
    str | None, typer.Option(metavar="UNIT", help="Of the gyroscope: rad/s, deg/s.")
]
StartS = Annotated[float | None, typer.Option("--from", metavar="S", help="Start of the rest.")]
StopS = Annotated[float | None, typer.Option("--to", metavar="S", help="Its end. Default: found.")]
AtRestClip = Annotated[
    str | None, typer.Option(metavar="KEY", help="Which clip of a corpus. Default: all.")
]
AtRestSensor = Annotated[
    str | None, typer.Option(metavar="NAME", help="Which sensor. Default: all.")
]
DeviceOut = Annotated[
    str | None,
    typer.Option("--out", "-o", metavar="FILE.toml", help="Write a device for generate."),
]
AllanPicture = Annotated[
    str | None, typer.Option("--plot", metavar="FILE.png", help="Draw the deviations.")
]
DeviceName = Annotated[
    str | None, typer.Option(metavar="NAME", help="The device's. Default: the file's.")
]
ReplaceDevice = Annotated[
    bool, typer.Option("--overwrite", help="Replace a device file that is there.")
]
