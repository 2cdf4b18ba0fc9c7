"""The table that is published: figures in the shape of their dimensions, and all that is known about them.

A table can be written as CSV with CSVW metadata, as PX and as SDMX (``nuudel.publication.formats``) and
read back equal. Texts that people read are mappings from language to text; every text of a table has the
same languages, and the first one is the main one.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import COMPUTED, Caveat, Quality, Source, Text
from nuudel.publication.table_checks import check_dimensions, check_texts


class Status(StrEnum):
    """What is to be known about one figure; the order is the one in which statuses are stored."""

    NORMAL = "normal"
    MISSING = "missing"  # not counted, or lost
    NOT_APPLICABLE = "not_applicable"  # cannot exist
    SUPPRESSED = "suppressed"  # withheld, so that nobody can be recognised
    DOUBTFUL = "doubtful"  # the printed value is probably wrong
    NOT_COMPARABLE = "not_comparable"  # measures something else than its neighbours
    ESTIMATED = "estimated"
    PROVISIONAL = "provisional"


STATUSES = tuple(Status)
EMPTY_STATUSES = (Status.MISSING, Status.NOT_APPLICABLE, Status.SUPPRESSED)


@dataclass(frozen=True)
class Dimension:
    """One classification of a table: its categories in order, with codes and labels.

    Parameters
    ----------
    key
        Name of the column, e.g. ``place``: small letters, digits and underscores.
    title
        What the dimension is, in each language.
    codes
        The codes, in the order in which they are shown.
    labels
        For each language the labels, in the order of the codes.
    is_time
        Whether the codes are periods (``2019``, ``2019-Q1``, ``2019-S1``, ``2019-05``, ``2019-05-31``).
    """

    key: str
    title: Text
    codes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    is_time: bool = False


@dataclass(frozen=True)
class Measure:
    """What the figures count: title and unit in each language, and the decimals to show."""

    key: str
    title: Text
    unit: Text
    decimals: int = 0


@dataclass(frozen=True, eq=False)
class Table:
    """A table for publication; compare two with ``same_table`` or ``same_figures``.

    Parameters
    ----------
    key
        Name of the table and of its files: small letters, digits, underscores and hyphens.
    title
        In each language; its languages are the table's.
    dimensions
        At least one; at most one of them is time.
    measure
        What is counted, and its unit.
    values
        float64, one axis per dimension, in the order of the codes; NaN where there is no value.
    quality
        How the figures came about; a single figure that differs has a status.
    sources
        At least one.
    disclosure
        Which disclosure control was applied, or that none was needed and why.
    as_of
        The day whose knowledge the figures show.
    caveats
        Known faults and limits, printed with the table.
    status
        Index into ``STATUSES`` (int8) in the shape of ``values``; by default missing where NaN, else normal.
        In a table of estimates or scenarios "estimated" is the normal status and stored as such.

    Raises
    ------
    PublicationError
        ``PUBLICATION-103`` … ``PUBLICATION-108``: a text lacks a language, the shape does not fit, a value
        contradicts its status, a key, code or label is not allowed, or there is no source.
    """

    key: str
    title: Text
    dimensions: tuple[Dimension, ...]
    measure: Measure
    values: NDArray[np.float64]
    quality: Quality
    sources: tuple[Source, ...]
    disclosure: Text
    as_of: date
    caveats: tuple[Caveat, ...] = ()
    status: NDArray[np.int8] = field(default=None)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        check_texts(self)
        check_dimensions(self)
        values = np.array(self.values, dtype=np.float64)
        given = None if self.status is None else np.array(self.status, dtype=np.int8)
        status = check_figures(self, values, given)
        if self.quality in COMPUTED:
            status[status == STATUSES.index(Status.ESTIMATED)] = STATUSES.index(Status.NORMAL)
        values.flags.writeable = status.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "status", status)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.title)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of categories of each dimension."""
        return tuple(len(dimension.codes) for dimension in self.dimensions)

    @property
    def time(self) -> Dimension | None:
        """The dimension of time, where there is one."""
        return next((dimension for dimension in self.dimensions if dimension.is_time), None)

    def quality_of(self, status: Status) -> Quality:
        """How a figure with a given status came about."""
        return Quality.ESTIMATED if status is Status.ESTIMATED else self.quality

    def code_columns(self) -> dict[str, pl.Series]:
        """For each dimension the code of every cell, in the order of the values (last dimension fastest)."""
        return {
            d.key: pl.Series(d.key, d.codes).gather(self._index(i)) for i, d in enumerate(self.dimensions)
        }

    def label_column(self, key: str, lang: str) -> pl.Series:
        """The label of every cell in one dimension and language."""
        axis = [dimension.key for dimension in self.dimensions].index(key)
        labels = self.dimensions[axis].labels[lang]
        return pl.Series(f"{key}_{lang}", labels).gather(self._index(axis))

    def to_frame(self, *langs: str) -> pl.DataFrame:
        """One row per cell: codes, labels in these languages, ``value`` (null for none), ``status``."""
        columns: list[pl.Series] = []
        for key, codes in self.code_columns().items():
            columns += [codes, *(self.label_column(key, lang) for lang in langs)]
        values = pl.Series("value", self.values.ravel(), nan_to_null=True)
        status = pl.Series("status", [str(s) for s in STATUSES]).gather(self.status.ravel().astype(np.uint32))
        return pl.DataFrame([*columns, values, status])

    def _index(self, axis: int) -> pl.Series:
        return pl.Series(np.indices(self.shape, dtype=np.uint32)[axis].ravel())


