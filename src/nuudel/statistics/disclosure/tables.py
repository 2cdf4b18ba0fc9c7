"""Tables of counts as disclosure control sees them: dimensions, margins, and the sums that bind them."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from nuudel.base.errors import StatisticsError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
CellName = tuple[tuple[str, str], ...]
"""What a cell counts: (dimension, category) pairs in order of the names; totals are left out."""


@dataclass(frozen=True)
class Dimension:
    """One dimension of a table.

    Parameters
    ----------
    name
        As in every other table of the series: cells are recognised across tables by these names.
    categories
        In the order of the array's axis, totals and subtotals included.
    parents
        Category -> the total or subtotal that it is a part of. Without any, the table has no margin here.
    """

    name: str
    categories: tuple[str, ...]
    parents: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.categories)) != len(self.categories):
            raise StatisticsError(
                301, f"dimension {self.name} names a category twice.", "Name each once.", (self.name,)
            )
        unknown = sorted((set(self.parents) | set(self.parents.values())) - set(self.categories))
        if unknown:
            raise StatisticsError(
                301,
                f"dimension {self.name}: {unknown[0]!r} has a part in a sum but is no category.",
                f"Use its categories: {', '.join(self.categories[:5])}.",
                (self.name,),
            )

    @classmethod
    def with_total(cls, name: str, categories: Sequence[str], total: str = "total") -> "Dimension":
        """A dimension whose categories add up to one more category, the total, which comes last."""
        parts = tuple(c for c in categories if c != total)
        return cls(name, (*parts, total), dict.fromkeys(parts, total))

    @cached_property
    def total(self) -> str | None:
        """The category of everything, where there is exactly one."""
        tops = [c for c in self.categories if c not in self.parents]
        return tops[0] if len(tops) == 1 and self.parents else None

    @property
    def sums(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """(index of the sum, indices of its parts) for every total and subtotal."""
        place = {c: i for i, c in enumerate(self.categories)}
        parts: dict[int, list[int]] = {}
        for child, parent in self.parents.items():
            parts.setdefault(place[parent], []).append(place[child])
        return tuple((whole, tuple(sorted(pieces))) for whole, pieces in sorted(parts.items()))

    @property
    def leaves(self) -> tuple[int, ...]:
        """Indices of the categories that are no sum of others."""
        wholes = set(self.parents.values())
        return tuple(i for i, c in enumerate(self.categories) if c not in wholes)


@dataclass(frozen=True)
class CountTable:
    """Counts before protection. It stays inside the house; only a ``ProtectedTable`` leaves it.

    Parameters
    ----------
    series
        What is counted and by whom; cells are the same across tables only within one series.
    values
        One axis per dimension, persons (or the unit of a magnitude), margins included where flagged.
    dimensions
        One per axis.
    fixed
        Dimensions that have one category in the whole table, e.g. ``{"year": "2020"}``.
    structural_zeros
        True where nobody can be counted by definition; everyone knows these cells are 0.
    largest
        Axes of the table plus one: the largest contributions to each cell, in falling order, where the
        contributors (institutions, households) are known.
    keys
        Sum of the contributors' record keys modulo 2^64, where the table was counted from records.
    release
        Which edition of the figures this is; two editions of one table can be differenced.
    """

    series: str
    values: Floats
    dimensions: tuple[Dimension, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)
    structural_zeros: Mask | None = None
    largest: Floats | None = None
    keys: NDArray[np.uint64] | None = None
    release: str = ""

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        object.__setattr__(self, "values", values)
        shape = tuple(len(d.categories) for d in self.dimensions)
        names = [d.name for d in self.dimensions] + list(self.fixed)
        if len(set(names)) != len(names):
            raise StatisticsError(301, "a dimension is named twice.", "Name each once.", tuple(names))
        if values.shape != shape:
            raise StatisticsError(
                302,
                f"the values have shape {values.shape}, the dimensions {shape}.",
                "Give one axis per dimension and one row per category.",
                tuple(names),
            )
        if not np.isfinite(values).all():
            raise StatisticsError(303, "a cell is not a finite number.", "Count it, or write 0.")
        if (values < 0).any():
            raise StatisticsError(
                304,
                "a cell is negative.",
                "Protect the two counts and take their difference afterwards (in and out, not net).",
            )
        for extra in (self.structural_zeros, self.keys):
            if extra is not None and extra.shape != shape:
                raise StatisticsError(
                    302, "a companion array has another shape than the values.", "Align it."
                )
        if self.structural_zeros is not None and values[self.structural_zeros].any():
            raise StatisticsError(305, "a structural zero is not 0.", "Correct the cell or the mask.")

    @cached_property
    def equations(self) -> csr_array:
        """Sparse matrix with one row per sum: parts − sum = 0; columns are cells in C order."""
        return sum_equations(self.dimensions)

    @property
    def is_additive(self) -> bool:
        """Whether every margin equals the sum of its parts (to a millionth: magnitudes are floats)."""
        gap = np.abs(self.equations @ self.values.ravel())
        return bool((gap <= 1e-6 * max(1.0, float(self.values.max(initial=0)))).all())

    @property
    def inner(self) -> Mask:
        """True for cells that are no margin in any dimension."""
        inner = np.zeros(self.values.shape, dtype=bool)
        inner[np.ix_(*(d.leaves for d in self.dimensions))] = True
        return inner

    @cached_property
    def zeros(self) -> Mask:
        """The structural zeros as a mask, all False where none were given."""
        if self.structural_zeros is None:
            return np.zeros(self.values.shape, dtype=bool)
        return self.structural_zeros


def sum_equations(dimensions: Sequence[Dimension]) -> csr_array:
    shape = tuple(len(d.categories) for d in dimensions)
    cell = np.arange(int(np.prod(shape))).reshape(shape)
    rows, columns, signs = [], [], []
    count = 0
    for axis, dimension in enumerate(dimensions):
        for whole, parts in dimension.sums:
            wholes = np.take(cell, whole, axis=axis).ravel()
            pieces = np.take(cell, parts, axis=axis)
            pieces = np.moveaxis(pieces, axis, -1).reshape(len(wholes), len(parts))
            block = np.arange(count, count + len(wholes))
            rows += [block, np.repeat(block, len(parts))]
            columns += [wholes, pieces.ravel()]
            signs += [np.full(len(wholes), -1.0), np.ones(pieces.size)]
            count += len(wholes)
    if not count:
        return csr_array((0, cell.size), dtype=np.float64)
    entries = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(entries, shape=(count, cell.size))


def cell_names(dimensions: Sequence[Dimension], fixed: Mapping[str, str]) -> list[CellName]:
    """The name of each cell in C order."""
    totals = [d.total for d in dimensions]
    names: list[CellName] = []
    for categories in itertools.product(*(d.categories for d in dimensions)):
        pairs = [
            (d.name, c) for d, c, total in zip(dimensions, categories, totals, strict=True) if c != total
        ]
        names.append(tuple(sorted([*pairs, *fixed.items()])))
    return names


def fill_sums(values: NDArray[Any], dimensions: Sequence[Dimension]) -> None:
    """Fill every total and subtotal with the sum of its parts, in place; unsigned sums wrap around."""
    for axis, dimension in enumerate(dimensions):
        moved = np.moveaxis(values, axis, 0)
        done, waiting = set(dimension.leaves), dict(dimension.sums)
        while waiting:
            ready = [whole for whole, parts in waiting.items() if done.issuperset(parts)]
            if not ready:
                raise StatisticsError(
                    301, f"dimension {dimension.name} has a circle of sums.", "Correct its parents."
                )
            for whole in ready:
                moved[whole] = moved[list(waiting.pop(whole))].sum(axis=0, dtype=values.dtype)
                done.add(whole)


def table_with_margins(
    series: str,
    values: ArrayLike,
    categories: Mapping[str, Sequence[str]],
    *,
    total: str = "total",
    fixed: Mapping[str, str] | None = None,
    release: str = "",
) -> CountTable:
    """A table with a total along every dimension, from the inner counts alone.

    Parameters
    ----------
    values
        Inner counts, one axis per entry of ``categories``.
    categories
        Dimension -> its categories, in the order of the axes.
    """
    inner = np.asarray(values, dtype=np.float64)
    dimensions = tuple(Dimension.with_total(name, names, total) for name, names in categories.items())
    expected = tuple(len(d.categories) - 1 for d in dimensions)
    if inner.shape != expected:
        raise StatisticsError(
            302,
            f"the inner counts have shape {inner.shape}, the categories {expected}.",
            "Give one axis per dimension and one row per category, without totals.",
            tuple(categories),
        )
    whole = np.pad(inner, [(0, 1)] * inner.ndim)
    fill_sums(whole, dimensions)
    return CountTable(series, whole, dimensions, fixed=dict(fixed or {}), release=release)


def table_from_frame(
    series: str,
    frame: pl.DataFrame,
    dimensions: Sequence[str],
    count: str,
    *,
    total: str = "total",
    release: str = "",
) -> CountTable:
    """A table from a frame with one row per cell; absent combinations count 0, totals are computed.

    Rows that hold the total of a dimension are compared with the computed ones.

    Raises
    ------
    StatisticsError
        ``STATISTICS-306`` a column is missing, ``STATISTICS-307`` a given total is not the sum of its
        parts, ``STATISTICS-321`` a cell is there twice.
    """
    for column in (*dimensions, count):
        if column not in frame.columns:
            raise StatisticsError(
                306, f"the frame has no column {column!r}.", f"It has: {', '.join(frame.columns)}.", (column,)
            )
    if frame.select(pl.struct(*dimensions).is_duplicated().any()).item():
        raise StatisticsError(321, "a cell is there twice.", "Add its rows up first.", tuple(dimensions))
    texts = frame.select(pl.col(*dimensions).cast(pl.String), pl.col(count).cast(pl.Float64))
    categories = {d: [c for c in texts[d].unique().sort().to_list() if c != total] for d in dimensions}
    place = {d: {c: i for i, c in enumerate([*names, total])} for d, names in categories.items()}
    given = np.full([len(names) + 1 for names in categories.values()], np.nan)
    given[tuple(np.array([place[d][c] for c in texts[d]]) for d in dimensions)] = texts[count].to_numpy()
    inner = np.nan_to_num(given[tuple(slice(0, -1) for _ in dimensions)])
    table = table_with_margins(series, inner, categories, total=total, release=release)
    stated = ~np.isnan(given)
    if (np.abs(given[stated] - table.values[stated]) > 1e-6 * max(1.0, float(table.values.max()))).any():
        raise StatisticsError(
            307, "a total in the frame is not the sum of its parts.", "Correct it, or leave the totals out."
        )
    return table


def with_release(table: CountTable, release: str) -> CountTable:
    """The same table as another edition."""
    return replace(table, release=release)
