"""What a reconstruction gives: people, rates, the years already counted, and what was assumed."""

from dataclasses import dataclass

import polars as pl

from nuudel.model.projection.inputs import Paths, Rates, StartingPopulation


@dataclass(frozen=True, eq=False)
class Baseline:
    """A reconstructed country, ready to be projected; all of it is estimated.

    Attributes
    ----------
    start
        R places x 2 sexes x 101 ages in the middle of the first year.
    rates
        Of T years; the last stock is that of the middle of ``rates.years[-1] + 1``.
    past
        Departures that reproduce the registered margins of the years that were counted, and zero after them.
        Add it to draws and scenarios, or to ``Paths.none(rates, feedback)``. Its capacity is a single
        zero (T x 1 x R) that stretches over any number of capacities.
    assumptions
        One row for each: name, value, low, high (numbers), unit, source (a key of the pack, or a method),
        quality.
    checks
        The reconstruction against figures that it did not use: check, place, year, value, reference,
        difference_percent, source, quality.
    observed
        What was counted: place, year, in_migrants, out_migrants, population (empty where it was not
        counted), quality. Empty at soum level but for population.
    level
        Level of the places in the gazetteer (``aimag``, ``soum``).
    parents
        R codes of the places in which they nest; the place itself at the upper level.
    observed_years
        Years whose registered margins ``past`` reproduces.
    variant
        Pairs of an assumption and the choice made, in the order of ``VARIANTS``.
    caveats
        Keys of the caveats of the pack that these figures stand under, and of the method's own.
    """

    start: StartingPopulation
    rates: Rates
    past: Paths
    assumptions: pl.DataFrame
    checks: pl.DataFrame
    observed: pl.DataFrame
    level: str
    parents: tuple[str, ...]
    observed_years: tuple[int, ...]
    variant: tuple[tuple[str, str], ...]
    caveats: tuple[str, ...]
