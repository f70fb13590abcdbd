"""What stands beside the data: a card for people and the Hub, and the same facts as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imusim.export.formats import Format, Writer
from imusim.export.plan import Plan
from imusim.licences import NO_ADVICE, Terms, alternatives, sum_up

FACTS = "export.json"
CARD = "README.md"

_HUB_LICENCES = {
    "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0",
    "cc-by-3.0", "cc-by-nc-3.0", "mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "unlicense",
}  # fmt: skip
"""Identifiers that the Hugging Face Hub has, as far as motion bears them; others are ``other``."""
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))


@dataclass
class Tally:
    """What the clips of an export have in common: counted as they go by.

    Parameters
    ----------
    bodies : mapping of str to str
        Licences of the bodies' model files, by the body's name.
    """

    bodies: Mapping[str, str] = field(default_factory=dict)
    origins: Counter[tuple[str, str]] = field(default_factory=Counter)
    clips: int = 0
    frames: int = 0

    def count(self, clip: Mapping[str, Any], frames: int) -> None:
        """Take one clip into account, by its facts and its length."""
        self.origins[clip["source"], clip["licence"]] += 1
        self.clips += 1
        self.frames += frames

    @property
    def licences(self) -> list[str]:
        """Licences of the motions and the bodies, each once; empty text: not stated."""
        return sorted({*(licence for _, licence in self.origins), *self.bodies.values()})

    @property
    def terms(self) -> Terms:
        """What they allow together."""
        return sum_up(self.licences)


def facts(form: Format, plan: Plan, tally: Tally, examples: int) -> dict[str, Any]:
    """Everything about the export, for machines. It holds no time and no path."""
    manifest = plan.corpus.manifest
    return {
        "format": form.name,
        "clips": tally.clips,
        "examples": examples,
        "duration_s": tally.frames / manifest.rate_hz,
        "rate_hz": manifest.rate_hz,
        "sensors": plan.sensors,
        "joints": plan.joints,
        "channels": plan.channels,
        "window_frames": plan.window,
        "licences": tally.licences,
        "use": tally.terms.use,
        "commercial": tally.terms.commercial,
        "duties": tally.terms.duties,
        "sources": [
            {"source": source, "licence": licence, "clips": count}
            for (source, licence), count in sorted(tally.origins.items())
        ],
        "bodies": tally.bodies,
        "schema_version": manifest.schema_version,
        "runs": [run.model_dump(mode="json") for run in manifest.runs],
    }


def facts_text(values: dict[str, Any]) -> str:
    """The facts as JSON."""
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def card(form: Format, plan: Plan, tally: Tally, writer: Writer) -> str:
    """The card: Markdown, with the header that the Hugging Face Hub reads."""
    examples = writer.examples
    rate_hz = plan.corpus.rate_hz
    rows = [
        f"| {_cell(source)} | {_cell(licence or 'not stated')} | {count:,} |"
        for (source, licence), count in sorted(tally.origins.items())
    ]
    rows += [f"| body {_cell(n)} | {_cell(licence)} | |" for n, licence in tally.bodies.items()]
    table = "\n".join(rows)
    duties = "".join(f"- {_cell(duty)}\n" for duty in tally.terms.duties)
    return f"""\
{_header(form, tally, writer)}
# Simulated IMU signals with activity text

Accelerometer (specific force, m/s²) and gyroscope (angular rate, rad/s) signals, in each sensor's
own axes, simulated by [imusim](https://pypi.org/project/imusim-toolkit/) from motion capture.

- {examples:,} examples from {tally.clips:,} clips, {tally.frames / rate_hz / 3600:.2f} hours
- {rate_hz:g} Hz in the corpus
- sensors: {", ".join(plan.sensors)}
- layout: {form.name}, {form.summary} ({form.home})
- `{FACTS}` holds the settings that the signals were made with

The accelerometer reads specific force: +9.81 m/s² along its upward axis at rest. Arrays are
(frames, sensors, xyz). `valid` is false in frames where the capture had a gap. `observed` says
whether the capture saw the segment under each sensor; a gyroscope's turns about `unobserved_axis`
are a guess. `link_from_sensor` is how each sensor is turned on its segment at the start, a
quaternion xyzw, `mounting_offset` its place in the segment's frame, m. `seed` and `imusim`, the
version, make the clip again.

## Licences

The signals are derived from motions under these licences.

| source | licence | clips |
|---|---|---|
{table}

Together: **{tally.terms.use}**. This is {NO_ADVICE}.

{duties}
## Open it

```python
{form.reading}```
"""


def _header(form: Format, tally: Tally, writer: Writer) -> str:
    size = next((name for limit, name in _SIZES if writer.examples < limit), "n>1M")
    lines = ["---", "pretty_name: Simulated IMU signals with activity text"]
    lines += ["license:", *(f"- {name}" for name in _hub_licences(tally.licences))]
    lines += ["tags:", "- imu", "- accelerometer", "- gyroscope", "- human-activity-recognition"]
    lines += ["size_categories:", f"- {size}"]
    if form.data:
        lines += ["configs:", "- config_name: default", "  data_files:"]
        lines += ["  - split: train", f'    path: "{form.data}"']
    return "\n".join([*lines, *writer.header(), "---", ""])


def _hub_licences(licences: list[str]) -> list[str]:
    """Identifiers of the Hub for SPDX expressions."""
    found: set[str] = set()
    for expression in licences:
        names = [name.lower() for offer in alternatives(expression) for name in offer]
        found.update(name if name in _HUB_LICENCES else "other" for name in names)
        if not names:
            found.add("unknown")
    return sorted(found)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
