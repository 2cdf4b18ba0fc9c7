"""Message files: the same messages with the same slots in every language, each of them used."""

import re
import string
from pathlib import Path

import pytest

from nuudel.base.errors import PublicationError
from nuudel.base.packs import PACKS_FOLDER
from nuudel.model.experiments.companions import WITH_COMPANIONS
from nuudel.model.experiments.counterfactuals import COUNTERFACTUALS
from nuudel.model.experiments.dzud import OFFSETS
from nuudel.model.gravity.radiation import Radiation
from nuudel.model.gravity.shrunk_pairs import ShrunkPairs
from nuudel.model.gravity.spatial_interaction import competing_destinations, gravity
from nuudel.model.origin_destination.validation import BASELINES
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
        prose = re.sub(
            r"\{\w+\}|tables/|nuudel \w+ \w+ FILE|run\.json|Nuudel|\.csv|FILE|CRPS|RMSE", "", message
        )
        words = re.findall(r"[A-Za-z]{4,}", prose)
        assert not words, (key, words)


# Names of tables, columns, models and effects are put together in code from the name of the thing.
PREFIXES = ("unit_", "column_", "model_", "say_", "task_", "trait_", "whole_")
SUFFIXES = ("_title", "_measure", "_out", "_in")


def model_names() -> set[str]:
    """What the gravity models of a country's study are called, as messages name them."""
    models = [gravity(constraint).name for constraint in ("none", "production", "attraction", "doubly")]
    models += [competing_destinations().name, Radiation("original").name, Radiation("extended").name]
    models.append(ShrunkPairs(gravity("doubly")).name)
    return {re.sub(r"[^a-z]+", "_", name) for name in models}


def test_every_message_is_used() -> None:
    files = [path for pattern in ("*.py", "*.j2") for path in SOURCES.rglob(pattern)]
    files += list((SOURCES.parent / "model").rglob("*.py"))
    code = "\n".join(path.read_text("utf-8") for path in files)
    slugs = {re.sub(r"[^a-z]+", "_", text) for text in re.findall(r'"([a-z][a-z ,-]+)"', code)}
    slugs |= {f"before{-k}" if k < 0 else f"after{k}" for k in OFFSETS}
    slugs |= {"border"}  # a term of gravity, where the pack says which places are neighbours
    slugs |= {f"baseline{number}" for number in range(len(BASELINES))}
    slugs |= {*COUNTERFACTUALS, *WITH_COMPANIONS, *model_names()}
    packs = "\n".join(path.read_text("utf-8") for path in PACKS_FOLDER.glob("*/pack.toml"))
    for key in load_words("en").messages:
        name = key.split(".", 1)[1]
        part = name
        for prefix in PREFIXES:
            part = part.removeprefix(prefix)
        parts = {name, part, name.removeprefix("model_")}
        for suffix in SUFFIXES:
            parts.add(part.removesuffix(suffix))
        built = bool(parts & slugs) or any(f'"{part}"' in code for part in parts)
        built |= f'licence = "{name.replace("_", " ")}"' in packs
        assert f'"{key}"' in code or built, key


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(PublicationError, match="PUBLICATION-302"):
        load_words("xx")
