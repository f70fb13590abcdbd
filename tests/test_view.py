"""The page of a clip: that it holds the corpus's numbers, and that it moves in a browser."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from cli_runner import fails, imusim
from corpus_clips import felt, make_clip, write

from imusim import generate
from imusim.conventions import JOINTS, PARENTS, STANDARD_GRAVITY
from imusim.corpus import Corpus
from imusim.corpus.channels import FORCES
from imusim.errors import ConfigError, MissingExtraError
from imusim.view import view_clip

plotly = pytest.importorskip("plotly")

NASTY = "</script><script>document.title='broken'</script><!-- & \u2028 [[plotly]] \"'"


class Elements(HTMLParser):
    """Every element's name and attributes, and the text of the one with the clip's data."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][1].get("id") == "clip":
            self.data += data


def parsed(page: str) -> tuple[Elements, dict]:
    elements = Elements()
    elements.feed(page)
    return elements, json.loads(elements.data.strip())


def numbers(text: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


def standing(number: int = 3, **changes):
    """A clip whose body is of a person's form, turns and travels; two source joints unknown."""
    clip = make_clip(number, frames=200)
    poses = np.zeros((21, 22, 3))
    poses[:, :, 2] = np.linspace(1.8, 0.0, 22)
    poses[:, :, 1] = [0.2 if j.startswith("left") else -0.2 * j.startswith("right") for j in JOINTS]
    time = np.arange(21) / 10
    poses[:, :, 0] += time[:, None] + 0.3 * np.sin(2 * time[:, None] + np.arange(22))
    source = poses.copy()
    source[:, [3, 15]] = np.nan
    source[12:15] = np.nan
    return replace(clip, poses=poses, source_poses=source, **changes)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("view") / "corpus"
    clips = [standing(3, captions=(NASTY, "walks"), key=f"a/{NASTY}"), make_clip(4), make_clip(5)]
    return Corpus(write(folder, clips))


def test_the_page_holds_exactly_what_the_corpus_does(corpus: Corpus):
    for clip in corpus:
        _, data = parsed(view_clip(clip))
        frames, joints = len(clip), len(clip.joints)
        for name in ("accelerometer", "gyroscope"):
            np.testing.assert_array_equal(
                numbers(data[name], frames, joints, 3), getattr(clip, name)
            )
        for name in ("poses", "source_poses"):
            np.testing.assert_array_equal(numbers(data[name], -1, 22, 3), getattr(clip, name))
        valid = np.ones(frames, bool)
        for first, stop in data["gaps"]:
            assert first < stop
            valid[first:stop] = False
        np.testing.assert_array_equal(valid, clip.valid)
        np.testing.assert_array_equal(data["unobserved_axis"], clip.unobserved_axis)
        np.testing.assert_array_equal(data["observed"], clip.observed)
        assert tuple(data["sensors"]) == clip.joints
        assert tuple(data["pose_joints"]) == JOINTS
        whole = [[joint, above] for joint, above in enumerate(PARENTS) if above >= 0]
        assert [list(bone) for bone in data["bones"]] == whole
        assert data["key"] == clip.key
        assert data["rate_hz"] == clip.rate_hz


FEET = [JOINTS.index(name) for name in ("left_ankle", "right_ankle", "left_foot", "spine2")]


@pytest.fixture(scope="module")
def touching(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A simulated clip whose feet and back meet the ground, and a kinematic one."""
    clip = felt(standing(3))
    others = np.setdiff1d(np.arange(22), FEET)
    for name in ("contact", "ground_reaction"):
        clip.channels[name][:, others] = 0
    poses = np.repeat(clip.poses, 5, axis=0)  # at 50 Hz
    source = poses + np.float32(0.02)
    clip = replace(clip, poses=poses, source_poses=source)
    folder = tmp_path_factory.mktemp("felt") / "corpus"
    return Corpus(write(folder, [clip, make_clip(4)], 10**7, channels=FORCES))


def test_the_page_holds_the_forces_of_the_segments_that_met_the_ground(touching: Corpus):
    clip = touching[0]
    forces = parsed(view_clip(clip))[1]["forces"]
    assert forces["segments"] == sorted(FEET)
    assert forces["weight_n"] == pytest.approx(53 * STANDARD_GRAVITY)
    force, wrench = clip.channel("ground_reaction"), clip.channel("root_wrench")
    rows = len(clip)
    np.testing.assert_array_equal(
        numbers(forces["ground_reaction"], rows, 4, 3), force[:, sorted(FEET)]
    )
    np.testing.assert_array_equal(numbers(forces["root_wrench"], rows, 6), wrench)
    contact = np.frombuffer(base64.b64decode(forces["contact"]), bool).reshape(rows, 4)
    np.testing.assert_array_equal(contact, clip.channel("contact")[:, sorted(FEET)])
    total = sum(numbers(values, rows) for values in forces["upwards"].values())
    assert list(forces["upwards"]) == ["left", "right", "trunk"]
    np.testing.assert_allclose(total, force[..., 2].sum(axis=1) / forces["weight_n"], atol=1e-5)
    assert parsed(view_clip(touching[1]))[1]["forces"] is None


def test_chosen_joints_alone_are_in_the_page(corpus: Corpus):
    _, data = parsed(view_clip(corpus[1], ["right_ankle"]))
    truth = corpus[1].signals(sensors=["right_ankle"]).gyroscope
    np.testing.assert_array_equal(numbers(data["gyroscope"], -1, 1, 3), truth)
    with pytest.raises(ConfigError, match="no sensor 'head'; it has: pelvis"):
        view_clip(corpus[1], ["head"])


def test_a_long_clip_has_the_joints_that_tell_most(corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("imusim.view.page.MOST_VALUES", 10)
    _, data = parsed(view_clip(corpus[1]))
    assert data["sensors"] == ["left_wrist", "right_ankle", "pelvis"]


def test_nothing_is_fetched(corpus: Corpus):
    elements, _ = parsed(view_clip(corpus[0]))
    for tag, attributes in elements.found:
        assert tag not in ("link", "iframe", "img", "object", "embed")
        assert not {"src", "href", "srcset", "action"} & attributes.keys()
    policy = [a["content"] for t, a in elements.found if t == "meta" and "http-equiv" in a]
    assert "default-src 'none'" in (policy[0] or "")


def test_a_caption_cannot_break_out(corpus: Corpus):
    page = view_clip(corpus[0])
    elements, data = parsed(page)
    assert [t for t, _ in elements.found].count("script") == 3
    assert data["key"] == f"a/{NASTY}"
    assert NASTY not in page
    assert html.escape(NASTY) in page


def test_a_file_that_is_there_is_left_alone(corpus: Corpus, tmp_path: Path):
    file = tmp_path / "page.html"
    view_clip(corpus[0], file=file)
    page = file.read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match=r"page\.html: exists already; .*--overwrite"):
        view_clip(corpus[1], file=file)
    assert file.read_text(encoding="utf-8") == page
    view_clip(corpus[1], file=file, overwrite=True)
    assert file.read_text(encoding="utf-8") != page
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(OSError, match="No such file"):
        view_clip(corpus[0], file=tmp_path / "none" / "page.html")


def test_without_plotly_the_error_says_what_brings_it(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[plot\]'"):
        view_clip(corpus[0])


def test_the_command(corpus: Corpus, tmp_path: Path):
    view = partial(imusim, "view", corpus.folder, cwd=tmp_path)
    written = tmp_path / view("1").stdout.strip()
    assert parsed(written.read_text(encoding="utf-8"))[1]["key"] == corpus[1].key
    for arguments, message in (
        (("1",), "--overwrite"),
        (("source/Laufer 004",), f"did you mean {corpus[1].key}"),
        (("9",), "no clip number 9; there are 3"),
        (("--joints", "head", "-o", "x.html"), "no sensor 'head'"),
    ):
        assert message in fails("view", corpus.folder, *arguments, cwd=tmp_path)
    view("--clip", "1", "--overwrite")
    assert list(tmp_path.iterdir()) == [written]


@pytest.fixture(scope="module")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("needs Chromium, which is not installed")
    return found


def shown(chromium: str, page: Path, fragment: str = "") -> dict:
    """What a page's script says that it drew, once it has settled."""
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-dev-shm-usage",
            "--enable-unsafe-swiftshader", "--use-angle=swiftshader",
            f"--user-data-dir={page.parent / 'profile'}", "--window-size=1200,800",
            "--virtual-time-budget=6000", "--dump-dom", page.as_uri() + fragment,
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip
    elements = Elements()
    elements.feed(done.stdout)
    attributes = dict(elements.found[0][1]) if elements.found else {}
    assert "data-error" not in attributes, attributes["data-error"]
    assert "data-blocked" not in attributes, attributes["data-blocked"]
    assert "data-shown" in attributes, done.stderr[-2000:]
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    return {
        "drawn": json.loads(attributes.get("data-drawn") or "{}"),
        "title": html.unescape(title[1]) if title else "",
        **json.loads(attributes["data-shown"] or ""),
    }


def places(joints: list[list[float | None]]) -> np.ndarray:
    return np.array(joints, float)


def apart(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def test_in_a_browser_the_moment_in_the_address_is_shown(
    corpus: Corpus, chromium: str, tmp_path: Path
):
    file = tmp_path / "page.html"
    clip = corpus[0]
    view_clip(clip, file=file)
    for pose in (5, 13):
        state = shown(chromium, file, f"#t={pose / 10}&sensor=pelvis")
        assert (state["time"], state["sensor"]) == (pose / 10, "pelvis")
        assert state["title"] == clip.key
        body = places(state["joints"]["retargeted body"])
        source = places(state["joints"]["source"])
        np.testing.assert_allclose(apart(body), apart(clip.poses[pose]), atol=1e-5)
        np.testing.assert_allclose(apart(source), apart(clip.source_poses[pose]), atol=1e-5)
        np.testing.assert_allclose(body[:, 2], clip.poses[pose, :, 2], atol=1e-6)
        if pose != 13:  # a gap of the source
            side = (body - source)[np.isfinite(source[:, 0])]
            np.testing.assert_allclose(side, np.tile(side[0], (len(side), 1)), atol=1e-5)
            assert side[0, 0] > 0.5
            np.testing.assert_allclose(side[0, 1:], 0, atol=1e-5)


ON_OVER = (
    "<script>setTimeout(() => { document.getElementById('over').click(); }, 2500);</script></body>"
)


def test_in_a_browser_forces_stand_on_the_body_over_its_source(
    touching: Corpus, chromium: str, tmp_path: Path
):
    clip, frame = touching[0], 70
    page = view_clip(clip)
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    state = shown(chromium, file, f"#t={frame / clip.rate_hz}")
    contact, force = clip.channel("contact")[frame], clip.channel("ground_reaction")[frame]
    wrench = clip.channel("root_wrench")[frame]
    assert state["touched"] == [name for name, on in zip(JOINTS, contact, strict=True) if on]
    weight = clip.mass_kg * STANDARD_GRAVITY
    assert f"ground: {force[:, 2].sum() / weight:.2f} body weights up" in state["felt"]
    unexplained = np.linalg.norm(wrench.reshape(2, 3), axis=1)
    assert f"{unexplained[0] / weight:.2f} body weights, {unexplained[1]:.0f} N m" in state["felt"]
    body, source = (places(state["joints"][name]) for name in ("simulated body", "source"))
    np.testing.assert_allclose(np.linalg.norm(source - body, axis=1), 0.02 * 3**0.5, atol=1e-5)
    arrows = places(list(zip(*(state["arrows"][axis] for axis in "xyz"), strict=True)))
    for number, segment in enumerate(sorted(FEET)):
        tail, head = arrows[7 * number : 7 * number + 2]  # a shaft, a gap, a tip and a gap each
        below = [j for j, above in enumerate(PARENTS) if above == segment] or [segment]
        np.testing.assert_allclose(tail, (body[segment] + body[below[0]]) / 2, atol=1e-5)
        length = 0.5 * np.linalg.norm(force[segment]) / weight
        assert np.linalg.norm(head - tail) == pytest.approx(length, rel=1e-4)
        assert (head - tail)[2] == pytest.approx(0.5 * force[segment, 2] / weight, rel=1e-3)
    file.write_text(page.replace("</body>", ON_OVER), encoding="utf-8")
    apart_now = shown(chromium, file)["joints"]
    assert (places(apart_now["simulated body"]) - places(apart_now["source"]))[0, 0] > 0.5


def test_in_a_browser_contact_alone_will_do(chromium: str, tmp_path: Path):
    clip = felt(make_clip(5, frames=30))
    clip = replace(clip, channels={"contact": clip.channels["contact"]})
    file = tmp_path / "page.html"
    view_clip(Corpus(write(tmp_path / "corpus", [clip], channels=("contact",)))[0], file=file)
    state = shown(chromium, file)
    assert state["felt"] == "contact"
    assert state["touched"]


def test_in_a_browser_one_frame_and_no_source_will_do(chromium: str, tmp_path: Path):
    clip = make_clip(3, frames=1)
    clip = replace(clip, source_poses=np.full_like(clip.source_poses, np.nan))
    file = tmp_path / "one.html"
    view_clip(Corpus(write(tmp_path / "corpus", [clip]))[0], file=file)
    state = shown(chromium, file, "#t=3")
    assert state["time"] == 0
    assert list(state["joints"]) == ["retargeted body (the source's joints are not known)"]


def test_in_a_browser_the_slider_moves_skeletons_and_cursor(
    corpus: Corpus, chromium: str, tmp_path: Path
):
    page = view_clip(corpus[0])
    drive = (
        "<script>setTimeout(() => { const slider = document.getElementById('time');"
        "slider.value = TIME; slider.dispatchEvent(new Event('input')); }, 2500);</script></body>"
    )
    states = []
    for time in (0.5, 1.5):
        file = tmp_path / f"{time}.html"
        file.write_text(page.replace("</body>", drive.replace("TIME", str(time))), encoding="utf-8")
        states.append(shown(chromium, file))
    early, late = states
    assert (early["time"], late["time"]) == (0.5, 1.5)
    span = (len(corpus[0]) - 1) / corpus[0].rate_hz
    panel = 1200 * 1.15 / 2.15 - 84 - 20
    assert late["cursor"] - early["cursor"] == pytest.approx(panel / span, rel=0.03)
    for state, pose in zip(states, (5, 15), strict=True):
        body = places(state["joints"]["retargeted body"])
        np.testing.assert_allclose(apart(body), apart(corpus[0].poses[pose]), atol=1e-5)
        drawn = {round(x, 5) for x in state["lines"] if x is not None}
        assert drawn >= {round(x, 5) for x in body[:, 0]}


def test_in_a_browser_a_long_clip_keeps_its_peaks(chromium: str, tmp_path: Path):
    clip = make_clip(3, frames=60_000, observed=np.array([False, True, True]))
    axes = np.zeros((3, 3))
    axes[0, 1] = 1
    clip = replace(clip, unobserved_axis=axes)
    corpus = Corpus(write(tmp_path / "corpus", [clip], shard_size_bytes=100_000_000))
    look = (
        "<script>setTimeout(() => { document.documentElement.dataset.drawn = JSON.stringify({"
        "note: document.getElementById('note').textContent, shapes: signals.layout.shapes.length,"
        "lines: signals.data.map((line) => [line.y.length, Math.min(...line.y), "
        "Math.max(...line.y), line.line.dash])}); }, 2500);</script></body>"
    )
    file = tmp_path / "long.html"
    page = view_clip(corpus[0], ["pelvis", "left_wrist"])
    file.write_text(page.replace("</body>", look), encoding="utf-8")
    drawn = shown(chromium, file, "#sensor=pelvis")["drawn"]
    truth = np.concatenate(corpus[0].signals(sensors=["pelvis"]), axis=2)[:, 0]
    for channel, (count, low, high, dash) in enumerate(drawn["lines"]):
        assert 1000 < count < 4000
        assert (low, high) == (truth[:, channel].min(), truth[:, channel].max())
        assert dash == ("4px,3px" if channel == 4 else "solid")
    assert 0 < drawn["shapes"] < 1300
    assert "did not see this segment" in drawn["note"]
    assert "not observed (gyroscope y)" in drawn["note"]


def test_the_page_tells_lost_samples(tmp_path: Path):
    (tmp_path / "lossy.toml").write_text('name = "lossy"\n[clock]\ndropout = "10 %"\n')
    corpus = generate(
        out=tmp_path / "c", placement="chest,left_wrist", count=1, seed=3,
        device=f"left_wrist={tmp_path / 'lossy.toml'}",
    )  # fmt: skip
    _, data = parsed(view_clip(corpus[0]))
    received = np.ones((len(corpus[0]), 2), bool)
    for sensor, stretches in enumerate(data["lost"]):
        for first, stop in stretches:
            received[first:stop, sensor] = False
    np.testing.assert_array_equal(received, corpus[0].channel("received"))
    assert data["lost"][0] == []
    assert len(data["lost"][1]) > 3
