"""Write the tables of datasets in docs/reference/recordings.md from the registry.

    python tools/recordings_table.py [--check]

Everything between the page's two markers is replaced; ``--check`` only says whether the page is
up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from imusim.commands.recordings import sensor_rows
from imusim.recordings import Dataset, known_datasets

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "recordings.md"
BEGIN = "<!-- made by tools/recordings_table.py: begin -->"
END = "<!-- made by tools/recordings_table.py: end -->"


def tables(known: Iterable[Dataset]) -> str:
    """Tables of the paired and of the other datasets, then citations."""
    known = list(known)
    parts = {
        "With motion": _table(d for d in known if d.paired),
        "Without motion": _table(d for d in known if not d.paired),
        "Whom to cite, and where the files are": "\n".join(
            f"- `{d.name}`: {d.citation}. To obtain it: {d.obtain}." for d in known
        ),
    }
    return "\n\n".join(f"## {head}\n\n{text}" for head, text in parts.items())


def _table(known: Iterable[Dataset]) -> str:
    rows = [
        "| dataset | what | licence | rate, Hz | sensors: placement on joint | labels |",
        "|---|---|---|---|---|---|",
    ]
    for d in known:
        sensors = ", ".join(
            f"`{name}`: `{place}` on {joint}" if place else f"`{name}`: on no body"
            for name, place, joint in sensor_rows(d)
        )
        rows.append(
            f"| [`{d.name}`]({d.home}) | {d.summary} | {d.licence or 'none stated'} "
            f"| {d.rate_hz:.5g} | {sensors} | {len(d.labels) or 'none'} |"
        )
    return "\n".join(rows)


def page_with_tables(page: str) -> str:
    """The page with the tables between its markers made anew."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables(known_datasets().values())}\n\n{END}{after}"


def main() -> int:
    """Write the page, or check it."""
    old = PAGE.read_text(encoding="utf-8")
    new = page_with_tables(old)
    if "--check" in sys.argv[1:]:
        print("up to date" if old == new else "out of date: run python tools/recordings_table.py")
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
