"""All recipes by family and name."""

from __future__ import annotations

from motion_sources.procedural.families import (
    arms,
    chores,
    cycling,
    exercises,
    floor,
    gait,
    gestures,
    holds,
    household,
    jumps,
    postures,
    shapes,
    sports,
    transitions,
)
from motion_sources.procedural.footwork import strides
from motion_sources.procedural.recipe import Recipe

_FAMILIES = (
    postures,
    transitions,
    arms,
    household,
    chores,
    gestures,
    shapes,
    exercises,
    floor,
    holds,
    jumps,
    sports,
    cycling,
    *((gait,) if strides.available() else ()),  # edits clips that pybullet carries
)

RECIPES: dict[str, Recipe] = {
    f"{module.__name__.rpartition('.')[2]}/{recipe.name}": recipe
    for module in _FAMILIES
    for recipe in module.RECIPES
}
"""``family/name`` to recipe, in the order of the families."""
