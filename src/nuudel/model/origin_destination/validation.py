"""The method where the truth is known: hide a country's cells, keep its margins, learn from the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.origin_destination.country_fit import balance_one
from nuudel.model.origin_destination.deterrence import Deterrence, learn_from
from nuudel.model.origin_destination.draws import draw_seeds, draw_year
from nuudel.model.origin_destination.evidence import CountryEvidence
from nuudel.model.origin_destination.features import CANDIDATES
from nuudel.model.origin_destination.selection import Fits, Names

Floats = NDArray[np.float64]
LEVELS = (50, 80, 95)
NARROW = 3.0
BASELINES: Mapping[str, float] = {"uniform": 0.0, "distance^-1": 1.0, "distance^-1.5": 1.5}
"""Plain iterative proportional fitting of a seed d^-β."""


@dataclass(frozen=True)
class CountryValidation:
    """How well one country's cells are estimated from its margins alone.

    Attributes
    ----------
    features
        Chosen by the other countries.
    cpc_mean, cpc_median
        Common part of commuters of the posterior mean (which meets the margins) and median with the truth.
    baselines
        The same of plain proportional fitting, by seed.
    coverage
        Per cent of the cells inside their interval, by level.
    coverage80_largest
        The same at 80 per cent for the quarter of the cells with most moves.
    narrow, coverage80_narrow
        Cells whose 80 per cent interval ends at most ``NARROW`` times where it begins, and the per cent of
        them inside it; NaN where there is none. A report shows only such cells.
    width
        Median of high / low of the cells' intervals, by level.
    """

    country: str
    places: int
    features: Names
    cpc_mean: float
    cpc_median: float
    baselines: Mapping[str, float]
    coverage: Mapping[int, float]
    coverage80_largest: float
    narrow: int
    coverage80_narrow: float
    width: Mapping[int, float]


@dataclass(frozen=True)
class TableValidation:
    """One entry per country that was left out in turn."""

    countries: tuple[CountryValidation, ...]

    def country(self, name: str) -> CountryValidation:
        """The entry of one country."""
        return next(one for one in self.countries if one.country == name)

    def to_frame(self) -> pl.DataFrame:
        """One row per country: common part of commuters, baselines, coverage and width of the intervals."""
        return pl.DataFrame(
            [
                {
                    "country": one.country,
                    "places": one.places,
                    "features": " + ".join(one.features),
                    "cpc_mean": one.cpc_mean,
                    "cpc_median": one.cpc_median,
                    **{f"cpc {name}": value for name, value in one.baselines.items()},
                    **{f"coverage{level}": value for level, value in one.coverage.items()},
                    "coverage80 largest": one.coverage80_largest,
                    "narrow": one.narrow,
                    "coverage80 narrow": one.coverage80_narrow,
                    **{f"width{level}": value for level, value in one.width.items()},
                }
                for one in self.countries
            ]
        )


def common_part(estimated: Floats, flows: Floats) -> float:
    """Common part of commuters: 2 Σ min / (Σ + Σ) (Lenormand et al. 2012, PLoS ONE 7, e45985)."""
    return float(2 * np.minimum(estimated, flows).sum() / (estimated.sum() + flows.sum()))


def validate_tables(
    evidence: Sequence[CountryEvidence],
    *,
    candidates: Sequence[Names] = CANDIDATES,
    draws: int = 400,
    seed: int,
) -> TableValidation:
    """Leave each country out in turn: features, coefficients and residuals are learnt from the others.

    The truth is the average year; its margins are taken as known exactly, so that what is tested is
    deterrence and pair residuals. Off-diagonal cells only.

    Raises
    ------
    ModelError
        ``MODEL-304``, ``MODEL-305`` (four countries are needed), ``MODEL-314``.
    """
    fits = Fits(evidence)
    known: dict[object, float] = {}
    results = []
    for one in evidence:
        # a stream by name, so that the order of the countries changes nothing
        own = np.random.SeedSequence([seed, *one.country.encode()])
        others = [other.country for other in evidence if other.country != one.country]
        deterrence = learn_from(fits, others, candidates, known)
        results.append(validate_country(one, deterrence, draws, np.random.default_rng(own)))
    return TableValidation(tuple(results))


def validate_country(
    evidence: CountryEvidence, deterrence: Deterrence, draws: int, random: np.random.Generator
) -> CountryValidation:
    """One country against its posterior tables."""
    flows = evidence.average
    n = len(flows)
    off = ~np.eye(n, dtype=bool)
    out, arrived = flows.sum(axis=1), flows.sum(axis=0)
    rows, columns = (np.broadcast_to(side, (draws, n)).copy() for side in (out, arrived))
    seeds = draw_seeds(evidence.geography, deterrence, rows, columns, random)
    tables = draw_year(seeds, rows, columns, random)
    km = evidence.geography.distances + np.eye(n)
    baselines = {
        name: common_part(balance_one(np.where(off, km**-beta, 0.0), out, arrived), flows)
        for name, beta in BASELINES.items()
    }
    coverage, width, largest = {}, {}, np.nan
    narrow = np.zeros(off.sum(), dtype=bool)
    inside_narrow = np.nan
    truth = flows[off]
    for level in LEVELS:
        tail = (100 - level) / 200
        low, high = np.quantile(tables[:, off], [tail, 1 - tail], axis=0)
        inside = (truth >= low) & (truth <= high)
        coverage[level] = float(100 * inside.mean())
        if level == 80:
            largest = float(100 * inside[truth >= np.quantile(truth, 0.75)].mean())
            narrow = (low > 0) & (high <= NARROW * low)
            inside_narrow = float(100 * inside[narrow].mean()) if narrow.any() else np.nan
        width[level] = float(np.median(high / np.maximum(low, 1e-9)))
    return CountryValidation(
        country=evidence.country,
        places=n,
        features=deterrence.features,
        cpc_mean=common_part(tables.mean(axis=0), flows),
        cpc_median=common_part(np.median(tables, axis=0), flows),
        baselines=baselines,
        coverage=coverage,
        coverage80_largest=largest,
        narrow=int(narrow.sum()),
        coverage80_narrow=inside_narrow,
        width=width,
    )
