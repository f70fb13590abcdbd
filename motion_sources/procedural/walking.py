"""A real stride laid over footholds: phases, feet, pelvis, trunk and arms as controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from motion_sources.procedural import stances
from motion_sources.procedural.controls import SIDES, Controls, blend, living, solve_trunk
from motion_sources.procedural.footholds import HEEL, TOE, Footholds
from motion_sources.procedural.person import FOOT, Person
from motion_sources.procedural.strides import Stride, rolling, stride, swing_at
from motion_sources.procedural.timing import RATE_HZ, minimum_jerk, move, through, times

Array = NDArray[np.float64]
Rng = np.random.Generator

REACH = 0.985
"""Share of the leg that the steps may need: knees never quite straighten (5-20 degrees of
flexion in stance, Winter 1991, The Biomechanics and Motor Control of Human Gait)."""
CLEARANCE_M = 0.012
"""Least height of a swinging foot over the ground, m: 1-2 cm on average (Winter 1992, Physical
Therapy 72:45)."""
EDGE_CLEARANCE_M = 0.02
"""And over the edges of stairs: 1.5-5 cm (Hamel et al. 2005, Gait & Posture 21:365)."""
SHOCK_HZ, SHOCK_S = 7.0, 0.05
"""Ringing of the trunk after a foot has come down and its decay, chosen: of the transients of
heel strike (10-75 Hz at the leg) the trunk sees the low end (Whittle 1999, Gait & Posture
10:264)."""
_FLAT = np.radians(2.5)


@dataclass(frozen=True, eq=False)
class Style:
    """How somebody walks or runs.

    Parameters
    ----------
    gait : str
        ``walk`` or ``run``: whose stride it is.
    up, rotate, sway : float
        Pelvis's rise and fall, turns and shift sideways, relative to the stride's.
    arms : (2,) array
        Swing of the arms, relative.
    lean : float
        Trunk forward, rad.
    heel, push : float
        Pitch of the foot as it comes down, and as it leaves, relative to the stride's; a
        negative heel comes down toes first.
    tiptoe : float
        Heels raised all the time, rad.
    lift : float
        Feet higher in the swing, m.
    shock : float
        Peak acceleration of the pelvis from the blow of the foot as it comes down, m/s².
    toe_out : float
        Rad.
    look : float
        Head bent forward, rad.
    carry : mapping of int to (3,) array
        Palms that do not swing, from the shoulder in the chest's frame, m.
    pronate : float
        Of those hands, rad.
    """

    gait: str = "walk"
    up: float = 1.0
    rotate: float = 1.0
    sway: float = 1.0
    arms: Array = field(default_factory=lambda: np.ones(2))
    lean: float = 0.0
    heel: float = 1.0
    push: float = 1.0
    tiptoe: float = 0.0
    lift: float = 0.0
    shock: float = 1.0
    toe_out: float = 0.12
    look: float = 0.0
    carry: Mapping[int, Array] = field(default_factory=dict)
    pronate: float = 0.4


@dataclass(frozen=True)
class Climb:
    """What changes on stairs: as :class:`Style`, and how unevenly each step climbs.

    ``surge`` 0 climbs at a constant rate, 1 stands still once a step; ``late`` is when in the
    step the rate is least, against the contact; ``sharp`` narrows the lowest point.
    """

    heel: float
    push: float
    lean: float
    surge: float
    late: float
    shock: float = 1.0
    sharp: float = 0.1
    look: float = 0.2


def lay(
    rng: Rng,
    person: Person,
    holds: Footholds,
    style: Style,
    climb: Climb | None = None,
    riser: Array | None = None,
    rest: float = 1.5,
) -> tuple[Controls, dict[str, float | Array]]:
    """Controls of a walk over footholds, and its facts.

    Parameters
    ----------
    riser : (N,) array, optional
        How far each step climbs; with ``climb``.
    rest : float
        Standing after the last step, s.
    """
    base = stride(style.gait)
    contact = holds.contact
    time_s = times(contact[-1] + rest)
    gap = float(np.median(np.diff(contact[2:])))
    phase = _phase(time_s, contact, int(holds.side[2]), gap)
    moving = move(time_s, contact[2] - gap, contact[2] + 0.4 * gap)
    moving = moving - move(time_s, contact[-1] - 0.5 * gap, contact[-1] + 0.5 * gap)
    steep = np.zeros(len(time_s)) if riser is None else _spread(time_s, contact, abs(riser), gap)
    on_stairs = steep / max(float(steep.max()), 1e-9)
    feet = _Feet(person, holds, style, climb, base, time_s, phase, moving, on_stairs)
    tracks = [feet.track(k) for k in (0, 1)]
    start = stances.stand(person)
    controls = blend(time_s, start)

    # The pelvis: between the feet whenever one comes down.
    at = np.concatenate([[contact[2] - 1.1 * gap], contact[2:-1], [contact[-1] + 0.4 * gap]])
    middle = holds.middle[[0, *range(1, len(contact) - 2), -1]]
    root = through(time_s, at, middle)
    heading = through(time_s, at, holds.yaw[[0, *range(2, len(contact) - 1), -1]])
    leg = person.leg
    sideways = style.sway * base.at("side", phase) * leg * moving
    ahead = (base.at("forward", phase) * (style.up + 0.6 * on_stairs) + 0.02) * leg * moving
    root[:, 0] += ahead * np.cos(heading) - sideways * np.sin(heading)
    root[:, 1] += ahead * np.sin(heading) + sideways * np.cos(heading)
    rise = style.up * base.at("up", phase) * leg * (1 - 0.6 * on_stairs)
    still = start.root[2]
    hips = person.sole + person.hip_drop + min(base.height, 0.975) * leg
    root[:, 2] += still + moving * (hips - still + rise)
    if climb is not None:
        beat = 2 * np.pi * (2 * phase - climb.late)
        beat = np.sin(beat) - climb.sharp * np.cos(2 * beat)
        root[:, 2] -= moving * steep * (0.4 + climb.surge / (2 * np.pi) * beat)

    blow = style.shock + (climb.shock - style.shock if climb else 0.0) * on_stairs
    root[:, 2] += moving * blow * _ringing(time_s, contact)

    lean = style.lean + (climb.lean - style.lean if climb else 0.0) * on_stairs
    look = style.look + (climb.look - style.look if climb else 0.0) * on_stairs
    turns = [style.rotate * base.at(k, phase) for k in ("yaw", "pitch", "roll")]
    spine = [style.rotate * base.at(k, phase) for k in ("bend", "stoop", "twist")]
    zero = np.zeros(len(time_s))
    turn = np.stack([*turns, zero], axis=-1) * moving[:, None]
    turn[:, 0] += heading
    turn[:, 1] += 0.35 * lean * moving + 0.04 * moving
    bend = np.stack(spine, axis=-1) * moving[:, None]
    bend[:, 1] += 0.65 * lean * moving
    # Eyes ahead: the head undoes most of what the trunk does (Pozzo et al. 1990, Experimental
    # Brain Research 82:97).
    head = -0.8 * (bend + np.stack([turn[:, 2], turn[:, 1], turn[:, 0] - heading], axis=-1))
    head[:, 1] += look * moving
    controls = replace(
        controls,
        root=root,
        turn=turn,
        spine=bend,
        head=head,
        ankles=np.stack([ankle for ankle, _, _ in tracks], axis=1),
        feet=np.stack([foot for _, foot, _ in tracks], axis=1),
        hands=_hands(person, controls.hands, style, base, phase, moving),
        forearm=controls.forearm + 0.0,
    )
    for k in style.carry:
        controls.forearm[:, k, 0] += (style.pronate - controls.forearm[:, k, 0]) * 1.0
    controls = _within_reach(person, controls, moving)
    controls = living(controls, rng, person, time_s, sway=0.0, effort=1.6)
    facts: dict[str, float | Array] = {
        "cadence": float(1 / np.mean(np.diff(contact[3:-1]))),
        "contact": contact,
        "begins": float(contact[2] - gap),
        "ends": float(contact[-1] + 0.5 * gap),
        "standing": np.stack([stand for _, _, stand in tracks], axis=-1),
        "place": holds.place,
        "edges": holds.edges,
        "heights": holds.heights,
        "slope": holds.slope,
    }
    return controls, facts


def _phase(time_s: Array, contact: Array, first: int, gap: float) -> Array:
    """Strides (T,) done: whole numbers when the left foot comes down, halves for the right."""
    ends = np.arange(1, 13)
    at = np.concatenate([contact[2] - gap * ends[::-1], contact[2:], contact[-1] + gap * ends])
    done = (np.arange(len(at)) - len(ends)) / 2 + first / 2
    return CubicSpline(at, done)(time_s)


def _spread(time_s: Array, contact: Array, values: Array, gap: float) -> Array:
    """What belongs to steps as a smooth track: each step's value holds up to its contact."""
    number = np.clip(np.searchsorted(contact, time_s - 0.2 * gap), 0, len(values) - 1)
    return gaussian_filter1d(values[number], 0.22 * gap * RATE_HZ, mode="nearest")


