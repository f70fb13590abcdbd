"""The settings that a corpus records, so that its clips can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imusim.corpus import Run
from imusim.errors import ConfigError
from imusim.pipeline.config import GenerateConfig, load_config
from imusim.pipeline.sensors import device_names_of


def recorded_config(
    run: Run,
    sensors: Sequence[str],
    paths: Sequence[str],
    scratch: Path,
    workers: int | None = None,
) -> GenerateConfig:
    """The settings of a run as they were recorded, with paths that are found from here.

    Parameters
    ----------
    run : Run
    sensors : sequence of str
        Their names.
    paths : sequence of str
        Where the motion lies now; none: where it lay then.
    scratch : Path
        Folder for files of the devices, whose numbers are recorded.
    workers : int, optional
        Processes that shall make the clips now.

    Raises
    ------
    ConfigError
        If they are none of `imusim generate`, or the motion is not where it lay.
    """
    settings: dict[str, Any] = dict(run.configuration)
    texts = settings.pop("devices", {})
    config = load_config(None, settings)
    lost = [path for path in config.paths if not Path(path).exists()]
    if paths:
        config = config.model_copy(update={"paths": tuple(paths)})
    elif lost:
        raise ConfigError(
            f"{lost[0]}, which it was made from, is not found from here; say where the motion is: "
            "`imusim repair CORPUS PATH ...`"
        )
    devices = _devices(config.device, texts, sensors, scratch)
    return config.model_copy(update={"device": devices, "workers": workers})


def _devices(
    stated: Sequence[str], texts: Any, sensors: Sequence[str], scratch: Path
) -> tuple[str, ...]:
    """Devices as they are stated, with files of what was recorded in place of their names."""
    used = [name for own in device_names_of(stated, sensors) for name in own]
    names = list(dict.fromkeys(used))
    if not isinstance(texts, dict) or len(texts) != len(names):
        return tuple(stated)  # two names of one device: the presets and files of now
    files: dict[str, str] = {}
    for number, (name, text) in enumerate(zip(names, texts.values(), strict=True)):
        file = scratch / f"{number}.toml"
        file.write_text(str(text), encoding="utf-8")
        files[name] = str(file)
    return tuple(_in_place(text, files) for text in stated)


def _in_place(text: str, files: dict[str, str]) -> str:
    if text in files:
        return files[text]
    sensor, _, name = text.partition("=")
    return f"{sensor}={files[name.strip()]}" if name.strip() in files else text
