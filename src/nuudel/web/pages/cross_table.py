"""A table of many dimensions as people read one: rows, columns, and a choice for each other dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.publication.tables import STATUSES, Dimension, Status, Table

MOST_COLUMNS = 6
MOST_ROWS = 400
ROWS = "rows"
Figures = NDArray[np.float64]
Codes = NDArray[np.int8]
# Statuses that stand beside a figure in words.
TOLD = (Status.DOUBTFUL, Status.NOT_COMPARABLE, Status.ESTIMATED, Status.PROVISIONAL)


@dataclass(frozen=True)
class Choice:
    """A dimension that is neither rows nor columns: its name, its title, and its categories."""

    key: str
    title: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Row:
    """A row: its label, its figures (None where there is none), and what is known against them.

    Attributes
    ----------
    told
        Each status with the columns that have it; no columns where all of the row's figures have it.
    """

    label: str
    values: tuple[float | None, ...]
    told: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class CrossTable:
    """A cut through a table.

    Attributes
    ----------
    row_choice
        Which dimension stands in the rows, None where there is no choice.
    choices
        The other dimensions, each with the category that is shown.
    header
        Titles: of the rows' dimension, then of each column.
    more
        Rows that are left out.
    """

    row_choice: Choice | None
    choices: tuple[Choice, ...]
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int

    @property
    def told(self) -> bool:
        """Whether something is known against one of the figures."""
        return any(row.told for row in self.rows)


def cross(table: Table, asked: Mapping[str, str], lang: str) -> CrossTable:
    """The cut that somebody asks for; what is not asked for, or does not exist, is chosen here.

    Parameters
    ----------
    asked
        Key of a dimension to code of a category, and ``rows`` to the key of a dimension.
    """
    dimensions = table.dimensions
    row = row_dimension(dimensions, asked.get(ROWS, ""))
    column = column_dimension(dimensions, row)
    fixed = {d.key: chosen(d, asked.get(d.key, "")) for d in dimensions if d not in (row, column)}
    at = tuple(d.codes.index(fixed[d.key]) if d.key in fixed else slice(None) for d in dimensions)
    values, status = table.values[at], table.status[at]
    if column is None:
        values, status = values[:, None], status[:, None]
    elif dimensions.index(column) < dimensions.index(row):
        values, status = values.T, status.T
    names = row.labels[lang]
    titles = column.labels[lang] if column else (table.measure.title[lang],)
    others = [d for d in dimensions if len(d.codes) > 1 and d.key in fixed]
    return CrossTable(
        row_choice=rows_choice(dimensions, row, lang),
        choices=tuple(choice_of(d, fixed[d.key], lang) for d in others),
        header=(row.title[lang], *titles),
        rows=tuple(row_of(names[i], values[i], status[i], titles) for i in range(min(len(names), MOST_ROWS))),
        more=max(len(names) - MOST_ROWS, 0),
    )


def row_dimension(dimensions: tuple[Dimension, ...], wanted: str) -> Dimension:
    """The one that is asked for, else the one with most categories."""
    longest = max(dimensions, key=lambda d: len(d.codes))
    return next((d for d in dimensions if d.key == wanted), longest)


def column_dimension(dimensions: tuple[Dimension, ...], row: Dimension) -> Dimension | None:
    """The one with most categories of those that fit beside each other; None where none does."""
    fitting = [d for d in dimensions if d is not row and 1 < len(d.codes) <= MOST_COLUMNS]
    return max(fitting, key=lambda d: len(d.codes), default=None)


def chosen(dimension: Dimension, wanted: str) -> str:
    """The category that is asked for; else the last period, or the first category."""
    if wanted in dimension.codes:
        return wanted
    return max(dimension.codes) if dimension.is_time else dimension.codes[0]


def choice_of(dimension: Dimension, code: str, lang: str) -> Choice:
    pairs = zip(dimension.codes, dimension.labels[lang], strict=True)
    options = tuple((key, label, key == code) for key, label in pairs)
    return Choice(dimension.key, dimension.title[lang], options)


def rows_choice(dimensions: tuple[Dimension, ...], row: Dimension, lang: str) -> Choice | None:
    """Dimensions that may stand in the rows: those too long for columns."""
    long = [d for d in dimensions if len(d.codes) > MOST_COLUMNS or d is row]
    options = tuple((d.key, d.title[lang], d is row) for d in long)
    return Choice(ROWS, "", options) if len(options) > 1 else None


def row_of(label: str, values: Figures, status: Codes, titles: Sequence[str]) -> Row:
    shown = tuple(None if np.isnan(value) else float(value) for value in values)
    known = [STATUSES[code] for code in status]
    counted = [k for k, value in zip(known, shown, strict=True) if value is not None]
    told = tuple(
        (
            one.value,
            () if set(counted) == {one} else tuple(t for t, k in zip(titles, known, strict=True) if k is one),
        )
        for one in TOLD
        if one in counted
    )
    return Row(label, shown, told)
