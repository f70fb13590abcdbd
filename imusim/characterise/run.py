"""The whole way, as the command goes it."""

from __future__ import annotations

import re
from pathlib import Path

from imusim.characterise.device import report_device
from imusim.characterise.picture import plot_report
from imusim.characterise.report import Report, characterise
from imusim.characterise.settings import Settings
from imusim.errors import ConfigError
from imusim.sensor.device.files import dump_device

_NAME = re.compile(r"[A-Za-z0-9][\w .+-]{0,60}")


def run(
    path: Path | str,
    *,
    rate_hz: float | None = None,
    acc_unit: str | None = None,
    gyro_unit: str | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
    clip: str | None = None,
    sensor: str | None = None,
    out: Path | None = None,
    plot: Path | None = None,
    name: str | None = None,
) -> Report:
    """Characterise a recording; write the device file and the picture that are asked for.

    Parameters
    ----------
    path : Path or str
        CSV, npz or HDF5 file, a folder of them, or a corpus.
    rate_hz, acc_unit, gyro_unit, start_s, stop_s, clip, sensor
        As :class:`imusim.characterise.settings.Settings`.
    out : Path, optional
        Device file to write, which ends in ``.toml``.
    plot : Path, optional
        PNG to write.
    name : str, optional
        The device's name; by default the file's.

    Raises
    ------
    ConfigError, MotionError, CorpusError
        As :func:`imusim.characterise.report.characterise`, and for files that cannot be written.
    MissingExtraError
        If matplotlib is not installed and a picture is asked for.
    """
    if out is not None and out.suffix.lower() != ".toml":
        raise ConfigError(f"{out}: a device file ends in .toml")
    if plot is not None and plot.suffix.lower() != ".png":
        raise ConfigError(f"{plot}: a picture ends in .png")
    if name is not None and not _NAME.fullmatch(name):
        raise ConfigError(f"--name {name[:60]!r}: use letters, digits, blanks, dots and dashes")
    for file in (out, plot):
        if file is not None and not file.absolute().parent.is_dir():
            raise ConfigError(f"{file}: there is no such folder")
    report = characterise(
        path, Settings(rate_hz, acc_unit, gyro_unit, start_s, stop_s, clip, sensor)
    )
    try:
        if plot is not None:
            plot_report(report, plot)
        if out is not None:
            device = report_device(report, name or out.stem)
            out.write_text(dump_device(device), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error}") from None
    return report
