"""Makers of stairs: what is drawn, and from which ranges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_sources.procedural.controls import SIDES
from motion_sources.procedural.footwork import footholds
from motion_sources.procedural.footwork.manners import Climb
from motion_sources.procedural.footwork.walking import lay
from motion_sources.procedural.footwork.walks import Maker, Range, across, loaded, runner, walker
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made
from motion_sources.procedural.stances import polar

Rng = np.random.Generator

RISER_M, TREAD_M = (0.15, 0.20), (0.25, 0.32)
"""Of stairs in buildings; cadence on them 1.4 to 2.1 steps a second, faster down than up (Riener
et al. 2002, Gait & Posture 15:32; Nadeau et al. 2003, Clinical Biomechanics 18:950)."""


def stairs(
    direction: int, cadence: Range, at_once: int = 1, what: str = "", gait: str = "walk"
) -> Maker:
    """Flights of stairs with landings, up (1) or down (−1)."""

    def make(rng: Rng, person: Person) -> Made:
        hz, step, style = walker(rng, person, cadence, (0.7, 0.85))
        if gait == "run":
            hz, step, style = runner(rng, person, cadence, (1.2, 1.8), (0.33, 0.4))
        riser = rng.uniform(RISER_M[0], RISER_M[1] if at_once == 1 else 0.175) * direction
        tread = rng.uniform(*TREAD_M)
        flights = [
            footholds.Flight(at_once * int(rng.integers(5, 9)), riser, tread, at_once)
            for _ in range(int(rng.integers(1, 4)))
        ]
        levels = [int(rng.integers(1, 5)) for _ in range(len(flights) + 1)]
        holds, rises = footholds.stairs(
            rng, person, flights, levels, step, across(rng, person) * 1.1
        )
        times = footholds.step_times(rng, len(rises), hz, rng.uniform(-0.02, 0.02))
        holds = replace(holds, contact=times)
        if direction > 0:
            climb = Climb(
                heel=rng.uniform(-0.2, 0.3),
                push=rng.uniform(0.4, 0.7),
                lean=rng.uniform(0.10, 0.28) + 0.1 * (at_once - 1),
                surge=rng.uniform(1.1, 1.7),
                sharp=rng.uniform(0.03, 0.16),
                shock=rng.uniform(0.5, 2.5),
                late=rng.uniform(0.0, 0.15),
            )
        else:
            climb = Climb(
                heel=rng.uniform(-1.0, -0.4),
                push=rng.uniform(0.45, 0.7),
                lean=rng.uniform(-0.05, 0.06),
                surge=rng.uniform(1.2, 1.85),
                sharp=rng.uniform(0.02, 0.1),
                shock=rng.uniform(1.0, 4.0),
                late=rng.uniform(-0.1, 0.1),
            )
        words = {"many": str(sum(flight.count for flight in flights))}
        if what == "rail":
            k = int(rng.integers(2))
            low = rng.uniform(38, 50) if direction > 0 else rng.uniform(22, 34)
            place = polar(person, k, low, rng.uniform(25, 45), rng.uniform(0.72, 0.85))
            style = replace(style, carry={k: place}, pronate=0.6)
            words["side"] = SIDES[k]
        elif what:
            style = loaded(what)(rng, person, style)
        controls, facts = lay(rng, person, holds, style, climb, rises)
        facts = {**facts, "riser": riser, "stairs": float(sum(f.count for f in flights))}
        return Made(controls, words, facts)

    return make
