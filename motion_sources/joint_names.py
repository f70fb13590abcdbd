"""From the joint names of many conventions to the canonical joints.

Names are first normalised to a side and a plain word: ``mixamorig:LeftUpLeg``,
``Bip01 L Thigh``, ``lfemur``, ``thigh.L`` and ``UpperLeg_L`` become (left, upleg), (left,
thigh), (left, femur), (left, thigh), (left, upperleg). Words are looked up in tables in order
of preference, because the same word names different joints: ``shoulder`` is the collar where
``arm`` names the shoulder, and the shoulder where ``collar`` exists; ``foot`` is the ankle,
or the base of the toes where ``ankle`` exists. Joints are pivots: the canonical left hip is the
joint whose rotation swings the thigh. The spine is found by its place in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

# In order of preference; a word taken by one joint is not given to the next.
_LIMBS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("knee", ("knee", "shin", "tibia", "calf", "shank", "lowerleg", "lowleg", "leg")),
    ("hip", ("upleg", "upperleg", "thigh", "femur", "hip", "leg", "hipjoint")),
    ("ankle", ("ankle", "foot", "heel")),
    ("foot", ("toebase", "toe", "toes", "ball", "forefoot", "football", "foot")),
    ("elbow", ("elbow", "forearm", "lowerarm", "lowarm", "radius")),
    ("shoulder", ("upperarm", "uparm", "humerus", "shldr", "arm", "shoulder")),
    ("collar", ("collar", "clavicle", "clav", "shoulder", "scapula")),
    ("wrist", ("wrist", "hand")),
)
_PELVIS = ("hips", "hip", "pelvis", "spinebase", "hipcenter", "hipcentre", "root")
_HEAD = ("head",)
_NECK = ("neck", "lowerneck", "upperneck", "neck1", "neckbase")
_SPINE = re.compile(r"spine|chest|back|abdomen|thorax|torso|waist|^[lt]\d+$")
_WORDS = sorted({word for _, words in _LIMBS for word in words}, key=len, reverse=True)
_PREFIXES = {
    "mixamorig", "bip", "valvebiped", "j", "b", "bn", "jnt", "joint", "def", "org", "character",
    "cc", "base", "m", "f", "avg", "human", "actor", "skeleton",
}  # fmt: skip
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}

# Heights of SMPL's pivots between pelvis and neck, as parts of that distance.
_SPINE_HEIGHTS = {"spine1": 0.25, "spine2": 0.5, "spine3": 0.6}


def split_name(name: str) -> tuple[str, str]:
    """Side (``left``, ``right`` or empty) and plain word of a joint name."""
    tokens = [token.lower() for token in _TOKEN.findall(name.rsplit(":", 1)[-1])]
    while len(tokens) > 1 and (tokens[0] in _PREFIXES or tokens[0].isdigit()):
        tokens = tokens[1:]
    side = ""
    for token in tokens:
        if token in _SIDES:
            side = _SIDES[token]
            tokens.remove(token)
            break
    word = "".join(tokens)
    if not side:
        side, word = _glued_side(word)
    return side, word


def _glued_side(word: str) -> tuple[str, str]:
    """``lfemur``, ``leftfoot``: a side without a boundary, before a word that is known."""
    for prefix in ("left", "right", "l", "r"):
        rest = word.removeprefix(prefix)
        if rest != word and rest.rstrip("0123456789") in _WORDS:
            return _SIDES[prefix], rest
    return "", word


def map_joints(
    names: Sequence[str], parents: NDArray[np.intp], offsets: NDArray[np.float64]
) -> dict[str, str]:
    """Canonical joint to file joint, for those that can be told.

    Parameters
    ----------
    names : sequence of str
        The file's joints without its end sites.
    parents : (J,) int array
    offsets : (J, 3) array
        Any unit.

    Raises
    ------
    MotionError
        If the pelvis and two more joints cannot be told.
    """
    parts = [split_name(name) for name in names]
    found: dict[str, int] = {}
    for side in ("left", "right"):
        found |= {f"{side}_{role}": at for role, at in _limb_joints(parts, side).items()}
    tree = _Tree(parents, offsets)
    pelvis = _first([w for s, w in parts if not s], parts, _PELVIS)
    legs = [found[k] for k in ("left_hip", "right_hip") if k in found]
    if len(legs) == 2 and (pelvis is None or parts[pelvis][1] == "root"):
        pelvis = tree.common(legs[0], legs[1])
    if pelvis is not None:
        found["pelvis"] = pelvis
        found |= _trunk(parts, tree, pelvis, found)
    if pelvis is None or len(found) < 3:
        raise MotionError(
            "cannot tell which joints are pelvis, hips, knees …: state them with --map; the file "
            f"names them {', '.join(names[:40])}"
        )
    return {canonical: names[at] for canonical, at in found.items()}


def _first(
    words: Sequence[str], parts: Sequence[tuple[str, str]], wanted: Sequence[str]
) -> int | None:
    """The first joint without a side whose word is wanted, by preference."""
    for word in wanted:
        if word in words:
            return parts.index(("", word))
    return None


def _limb_joints(parts: Sequence[tuple[str, str]], side: str) -> dict[str, int]:
    """Joints of the arm and leg of one side."""
    at: dict[str, int] = {}
    for index, (where, word) in enumerate(parts):
        if where == side:
            at.setdefault(word, index)
            at.setdefault(word.rstrip("0123456789"), index)
    found: dict[str, int] = {}
    for role, words in _LIMBS:
        index = next((at[w] for w in words if w in at and at[w] not in found.values()), None)
        if index is not None:
            found[role] = index
    return found


class _Tree:
    """Ancestors and bone lengths."""

    def __init__(self, parents: NDArray[np.intp], offsets: NDArray[np.float64]):
        self.parents = parents
        self.lengths = np.linalg.norm(offsets, axis=-1)

    def up(self, joint: int) -> list[int]:
        """The joint and its ancestors, nearest first."""
        path = [joint]
        while self.parents[path[-1]] >= 0:
            path.append(int(self.parents[path[-1]]))
        return path

    def common(self, a: int, b: int) -> int:
        """The nearest joint that carries both."""
        above = set(self.up(b))
        return next(joint for joint in self.up(a) if joint in above)

    def between(self, low: int, high: int) -> list[int]:
        """Joints above ``low`` up to ``high``, in that order; none if not on one branch."""
        path = self.up(high)
        return path[: path.index(low)][::-1] if low in path else []


def _trunk(
    parts: Sequence[tuple[str, str]], tree: _Tree, pelvis: int, limbs: dict[str, int]
) -> dict[str, int]:
    """Spine, neck and head."""
    found: dict[str, int] = {}
    plain = [word for side, word in parts if not side]
    head = _first(plain, parts, _HEAD)
    necks = [
        i
        for i, (side, word) in enumerate(parts)
        if not side and word.rstrip("0123456789") in _NECK and i != head
    ]
    if head is not None:
        found["head"] = head
        necks = [i for i in necks if i in tree.up(head)]
    arms = [
        next((limbs[f"{side}_{r}"] for r in ("collar", "shoulder") if f"{side}_{r}" in limbs), None)
        for side in ("left", "right")
    ]
    if arms[0] is not None and arms[1] is not None:
        chest = tree.common(arms[0], arms[1])
        while chest in necks:
            chest = int(tree.parents[chest])
    else:
        above = necks[0] if necks else head
        tops = [] if above is None else tree.between(pelvis, above)
        tops = [i for i in tops if i not in necks and i != head]
        spines = [i for i, (s, w) in enumerate(parts) if not s and _SPINE.search(w)]
        chest = tops[-1] if tops else spines[-1] if spines else pelvis
    neck = next((i for i in necks if _apart(tree, chest, i)), necks[0] if necks else None)
    if neck is not None:
        found["neck"] = neck
    top = neck if neck is not None else head
    found |= _spine(tree, tree.between(pelvis, chest), pelvis, top)
    return found


def _apart(tree: _Tree, low: int, high: int) -> bool:
    """Whether two joints of a branch are at different places."""
    return tree.lengths[tree.between(low, high)].sum() > 1e-6


def _spine(tree: _Tree, chain: list[int], pelvis: int, top: int | None) -> dict[str, int]:
    """Spread the joints between pelvis and chest over spine1 to spine3 by their height."""
    if not chain:
        return {}
    heights = np.cumsum(tree.lengths[chain])
    whole = tree.lengths[tree.between(pelvis, top)].sum() if top is not None else 0.0
    heights = heights / (whole if whole > heights[-1] else max(heights[-1] / 0.6, 1e-12))
    if len(chain) == 1:
        nearest = min(_SPINE_HEIGHTS, key=lambda name: abs(_SPINE_HEIGHTS[name] - heights[0]))
        return {nearest: chain[0]}
    rest = range(len(chain) - 1)
    slots = ("spine1", "spine2")
    taken = min(len(rest), 2)
    choices = [
        (abs(sum(abs(_SPINE_HEIGHTS[s] - heights[j]) for s, j in zip(names, joints, strict=True))),
         names, joints)
        for names in combinations(slots, taken)
        for joints in combinations(rest, taken)
    ]  # fmt: skip
    _, names, joints = min(choices, key=lambda choice: choice[0])
    found = {name: chain[j] for name, j in zip(names, joints, strict=True)}
    return {**found, "spine3": chain[-1]}