def table_from_frame(
    frame: pl.DataFrame,
    *,
    key: str,
    title: Text,
    dimensions: Sequence[Dimension],
    measure: Measure,
    quality: Quality,
    sources: Sequence[Source],
    disclosure: Text,
    as_of: date,
    caveats: Sequence[Caveat] = (),
    value: str = "value",
    status: str | None = None,
) -> Table:
    """Build a table from a long frame: a column of codes per dimension, one of values, perhaps one of status.

    A cell without a row has no value (status missing). Any other column is an error, so that nothing is
    dropped silently.

    Raises
    ------
    PublicationError
        ``PUBLICATION-101`` two rows for one cell, ``PUBLICATION-102`` unknown column, code or status, or
        values that are no numbers; and those of ``Table``.
    """
    axes = tuple(dimensions)
    check_columns(frame, [*(d.key for d in axes), value, *([status] if status else [])])
    shape = tuple(len(d.codes) for d in axes)
    cell = np.zeros(len(frame), dtype=np.int64)
    for dimension, size in zip(axes, shape, strict=True):
        cell = cell * size + positions(frame[dimension.key], dimension.codes, dimension.key)
    if len(np.unique(cell)) != len(cell):
        first = int(np.flatnonzero(pl.Series(cell).is_duplicated().to_numpy())[0])
        where = ", ".join(f"{d.key}={frame[d.key][first]}" for d in axes)
        raise PublicationError(
            101, f"table {key} has {where} twice.", "Keep one row for each cell.", tuple(d.key for d in axes)
        )
    numbers = frame[value]
    if not (numbers.dtype.is_numeric() or numbers.dtype == pl.Null):
        raise PublicationError(
            102, f"column {value!r} of table {key} is no number.", "Give it as a number.", (value,)
        )
    values = np.full(shape, np.nan)
    values.ravel()[cell] = numbers.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    statuses = None
    if status:
        statuses = np.full(shape, STATUSES.index(Status.MISSING), dtype=np.int8)
        names = tuple(str(s) for s in STATUSES)
        statuses.ravel()[cell] = positions(frame[status], names, status)
    return Table(
        key=key,
        title=title,
        dimensions=axes,
        measure=measure,
        values=values,
        quality=quality,
        sources=tuple(sources),
        disclosure=disclosure,
        as_of=as_of,
        caveats=tuple(caveats),
        status=statuses,  # type: ignore[arg-type]
    )


def same_figures(one: Table, other: Table) -> bool:
    """Whether two tables have the same cells (dimension keys and codes), equal values and equal statuses."""
    return (
        [(d.key, d.codes) for d in one.dimensions] == [(d.key, d.codes) for d in other.dimensions]
        and np.array_equal(one.values, other.values, equal_nan=True)
        and np.array_equal(one.status, other.status)
    )


def same_table(one: Table, other: Table) -> bool:
    """Whether two tables are equal in figures and in everything that is said about them."""
    names = ("key", "title", "dimensions", "measure", "quality", "sources", "disclosure", "as_of", "caveats")
    said = all(getattr(one, name) == getattr(other, name) for name in names)
    return said and list(one.title) == list(other.title) and same_figures(one, other)


def positions(column: pl.Series, codes: Sequence[str], key: str) -> NDArray[np.int64]:
    """Position of each code in the list of codes; an unknown code is ``PUBLICATION-102``."""
    frame = pl.DataFrame({"code": column.cast(pl.String)}).join(
        pl.DataFrame({"code": codes, "position": np.arange(len(codes))}),
        on="code",
        how="left",
        maintain_order="left",
    )
    unknown = frame.filter(pl.col("position").is_null())
    if len(unknown):
        code = unknown["code"][0]
        near = difflib.get_close_matches(str(code), codes, n=1) or list(codes[:3])
        raise PublicationError(
            102,
            f"column {key!r} has the unknown code {code!r}.",
            f"Use a known one, e.g. {near[0]!r}.",
            (key,),
        )
    return cast("NDArray[np.int64]", frame["position"].to_numpy())


def check_columns(frame: pl.DataFrame, expected: list[str]) -> None:
    for column in frame.columns:
        if column not in expected:
            near = difflib.get_close_matches(column, expected, n=1) or expected[:1]
            raise PublicationError(
                102, f"column {column!r} is unknown.", f"Drop it, or is it {near[0]!r}?", (column,)
            )
    for column in expected:
        if column not in frame.columns:
            raise PublicationError(102, f"column {column!r} is missing.", "Add it.", (column,))


def check_figures(
    table: Table, values: NDArray[np.float64], given: NDArray[np.int8] | None
) -> NDArray[np.int8]:
    """Check shape, values and statuses; return the statuses."""
    empty = np.isnan(values)
    status = np.where(empty, STATUSES.index(Status.MISSING), 0).astype(np.int8) if given is None else given
    if values.shape != table.shape or status.shape != table.shape:
        raise PublicationError(
            104,
            f"table {table.key} has values of shape {values.shape}, but its dimensions have {table.shape}.",
            "Give one value and one status for each cell.",
        )
    if np.isinf(values).any() or ((status < 0) | (status >= len(STATUSES))).any():
        raise PublicationError(
            107, f"table {table.key} has an infinite value or an unknown status.", "Correct the figures."
        )
    says_empty = np.isin(status, [STATUSES.index(s) for s in EMPTY_STATUSES])
    if (says_empty != empty).any():
        raise PublicationError(
            107,
            f"table {table.key} has a value where its status says there is none, or none where there is one.",
            f"Give NaN where the status is {', '.join(EMPTY_STATUSES)}, and only there.",
        )
    if not table.sources:
        raise PublicationError(
            108, f"table {table.key} names no source.", "Name where its figures come from."
        )
    return status
