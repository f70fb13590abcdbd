"""A language model behind an endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import IO
from urllib.parse import urlsplit

from imusim.errors import ConfigError
from imusim.learn.captions.models.answers import AskFailed, lines_of

PATH = "/chat/completions"
MOST_BYTES = 1_000_000
TRIES = 3
WAIT_S = 2.0
"""Before the second try; then twice that."""
MOST_WAIT_S = 60.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")

TASK = (
    "You rephrase captions of human motion. Keep the meaning: every side, direction, count, "
    "posture and part of the body stays, and nothing is added. Answer with {most} different "
    "English sentences, one a line, without numbers, quotes or remarks."
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection would carry the key to somebody else."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


class EndpointMaker:
    """Asks for the paraphrases of one caption in one request.

    Parameters
    ----------
    url : str
        As ``http://localhost:11434/v1``; ``/chat/completions`` is added where it lacks.
    model : str
    key : str
        Goes into the header ``Authorization`` and nowhere else; empty for none.
    timeout_s : float
        How long a request may take.
    name : str, optional
        Under which the texts are kept; by default the model's.
    wait_s : float
        Before a request is tried again.

    Raises
    ------
    ConfigError
        If the address is none of http or https, or carries a password, or the key would go
        unencrypted to another machine.
    """

    batch = 1

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        timeout_s: float = 120.0,
        name: str | None = None,
        wait_s: float = WAIT_S,
    ):
        self.url = _address(url, bool(key))
        if not model.strip():
            raise ConfigError("an endpoint needs the name of a model: --model NAME")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ConfigError("the endpoint's key has characters that no key has")
        self.model, self.timeout_s, self._key, self._wait_s = model, timeout_s, key, wait_s
        self.name = name or model
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._stopped = threading.Event()

    def ask(self, captions: Sequence[str], most: int) -> Mapping[str, Sequence[str]]:
        """Ask about one caption; see :class:`imusim.learn.captions.models.Maker`."""
        (caption,) = captions
        body = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": TASK.format(most=most)},
                {"role": "user", "content": " ".join(caption.split())},
            ],
        }
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        lines = lines_of(_content(self._post(data)))
        if not any(line.strip() for line in lines):
            raise AskFailed("the model said nothing")
        return {caption: lines}

    def stop(self) -> None:
        """Try nothing again."""
        self._stopped.set()

    def _post(self, data: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "User-Agent": "imusim"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        wait_s, reason = 0.0, ""
        for attempt in range(TRIES):
            if wait_s and self._stopped.wait(wait_s):
                break
            wait_s = self._wait_s * 2**attempt
            request = urllib.request.Request(self.url, data, headers)  # noqa: S310 - checked
            try:
                with self._opener.open(request, timeout=self.timeout_s) as answer:
                    return _read(answer, self.timeout_s)
            except urllib.error.HTTPError as error:
                with error:
                    reason = self._refusal(error)
                wait_s = max(wait_s, _told_wait(error))
            except (OSError, HTTPException) as error:
                cause = getattr(error, "reason", error)
                reason = f"{self.url} cannot be reached: {_line(str(cause))}"
        raise AskFailed(reason or "stopped")

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        """Why a request was refused, if it is worth to try it again."""
        try:
            said = error.read(2000).decode("utf-8", "replace")
        except (OSError, HTTPException):
            said = ""
        if self._key:
            said = said.replace(self._key, "…")
        told = f"{self.url} answers {error.code}" + (f": {_line(said)}" if said.strip() else "")
        if error.code in (401, 403):
            raise ConfigError(f"the endpoint refuses the key, or wants one; {told}")
        if error.code in (404, 405) or 300 <= error.code < 400:
            raise ConfigError(f"there is no such endpoint or model; {told}")
        if error.code == 429 or error.code >= 500:
            return told
        raise AskFailed(told)


def _address(url: str, has_key: bool) -> str:
    try:
        parts = urlsplit(url.strip())
        host, secret = parts.hostname, parts.username or parts.password
        _ = parts.port
    except ValueError:
        raise ConfigError(f"--endpoint: {url[:80]!r} is no address") from None
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in url.strip()):
        raise ConfigError(f"--endpoint: {url[:80]!r} is no address; as http://localhost:11434/v1")
    if secret or parts.query or parts.fragment:
        raise ConfigError("--endpoint: give the address alone, and the key by the environment")
    if has_key and parts.scheme == "http" and host not in LOOPBACK:
        raise ConfigError(f"--endpoint: the key would go to {host} unencrypted; use https")
    plain = url.strip().rstrip("/")
    return plain if plain.endswith(PATH) else plain + PATH


def _read(answer: IO[bytes], timeout_s: float) -> bytes:
    """All of an answer, unless it is too long, or comes so slowly that it never ends."""
    deadline = time.monotonic() + timeout_s
    held = bytearray()
    read = getattr(answer, "read1", answer.read)
    while block := read(65536):
        held += block
        if len(held) > MOST_BYTES:
            raise AskFailed(f"the endpoint says more than {MOST_BYTES / 1e6:g} MB")
        if time.monotonic() > deadline:
            raise AskFailed(f"the endpoint was not done within {timeout_s:g} s")
    return bytes(held)


def _told_wait(error: urllib.error.HTTPError) -> float:
    """The seconds that an endpoint asks to wait; none if it does not say."""
    try:
        told = float(error.headers.get("Retry-After", ""))
    except (ValueError, AttributeError):
        return 0.0
    return min(told, MOST_WAIT_S) if told > 0 else 0.0


def _content(answer: bytes) -> str:
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise AskFailed(f"no chat completion: {_line(answer.decode('utf-8', 'replace'))}") from None
    if not isinstance(content, str):
        raise AskFailed("the answer holds no text")
    return content


def _line(text: str) -> str:
    """The start of a text as part of one line."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:200]
