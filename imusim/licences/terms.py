"""What several licences together allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imusim.licences.table import Licence, alternatives, find

NO_ADVICE = "a summary of what licences are known to say, and no legal advice"


@dataclass(frozen=True)
class Terms:
    """What several licences together allow: the strictest of each; ``None``: not known.

    Parameters
    ----------
    commercial, attribution, share_alike, adaptable : bool, optional
        As in :class:`Licence`.
    licences : tuple of Licence
        Those that the others were summed up from, each once, by name.
    unstated : bool
        Whether something has no licence that is stated.
    """

    commercial: bool | None
    attribution: bool | None
    share_alike: bool | None
    adaptable: bool | None
    licences: tuple[Licence, ...]
    unstated: bool

    @property
    def use(self) -> str:
        """What for, in a sentence."""
        if self.commercial is False:
            return "non-commercial use only"
        if self.commercial is None:
            why = "a licence is not stated" if self.unstated else "a licence does not say"
            return f"commercial use: not known ({why})"
        return "commercial use too"

    @property
    def duties(self) -> tuple[str, ...]:
        """What goes with it, a sentence each."""
        alike = [licence.name for licence in self.licences if licence.share_alike]
        said = []
        if self.attribution:
            said.append("name the authors")
        if self.adaptable is False:
            said.append("what is made of it may not be given on")
        if len(alike) > 1:
            said.append(f"share-alike under licences that differ: {', '.join(alike)}")
        elif alike:
            said.append(f"what is made of it is given on under {alike[0]}")
        return (*said, *(f"{known.name}: {known.note}" for known in self.licences if known.note))


def terms_of(expression: str) -> Terms:
    """Terms of one clip's licence expression; of alternatives, those that allow most."""
    offers = [_together(map(find, names)) for names in alternatives(expression)]
    return max(offers, key=_freedom, default=Terms(None, None, None, None, (), True))


def sum_up(expressions: Iterable[str]) -> Terms:
    """Terms of a corpus whose clips have these licences.

    A non-commercial licence makes it non-commercial; one that is not stated, or of which it is
    not known, leaves it not known where no other forbids.
    """
    each = [terms_of(expression) for expression in set(expressions)]
    if not each:
        return Terms(None, None, None, None, (), True)
    licences = {known.name: known for terms in each for known in terms.licences}
    return Terms(
        _all(terms.commercial for terms in each),
        _any(terms.attribution for terms in each),
        _any(terms.share_alike for terms in each),
        _all(terms.adaptable for terms in each),
        tuple(licences[name] for name in sorted(licences)),
        any(terms.unstated for terms in each),
    )


def _together(licences: Iterable[Licence]) -> Terms:
    found = tuple(licences)
    return Terms(
        _all(licence.commercial for licence in found),
        _any(licence.attribution for licence in found),
        _any(licence.share_alike for licence in found),
        _all(licence.adaptable for licence in found),
        found,
        False,
    )


def _freedom(terms: Terms) -> tuple[float, float, float]:
    value = {True: 1.0, None: 0.5, False: 0.0}
    return (
        value[terms.commercial],
        value[terms.adaptable],
        -value[terms.share_alike] - value[terms.attribution],
    )


def _all(allowed: Iterable[bool | None]) -> bool | None:
    """True if all are; false if one is."""
    values = set(allowed)
    return False if False in values else None if None in values else True


def _any(bound: Iterable[bool | None]) -> bool | None:
    """True if one is; false if none is."""
    values = set(bound)
    return True if True in values else None if None in values else False
