"""The words of reports, one message file per language; nothing people read is written in code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nuudel.base.errors import PublicationError

MESSAGES_FOLDER = Path(__file__).parent / "messages"


@dataclass(frozen=True)
class Words:
    """The messages of one language; ``words("key", slot=value)`` fills the slots of a message.

    ``units`` is what the country calls the units that migration is counted between (*aimags*); every
    message may have a slot for it.
    """

    lang: str
    messages: Mapping[str, str]
    units: str = ""

    def __call__(self, key: str, /, **slots: object) -> str:
        return self.messages[key].format(units=self.units, **slots)


def languages() -> tuple[str, ...]:
    """The languages in which reports can be written."""
    return tuple(sorted(path.stem for path in MESSAGES_FOLDER.glob("*.toml")))


@cache
def load_words(lang: str) -> Words:
    """Read a language's message file.

    Raises
    ------
    PublicationError
        ``PUBLICATION-302``: there is no message file for the language.
    """
    if lang not in languages():
        raise PublicationError(
            302, f"there is no report in language {lang!r}.", f"Choose one of: {', '.join(languages())}."
        )
    nested = tomllib.loads((MESSAGES_FOLDER / f"{lang}.toml").read_text("utf-8"))
    flat = {f"{group}.{key}": text for group, entries in nested.items() for key, text in entries.items()}
    return Words(lang=lang, messages=flat)
