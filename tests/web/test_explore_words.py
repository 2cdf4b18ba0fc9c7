"""The words of the map page: each is said by the server's pages or by the script, none is missing there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXPLORER = ROOT / "src/nuudel/web/explorer"
WRITTEN = [
    *(ROOT / "frontend/src").rglob("*.ts"),
    *EXPLORER.glob("*.py"),
    *(ROOT / "src/nuudel/web/templates/explorer").glob("*.html"),
]


def explore_words() -> dict[str, str]:
    return tomllib.loads((EXPLORER / "messages/en.toml").read_text("utf-8"))["explore"]


def test_every_word_of_the_map_is_said_somewhere() -> None:
    text = "\n".join(path.read_text("utf-8") for path in WRITTEN)
    whole = set(re.findall(r"[\"'.}]([a-z0-9_]+)[\"']", text))
    # Keys put together, such as finding_capital_ + gained + _all.
    begun = set(re.findall(r"[\"'`.}]([a-z0-9_]+_)(?:\$?\{)", text))
    unused = [
        key
        for key in explore_words()
        if key not in whole and not any(key.startswith(start) for start in begun)
    ]
    assert unused == []


def test_the_script_says_no_word_that_is_not_there() -> None:
    known = explore_words()
    asked = {
        key
        for path in (ROOT / "frontend/src").rglob("*.ts")
        for key in re.findall(r"\bsay\(\"([a-z0-9_]+)\"", path.read_text("utf-8"))
    }
    assert asked
    assert asked - set(known) == set()


def test_the_script_has_no_words_of_its_own() -> None:
    """Outside of comments no text of the script is a sentence or Cyrillic."""
    found = []
    for path in (ROOT / "frontend/src").rglob("*.ts"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        for text in re.findall(r"\"([^\"\n]*)\"|`([^`]*)`", code):
            words = "".join(text)
            if re.search(r"[А-Яа-яӨөҮү]|[A-Z][a-z]+ [a-z]+ [a-z]+", words) and "The page lacks" not in words:
                found.append((path.name, words))
    assert [one for one in found if "There is no message" not in one[1]] == []
