"""Codes of records: lists of them as Django asks for them, and the short one that tells records apart."""

from collections.abc import Iterable
from uuid import UUID

CODE_LENGTH = 11
"""Of a short code, with its hyphen."""


def choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """A list of codes as Django asks for it; the shell puts the words in."""
    return [(code, code) for code in codes]


def short_code(key: UUID | str) -> str:
    """Ten letters of an id's random end; short enough to be said on the telephone."""
    letters = str(key).replace("-", "").upper()
    return f"{letters[-10:-5]}-{letters[-5:]}"
