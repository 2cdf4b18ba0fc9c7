"""Iterative proportional fitting of a table with any number of axes to margins over any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import AGES, SEXES, StartingPopulation

Floats = NDArray[np.float64]
SWEEPS = 1000
TOLERANCE = 1e-9  # of the total
# Totals of two tables that differ by more than this share are not of the same people.
SAME_TOTAL = 1e-6


@dataclass(frozen=True, eq=False)
class Margin:
    """Known sums of a table over some of its axes.

    Attributes
    ----------
    axes
        Names of the axes that the margin keeps, such as ``("place", "age")``.
    counts
        The sums, one axis per name.
    groups
        For an axis that the margin knows only in groups (five-year ages): the group of each category.
    """

    axes: tuple[str, ...]
    counts: Floats
    groups: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name for messages and reports: ``place x age groups``."""
        return " x ".join(f"{axis} groups" if axis in self.groups else axis for axis in self.axes)


def fit_joint(pattern: Floats, axes: Sequence[str], margins: Sequence[Margin]) -> Floats:
    """The table nearest to a pattern that has the given margins.

    Each sweep scales the table to one margin after the other (Deming & Stephan 1940, Annals of Mathematical
    Statistics 11, 427-444); the limit has, of all tables with these margins, the least Kullback-Leibler
    divergence from the pattern (Ireland & Kullback 1968, Biometrika 55, 179-188).

    Parameters
    ----------
    pattern
        At least 0, one axis for each name of ``axes``; a 0 stays 0.

    Raises
    ------
    ModelError
        ``MODEL-711`` a margin does not fit the axes; ``MODEL-712`` margins of different totals;
        ``MODEL-713`` no table has these margins with these zeros.
    """
    for margin in margins:
        demand_shape(margin, pattern.shape, axes)
    total = float(margins[0].counts.sum())
    for margin in margins[1:]:
        demand_total(margin, margins[0], total)
    table = pattern.astype(np.float64)
    deviation = np.inf
    for _ in range(SWEEPS):
        deviation = 0.0
        for margin in margins:
            wanted = margin.counts * (total / max(margin.counts.sum(), np.finfo(float).tiny))
            there = margin_of(table, axes, margin)
            deviation = max(deviation, float(np.abs(there - wanted).max(initial=0)))
            ratio = np.divide(wanted, there, out=np.zeros_like(there), where=there > 0)
            table = table * spread(ratio, axes, margin)
        if deviation <= TOLERANCE * max(total, 1):
            return table
    raise ModelError(
        713,
        f"No table was found with these margins: {SWEEPS} sweeps leave one off by {deviation:.3g} persons.",
        "Look for cells where one table has people and another has none.",
        tuple(axes),
    )


def margin_of(table: Floats, axes: Sequence[str], margin: Margin) -> Floats:
    """The sums of a table that a margin knows."""
    kept = [axes.index(axis) for axis in margin.axes]
    summed: Floats = np.moveaxis(table, kept, range(len(kept))).sum(axis=tuple(range(len(kept), table.ndim)))
    for position, axis in enumerate(margin.axes):
        if axis in margin.groups:
            groups = margin.groups[axis]
            member = np.zeros((groups.size, margin.counts.shape[position]))
            member[np.arange(groups.size), groups] = 1
            summed = np.moveaxis(np.tensordot(summed, member, (position, 0)), -1, position)
    return summed


def spread(ratio: Floats, axes: Sequence[str], margin: Margin) -> Floats:
    """A value for each cell of a margin as a factor for each cell of the table."""
    for position, axis in enumerate(margin.axes):
        if axis in margin.groups:
            ratio = np.take(ratio, margin.groups[axis], axis=position)
    order = np.argsort([axes.index(axis) for axis in margin.axes])
    ratio = np.transpose(ratio, order)
    missing = tuple(i for i, axis in enumerate(axes) if axis not in margin.axes)
    expanded: Floats = np.expand_dims(ratio, missing)
    return expanded


def demand_shape(margin: Margin, shape: tuple[int, ...], axes: Sequence[str]) -> None:
    expected = []
    for axis in margin.axes:
        size = shape[list(axes).index(axis)] if axis in axes else -1
        groups = margin.groups.get(axis)
        if groups is not None and groups.shape == (size,):
            size = int(groups.max()) + 1
        expected.append(size)
    if margin.counts.shape != tuple(expected) or not np.all(margin.counts >= 0):
        raise ModelError(
            711,
            f"The table of {margin.title} does not fit: its shape is {margin.counts.shape}, expected"
            f" {tuple(expected)}, and all counts must be 0 or more.",
            "Give one count for each category of each axis, or the groups of an axis.",
            margin.axes,
        )


def demand_total(margin: Margin, first: Margin, total: float) -> None:
    other = float(margin.counts.sum())
    if abs(other - total) > SAME_TOTAL * max(total, 1):
        raise ModelError(
            712,
            f"The table of {margin.title} counts {other:.0f} persons, the one of {first.title} {total:.0f}.",
            "Scale the tables to one total first.",
            margin.axes,
        )


def start_from_tables(
    year: int, places: Sequence[str], margins: Sequence[Margin], pattern: Floats | None = None
) -> StartingPopulation:
    """A starting population from tables such as five-year ages by place, and sex by place.

    Parameters
    ----------
    margins
        Over the axes ``place``, ``sex`` and ``age`` (101 single years, or groups of them).
    pattern
        2 x 101 sex and age structure of the country, which the places follow as far as the tables allow;
        without one, the people of an age group are equal in number in each year and sex.

    Returns
    -------
    StartingPopulation
        Its quality is ``estimated``.
    """
    country = np.ones((len(SEXES), AGES)) if pattern is None else np.asarray(pattern, dtype=np.float64)
    seed = np.repeat(country[None], len(places), axis=0)
    persons = fit_joint(seed, ("place", "sex", "age"), margins)
    return StartingPopulation(year, tuple(places), persons, "estimated")
