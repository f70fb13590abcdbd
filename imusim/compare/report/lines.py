"""What a comparison is judged by: lines of figures, whatever was compared."""

from __future__ import annotations

from imusim.compare.corpora.result import CorpusResult
from imusim.compare.report.lookup import Lookup
from imusim.compare.report.tables import Line
from imusim.compare.report.transfer import figures_of
from imusim.compare.result import PairedResult
from imusim.compare.transfer.result import TransferResult

Result = PairedResult | CorpusResult | TransferResult


def result_lines(result: Result) -> tuple[tuple[str, ...], list[Line]]:
    """Titles of what is stated, and for each line what is stated and its figures.

    What is stated begins with the group that a condition can name, and the method's kind is last:
    conditions hold for ``simulated`` ones.
    """
    if isinstance(result, PairedResult):
        lookup = Lookup(result)
        found = [
            ((s.group, s.method, s.kind), s.figures)
            for group in lookup.groups
            for s in lookup.summaries(group)
        ]
        return ("group", "method", "kind"), found
    lines: list[Line] = []
    if isinstance(result, CorpusResult):
        for a in result.activities:
            lines.append(((a.activity, "simulated"), a.figures))
            lines.append(((a.activity, "reference"), a.reference))
        return ("activity", "kind"), lines
    lines += [((regime.name, regime.kind), figures_of(regime)) for regime in result.regimes]
    return ("trained on", "kind"), lines
