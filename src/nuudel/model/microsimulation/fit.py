"""How well a synthetic population reproduces the tables that it was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nuudel.model.microsimulation.joint_table import Margin, margin_of
from nuudel.model.microsimulation.population import Population
from nuudel.model.projection.inputs import AGES, SEXES, Array, StartingPopulation

FIVE_YEARS = np.minimum(np.arange(AGES) // 5, 20)
WORST = 10


@dataclass(frozen=True, eq=False)
class SyntheticFit:
    """Differences between individuals and tables, in persons (individuals times weight).

    The measures are those of Voas & Williamson 2001 (Geographical & Environmental Modelling 5, 177-200): the
    total absolute error TAE = sum |t - o|, its standardised form SAE = TAE / total, and for a cell
    z = (t - o) / sqrt(o (1 - o / total)).

    Attributes
    ----------
    individuals, households
        Numbers of both.
    persons
        Persons that the individuals stand for.
    total_absolute_error
        Over the cells place x sex x single age.
    standardised_error
        The same divided by the number of persons.
    margins
        One row per table: margin, cells, persons, total_absolute_error, standardised_error, largest_z.
    worst
        The ten cells that differ most, over all tables: margin, cell, observed, synthetic, difference.
    mean_household
        Persons per household.
    living_alone
        Share of households of one person.
    children_with_parents
        Share of those who live with parents whose household has an adult 16 to 50 years older.
    quality
        Always ``synthetic``.
    """

    individuals: int
    households: int
    persons: float
    total_absolute_error: float
    standardised_error: float
    margins: pl.DataFrame
    worst: pl.DataFrame
    mean_household: float
    living_alone: float
    children_with_parents: float
    quality: str


def synthetic_fit(
    population: Population, start: StartingPopulation, tables: Sequence[Margin] = ()
) -> SyntheticFit:
    """Compare individuals with the starting population and with the tables that it was made from.

    Parameters
    ----------
    tables
        Margins over ``place``, ``sex``, ``age`` and, where the population has it, ``education``.
    """
    axes, names, joint = joint_counts(population)
    persons = start.persons
    margins = [
        Margin(("place",), persons.sum(axis=(1, 2))),
        Margin(("place", "sex"), persons.sum(axis=2)),
        Margin(("place", "sex", "age"), five_years(persons), {"age": FIVE_YEARS}),
        Margin(("place", "sex", "age"), persons),
        *tables,
    ]
    rows, worst = [], []
    for margin in margins:
        found = margin_of(joint, axes, margin)
        rows.append(measures(margin, found))
        worst.append(largest(margin, found, names))
    cells = rows[3]
    size = np.bincount(population.household, minlength=population.households)
    return SyntheticFit(
        individuals=len(population),
        households=population.households,
        persons=len(population) * population.weight,
        total_absolute_error=float(cells["total_absolute_error"]),
        standardised_error=float(cells["standardised_error"]),
        margins=pl.DataFrame(rows),
        worst=pl.concat(worst)
        .sort(pl.col("difference").abs(), descending=True, maintain_order=True)
        .head(WORST),
        mean_household=float(size.mean()) if size.size else 0.0,
        living_alone=float(np.mean(size == 1)) if size.size else 0.0,
        children_with_parents=share_with_parents(population),
        quality=population.quality,
    )


def five_years(persons: Array) -> Array:
    """R x 2 x 21."""
    grouped: Array = np.add.reduceat(persons, np.arange(0, AGES, 5), axis=2)
    return grouped


def joint_counts(population: Population) -> tuple[tuple[str, ...], Mapping[str, Sequence[object]], Array]:
    """Axes, their categories and persons of each cell."""
    names: dict[str, Sequence[object]] = {"place": population.places, "sex": SEXES, "age": range(AGES)}
    if not population.levels:
        return tuple(names), names, population.counts().astype(np.float64) * population.weight
    names["education"] = population.levels
    shape = tuple(map(len, names.values()))
    cell = np.ravel_multi_index(
        (population.place, population.sex, population.age, population.education), shape
    )
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    return tuple(names), names, counts.astype(np.float64) * population.weight


def measures(margin: Margin, found: Array) -> dict[str, Any]:
    """One row of ``SyntheticFit.margins``."""
    wanted, total = margin.counts, max(float(margin.counts.sum()), np.finfo(float).tiny)
    error = np.abs(found - wanted)
    spread = np.sqrt(np.maximum(wanted * (1 - wanted / total), 1.0))
    return {
        "margin": margin.title,
        "cells": wanted.size,
        "persons": float(wanted.sum()),
        "total_absolute_error": float(error.sum()),
        "standardised_error": float(error.sum() / total),
        "largest_z": float((error / spread).max(initial=0)),
    }


def largest(margin: Margin, found: Array, names: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    """The cells of a margin that differ most."""
    difference = found - margin.counts
    order = np.argsort(-np.abs(difference), axis=None, kind="stable")[:WORST]
    cells = np.stack(np.unravel_index(order, difference.shape), axis=1)
    titles = [
        " ".join(
            f"{axis} group {k}" if axis in margin.groups else str(names[axis][k])
            for axis, k in zip(margin.axes, cell, strict=True)
        )
        for cell in cells.tolist()
    ]
    return pl.DataFrame(
        {
            "margin": pl.Series([margin.title] * len(titles), dtype=pl.String),
            "cell": pl.Series(titles, dtype=pl.String),
            "observed": margin.counts.ravel()[order].astype(np.float64),
            "synthetic": found.ravel()[order].astype(np.float64),
            "difference": difference.ravel()[order].astype(np.float64),
        }
    )


def share_with_parents(population: Population) -> float:
    """Share of those who live with parents whose household has an adult 16 to 50 years older."""
    from nuudel.model.microsimulation.counting import count_with_parents

    order = np.argsort(population.household, kind="stable")
    with_one, children = count_with_parents(
        population.household[order], population.age[order], population.with_parents[order]
    )
    return float(with_one / children) if children else 1.0
