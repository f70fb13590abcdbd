"""Results of a comparison made for tests: sines and figures that are known."""

from __future__ import annotations

import numpy as np

from imusim.compare.result import Finding, Interval, Overlay, PairedResult, Scored, Summary

NASTY = "</script><script>document.title='broken'</script><!-- & \u2028 [[plotly]] \"' <b>x</b>"
METHODS = {
    "kinematic": "simulated", "mujoco": "simulated", "raw-60": "baseline",
    "another trial": "reference", "shuffled pairs": "reference",
}  # fmt: skip
FIGURES = {
    "kinematic": 0.7, "mujoco": 0.6, "raw-60": 0.4, "another trial": 0.8, "shuffled pairs": 0.1,
}  # fmt: skip
SENSORS = {"wrist": "right_wrist", "thigh": "right_hip"}


def figures(value: float) -> dict[str, float]:
    return {
        "acc_rmse": 3 - value, "acc_r": value + 0.01, "gyro_norm_r": value + 0.1,
        "gyro_r": np.nan, "acc_norm_r": value, "acc_peak": 1 + value, "acc_bias": 0.2,
    }  # fmt: skip


def paired_result(recordings: int = 6, name: str = "a{}", samples: int = 200) -> PairedResult:
    """Two sensors on so many recordings; recording k scores k/100 less than the first."""
    names = [name.format(k) for k in range(recordings)]
    scored = [
        Scored(
            "data", recording, f"s{k % 2}", f"activity {k % 5}", str(k), sensor, joint, method,
            kind,  # type: ignore[arg-type]
            figures(FIGURES[method] - k / 100),
            {"offset_s": 0.01 * k, "offset_s_se": 0.002, "lever_arm_x_m": 0.03}
            if kind == "simulated" else {},
        )
        for sensor, joint in SENSORS.items()
        for method, kind in METHODS.items()
        for k, recording in enumerate(names)
    ]  # fmt: skip
    summaries = [
        Summary(
            f"data {sensor}", method, kind,
            {m: Interval(v, v - 0.05, v + 0.05, recordings)
             for m, v in figures(FIGURES[method]).items()},
        )
        for sensor in SENSORS
        for method, kind in METHODS.items()
    ]  # fmt: skip
    time_s = np.arange(samples) / 50
    real = np.sin(time_s[:, None] * np.arange(1, 7))
    overlays = [
        Overlay(
            recording, sensor, time_s,
            {"real": real, "kinematic": 0.9 * real, "raw-60": real + 0.1},
        )
        for sensor in SENSORS
        for recording in (names[0], names[-1])
    ]  # fmt: skip
    frequency = np.linspace(0.5, 25, 40)
    density = np.stack([1 / frequency**2, 2 / frequency**2])
    findings = [
        Finding("unit-g", "error", names[0], "wrist", f"readings are in g {name}"),
        Finding("offset-bound", "note", names[-1], "thigh", "at its bound"),
    ]
    return PairedResult(
        {"command": f"imusim compare paired {name}", "seed": 3, "statistic": "median"},
        tuple(scored), tuple(summaries), tuple(findings), tuple(overlays),
        {f"data {sensor}": {"real": (frequency, density), "kinematic": (frequency, density / 2)}
         for sensor in SENSORS},
        ((f"b {name}", "one frame"),),
    )  # fmt: skip
