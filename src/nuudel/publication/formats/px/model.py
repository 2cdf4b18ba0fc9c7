"""A PX file in memory: its statements in order, its figures, and what was found wrong with it.

The format is PC-Axis (PX) of Statistics Sweden, AXIS-VERSION up to 2013: ``KEYWORD[language]("subkey",
…)=values;`` with ``DATA`` last. Nothing of a file is dropped except statements that cannot be read, and
those are named in ``problems``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

SYMBOLS = ("", "-", ".", "..", "...", "....", ".....", "......", ".......")
"""What may stand in place of a number: 0 is a number, 1 nil (exactly zero), 2 to 8 DATASYMBOL1 to 7."""

NIL = 1
AS_SHORT_AS_POSSIBLE = -1
"""In ``digits``: the number is written with as many digits as it needs."""


@dataclass(frozen=True)
class Bare:
    """A value without quotes: ``YES``, ``0``, ``TLIST(A1)``."""

    text: str


@dataclass(frozen=True)
class Pair:
    """Two quoted values joined by a colon: a parent and its child in ``HIERARCHIES``."""

    parent: str
    child: str


Item = str | Bare | Pair


@dataclass(frozen=True)
class Statement:
    """One statement of a file; the line it stood in takes no part in comparisons."""

    keyword: str
    values: tuple[Item, ...]
    subkeys: tuple[str, ...] = ()
    language: str | None = None
    line: int = field(default=0, compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """The quoted values."""
        return tuple(value for value in self.values if isinstance(value, str))

    @property
    def bare(self) -> str:
        """The only value without quotes, or nothing."""
        only = self.values[0] if len(self.values) == 1 else None
        return only.text if isinstance(only, Bare) else ""


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file that does not keep its figures from being read."""

    line: int
    keyword: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.keyword}: {self.text}"


@dataclass(frozen=True, eq=False)
class PxFile:
    """A PX file; compare two with ``same_px``.

    Attributes
    ----------
    statements
        All but ``DATA``, in the order of the file.
    values
        float64 in the shape of the variables (stub, then heading); NaN where a symbol stands, 0 for nil.
    symbols
        int8 in the same shape: index into ``SYMBOLS``, 0 where there is a number.
    digits
        int8 in the same shape: decimals as printed, or ``AS_SHORT_AS_POSSIBLE``.
    keyed_rows
        For files with ``KEYS``: the rows of the stub that are written, in order; the others are all zero.
    encoding, byte_order_mark, newline
        How the text is stored.
    problems
        What is wrong, but not so wrong that the file is refused.
    """

    statements: tuple[Statement, ...]
    values: NDArray[np.float64]
    symbols: NDArray[np.int8]
    digits: NDArray[np.int8]
    keyed_rows: NDArray[np.int64] | None = None
    encoding: str = "utf-8"
    byte_order_mark: bool = False
    newline: str = "\n"
    problems: tuple[Problem, ...] = ()

    @cached_property
    def header(self) -> "Header":
        return Header(self.statements)


class Header:
    """The statements of a file, found by keyword, language and subkeys."""

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.statements = statements
        main = next((s.texts[0] for s in statements if s.keyword == "LANGUAGE" and s.texts), None)
        listed = next((s.texts for s in statements if s.keyword == "LANGUAGES"), ())
        self.language = main or (listed[0] if listed else "")
        others = tuple(dict.fromkeys(lang for lang in listed if lang != self.language))
        self.languages: tuple[str, ...] = (self.language, *others)
        self._first: dict[tuple[str, str, tuple[str, ...]], Statement] = {}
        for statement in statements:
            key = (statement.keyword, statement.language or self.language, statement.subkeys)
            self._first.setdefault(key, statement)

    def find(self, keyword: str, *subkeys: str, lang: str | None = None) -> Statement | None:
        """The first statement with a keyword, in a language (by default the main one)."""
        return self._first.get((keyword, lang or self.language, subkeys))

    def all(self, keyword: str) -> Iterator[Statement]:
        return (statement for statement in self.statements if statement.keyword == keyword)

    def texts(self, keyword: str, *subkeys: str, lang: str | None = None) -> tuple[str, ...]:
        """The quoted values of a statement; none where there is no such statement."""
        statement = self.find(keyword, *subkeys, lang=lang)
        return statement.texts if statement else ()

    def text(self, keyword: str, *subkeys: str, lang: str | None = None) -> str:
        """The first quoted value, in the main language where the one asked for has none."""
        texts = self.texts(keyword, *subkeys, lang=lang) or self.texts(keyword, *subkeys)
        return texts[0] if texts else ""

    def stub(self, lang: str | None = None) -> tuple[str, ...]:
        return self.texts("STUB", lang=lang)

    def variables(self, lang: str | None = None) -> tuple[str, ...]:
        """The names of the variables in the order of the figures' axes."""
        return self.stub(lang) + self.texts("HEADING", lang=lang)

    def categories(self, variable: str, lang: str | None = None) -> tuple[str, ...]:
        return self.texts("VALUES", variable, lang=lang)

    def codes(self, variable: str, lang: str | None = None) -> tuple[str, ...]:
        """The codes of a variable; its values serve as codes where there is not one code for each."""
        codes, categories = self.texts("CODES", variable, lang=lang), self.categories(variable, lang)
        return codes if len(codes) == len(categories) else categories


def same_px(one: PxFile, other: PxFile) -> bool:
    """Whether two files say the same: all statements in order, all figures, symbols and printed decimals."""
    keyed = (one.keyed_rows is None) == (other.keyed_rows is None) and (
        one.keyed_rows is None or np.array_equal(one.keyed_rows, np.asarray(other.keyed_rows))
    )
    return (
        one.statements == other.statements
        and np.array_equal(one.values, other.values, equal_nan=True)
        and np.array_equal(one.symbols, other.symbols)
        and np.array_equal(one.digits, other.digits)
        and keyed
    )