def _ringing(time_s: Array, contact: Array) -> Array:
    """Height (T,), m, of a pelvis that rings after every contact, of unit acceleration."""
    out = np.zeros(len(time_s))
    for at in contact[2:]:
        since = time_s - at
        near = (since > 0) & (since < 8 * SHOCK_S)
        wave = np.sin(2 * np.pi * SHOCK_HZ * since[near]) * np.exp(-since[near] / SHOCK_S)
        out[near] -= minimum_jerk(since[near] / 0.05) * wave
    return out / (0.5 * (2 * np.pi * SHOCK_HZ) ** 2)


def _hands(
    person: Person, hanging: Array, style: Style, base: Stride, phase: Array, moving: Array
) -> Array:
    """Palms from the shoulders (T, 2, 3): they swing, or carry something."""
    out = hanging.copy()
    for k, mirror in enumerate((1.0, -1.0)):
        place = np.stack([base.at(f"hand_{axis}", phase - 0.5 * k) for axis in "xyz"], axis=-1)
        mean = np.array([base.series[f"hand_{axis}"][0].real for axis in "xyz"])
        place = (mean + style.arms[k] * (place - mean)) * [1, mirror, 1] * person.arm
        out[:, k] += moving[:, None] * (place - out[:, k])
        if k in style.carry:
            beat = 0.006 * np.sin(4 * np.pi * phase)[:, None] * moving[:, None]
            out[:, k] = np.asarray(style.carry[k]) + beat * [0.3, 0, 1]
    return out


