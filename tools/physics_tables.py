"""The tables of ``tools/physics.py``, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from physics_clips import FLIGHT_ENDS_S, RATE_HZ, SHORTEST_FLIGHT_S, Array, Row


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> None:
    """Print Markdown."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(_cell(value) for value in row) + " |")


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if not np.isfinite(value):
        return "–"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def _r(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "–"


def _of(rows: Sequence[Row], name: str) -> Array:
    """Finite values of a column; one NaN where there is none."""
    values = np.array([row[name] for row in rows if name in row and not row["failure"]], float)
    return values[np.isfinite(values)] if np.isfinite(values).any() else np.array([np.nan])


def report(rows: Sequence[Row], engines: Sequence[str]) -> None:
    """All tables about clips."""
    groups = list(dict.fromkeys(row["group"] for row in rows))
    cases = [
        (engine, group, [r for r in rows if r["engine"] == engine and group in ("all", r["group"])])
        for engine in engines
        for group in [*groups, "all"]
    ]
    print(
        "\n## Tracking with contact\n\nMedian clip; in brackets the worst, of r the 5th percentile."
    )
    head = (
        "engine|clips|followed|RMSE, cm|95th percentile, cm|NaN|ground, BW|most|root force, BW|most"
    )
    body = [
        [
            engine, group, f"{sum(not r['failure'] for r in own)} of {len(own)}",
            *(f"{np.median(x):.2f} ({x.max():.2f})"
              for x in (_of(own, "rmse_cm"), _of(own, "p95_cm"))),
            int(np.nansum(_of(own, "nan"))),
            *(_cell(float(np.median(_of(own, n)))) if n in ("vertical", "root_rms")
              else _cell(float(_of(own, n).max()))
              for n in ("vertical", "most_vertical", "root_rms", "most_root")),
        ]
        for engine, group, own in cases
    ]  # fmt: skip
    table(body, head.split("|"))
    print("\n## Signals against the kinematic engine\n\nr, median clip (5th percentile clip).")
    names = ("upper", "off_upper", "swing", "off_swing", "gyro_upper", "off_gyro_upper",
             "gyro_swing", "off_gyro_swing")  # fmt: skip
    head = "engine|clips|upper body a|contact off|swing leg a|off|upper body ω|off|swing leg ω|off"
    body = [
        [engine, group]
        + [f"{np.median(x):.4f} ({np.percentile(x, 5):.4f})" for x in (_of(own, n) for n in names)]
        for engine, group, own in cases
    ]
    table(body, head.split("|"))
    print("\n## Contact off\n\nMedian clip (worst).")
    head = ("engine|clips|from the reference, mm|from the kinematic engine, mm|r, a|r, ω|"
            "ground force, BW")  # fmt: skip
    body = [
        [
            engine, group,
            *(f"{np.median(x):.3f} ({x.max():.3f})"
              for x in (_of(own, "off_reference_mm"), 10 * _of(own, "off_rmse_cm"))),
            *(f"{np.median(x):.5f} ({x.min():.5f})"
              for x in (_of(own, "off_all"), _of(own, "off_gyro"))),
            _cell(float(_of(own, "off_most_vertical").max())),
        ]
        for engine, group, own in cases
    ]  # fmt: skip
    table(body, head.split("|"))
    if len(engines) == 2:
        _report_agreement(rows, engines, [*groups, "all"])
    _report_physics(rows, engines)
    _report_worst(rows, engines)


def _report_agreement(rows: Sequence[Row], engines: Sequence[str], groups: Sequence[str]) -> None:
    print(f"\n## {engines[0]} against {engines[1]}\n\nMedian clip.")
    head = ("contact|clips|apart, mm|r upper body a|thighs, shanks|ankles|ω|"
            "vertical ground force|means, BW")  # fmt: skip
    body = []
    for contact, prefix in (("off", "off_"), ("on", "")):
        for group in groups:
            own = [r for r in rows if r["engine"] == "both" and group in ("all", r["group"])]
            middle = {
                n: float(np.median(_of(own, prefix + n)))
                for n in ("apart_mm", "upper", "legs", "ankles", "gyro", "vertical_r")
                + ("vertical_1", "vertical_2")
            }
            distance, *r = list(middle.values())[:6]
            means = f"{middle['vertical_1']:.2f}, {middle['vertical_2']:.2f}"
            body.append([contact, group, distance, *map(_r, r), means])
    table(body, head.split("|"))


def _report_physics(rows: Sequence[Row], engines: Sequence[str]) -> None:
    print("\n## Physics\n\nForces in body weights. Strides from one landing of the left foot to "
          "the next, in clips called a walk.\nFlights: the captured centre of mass falls "
          f"freely for {SHORTEST_FLIGHT_S} s or more, {FLIGHT_ENDS_S} s at both ends "
          "left out.")  # fmt: skip
    head = ("engine|m a against all forces, RMS|their means differ by|strides|ground|root|sum|"
            "sum from 1, largest|flights|s|with contact|ground force")  # fmt: skip
    body = []
    for engine in engines:
        own = [r for r in rows if r["engine"] == engine and not r["failure"]]
        steps = np.array([s for r in own for s in r.get("strides", [])]).reshape(-1, 2)
        flights = np.array([f for r in own for f in r["flights"]]).reshape(-1, 3)
        steps = steps if len(steps) else np.full((1, 2), np.nan)
        total = steps.sum(axis=1)
        share = flights[:, 0] / max(flights[:, 0].sum(), 1e-9)
        body.append(
            [engine, float(np.median(_of(own, "newton_rms"))), float(_of(own, "momentum").max()),
             len(steps), *(f"{m:.3f}" for m in steps.mean(axis=0)), f"{total.mean():.3f}",
             float(np.abs(total - 1).max()), len(flights), float(flights[:, 0].sum()),
             f"{100 * (share @ flights[:, 1]):.1f} %", float(share @ flights[:, 2])]
        )  # fmt: skip
    table(body, head.split("|"))


def _report_worst(rows: Sequence[Row], engines: Sequence[str], count: int = 8) -> None:
    print("\n## Clips to look at")
    columns = ("max_cm", "p95_cm", "most_vertical", "ankle_g", "most_root", "worst_upper")
    for engine in engines:
        own = [r for r in rows if r["engine"] == engine]
        for row in own:
            if row["failure"]:
                print(f"\n{engine}, {row['group']} {row['key']}: {row['failure']}")
        own = [r for r in own if not r["failure"]]
        ranked = [sorted(own, key=lambda r, c=c: r[c], reverse=c != "worst_upper") for c in columns]
        body = [
            [f"{r['key'][:28]} {_cell(r[c])}" for c, r in zip(columns, line, strict=True)]
            for line in list(zip(*ranked, strict=True))[:count]
        ]
        table(body, [f"{engine}: {c}" for c in columns])


def report_speed(rows: Sequence[Row]) -> None:
    """Where the time goes."""
    print(f"\n## Speed\n\nA clip of {rows[0]['seconds']:.1f} s, 22 sensors at {RATE_HZ:.0f} Hz; "
          "median of CPU times, ms for a second of motion.")  # fmt: skip
    parts = ("fit", "plan", "open_world", "track", "outcome", "read", "total")
    own = rows[0]["total"]
    body = [
        [r["engine"], f"{r['rate_hz']:.0f}" if r["rate_hz"] else "–"]
        + [1000 * r[p] / r["seconds"] if p in r else "–" for p in parts]
        + [f"{r['seconds'] / r['total']:.1f}", f"{r['total'] / own:.1f}"]
        for r in rows
    ]
    table(body, ["engine", "Hz", *parts, "× real time", "× kinematic"])
