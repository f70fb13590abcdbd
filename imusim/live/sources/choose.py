"""A source by what the user wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imusim.errors import ConfigError, MissingExtraError
from imusim.live.addresses import LOOPBACK
from imusim.live.packets import Units
from imusim.live.sources import Source

FORMS = (
    "-, a file, udp://HOST:PORT, ws://HOST:PORT/PATH, listen://HOST:PORT, phyphox://HOST:PORT, "
    "lsl:NAME"
)


def choose_source(
    text: str,
    units: Units,
    *,
    speed: float = 1.0,
    repeat: bool = False,
    reading: Mapping[str, Any] | None = None,
    dataset: str | None = None,
    key: str | None = None,
) -> Source:
    """The source that a text names.

    Parameters
    ----------
    text : str
    units : Units
    speed, repeat
        As :class:`imusim.live.sources.replay.Replay` has them.
    reading : mapping
        Of a file: :class:`imusim.recordings.files.FileSettings`.
    dataset, key : str, optional
        ``text`` is the folder of a dataset, and the recording this one of it.

    Raises
    ------
    ConfigError
        For a text that is no source, or a port that is taken.
    MotionError
        If the recording cannot be read.
    MissingExtraError
        If what it needs is not installed.
    """
    if text == "-":
        from imusim.live.sources.stdin import Lines

        return Lines()
    scheme, mark, rest = text.partition("://")
    if mark:
        if scheme == "udp":
            from imusim.live.sources.udp import Datagrams

            return Datagrams(*_host_port(text, rest))
        if scheme in ("ws", "wss", "listen", "phyphox"):
            return _of_network(scheme, text, rest)
        raise ConfigError(f"{text}: {scheme}:// is no source; there are: {FORMS}")
    if text == "lsl" or text.startswith("lsl:"):
        from imusim.live.sources.lsl import LabStream

        return LabStream(text.partition(":")[2], units)
    from imusim.live.sources.replay import Replay

    return Replay(_recording(text, reading or {}, dataset, key), speed, repeat)


def _of_network(scheme: str, text: str, rest: str) -> Source:
    try:
        import aiohttp  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            f"{text} needs aiohttp: pip install 'imusim-toolkit[live]'"
        ) from None
    if scheme == "listen":
        from imusim.live.sources.listen import Listener

        return Listener(*_host_port(text, rest))
    if scheme == "phyphox":
        from imusim.live.sources.phyphox import Phyphox

        host, port = _host_port(text, rest)
        return Phyphox(f"{host}:{port}")
    from imusim.live.sources.websocket import WebSocketClient

    return WebSocketClient(text)


def _host_port(text: str, rest: str) -> tuple[str, int]:
    """Address and port; loopback where no address is stated."""
    host, mark, port = rest.rstrip("/").rpartition(":")
    if not mark or not port.isdigit() or int(port) > 65535:
        raise ConfigError(
            f"{text}: state a port from 0 to 65535, as in {text.split(':')[0]}://:5555"
        )
    return host.strip("[]") or LOOPBACK, int(port)


def _recording(text: str, reading: Mapping[str, Any], dataset: str | None, key: str | None) -> Any:
    from imusim.recordings.files import FileSettings, read_file
    from imusim.recordings.registry import find_recordings, read_recording

    if dataset is None:
        if Path(text).is_dir():
            raise ConfigError(f"{text}: is a folder; name the --dataset that it holds")
        if not Path(text).exists():
            raise ConfigError(f"{text}: no such file, and no other source: {FORMS}")
        return read_file(text, FileSettings(**reading))
    found = find_recordings(dataset, text)
    keys = [ref.key for ref in found]
    if key is None:
        return read_recording(found[0])
    if key.isdigit() and key not in keys and int(key) < len(found):
        return read_recording(found[int(key)])
    if key not in keys:
        raise ConfigError(
            f"--recording {key}: there are {len(keys)}, such as {', '.join(keys[:5])}"
        )
    return read_recording(found[keys.index(key)])
