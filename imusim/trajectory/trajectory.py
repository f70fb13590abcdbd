"""Link poses as functions of time, with exact derivatives.

Positions are quintic smoothing splines. Orientations are quintic smoothing splines of unit
quaternions in four-space, divided by their length: smoothing acts on all components alike, so
it commutes with any fixed rotation of the world and of the sensor, a turn at constant rate
passes unchanged, and the derivatives follow exactly from those of the spline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import bandwidth, splines
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.trajectory.jumps import BANDWIDTH_HZ, Jump, add, chosen

Array = NDArray[np.float64]

MIN_FRAMES = 6
"""Fewest frames that determine a quintic."""


@dataclass(frozen=True, eq=False)
class LinkStates:
    """What links do at N moments; all arrays (N, L, ...).

    Parameters
    ----------
    time_s : (N,) array
    position, velocity, acceleration : (N, L, 3) array
        Of the link's origin in the world frame, m, m/s, m/s².
    world_from_link : (N, L, 4) array
        Orientation, xyzw.
    angular_velocity, angular_acceleration : (N, L, 3) array
        Of the link against the world, in the link's frame, rad/s and rad/s².
    """

    time_s: Array
    position: Array
    velocity: Array
    acceleration: Array
    world_from_link: Array
    angular_velocity: Array
    angular_acceleration: Array


@dataclass(frozen=True, eq=False)
class Track:
    """One spline for all links: knots in frames, coefficients (K, L, D), cut-offs (L,) in Hz.

    On it lie the jumps of velocity that it has, see :mod:`imusim.trajectory.jumps`.
    """

    knots: Array
    coefficients: Array
    cutoff_hz: Array
    jumps: tuple[Jump, ...] = ()

    def part(self, links: list[int]) -> Track:
        """The same spline for some of the links."""
        own = chosen(self.jumps, links)
        return Track(self.knots, self.coefficients.take(links, 1), self.cutoff_hz[links], own)

    def derivative(self, frames: Array, order: int, rate_hz: float) -> Array:
        """Time derivative at fractional frame numbers (N,): array (N, L, D)."""
        flat = self.coefficients.reshape(len(self.coefficients), -1)
        value = splines.evaluate(self.knots, flat, frames, order)
        value = value.reshape(len(frames), *self.coefficients.shape[1:])
        value = np.multiply(value, rate_hz**order, order="F")
        if self.jumps:
            add(self.jumps, value, frames, order, rate_hz)
        return value


@dataclass(frozen=True, eq=False)
class LinkTrajectory:
    """Poses of links in continuous time, from 0 s to ``end_s``.

    Parameters
    ----------
    names : tuple of str
        The links.
    rate_hz : float
        Rate of the frames it was made from.
    valid : (T,) bool array
        False at frames where the capture had a gap.
    position, orientation : Track
    """

    names: tuple[str, ...]
    rate_hz: float
    valid: NDArray[np.bool_]
    position: Track
    orientation: Track

    @property
    def end_s(self) -> float:
        """Time of the last frame, s; the first is at 0."""
        return (len(self.valid) - 1) / self.rate_hz

    @property
    def bandwidth_hz(self) -> float:
        """Frequency above which the poses carry nothing: half the frame rate, or twice the
        highest cut-off, where the smoother has taken 98 % away; that of a blow where velocities
        jump.
        """
        highest = max(self.position.cutoff_hz.max(), self.orientation.cutoff_hz.max())
        smooth = float(min(self.rate_hz / 2, 2 * highest))
        jumps = self.position.jumps or self.orientation.jumps
        return max(smooth, BANDWIDTH_HZ) if jumps else smooth

    def jumping(self) -> list[bool]:
        """Whether the velocity of each link jumps."""
        links = {jump.link for jump in (*self.position.jumps, *self.orientation.jumps)}
        return [link in links for link in range(len(self.names))]

    def part(self, links: list[int]) -> LinkTrajectory:
        """Some of the links, alone."""
        if links == list(range(len(self.names))):
            return self
        names = tuple(self.names[link] for link in links)
        tracks = (track.part(links) for track in (self.position, self.orientation))
        return LinkTrajectory(names, self.rate_hz, self.valid, *tracks)

    def without_jumps(self) -> LinkTrajectory:
        """The same, but for the jumps of velocity."""
        return self.with_jumps((), ())

    def with_jumps(
        self, position: tuple[Jump, ...], orientation: tuple[Jump, ...]
    ) -> LinkTrajectory:
        """The same with these jumps, counted in its own frames."""
        return replace(
            self,
            position=replace(self.position, jumps=position),
            orientation=replace(self.orientation, jumps=orientation),
        )

    def with_jumps_of(self, other: LinkTrajectory) -> LinkTrajectory:
        """The same with the jumps of a trajectory of the same time at another rate.

        Jumps of orientation are of a quaternion's components: they turn round with its sign.
        """
        factor = self.rate_hz / other.rate_hz
        (_, mine), (_, theirs) = (track.poses(np.zeros(1)) for track in (self, other))
        sign = np.copysign(1.0, rot.dot(mine[0], theirs[0]))
        turns = (jump.faster(factor) for jump in other.orientation.jumps)
        return self.with_jumps(
            tuple(jump.faster(factor) for jump in other.position.jumps),
            tuple(replace(jump, size=sign[jump.link] * jump.size) for jump in turns),
        )

    def times(self, rate_hz: float) -> Array:
        """Sampling times at a rate, from 0 to the last that the trajectory covers, s."""
        return np.arange(int(self.end_s * rate_hz * (1 + 1e-12) + 1e-9) + 1) / rate_hz

    def sample(self, time_s: Array) -> LinkStates:
        """State of all links at times (N,), s.

        Raises
        ------
        MotionError
            If a time lies outside the clip.
        """
        time_s = np.asarray(time_s, float)
        frames = self._frames(time_s)
        position, velocity, acceleration = (
            self.position.derivative(frames, order, self.rate_hz) for order in range(3)
        )
        q, dq, ddq = (
            self.orientation.derivative(frames, order, self.rate_hz) for order in range(3)
        )
        world_from_link, rate, change = rot.body_rates(q, dq, ddq)
        return LinkStates(time_s, position, velocity, acceleration, world_from_link, rate, change)

    def accelerations(self, time_s: Array) -> tuple[Array, Array, Array, Array]:
        """Of :meth:`sample` what sensors feel: world acceleration, orientation and both rates."""
        frames = self._frames(np.asarray(time_s, float))
        turns = (self.orientation.derivative(frames, order, self.rate_hz) for order in range(3))
        return self.position.derivative(frames, 2, self.rate_hz), *rot.body_rates(*turns)

    def poses(self, time_s: Array) -> tuple[Array, Array]:
        """Positions (N, L, 3), m, and orientations (N, L, 4) alone: a third of the work.

        Raises
        ------
        MotionError
            If a time lies outside the clip.
        """
        frames = self._frames(np.asarray(time_s, float))
        quaternion = self.orientation.derivative(frames, 0, self.rate_hz)
        return self.position.derivative(frames, 0, self.rate_hz), rot.normalise(quaternion)

    def _frames(self, time_s: Array) -> Array:
        """Fractional frame numbers of times."""
        frames = time_s * self.rate_hz
        last = len(self.valid) - 1
        if len(frames) and (frames.min() < -1e-6 or frames.max() > last + 1e-6):
            raise MotionError(f"a time lies outside the clip, which lasts {self.end_s:.3f} s")
        return np.clip(frames, 0, last)


def fit_trajectory(
    names: tuple[str, ...],
    position: Array,
    world_from_link: Array,
    rate_hz: float,
    *,
    position_noise: float | None = None,
    noise_correlation: float = 0.0,
    cutoff_hz: float | None = None,
) -> LinkTrajectory:
    """Smooth sampled link poses into a trajectory.

    Parameters
    ----------
    names : tuple of str
        The L links.
    position : (T, L, 3) array
        World, m. A frame with a NaN in any link is a gap: it gets no weight and is flagged.
    world_from_link : (T, L, 4) array
        World orientations, xyzw.
    rate_hz : float
    position_noise : float, optional
        Standard deviation of the noise on positions, m, as the source declares it; zero for
        exact poses, which are interpolated. ``None``: the cut-off is found from the spectrum
        (see :mod:`imusim.math.bandwidth`), as it always is for noisy orientations.
    noise_correlation : float
        Correlation time of that noise, s.
    cutoff_hz : float, optional
        A cut-off for everything, instead.

    Raises
    ------
    MotionError
        For fewer than six frames, or fewer than six frames that are whole.
    """
    frames = len(position)
    missing = ~whole_frames(position, world_from_link)
    if frames - missing.sum() < MIN_FRAMES:
        raise MotionError(
            f"{frames - int(missing.sum())} whole frames; a trajectory needs {MIN_FRAMES}"
        )
    position = np.asarray(position, float)
    if missing.any():
        position, world_from_link = (
            np.where(missing[:, None, None], np.nan, values)
            for values in (position, world_from_link)
        )
    quaternion = rot.make_continuous(world_from_link)
    tracks = [
        _fit_track(
            values,
            missing,
            rate_hz,
            differences,
            knee,
            noise,
            noise_correlation,
            cutoff_hz,
        )
        for values, differences, knee, noise in (
            (position, 2, bandwidth.POSITION, position_noise),
            (quaternion, 1, bandwidth.ORIENTATION, 0.0 if position_noise == 0 else None),
        )
    ]
    return LinkTrajectory(tuple(names), float(rate_hz), ~missing, *tracks)


def _fit_track(
    values: Array,
    missing: NDArray[np.bool_],
    rate_hz: float,
    differences: int,
    knee: bandwidth.Knee,
    noise: float | None,
    correlation_s: float,
    cutoff_hz: float | None,
) -> Track:
    frames, links, components = values.shape
    flat = values.reshape(frames, -1, order="F")  # one component of all links after the other
    flat, weights = splines.bridge_gaps(flat, missing)
    if cutoff_hz is not None:
        cutoffs = np.full(links, float(cutoff_hz))
    elif noise == 0:
        cutoffs = np.full(links, np.inf)
    else:
        whole = flat.reshape(values.shape, order="F")
        frequency, density = bandwidth.spectrum(whole, missing, rate_hz, differences)
        floor = None
        if noise is not None:
            floor = bandwidth.declared_floor(frequency, rate_hz, noise, correlation_s, components)
        cutoffs = bandwidth.choose_cutoffs(frequency, density, rate_hz, knee, floor)
    if np.isinf(cutoffs).all() and not missing.any():
        knots, coefficients = splines.interpolating_spline(flat)
    else:
        knots = splines.smoothing_knots(frames)
        # Stiff enough for rounding, an interpolation else.
        cutoffs = np.minimum(cutoffs, 2 * rate_hz)
        own = np.tile(cutoffs, components)
        gaps = weights if missing.any() else None
        coefficients = splines.smoothing_spline(flat, rate_hz, own, gaps)
    coefficients = coefficients.reshape(-1, links, components, order="F")
    return Track(knots, np.ascontiguousarray(coefficients), cutoffs)