def _within_reach(person: Person, controls: Controls, moving: Array) -> Controls:
    """The pelvis lowered where a leg would be too short: mostly as a whole, the rest smoothly."""
    root = controls.root.copy()
    for share in (0.8, 0.0, 0.0):
        trunk = solve_trunk(person, replace(controls, root=root))
        low = np.zeros(len(root))
        for k, side in enumerate(SIDES):
            hip = trunk.position[:, JOINTS.index(f"{side}_hip")]
            apart = np.linalg.norm(hip[:, :2] - controls.ankles[:, k, :2], axis=-1)
            span = np.sqrt(np.maximum((REACH * person.leg) ** 2 - apart**2, 0.01))
            low = np.maximum(low, hip[:, 2] - controls.ankles[:, k, 2] - span)
        if share:
            root[:, 2] -= share * np.quantile(low[moving > 0.99], 0.95) * moving
        else:
            root[:, 2] -= gaussian_filter1d(maximum_filter1d(low, 13), 5.0)
    return replace(controls, root=root)


@dataclass(frozen=True, eq=False)
class _Feet:
    """The feet's tracks over the footholds."""

    person: Person
    holds: Footholds
    style: Style
    climb: Climb | None
    base: Stride
    time_s: Array
    phase: Array
    moving: Array
    on_stairs: Array

    def track(self, k: int) -> tuple[Array, Array, NDArray[np.intp]]:
        """Ankles (T, 3), turns (T, 3), and the number of the step that the foot stands on (T,).

        That number is −1 in the swing.
        """
        person, holds, style = self.person, self.holds, self.style
        pitch = self._pitch(k)
        mine = np.flatnonzero(holds.side == k)
        flat = np.tile(holds.place[mine[0]], (len(self.time_s), 1))
        yaw = np.full(len(self.time_s), holds.yaw[mine[0]])
        standing = np.full(len(self.time_s), mine[0])
        own = self.phase - 0.5 * k
        for before, after in zip(mine[:-1], mine[1:], strict=True):
            down = np.round(np.interp(holds.contact[after], self.time_s, own))
            u = (own - down) / (1 - self.base.duty) + 1
            first, last = np.searchsorted(u, [0.0, 1.0])
            swing = slice(first, last)
            flat[last:], yaw[last:] = holds.place[after], holds.yaw[after]
            standing[swing], standing[last:] = -1, after
            flat[swing] = self._swing(u[swing], before, after, pitch[swing])
            yaw[swing] = holds.yaw[before] + minimum_jerk(u[swing]) * (
                holds.yaw[after] - holds.yaw[before]
            )
        back, up = rolling(
            pitch, 0.5 * FOOT * person.stature, HEEL * person.stature, person.sole
        )
        up = up + person.sole
        tilt = holds.slope
        along = back * np.cos(tilt) - up * np.sin(tilt)
        yaw_out = yaw + (1 - 2 * k) * style.toe_out
        ankle = flat + np.stack(
            [
                along * np.cos(yaw_out),
                along * np.sin(yaw_out),
                back * np.sin(tilt) + up * np.cos(tilt),
            ],
            axis=-1,
        )
        feet = np.stack([np.zeros_like(yaw), pitch - tilt, yaw_out], axis=-1)
        return ankle, feet, standing

    def _pitch(self, k: int) -> Array:
        """Toes down against the ground (T,), flat in the middle of the stance."""
        style, climb = self.style, self.climb
        pitch = self.base.at("foot", self.phase - 0.5 * k)
        pitch = pitch**3 / (pitch**2 + _FLAT**2)
        heel = style.heel + (climb.heel - style.heel if climb else 0.0) * self.on_stairs
        push = style.push + (climb.push - style.push if climb else 0.0) * self.on_stairs
        return self.moving * (np.where(pitch > 0, push, heel) * pitch + style.tiptoe)

    def _swing(self, u: Array, before: int, after: int, pitch: Array) -> Array:
        """Way of the flat foot from one foothold to its next (U, 3)."""
        start, end = self.holds.place[before], self.holds.place[after]
        way, rise = swing_at(self.base.swing, u)
        path = start + way[:, None] * (end - start)
        window = minimum_jerk(u / 0.5) * minimum_jerk((1 - u) / 0.5)
        clear = rise * self.person.leg + self.style.lift * window
        climbs = end[2] - start[2]
        if not len(self.holds.edges):
            lowest = np.interp(u, [0, 0.25, 0.75, 1], [0, 1, 1, 0]) * CLEARANCE_M
            path[:, 2] += clear + _smooth_lift(u, lowest - clear)
            return path
        ground = self._ground(path[:, 0], u, pitch)
        best, most = None, np.inf
        for early, late in _WINDOWS:
            path_z = start[2] + climbs * minimum_jerk((u - early) / (late - early))
            lift = _smooth_lift(u, ground - path_z)
            size = float(lift.max(initial=0.0)) + 0.3 * abs(climbs) * (1 - (late - early))
            if size < most:
                best, most = path_z + np.maximum(lift, 0.25 * CLEARANCE_M * window), size
        path[:, 2] = best if best is not None else path[:, 2]
        return path

    def _ground(self, x: Array, u: Array, pitch: Array) -> Array:
        """Height that the flat foot must have for heel and toes to clear the stairs (U,)."""
        tall = self.person.stature
        span = (HEEL + TOE) * tall
        need = np.interp(u, [0, 0.2, 0.85, 1], [0, 1, 1, 0]) * EDGE_CLEARANCE_M
        toes = self.holds.surface(x + TOE * tall * np.cos(pitch))
        heels = self.holds.surface(x - HEEL * tall * np.cos(pitch))
        slack = span * np.sin(pitch)
        return np.maximum(toes + np.minimum(slack, 0), heels - np.maximum(slack, 0)) + need


_WINDOWS = [(a, b) for a in (0.0, 0.1, 0.2, 0.3, 0.4) for b in (0.6, 0.7, 0.8, 0.9, 1.0)]


def _smooth_lift(u: Array, need: Array) -> Array:
    """The least bump (U,) at rest at both ends that is at least what is needed inside."""
    if not len(u):
        return u
    window = minimum_jerk(u / 0.5) * minimum_jerk((1 - u) / 0.5)
    inside = (u > 0.06) & (u < 0.94)
    share = np.where(inside, np.maximum(need, 0) / np.maximum(window, 0.02), 0.0)
    return float(share.max(initial=0.0)) * window
