"""Writes a report as one page that needs nothing else."""

from __future__ import annotations

import html
from pathlib import Path

from imusim.compare.report.model import Report
from imusim.compare.report.packing import clean, pack
from imusim.view.document import asset, finish, plotly_script, to_script

PACKAGE = "imusim.compare.report"


def report_page(report: Report, file: Path | None = None) -> str:
    """Make the page, and write it if a file is given; it appears whole or not at all.

    Raises
    ------
    MissingExtraError
        If plotly is not installed.
    """
    parts = {
        "title": html.escape(clean(report.title)),
        "facts": html.escape(clean(report.facts)),
        "summary": "\n".join(_paragraph(*said) for said in report.summary),
        "style": asset("report.css", PACKAGE),
        "plotly": plotly_script(),
        "data": to_script(pack(report)),
        "script": "\n".join(asset(f"{name}.js", PACKAGE) for name in ("tables", "plots", "report")),
    }
    return finish("report.html", parts, file, PACKAGE)


def _paragraph(about: str, text: str) -> str:
    lead = f"<b>{html.escape(clean(about))}</b> " if about else ""
    return f"<p>{lead}{html.escape(clean(text))}</p>"
