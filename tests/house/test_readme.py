"""The commands of README.md run as they are written."""

import json
import re
import shlex
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

SETUP = ["pip", "install", "uv"]
TESTS = ["uv", "run", "pytest"]


def commands_of(text: str) -> list[list[str]]:
    """The commands of the fenced and indented blocks, ``&&`` taken apart and comments dropped."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    words = [shlex.split(line.removeprefix("$ "), comments=True) for line in lines]
    found: list[list[str]] = []
    for line in words:
        part: list[str] = []
        for word in [*line, "&&"]:
            if word == "&&":
                found += [part] if part else []
                part = []
            else:
                part.append(word)
    return found


def test_blocks_are_taken_apart_as_a_shell_would() -> None:
    text = "```sh\npip install uv && uv run nuudel run  # all\n\nuv run pytest\n```\n```python\nx = 1\n```\n"
    assert commands_of(text) == [SETUP, ["uv", "run", "nuudel", "run"], TESTS]


def test_readme_begins_with_the_two_commands(repository: Path) -> None:
    commands = commands_of((repository / "README.md").read_text("utf-8"))
    assert commands[:3] == [SETUP, ["uv", "run", "nuudel", "run"], TESTS]


def test_readme_says_first_what_nuudel_is_and_shows_the_report(repository: Path) -> None:
    text = (repository / "README.md").read_text("utf-8")
    before = text.partition("```")[0]
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", before)
    assert picture
    assert (repository / picture[1]).read_bytes().startswith(b"\x89PNG")
    sentences = re.sub(r"^#.*$|!\[.*$", "", before, flags=re.M).strip().splitlines()
    assert 0 < len(sentences) <= 5


@pytest.fixture(scope="module")
def outputs(ran: Callable[..., Path], repository: Path) -> list[Path]:
    """The folder after each ``uv run nuudel …`` of the README, one command after the other.

    ``uv run`` is left out, because the tests already run in the environment that it makes; so is
    ``uv run pytest``, which is what runs this.
    """
    words: list[tuple[str, ...]] = []
    for command in commands_of((repository / "README.md").read_text("utf-8")):
        if command in (SETUP, TESTS):
            continue
        assert command[:3] == ["uv", "run", "nuudel"], f"README has a command that no test runs: {command}"
        words.append(tuple(command[3:]))
    return [ran(*words[: number + 1]) for number in range(len(words))]


def reports_in(outputs: list[Path]) -> list[Path]:
    return [report for folder in outputs for report in folder.rglob("report.html")]


def test_the_main_job_writes_the_report(outputs: list[Path]) -> None:
    pages = [report.read_text("utf-8") for report in reports_in(outputs)]
    assert [lang for lang in ("en", "mn") if any(f'<html lang="{lang}"' in page for page in pages)] == [
        "en",
        "mn",
    ]
    for report in reports_in(outputs):
        run = json.loads(report.with_name("run.json").read_text("utf-8"))
        assert {"inputs", "steps", "seed", "versions"} <= run.keys()
        assert report.with_name("report.pdf").read_bytes().startswith(b"%PDF")
        assert list(report.with_name("tables").iterdir())
        assert list(report.with_name("figures").iterdir())


def test_the_report_needs_nothing_from_outside(outputs: list[Path]) -> None:
    for report in reports_in(outputs):
        text = report.read_text("utf-8")
        assert (
            re.findall(r"""\b(?:src|srcset)\s*=\s*["'](?!data:)[^"']+|@import|url\(["']?(?!data:|#)""", text)
            == []
        )
        assert re.findall(r"<link\b[^>]*>|<script\b[^>]*\bsrc\b", text) == []
        # A reader may follow links to the tables beside the report: each must lead somewhere.
        links = re.findall(r"""\bhref\s*=\s*["'](?!#|data:|https?:|mailto:)([^"'#]+)""", text)
        assert [link for link in links if not (report.parent / unquote(unescape(link))).is_file()] == []
