"""What a motion is: plain frozen arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A tree of joints.

    Parameters
    ----------
    names : tuple of str
        Unique joint names, parents before children. End sites are joints like any other;
        readers name them after their parent with ``_end`` added.
    parents : (J,) int array
        Index of each joint's parent; -1 for the one root, which comes first.
    offsets : (J, 3) array
        Each joint's place in its parent's frame when no translation is given, m.

    Raises
    ------
    MotionError
        If names repeat, shapes disagree, or a parent does not precede its child.
    """

    names: tuple[str, ...]
    parents: NDArray[np.intp]
    offsets: Array

    def __post_init__(self) -> None:
        count = len(self.names)
        if len(set(self.names)) != count:
            repeated = sorted({n for n in self.names if self.names.count(n) > 1})
            raise MotionError(f"joint names repeat: {', '.join(repeated)}")
        if self.parents.shape != (count,) or self.offsets.shape != (count, 3):
            raise MotionError("names, parents and offsets disagree in number")
        if count == 0 or self.parents[0] != -1:
            raise MotionError("the first joint must be the root")
        if (self.parents[1:] < 0).any() or (self.parents >= np.arange(count)).any():
            raise MotionError("every joint but the root needs a parent that precedes it")
        if not np.isfinite(self.offsets).all():
            raise MotionError("a joint offset is not a finite number")

    def index(self, name: str) -> int:
        """Index of a joint. Raises MotionError for an unknown name."""
        try:
            return self.names.index(name)
        except ValueError:
            raise MotionError(
                f"no joint named {name!r}; there are: {', '.join(self.names)}"
            ) from None


@dataclass(frozen=True)
class Provenance:
    """Where a clip came from.

    Parameters
    ----------
    source : str
        Name of the motion source.
    licence : str
        SPDX identifier; ``""`` where it is not known.
    file : str
        The file's name without its folders.
    sha256 : str
        Digest of the file.
    subject : str
        Who moved; ``""`` where the source does not tell. Names with a slash,
        ``DATASET/PERSON``, are of one person whatever the source; others within a source.
    """

    source: str
    licence: str = ""
    file: str = ""
    sha256: str = ""
    subject: str = ""


@dataclass(frozen=True)
class BodyShape:
    """Whose body a clip was fitted with: a parametric body's shape.

    Parameters
    ----------
    family : {"smpl", "smplh", "smplx"}
    gender : {"neutral", "female", "male"}
    betas : tuple of float
        Shape coefficients, as many as the source states.
    """

    family: str
    gender: str
    betas: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Motion:
    """A clip of motion capture in the world frame of :mod:`imusim.conventions`.

    Parameters
    ----------
    skeleton : Skeleton
    root_position : (T, 3) array
        World position of the root, m. NaN where the capture has a gap.
    rotations : (T, J, 4) array
        Rotation of each joint against its parent (the root's against the world), xyzw.
        NaN where the capture has a gap.
    rate_hz : float
    captions : tuple of str
        What the clip shows, in words.
    key : str
        Names the clip within its source; seeds derive from it.
    provenance : Provenance
    joint_map : mapping
        Canonical joint name (see :data:`imusim.conventions.JOINTS`) to joint of this
        skeleton; joints that the source does not have are absent.
    map_sureness : mapping
        How sure the map is of a canonical joint, 0 to 1; joints that are absent are certain.
    profile : str
        Dialect of its format that the file was found to speak, if there are several.
    translations : (T, J, 3) array, optional
        Place of each joint in its parent's frame at each frame, m, for sources whose bones
        move; ``None`` where the skeleton's offsets hold. The root's row is ignored.
    captured_positions : (T, J, 3) array, optional
        World positions of the joints as they were captured, m, where the skeleton and its
        rotations were fitted to them; NaN where there are none. ``None``: the skeleton's own.
    position_noise : float, optional
        Standard deviation of the capture's noise on a joint position, m. ``None``: unknown,
        to be estimated.
    noise_correlation : float
        Correlation time of that noise, s. Zero: independent from frame to frame.
    cutoff_hz : float, optional
        Frequency above which the capture shows its tracker rather than the person: cameras
        that guess joints err slowly and together, which no noise floor tells. ``None``: the
        noise says it.
    unobserved_axes : (J, 3) array, optional
        In each joint's own frame the unit axis about which its rotation was not seen, zero
        where all of it was: positions alone do not carry the twist of a bone. ``None``: all
        rotations were seen.
    bones_known : bool
        Whether the skeleton's offsets are this person's. Where they are not, as in files that
        hold joint rotations alone, the body lends its own bones.
    rest_is_t_pose : bool
        Whether zero rotations mean the body's own T-pose, flat on the soles, turned as a whole;
        the offsets then only show whither. Else how the body stands in them is told from the
        skeleton.
    outside_limits : float, optional
        Part of the values of limited degrees of freedom that pass the limits their file states.
        ``None``: none are stated.
    shape : BodyShape, optional
        The parametric body that the source fitted, for bodies that can take its shape.
    """

    skeleton: Skeleton
    root_position: Array
    rotations: Array
    rate_hz: float
    captions: tuple[str, ...] = ()
    key: str = ""
    provenance: Provenance = field(default_factory=lambda: Provenance(""))
    joint_map: Mapping[str, str] = field(default_factory=dict)
    map_sureness: Mapping[str, float] = field(default_factory=dict)
    profile: str = ""
    translations: Array | None = None
    captured_positions: Array | None = None
    position_noise: float | None = None
    noise_correlation: float = 0.0
    cutoff_hz: float | None = None
    unobserved_axes: Array | None = None
    bones_known: bool = True
    rest_is_t_pose: bool = False
    outside_limits: float | None = None
    shape: BodyShape | None = None

    def __post_init__(self) -> None:
        frames, joints = len(self.root_position), len(self.skeleton.names)
        if self.root_position.shape != (frames, 3):
            raise MotionError(f"root positions have shape {self.root_position.shape}")
        if self.rotations.shape != (frames, joints, 4):
            raise MotionError(
                f"rotations have shape {self.rotations.shape}, expected {(frames, joints, 4)}"
            )
        if self.translations is not None and self.translations.shape != (frames, joints, 3):
            raise MotionError(f"translations have shape {self.translations.shape}")
        captured = self.captured_positions
        if captured is not None and captured.shape != (frames, joints, 3):
            raise MotionError(f"captured positions have shape {captured.shape}")
        if self.unobserved_axes is not None and self.unobserved_axes.shape != (joints, 3):
            raise MotionError(f"unobserved axes have shape {self.unobserved_axes.shape}")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise MotionError(f"the frame rate is {self.rate_hz} Hz; it must be positive")

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.root_position)

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the last, s."""
        return (self.frames - 1) / self.rate_hz
