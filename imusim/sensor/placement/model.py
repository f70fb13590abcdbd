"""What a file states about where sensors sit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from imusim.conventions import JOINTS

Word = Literal["out", "in", "distal", "proximal", "around", "against"]
"""Direction of a sensor's axis: away from the body or into it; along the segment, away from its
joint or towards it; with or against growing ``around_deg``."""

WORDS: dict[Word, tuple[float, str]] = {
    "out": (1.0, "out"),
    "in": (-1.0, "out"),
    "distal": (1.0, "distal"),
    "proximal": (-1.0, "distal"),
    "around": (1.0, "around"),
    "against": (-1.0, "around"),
}
"""Sign and direction that each word is."""

Metres = Annotated[float, Field(ge=-3, le=3, allow_inf_nan=False)]
_Part = Annotated[float, Field(ge=-1.01, le=1.01, allow_inf_nan=False)]
Quaternion = tuple[_Part, _Part, _Part, _Part]


class Axes(BaseModel):
    """Where the axes of a sensor point in its nominal mounting.

    Two of the three are stated; the third completes a right-handed frame.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Word | None = None
    y: Word | None = None
    z: Word | None = None

    @model_validator(mode="after")
    def _check(self) -> Axes:
        words: list[Word] = [word for word in (self.x, self.y, self.z) if word is not None]
        if len(words) != 2 or len({WORDS[word][1] for word in words}) != 2:
            raise ValueError(
                "state two of x, y, z, along different directions; the third follows from them"
            )
        return self


class Placement(BaseModel):
    """A place on the body, stated so that it is defined on every body.

    It is stated by ``along`` and ``around_deg``, by ``vertex`` or by ``offset_m``; see
    :func:`imusim.sensor.placement.seat`.

    Parameters
    ----------
    name : str
    summary : str
    segment : str
        Name of the joint on which the segment hangs.
    along : float, optional
        0 at the end of the segment's shape that is nearer its joint (of the trunk, the lower
        end), 1 at the other.
    around_deg : float
        0 front, 90 outside (of trunk and head left), 180 back, 270 inside, of a person who stands
        with hanging arms and palms at the thighs; of a foot 0 top, 90 outside, 180 sole.
    tilt_deg : float
        90: the far end of the segment, -90: its near end; 0: in between, on the side.
    height_m : float
        Above the surface, as on clothes, m.
    vertex : int, optional
        Number of a vertex of the body's skin.
    offset_m : (float, float, float), optional
        In the frame of the link, from the joint, m.
    axes : Axes
        Of the nominal mounting; ``z`` out and ``x`` distal where none are stated.
    rotation_xyzw : (float, float, float, float), optional
        Instead of ``axes``: the quaternion that takes the sensor's axes to the link's.
    also : tuple of str
        Other names by which it is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    summary: str = ""
    segment: Literal[JOINTS]  # pyright: ignore[reportInvalidTypeForm]
    along: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    around_deg: Annotated[float, Field(ge=-360, le=360, allow_inf_nan=False)] = 0.0
    tilt_deg: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] = 0.0
    height_m: Annotated[float, Field(ge=0, le=0.3, allow_inf_nan=False)] = 0.0
    vertex: Annotated[int, Field(ge=0, lt=10**9)] | None = None
    offset_m: tuple[Metres, Metres, Metres] | None = None
    axes: Axes = Axes(x="distal", z="out")
    rotation_xyzw: Quaternion | None = None
    also: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Placement:
        ways = [self.along is not None, self.vertex is not None, self.offset_m is not None]
        if sum(ways) != 1:
            raise ValueError("state one of along, vertex, offset_m")
        given = self.model_fields_set & {"around_deg", "tilt_deg"}
        if self.along is None and given:
            raise ValueError(f"{min(given)} goes with along")
        if self.rotation_xyzw is not None:
            if "axes" in self.model_fields_set:
                raise ValueError("state axes or rotation_xyzw, not both")
            if not 0.99 < sum(part**2 for part in self.rotation_xyzw) < 1.01:
                raise ValueError("rotation_xyzw must be a unit quaternion, x y z w")
        return self

    def axis_words(self) -> tuple[tuple[int, float, str], ...]:
        """The two stated axes: index, sign and direction of each."""
        words = (self.axes.x, self.axes.y, self.axes.z)
        return tuple((k, *WORDS[word]) for k, word in enumerate(words) if word is not None)


class Citation(BaseModel):
    """Where a layout is described.

    Parameters
    ----------
    authors, title, venue : str
    year : int
    doi, url : str
        At least one of them.
    where : str
        Section, table or figure.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    authors: str
    title: str
    venue: str
    year: Annotated[int, Field(ge=1950, le=2100)]
    doi: str = ""
    url: str = ""
    where: str = ""

    @model_validator(mode="after")
    def _check(self) -> Citation:
        if not (self.doi or self.url):
            raise ValueError("a citation needs a doi or a url")
        return self

    def __str__(self) -> str:
        link = f"doi:{self.doi}" if self.doi else self.url
        return f"{self.authors} ({self.year}). {self.title}. {self.venue}. {link}"


class Layout(BaseModel):
    """The sensors of a data set.

    Parameters
    ----------
    name : str
        As its authors write it.
    summary : str
    sensors : tuple of Placement
        Their names are the data set's own where it has names.
    source : Citation, optional
        Needed of the bundled ones.
    device : str
        What was worn.
    rate_hz : float, optional
        Of the accelerometer as published.
    note : str
        What the source leaves open and was chosen here.
    also : tuple of str
        Other names by which it is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    summary: str = ""
    sensors: Annotated[tuple[Placement, ...], Field(min_length=1)]
    source: Citation | None = None
    device: str = ""
    rate_hz: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    note: str = ""
    also: tuple[str, ...] = ()
