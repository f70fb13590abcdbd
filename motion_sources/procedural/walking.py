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

REACH = 0.99
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
_BEFORE = 0.1
"""Hips before the ankle in the middle of a stance, over the length of the leg, in the clips: 0.09
walking and 0.2 running."""
_FLAT = np.radians(2.5)


@dataclass(frozen=True, eq=False)
class Style:
    """How somebody walks or runs.

    Parameters
    ----------
    gait : str
        ``walk`` or ``run``: whose stride it is.
    duty : float
        Share of the stride that each foot stands; 0: the stride's own.
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
    duty: float = 0.0
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

    # The pelvis passes a little before each foot in the middle of its stance, and so the middle
    # between two feet when the one comes down, or before, where they stand less.
    duty = style.duty or base.duty
    at = contact[2:-1] + (duty - 0.5) * gap
    at = np.concatenate([[contact[2] - 1.1 * gap], at, [contact[-1] + 0.4 * gap]])
    stretch = min(float(np.median(np.linalg.norm(np.diff(holds.place, axis=0), axis=1))), 1.2)
    before = _BEFORE * np.clip(stretch / person.leg, 0.0, 1.0)
    middle = holds.middle[[0, *range(1, len(contact) - 2), -1]]
    root = through(time_s, at, middle)
    heading = through(time_s, at, holds.yaw[[0, *range(2, len(contact) - 1), -1]])
    leg = person.leg
    sideways = style.sway * base.at("side", phase) * leg * moving
    ahead = (base.at("forward", phase) * (style.up + 0.6 * on_stairs) + before) * leg * moving
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
    for share in (0.8, 0.0, 0.0, 0.0):
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
        pitch, vigour = self._pitch(k), self._vigour(k)
        mine = np.flatnonzero(holds.side == k)
        flat = np.tile(holds.place[mine[0]], (len(self.time_s), 1))
        yaw = np.full(len(self.time_s), holds.yaw[mine[0]])
        standing = np.full(len(self.time_s), mine[0])
        own = self.phase - 0.5 * k
        for before, after in zip(mine[:-1], mine[1:], strict=True):
            down = np.round(np.interp(holds.contact[after], self.time_s, own))
            u = (own - down) / (1 - self.duty) + 1
            first, last = np.searchsorted(u, [0.0, 1.0])
            swing = slice(first, last)
            flat[last:], yaw[last:] = holds.place[after], holds.yaw[after]
            standing[swing], standing[last:] = -1, after
            flat[swing] = self._swing(u[swing], before, after, pitch[swing], vigour[swing])
            yaw[swing] = holds.yaw[before] + minimum_jerk(u[swing]) * (
                holds.yaw[after] - holds.yaw[before]
            )
        back, up = rolling(pitch, 0.5 * FOOT * person.stature, HEEL * person.stature, person.sole)
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

    @property
    def duty(self) -> float:
        return self.style.duty or self.base.duty

    def _pitch(self, k: int) -> Array:
        """Toes down against the ground (T,), flat in the middle of the stance."""
        style, climb = self.style, self.climb
        phase = self.phase - 0.5 * k
        # A stance of another share of the stride: the phase runs faster in it, or slower.
        shift = CubicSpline(
            [0, self.duty, 1], [0, self.base.duty - self.duty, 0], bc_type="periodic"
        )
        pitch = self.base.at("foot", phase + shift(phase % 1))
        pitch = pitch**3 / (pitch**2 + _FLAT**2)
        heel = style.heel + (climb.heel - style.heel if climb else 0.0) * self.on_stairs
        push = style.push + (climb.push - style.push if climb else 0.0) * self.on_stairs
        push = push * self._vigour(k)
        return self.moving * (np.where(pitch > 0, push, heel) * pitch + style.tiptoe)

    def _vigour(self, k: int) -> Array:
        """How much of the stride's push-off and swing a foot needs for its steps (T,)."""
        mine = np.flatnonzero(self.holds.side == k)
        way = np.linalg.norm(np.diff(self.holds.place[mine], axis=0), axis=1)
        share = way / (2 * self.base.step_share * self.person.leg)
        share = np.clip(share, 0.15, 1.0) ** _VIGOUR[self.style.gait]
        middle = self.holds.contact[mine[1:]] - 0.25 * np.diff(self.holds.contact[-3:-1]).sum()
        track = np.interp(self.time_s, middle, share)
        return gaussian_filter1d(track, 0.1 * RATE_HZ, mode="nearest")

    def _swing(self, u: Array, before: int, after: int, pitch: Array, vigour: Array) -> Array:
        """Way of the flat foot from one foothold to its next (U, 3)."""
        start, end = self.holds.place[before], self.holds.place[after]
        if len(self.holds.edges) and abs(end[2] - start[2]) > 0.05:
            return self._over_edges(u, start, end, pitch)
        way, rise = swing_at(self.base.swing, u)
        path = start + way[:, None] * (end - start)
        clear = rise * self.person.leg * vigour + self.style.lift * _window(u)
        path[:, 2] += clear + _lift(u, CLEARANCE_M * _window(u) ** 0.5 - clear)
        return path

    def _over_edges(self, u: Array, start: Array, end: Array, pitch: Array) -> Array:
        """The same on stairs: up first and then ahead, or ahead first and then down.

        Of several timings the one whose heel and toes need the least extra height.
        """
        tall, ball = self.person.stature, 0.5 * FOOT
        span, cosine, sine = HEEL + TOE, np.cos(pitch), np.sin(pitch)
        down = pitch > 0  # rolls over the ball, else over the heel
        toes = tall * np.where(down, ball + (TOE - ball) * cosine, span * cosine - HEEL)
        heels = tall * np.where(down, ball - (ball + HEEL) * cosine, -HEEL)
        window = _window(u)
        raised = tall * span * np.maximum(-sine, 0), tall * (ball + HEEL) * np.maximum(sine, 0)
        rises = start[2] + (end[2] - start[2]) * np.stack(
            [minimum_jerk((u - a) / (b - a)) for a, b in _TIMINGS]
        )
        haste = np.array([0.04 * (1 / (b - a) - 1) for a, b in _TIMINGS])
        best, least = start + 0 * u[:, None], np.inf
        for (early, late), cost in zip(_TIMINGS, haste, strict=True):
            path = start + minimum_jerk((u - early) / (late - early))[:, None] * (end - start)
            ground = np.maximum(
                self.holds.surface(path[:, 0] + toes) - raised[0],
                self.holds.surface(path[:, 0] + heels) - raised[1],
            )
            lifts = _lift(u, ground + EDGE_CLEARANCE_M * window - rises)
            sizes = lifts.max(axis=1, initial=0.0) + haste + cost
            choice = int(np.argmin(sizes))
            if sizes[choice] < least:
                best, least = path, sizes[choice]
                best[:, 2] = rises[choice] + np.maximum(lifts[choice], CLEARANCE_M / 2 * window)
        return best


_VIGOUR = {"walk": 0.4, "run": 1.0}
_TIMINGS = [(a, b) for a in (0.0, 0.15, 0.3) for b in (0.7, 0.85, 1.0)]


def _window(u: Array) -> Array:
    return minimum_jerk(u / 0.5) * minimum_jerk((1 - u) / 0.5)


def _lift(u: Array, need: Array) -> Array:
    """The least bump (..., U) at rest at both ends that is at least what is needed inside."""
    window = _window(u)
    inside = (u > 0.1) & (u < 0.9)
    share = np.where(inside, np.maximum(need, 0) / np.maximum(window, 0.05), 0.0)
    return share.max(axis=-1, initial=0.0, keepdims=True) * window
