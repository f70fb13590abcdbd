"""What a report is made of: plain blocks that one page draws, whatever was compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Finding, Interval
from imusim.conventions import JOINTS, PARENTS
from imusim.motion.bones import rest_positions

Array = NDArray[np.float64]
Kind = Literal["real", "simulated", "baseline", "reference", ""]
Best = Literal["higher", "lower", "zero", "half", "one", ""]
Cell = str | float | Interval


@dataclass(frozen=True)
class Method:
    """A way of getting signals that has one colour and dash throughout a report."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    title : str
    unit, note : str
        The note is shown where one points at the title.
    best : {"higher", "lower", "zero", "half", "one", ""}
        Which values are good ones.
    shown : bool
        Whether it is shown before all columns are asked for.
    choices : bool
        Whether one of its values can be chosen from a menu.
    """

    title: str
    unit: str = ""
    note: str = ""
    best: Best = ""
    shown: bool = True
    choices: bool = False


@dataclass(frozen=True, eq=False)
class Row:
    """Cells under the columns of a table; a kind sets it apart."""

    cells: tuple[Cell, ...]
    kind: Kind = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that can be sorted.

    ``search``: with a field to look for text, and menus of columns that offer choices;
    ``chosen``: column to the value that its menu has at first; ``methods``: each row is a method
    of the report, the best but for references are marked, references stand below a rule.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    search: bool = False
    chosen: Mapping[int, str] = field(default_factory=dict)
    methods: bool = False


@dataclass(frozen=True, eq=False)
class Series:
    """Values (N,) of a method over the panel's x; with bounds, marks that have them."""

    method: str
    y: Array
    shown: bool = True
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """Lines over one x (N,)."""

    title: str
    x: Array
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""


@dataclass(frozen=True, eq=False)
class Lines:
    """Panels in so many columns that zoom together; a method is switched in all of them at once.

    ``logarithmic``: both axes are, and y holds powers of ten, so that none is lost in 16 bits.
    """

    title: str
    panels: tuple[Panel, ...]
    note: str = ""
    columns: int = 2
    logarithmic: bool = False


@dataclass(frozen=True, eq=False)
class Bars:
    """For each panel (title, best) a value and its interval for every method.

    ``values`` maps a method to an interval for each panel, or ``None`` where there is none.
    """

    title: str
    panels: tuple[tuple[str, Best], ...]
    values: Mapping[str, tuple[Interval | None, ...]]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Heat:
    """A table (R, C) of colours, from ``low`` to ``high``; NaN where there is nothing."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Array
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class BodyMap:
    """A figure of a person whose joints are coloured, from ``low`` to ``high``.

    ``layers`` maps what can be chosen to joint to (value, words that tell more).
    """

    title: str
    layers: Mapping[str, Mapping[str, tuple[float, str]]]
    low: float = 0.0
    high: float = 1.0
    note: str = ""
    joints: tuple[str, ...] = JOINTS
    parents: tuple[int, ...] = PARENTS
    places: Sequence[Sequence[float]] = field(default_factory=lambda: rest_positions().tolist())


@dataclass(frozen=True)
class Text:
    """Paragraphs; ``code``: as typed at a terminal."""

    paragraphs: tuple[str, ...]
    title: str = ""
    code: bool = False


@dataclass(frozen=True)
class Findings:
    """What was found, grouped by severity."""

    found: tuple[Finding, ...]
    title: str = ""


Block = Table | Lines | Bars | Heat | BodyMap | Text | Findings


@dataclass(frozen=True, eq=False)
class Section:
    """A heading and what stands below it; ``folded``: opened on demand."""

    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """A page: what was found, in words, then sections.

    Parameters
    ----------
    title, facts : str
    summary : tuple of (str, str)
        Paragraphs: what each is about, and what is said of it.
    beside : Block, optional
        What stands beside the summary.
    methods : tuple of Method
        In the order in which tables and legends have them.
    sections : tuple of Section
    """

    title: str
    facts: str
    summary: tuple[tuple[str, str], ...]
    methods: tuple[Method, ...]
    sections: tuple[Section, ...]
    beside: Block | None = None
