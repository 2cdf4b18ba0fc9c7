"""Message files: the same messages with the same slots in every language, each of them used."""

import re
import string
from pathlib import Path

import pytest

from nuudel.base.errors import PublicationError
from nuudel.base.packs import PACKS_FOLDER
from nuudel.publication.report.words import languages, load_words

SOURCES = Path(__file__).resolve().parents[2] / "src" / "nuudel" / "publication"


def slots(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_every_language_has_the_same_messages() -> None:
    keys = {lang: set(load_words(lang).messages) for lang in languages()}
    assert languages() == ("en", "mn")
    assert keys["en"] == keys["mn"]


@pytest.mark.parametrize("key", sorted(load_words("en").messages))
def test_mongolian_uses_no_slot_that_english_lacks(key: str) -> None:
    english, mongolian = (slots(load_words(lang).messages[key]) for lang in ("en", "mn"))
    assert mongolian - english <= {"capital", "units"}


def test_mongolian_is_written_in_cyrillic() -> None:
    for key, message in load_words("mn").messages.items():
        prose = re.sub(r"\{\w+\}|tables/|nuudel \w+ \w+ FILE|run\.json|Nuudel|\.csv|FILE", "", message)
        words = re.findall(r"[A-Za-z]{4,}", prose)
        assert not words, (key, words)


def test_every_message_is_used() -> None:
    code = "\n".join(
        path.read_text("utf-8") for pattern in ("*.py", "*.j2") for path in SOURCES.rglob(pattern)
    )
    packs = "\n".join(path.read_text("utf-8") for path in PACKS_FOLDER.glob("*/pack.toml"))
    for key in load_words("en").messages:
        group, name = key.split(".", 1)
        # Names of tables, columns and methods are put together in code from these parts.
        part = name
        if group == "tables":
            part = name.removeprefix("unit_").removesuffix("_title").removesuffix("_measure")
        elif group in {"trust", "balance"}:
            part = name.removeprefix("column_")
        built = group in {"tables", "trust", "balance", "method"} and f'"{part}"' in code
        built |= group == "licences" and f'licence = "{part.replace("_", " ")}"' in packs
        assert f'"{key}"' in code or built, key


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(PublicationError, match="PUBLICATION-302"):
        load_words("xx")
