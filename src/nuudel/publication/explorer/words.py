"""The words of the explorer, one message file per language; a text of the bundle has all languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Source, Text
from nuudel.publication.report.words import Words

MESSAGES_FOLDER = Path(__file__).parent / "messages"


@cache
def languages() -> tuple[str, ...]:
    """The languages of every text in a bundle."""
    return tuple(sorted(path.stem for path in MESSAGES_FOLDER.glob("*.toml")))


@cache
def load_words(lang: str) -> Words:
    """The explorer's messages of one language.

    Raises
    ------
    PublicationError
        ``PUBLICATION-321``: there is no message file for the language.
    """
    if lang not in languages():
        raise PublicationError(
            321,
            f"the explorer has no language {lang!r}.",
            f"Choose one of: {', '.join(languages())}.",
            ("lang",),
        )
    nested = tomllib.loads((MESSAGES_FOLDER / f"{lang}.toml").read_text("utf-8"))
    flat = {f"{group}.{key}": text for group, entries in nested.items() for key, text in entries.items()}
    return Words(lang=lang, messages=flat)


def say(key: str, /, **slots: object) -> Text:
    """A message in every language; a slot that is a text itself is filled in its language."""
    return {
        lang: load_words(lang)(
            key, **{name: slot[lang] if isinstance(slot, Mapping) else slot for name, slot in slots.items()}
        )
        for lang in languages()
    }


def in_all_languages(text: Text) -> Text:
    """A pack's text in every language of the explorer; its first one stands in for one that it lacks."""
    first = next(iter(text.values()), "")
    return {lang: text.get(lang, first) for lang in languages()}


def source_line(source: Source) -> Text:
    """A source as one line in every language; a licence that is no name is said in the language."""
    key = f"licences.{source.licence.replace(' ', '_')}"

    def line(lang: str) -> str:
        said = load_words(lang).messages.get(key, source.licence)
        return source.line(lang).replace(source.licence, said) if source.licence else source.line(lang)

    return {lang: line(lang) for lang in languages()}
