"""The words of pages, in ``messages/en.toml`` and ``messages/mn.toml`` of each app; none are in code.

A large app keeps those of a part in files of their own: ``messages/moves.en.toml`` beside ``en.toml``.
A message is called by the app's name and its own: ``explorer.explore.title``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString
from django.utils.translation import get_language

LANGUAGES = ("mn", "en")
WEB = Path(__file__).parent
ROOMS = (WEB, WEB.parent / "domains")


def message_folders() -> dict[str, Path]:
    """Folders of message files by the name their messages begin with; ``web`` for those of the frame."""
    folders = {"web": WEB / "messages"}
    for room in ROOMS:
        for folder in sorted(room.glob("*/messages")):
            folders[folder.parent.name] = folder
    return {name: folder for name, folder in folders.items() if folder.is_dir()}


def flat(prefix: str, entries: Mapping[str, object]) -> dict[str, str]:
    """Nested tables as one, keys joined by points."""
    found: dict[str, str] = {}
    for key, entry in entries.items():
        if isinstance(entry, Mapping):
            found |= flat(f"{prefix}.{key}", entry)
        else:
            found[f"{prefix}.{key}"] = str(entry)
    return found


@cache
def messages(lang: str) -> Mapping[str, str]:
    """All messages of a language."""
    found: dict[str, str] = {}
    for name, folder in message_folders().items():
        for file in (folder / f"{lang}.toml", *sorted(folder.glob(f"*.{lang}.toml"))):
            if file.is_file():
                found |= flat(name, tomllib.loads(file.read_text("utf-8")))
    return found


def language() -> str:
    """The language that is asked for now: ``mn`` or ``en``."""
    active = (get_language() or LANGUAGES[0]).partition("-")[0]
    return active if active in LANGUAGES else LANGUAGES[0]


def say(key: str, /, *, lang: str = "", **slots: object) -> str:
    """A message in the active language or in ``lang``, its slots filled; ``KeyError`` where there is none."""
    text = messages(lang or language())[key]
    return text.format(**slots) if slots else text


def number(value: float | None, digits: int = 0, sign: bool = False) -> str:
    """A number as people read it: commas between thousands, a true minus; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    # What rounds to nothing has no sign.
    shown = text if any(digit in text for digit in "123456789") else text.lstrip("+-")
    return SafeString(shown.replace("-", "−"))
