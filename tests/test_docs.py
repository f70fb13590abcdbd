"""The documents: links lead somewhere, options and keys are the real ones, Python runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
import typer

import imusim
from imusim.cli import app
from imusim.pipeline import GenerateConfig
from imusim.sensor import SOFT_TISSUE

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", flags=re.MULTILINE | re.DOTALL)
COMMAND = typer.main.get_command(app)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(FENCED, "", text_of(page))


def code(page: Path, language: str) -> list[str]:
    found = re.findall(FENCED, text_of(page))
    return [dedent(block) for _, written_in, block in found if written_in == language]


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page))):
        if not re.match(r"[a-z]+:", target):
            yield target


@cache
def anchors(page: Path) -> set[str]:
    """Names that GitHub gives to a page's headings."""
    titles = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title) for title in titles)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_relative_to(ROOT), f"{target} leads out of the repository"
        assert there.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors(there), f"{target}: no such heading"


@pytest.mark.parametrize("start", ["README.md", "docs/index.md"])
def test_every_page_of_the_docs_is_reached(start):
    reached: set[Path] = set()
    left = {ROOT / start}
    while left - reached:
        page = (left - reached).pop()
        reached.add(page)
        targets = {(page.parent / target.partition("#")[0]).resolve() for target in links(page)}
        left |= {target for target in targets if target.suffix == ".md"}
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert pages - {ROOT / "docs/index.md"} <= reached


def options() -> dict[str, set[str]]:
    """Options of each command but for help."""
    commands = dict(COMMAND.commands)
    for title, group in COMMAND.commands.items():
        for below, command in getattr(group, "commands", {}).items():
            commands[f"{title} {below}"] = command
        if hasattr(group, "commands") and not group.invoke_without_command:
            del commands[title]
    return {
        title: {
            option
            for given in command.params
            for option in (*given.opts, *given.secondary_opts)
            if option.startswith("-") and option not in ("-h", "--help")
        }
        for title, command in commands.items()
    }


def test_options_of_the_reference_are_those_of_the_commands():
    sections = re.split(r"^## ", text_of(ROOT / "docs/reference/cli.md"), flags=re.MULTILINE)[1:]
    written: dict[str, set[str]] = {}
    for section in sections:
        title, _, body = section.partition("\n")
        rows = re.findall(r"^\| ([^|]*)", body, flags=re.MULTILINE)
        found = re.findall(r"`(--?[a-z][a-z-]*)`", " ".join(rows))
        for command in title.split(", "):
            words = command.removeprefix("imusim ").split(" ")
            written[" ".join(w for w in words if w.islower())] = set(found)
    assert written == options()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_options_in_examples_exist(page):
    known = {"--help", "--version"}.union(*options().values())
    for line in "\n".join(code(page, "sh") + code(page, "console")).splitlines():
        command = line.partition("imusim ")[2].partition(" #")[0]
        for option in re.findall(r" (--[a-z][a-z-]*)", command):
            assert option in known, line


def test_settings_page_names_every_setting():
    written = re.findall(r"`(\w+)`", text_of(ROOT / "docs/how-to/config-file.md"))
    assert set(GenerateConfig.model_fields) <= set(written)


def test_the_table_of_soft_tissue_is_that_of_the_code():
    page = text_of(ROOT / "docs/explanation/soft-tissue.md")
    rows = re.findall(
        r"^\| ([a-z ]+) \| [^|]+ \| ([\d., ]+) \| ([\d., ]+) \|", page, flags=re.MULTILINE
    )
    written = {site: [float(x) for x in f"{hz},{damping}".split(",")] for site, hz, damping in rows}
    assert written == {
        site.name: [*site.frequency_hz, *site.damping_ratio] for site in SOFT_TISSUE.values()
    }


@pytest.mark.parametrize(
    "page",
    # The sources' pages need files that are not here.
    [page for page in PAGES if code(page, "python") and page.parent.name != "sources"],
    ids=name,
)
def test_python_runs(page, tmp_path, monkeypatch):
    pytest.importorskip("pybullet")
    monkeypatch.chdir(tmp_path)
    if "imusim.generate(" not in text_of(page):
        imusim.generate(joints="all", rotations="random")
    scope: dict[str, object] = {}
    for block in code(page, "python"):
        exec(compile(block, name(page), "exec"), scope)  # noqa: S102
