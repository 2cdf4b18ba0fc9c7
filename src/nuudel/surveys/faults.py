"""Faults: what is wrong in a form or a mapping, at which cell or line, said in every language."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nuudel.base.errors import SurveyError
from nuudel.base.provenance import Text

MESSAGES_FOLDER = Path(__file__).parent / "messages"
LANGUAGES = ("en", "mn")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, told where it is to be mended.

    Attributes
    ----------
    sheet
        The sheet of the workbook, ``mapping`` for a mapping, empty where the whole file is meant.
    cell
        As spreadsheet programs name it (``C12``), ``line 12`` of a mapping, empty where there is none.
    problem, next_step
        A sentence in each language: ``fault.problem["mn"]``.
    key
        The name of the fault in the message file, the same in all languages.
    """

    sheet: str
    cell: str
    problem: Text
    next_step: Text
    key: str = ""

    @property
    def place(self) -> str:
        """``survey!C12``, as spreadsheet programs write it."""
        return "!".join(part for part in (self.sheet, self.cell) if part)

    def sentence(self, lang: str) -> str:
        """Place, problem and next step in one line."""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.problem[lang]} {self.next_step[lang]}"


class FaultsError(SurveyError):
    """An error that tells all ``faults``; its own sentence is that of the first."""

    faults: tuple[Fault, ...] = ()


def first_of(what: str, faults: Sequence[Fault]) -> tuple[str, str]:
    """Problem and next step of an error with faults: how many there are, and the first of them."""
    first = faults[0]
    place = f" ({first.place})" if first.place else ""
    problem = f"the {what} has {len(faults)} fault(s); the first{place}: {first.problem['en']}"
    return problem, first.next_step["en"]


@cache
def messages(lang: str) -> Mapping[str, Mapping[str, str]]:
    """The faults of a language: key -> ``problem`` and ``next_step``."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(MESSAGES_FOLDER.glob(f"*.{lang}.toml")):
        found |= tomllib.loads(path.read_text("utf-8"))
    return found


def has(key: str) -> bool:
    """Whether there are words for a key."""
    return key in messages(LANGUAGES[0])


def fault(key: str, sheet: str = "", cell: str = "", /, **slots: object) -> Fault:
    """The fault of a key, its slots filled in every language."""

    def said(part: str) -> Text:
        return {lang: messages(lang)[key][part].format(**slots) for lang in LANGUAGES}

    return Fault(sheet, cell, said("problem"), said("next_step"), key)
