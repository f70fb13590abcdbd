"""Paraphrases by a real command, and by an endpoint on this machine; all that goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("torch")
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus.paraphrases import load_paraphrases, read_paraphrases
from imusim.errors import ConfigError, ImusimError, Interrupted
from imusim.learn.captions.models import (
    AskFailed,
    CommandMaker,
    EndpointMaker,
    gather_paraphrases,
)
from imusim.learn.captions.models.answers import lines_of, usable

CAPTIONS = ("a person walks", "turning left", "a person does seven squats")
posix = pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")


def script(tmp_path: Path, code: str) -> str:
    """A command that runs Python."""
    file = tmp_path / "model.py"
    file.write_text(code)
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(file))}"


@pytest.mark.parametrize(
    ("lines", "kept", "refused"),
    [
        (["1. he walks", "- walking", "“a stroll”"], ("he walks", "walking", "a stroll"), 0),
        (["Here are some:", "", "  ", "…", "A person walks."], (), 0),
        (["walks to the left", "walks 3 times"], (), 2),
        (["walking", "Walking.", "walking "], ("walking",), 0),
        (["walks " * 60, "walking\x1b[K fast\x00"], ("walking [K fast",), 1),
    ],
)  # fmt: skip
def test_what_is_of_use(lines, kept, refused):
    assert usable("a person walks", lines, 9) == (kept, refused)


def test_thoughts_are_no_answer():
    assert lines_of("<think>\nwalks?\n</think>\nwalking") == ["", "walking"]
    assert lines_of("<think>\nnever ends") == []


@given(st.lists(st.text(max_size=400), max_size=5), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_any_answer(lines, most):
    kept, _ = usable("turning left", lines, most)
    assert len(kept) <= most
    assert all("left" in text.lower() and text.isprintable() for text in kept)


@posix
def test_command(tmp_path: Path):
    maker = CommandMaker(
        'read caption; echo "1) $caption left"; echo "so: $caption, most $IMUSIM_MOST"'
    )
    made = gather_paraphrases(tmp_path, CAPTIONS[:1], maker, most=1)
    assert (made.answered, made.texts, made.refused, made.failed) == (1, 1, 1, ())
    assert read_paraphrases(tmp_path) == {"a person walks": ("so: a person walks, most 1",)}
    assert list(load_paraphrases(tmp_path).by) == ["read"]


def test_command_of_many_captions(tmp_path: Path):
    command = script(
        tmp_path,
        "import json, sys\n"
        "print('thinking …')\n"
        "for line in reversed(sys.stdin.readlines()):\n"
        "    asked = json.loads(line)\n"
        "    if 'left' not in asked['caption']:\n"
        "        texts = [asked['caption'] + word for word in (' so', ' too')]\n"
        "        print(json.dumps({'caption': asked['caption'], 'texts': texts}))\n",
    )
    maker = CommandMaker(command, batch=3, name="mine")
    made = gather_paraphrases(tmp_path, CAPTIONS, maker, most=2)
    assert (made.answered, made.texts) == (2, 4)
    assert made.failed == (("turning left", "the answer leaves it out"),)
    assert list(load_paraphrases(tmp_path).by) == ["mine"]


@posix
def test_a_run_goes_on_where_another_was_stopped(tmp_path: Path):
    log = tmp_path / "log"
    command = f'read c; echo "$c" >> {shlex.quote(str(log))}; echo "so $c"'
    gather_paraphrases(tmp_path, CAPTIONS[:2], CommandMaker(command))
    made = gather_paraphrases(tmp_path, CAPTIONS, CommandMaker(command), jobs=2)
    assert (made.before, made.answered) == (2, 1)
    assert sorted(log.read_text().splitlines()) == sorted(CAPTIONS)
    gather_paraphrases(tmp_path, CAPTIONS[:1], CommandMaker(command), again=True)
    assert log.read_text().splitlines().count(CAPTIONS[0]) == 2


@posix
@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("echo no luck >&2; exit 3", "exit status 3: no luck"),
        ("true", "said nothing"),
        ("no-such-program-anywhere", "cannot be run"),
        ("sleep 60", "no answer within"),
        ("sleep 60 & sleep 60 & wait", "no answer within"),
        ("yes", "more than 1 MB"),
        ("yes >&2", "more than 1 MB"),
        ("kill -9 $$", "exit status -9"),
    ],
)
def test_commands_that_fail(tmp_path: Path, command, says):
    seconds = 0.5 if "sleep" in command else 60.0
    with pytest.raises(ConfigError, match=says) as error:
        gather_paraphrases(tmp_path, CAPTIONS[:1], CommandMaker(command, timeout_s=seconds))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "paraphrases.json").exists()


@posix
def test_it_gives_up_and_keeps_what_came(tmp_path: Path):
    flag = shlex.quote(str(tmp_path / "flag"))
    command = f"if test -e {flag}; then exit 1; fi; touch {flag}; read c; echo so $c"
    captions = [f"walks {word}" for word in ("along", "home", "fast", "on", "by", "past", "in")]
    with pytest.raises(ConfigError, match=r"5 times in a row.*1 captions are kept"):
        gather_paraphrases(tmp_path, captions, CommandMaker(command))
    assert len(read_paraphrases(tmp_path)) == 1


@posix
def test_one_failure_is_told(tmp_path: Path):
    command = 'read c; case "$c" in turn*) exit 1;; esac; echo "so $c"'
    made = gather_paraphrases(tmp_path, CAPTIONS, CommandMaker(command))
    assert made.answered == 2
    assert made.failed == (("turning left", "exit status 1"),)


@posix
def test_an_interrupt_keeps_what_came(tmp_path: Path):
    maker = CommandMaker('read c; case "$c" in *left) sleep 600;; esac; echo "so $c"')
    with pytest.raises(Interrupted, match="1 captions are kept"):
        gather_paraphrases(
            tmp_path, CAPTIONS, maker, progress=lambda *_: signal.raise_signal(signal.SIGINT)
        )
    assert read_paraphrases(tmp_path) == {"a person walks": ("so a person walks",)}
    assert gather_paraphrases(tmp_path, CAPTIONS[:1], maker).before == 1


class Endpoint(BaseHTTPRequestHandler):
    """Answers as the test says: a list of statuses, then texts."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.asked.append((self.path, dict(self.headers), json.loads(body)))
        status, answer = server.answers.pop(0) if server.answers else (200, server.says)
        if callable(answer):
            answer(self)
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """An endpoint on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Endpoint)
        self.asked: list[tuple[str, dict[str, str], dict]] = []
        self.answers: list[tuple[int, object]] = []
        self.headers: dict[str, str] = {}
        self.says: object = completion("1. so it is\n2. and so")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


def completion(text: object) -> dict:
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_endpoint(server: Server, tmp_path: Path):
    maker = EndpointMaker(server.url, "small", key="secret")
    made = gather_paraphrases(tmp_path, CAPTIONS, maker, most=3, jobs=3)
    assert made.answered == 3
    assert made.failed == ()
    assert made.texts == 2
    assert made.refused == 4  # without the side, without the count
    for path, headers, body in server.asked:
        assert path == "/v1/chat/completions"
        assert headers["Authorization"] == "Bearer secret"
        assert body["model"] == "small"
        assert "3 different" in body["messages"][0]["content"]
    assert {body["messages"][1]["content"] for *_, body in server.asked} == set(CAPTIONS)
    assert "secret" not in (tmp_path / "paraphrases.json").read_text()
    assert list(load_paraphrases(tmp_path).by) == ["small"]


def test_without_a_key(server: Server):
    EndpointMaker(f"{server.url}/chat/completions/", "small").ask(CAPTIONS[:1], 1)
    ((path, headers, _),) = server.asked
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_tries_again(server: Server, status):
    server.answers = [(status, b"busy"), (status, b"busy")]
    maker = EndpointMaker(server.url, "small", wait_s=0.01)
    assert maker.ask(CAPTIONS[:1], 1) == {CAPTIONS[0]: ["1. so it is", "2. and so"]}
    server.answers = [(status, b"busy\nstill")] * 3
    with pytest.raises(AskFailed, match=f"{status}: busy still"):
        maker.ask(CAPTIONS[:1], 1)


def test_it_waits_as_long_as_it_is_told(server: Server):
    server.headers = {"Retry-After": "0.5"}
    server.answers = [(429, b"busy")]
    before = time.monotonic()
    EndpointMaker(server.url, "small", wait_s=0.01).ask(CAPTIONS[:1], 1)
    assert time.monotonic() - before >= 0.5


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "refuses the key"), (403, "refuses the key"), (404, "no such endpoint or model")],
)
def test_it_gives_up_at_once(server: Server, tmp_path: Path, status, says):
    server.says = {"error": "you sent s3cret\n"}
    server.answers = [(status, server.says)] * 9
    with pytest.raises(ConfigError, match=says) as error:
        gather_paraphrases(tmp_path, CAPTIONS, EndpointMaker(server.url, "small", key="s3cret"))
    assert "s3cret" not in str(error.value)
    assert len(server.asked) == 1


def test_redirections_are_not_followed(server: Server, tmp_path: Path):
    with Server() as other:
        server.headers = {"Location": other.url}
        server.answers = [(302, b"")] * 9
        with pytest.raises(ConfigError, match="no such endpoint"):
            EndpointMaker(server.url, "small", key="secret").ask(CAPTIONS[:1], 1)
        assert other.asked == []


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(400):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"<html>", b"[" * 10**5, {}, {"choices": []}, completion(None), completion(""),
        completion(" \n"), completion(["text"]), b" " * 1_000_001, drip,
    ],
)  # fmt: skip
def test_answers_that_are_none(server: Server, tmp_path: Path, answer):
    server.answers = [(200, answer)] * 3
    maker = EndpointMaker(server.url, "small", timeout_s=0.5, wait_s=0.01)
    with pytest.raises(AskFailed) as error:
        maker.ask(CAPTIONS[:1], 1)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_nobody_there(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    maker = EndpointMaker("http://127.0.0.1:9/v1", "small", wait_s=0.01)
    with pytest.raises(ConfigError, match="cannot be reached"):
        gather_paraphrases(tmp_path, CAPTIONS, maker)


@pytest.mark.parametrize(
    ("url", "model", "key"),
    [
        ("", "m", ""),
        ("localhost:11434", "m", ""),
        ("file:///etc/passwd", "m", ""),
        ("ftp://example.org", "m", ""),
        ("http://", "m", ""),
        ("http://[::1", "m", ""),
        ("http://a:b@example.org", "m", ""),
        ("https://example.org?key=1", "m", ""),
        ("https://exa mple.org", "m", ""),
        ("http://example.org:x", "m", ""),
        ("http://example.org/v1", "m", "secret"),  # unencrypted
        ("http://localhost:1/v1", "", ""),
        ("https://example.org", "m", "se\ncret"),
        ("https://example.org", "m", "sécret"),
    ],
)
def test_endpoints_that_are_none(url, model, key):
    with pytest.raises(ImusimError) as error:
        EndpointMaker(url, model, key)
    assert "\n" not in str(error.value)
    assert "cret" not in str(error.value)


@pytest.mark.parametrize("command", ["", "  \n"])
def test_no_command(command):
    with pytest.raises(ConfigError):
        CommandMaker(command)


def test_names_of_commands_keep_secrets():
    assert CommandMaker("KEY=abc /opt/bin/llm --key xyz").name == "llm"
    assert CommandMaker("llm 'unclosed").name == "llm"
