"""``imusim inspect --licences``: what a corpus may be used for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from imusim import console
from imusim.corpus import Corpus
from imusim.licences import NO_ADVICE, find, sum_up, terms_of

_SAID = {True: "yes", False: "no", None: "not known"}


def run_licences(folder: str, as_json: bool) -> None:
    """Show what a corpus may be used for: its licences, what they ask, whom to cite."""
    with Corpus(folder) as corpus:
        view = _licence_view(corpus)
    if as_json:
        console.show_json(view)
        return
    rows = [
        (
            row["licence"] or "not stated",
            f"{row['clips']:,}" if row["clips"] else "",
            f"{row['hours']:.2f}" if row["clips"] else "",
            ", ".join(row["sources"]),
            _SAID[row["commercial"]],
            _SAID[row["attribution"]],
            " ".join(row["texts"]),
        )
        for row in view["licences"]
    ]
    head = ("licence", "clips", "hours", "sources", "commercial", "attribution", "text")
    console.show(console.listing(head, rows, right=(1, 2)), "")
    lines = [("together", view["use"])]
    lines += [("", duty) for duty in view["duties"]]
    lines += [(f"cite {c['source']}", f"{c['citation']} {c['home']}") for c in view["cite"]]
    lines += [("note", f"this is {NO_ADVICE}")]
    console.show(console.fields(lines))


def _licence_view(corpus: Corpus) -> dict[str, Any]:
    import motion_sources

    licences, sources = corpus.column("licence"), corpus.column("source")
    clips, frames = Counter[str](), Counter[str]()
    used: dict[str, dict[str, None]] = {}
    for licence, source, length in zip(licences, sources, corpus.column("length"), strict=True):
        clips[licence] += 1
        frames[licence] += int(length)
        used.setdefault(licence, {})[source] = None
    bodies = body_licences(corpus)
    for name, licence in bodies.items():
        used.setdefault(licence, {})[f"body {name}"] = None
    hours = {name: count / corpus.rate_hz / 3600 for name, count in frames.items()}
    rows = [
        _licence_row(name, clips[name], hours.get(name, 0.0), sorted(used[name]))
        for name in sorted(used)
    ]
    terms = sum_up(used)
    known = motion_sources.sources()
    cited = [known[name] for name in sorted(set(sources)) if name in known]
    return {
        "licences": rows,
        "use": terms.use,
        "commercial": terms.commercial,
        "duties": list(terms.duties),
        "cite": [
            {"source": s.name, "citation": s.citation, "home": s.home} for s in cited if s.citation
        ],
        "note": NO_ADVICE,
    }


def _licence_row(name: str, clips: int, hours: float, sources: list[str]) -> dict[str, Any]:
    terms = terms_of(name)
    return {
        "licence": name,
        "clips": clips,
        "hours": hours,
        "sources": sources,
        "commercial": terms.commercial,
        "attribution": terms.attribution,
        "share_alike": terms.share_alike,
        "adaptable": terms.adaptable,
        "texts": [find(known.name).home for known in terms.licences if known.home],
    }


def body_licences(corpus: Corpus) -> dict[str, str]:
    """Licences of the model files, if some served, by the body's name."""
    import body_models

    known = body_models.body_models()
    names = {str(run.configuration.get("body", "")) for run in corpus.manifest.runs}
    return {n: known[n].licence for n in sorted(names) if n in known and known[n].from_files}
