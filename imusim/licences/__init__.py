"""What the licences of motion data allow: a summary for choosing data, and no legal advice.

A licence's own text, and the law of the place, say what may be done. Whether signals that were
simulated from a motion are an adaptation of it, a court would have to say; here they are taken
to be bound by the motion's licence.
"""

from imusim.licences.allow import allowed, check_stated, parse_allowed, why_not
from imusim.licences.table import LICENCES, Licence, alternatives, find
from imusim.licences.terms import NO_ADVICE, Terms, sum_up, terms_of

__all__ = [
    "LICENCES",
    "NO_ADVICE",
    "Licence",
    "Terms",
    "allowed",
    "alternatives",
    "check_stated",
    "find",
    "parse_allowed",
    "sum_up",
    "terms_of",
    "why_not",
]
