"""The words of pages: complete in both languages, with the same slots, and each of them used."""

import re
import string

import pytest

from nuudel.web.words import LANGUAGES, ROOMS, WEB, message_folders, messages

KEYS = sorted(set().union(*(messages(lang) for lang in LANGUAGES)))
CYRILLIC = re.compile("[А-Яа-яӨөҮүЁё]")


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_is_there(lang: str) -> None:
    assert [key for key in KEYS if not messages(lang).get(key, "").strip()] == []


def test_a_message_has_the_same_slots_in_both_languages() -> None:
    wrong = [key for key in KEYS if len({frozenset(slots(messages(lang)[key])) for lang in LANGUAGES}) > 1]
    assert wrong == []


def test_messages_are_in_their_language() -> None:
    foreign = [key for key in KEYS if CYRILLIC.search(messages("en")[key]) and "name" not in key]
    assert foreign == []
    words = [key for key in KEYS if len(re.findall("[A-Za-z]{3,}", messages("mn")[key])) > 6]
    assert words == []


def test_every_app_with_messages_has_them_in_both_languages() -> None:
    for folder in message_folders().values():
        parts = {
            lang: {path.name.removesuffix(f"{lang}.toml") for path in folder.glob(f"*{lang}.toml")}
            for lang in LANGUAGES
        }
        assert "" in parts["mn"]
        assert parts["mn"] == parts["en"]


def source_text() -> str:
    files = [*WEB.rglob("*.py"), *WEB.rglob("*.html"), *WEB.rglob("*.txt")]
    files += [path for room in ROOMS[1:] for path in (*room.rglob("*.py"), *room.rglob("*.html"))]
    return "\n".join(path.read_text("utf-8") for path in files if "static" not in path.parts)


def test_every_message_is_used() -> None:
    """By its whole key, or by a beginning that is written in the source (``role`` + a code)."""
    text = source_text()
    whole = r"[\"'`]([a-z_]+(?:\.[a-z_]+)+)\.?[\"'`]"
    beginnings = {f"{found}." for found in re.findall(whole, text)}
    beginnings |= set(re.findall(r"[\"'`]([a-z_]+(?:\.[a-z_]+)*(?:\.|_))\{", text))
    unused = [key for key in KEYS if key not in text and not key.startswith(tuple(beginnings))]
    assert unused == []


def test_no_word_stands_in_a_template() -> None:
    """Templates hold no Cyrillic and no English sentence outside of tags."""
    found = []
    tags = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
    # What stands in code or in a script is for machines.
    markup = re.compile(r"<!--.*?-->|<(script|code)\b.*?</\1>|<[^>]*>", re.DOTALL)
    for path in WEB.parent.rglob("templates/**/*.html"):
        if any(room in path.parents for room in ROOMS):
            words = re.findall(r"[^\W\d_]{3,}", markup.sub(" ", tags.sub(" ", path.read_text("utf-8"))))
            if words:
                found.append((path.relative_to(WEB.parent).as_posix(), words[:5]))
    assert found == []
