"""``imusim compare paired``: simulated sensors beside the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imusim.bars import stage_bar
from imusim.commands.compare_report import named_folder, reported, split_names

if TYPE_CHECKING:
    from imusim.compare.result import Finding


def run_compare_paired(
    recording: str | None,
    motion: str | None,
    dataset: Sequence[str],
    out: str,
    overwrite: bool,
    fail_under: Sequence[str],
    *,
    reading: dict[str, Any],
    simulation: dict[str, Any],
    **settings: Any,
) -> int:
    """Compare, write the report, show the summary.

    Returns the exit code: 2 where something is wrong with every recording, 1 where a figure is
    worse than asked for.
    """
    from imusim.api.comparing import prepare_paired
    from imusim.compare.report import check_folder, parse_fail_under
    from imusim.recordings.files import FileSettings

    conditions = parse_fail_under(fail_under)
    check_folder(Path(out), overwrite)
    for name in ("engine", "errors", "align", "subjects"):
        settings[name] = split_names(settings[name])
    datasets = dict(map(named_folder, dataset))
    job = prepare_paired(
        recording, motion, dataset=datasets, reading=FileSettings(**reading),
        **settings, **simulation,
    )  # fmt: skip
    with stage_bar() as progress:
        result = job.run(progress)
    skipped = (f"skipped: {key}: {why}" for key, why in result.skipped)
    said = [*_finding_lines(result.findings), *skipped]
    failed = reported(result, out, overwrite, conditions, said)
    wrong = {f.recording for f in result.findings if f.severity == "error"}
    if wrong.issuperset(line.recording for line in result.scored):
        return 2
    return 1 if failed else 0


def _finding_lines(findings: Sequence[Finding], shown: int = 3) -> list[str]:
    """The worst last, where the eye is; many of one kind are counted."""
    lines = []
    for severity in ("note", "warning", "error"):
        kinds: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.severity == severity:
                kinds.setdefault(finding.code, []).append(finding)
        for code, alike in kinds.items():
            for one in alike[:shown]:
                place = f"{one.recording} {one.sensor}".strip()
                lines.append(f"{severity}: {place}: {one.message}")
            if len(alike) > shown:
                lines.append(f"{severity}: … and {len(alike) - shown:,} more like this ({code})")
    return lines
