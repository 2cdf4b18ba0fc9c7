"""Projecting from a past year with what was known then, and comparing with what was counted afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import Pack
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import Country
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Array, Feedback
from nuudel.model.projection.result import Projection
from nuudel.model.projection.uncertainty import ErrorModel, learn_errors
from nuudel.model.projection.uncertainty_margins import margins_of
from nuudel.statistics.internal_migration import InternalMigration

BACK_YEAR = 2010
# Origins that are summarised: years with population by age, and enough years before and after.
ORIGINS = (2005, 2010, 2015)
QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
MEMORY = 10
"""Years before the origin through which the straight line of a rival is drawn."""
COUNTRY, PLACES = "national_population", "regional_population"
METHODS = ("outlook", "no_change", "linear")
MOVES = ("in_migrants", "out_migrants", "net_internal")
# The country's total and the western aimags' population, both as the statistics office has them.
VARIANT = {"total": "national", "population": "midyear"}


@dataclass(frozen=True, eq=False)
class BackProjection:
    """What a projection from a past year said, and what came.

    Attributes
    ----------
    year
        Middle of the first year; nothing after the end of the year before was used, but for what
        ``problems`` names.
    frame
        indicator, place, year, horizon, observed, median, low80, high80, low95, high95, no_change, linear
        (the rivals' figures, empty where their past is not known), distorted, quality.
    coverage
        indicator, years (``all``, ``undistorted``), horizon (0: all of them), cells, covered80, covered95.
    errors
        indicator, years, method, cells, mean_error (absolute, persons), percent (of the mean absolute
        observed figure).
    problems
        What it does not show, a sentence each.
    """

    year: int
    frame: pl.DataFrame
    coverage: pl.DataFrame
    errors: pl.DataFrame
    problems: tuple[str, ...]


FLOATS = ("observed", "median", "low80", "high80", "low95", "high95", "no_change", "linear")
Row = dict[str, object]
SCHEMA = pl.Schema(
    {
        "indicator": pl.String(),
        "place": pl.String(),
        "year": pl.Int64(),
        "horizon": pl.Int64(),
        **{name: pl.Float64() for name in FLOATS},
        "distorted": pl.Boolean(),
    }
)


SUMMARY = pl.Schema(
    {
        "origin": pl.Int64(),
        "indicator": pl.String(),
        "years": pl.String(),
        "cells": pl.Int64(),
        **{name: pl.Float64() for name in ("covered80", "covered95", *METHODS)},
    }
)


def back_project(
    pack: Pack,
    flows: EstimatedFlows | None,
    *,
    year: int = BACK_YEAR,
    draws: int,
    seed: int,
    errors: ErrorModel | None = None,
    country: Country | None = None,
) -> BackProjection:
    """Project from a past year to the last counted one and compare.

    Parameters
    ----------
    flows
        As for ``reconstruct``.
    errors
        The error model; by default the one learnt from the years before ``year`` alone.
    country
        As for ``reconstruct``.

    Raises
    ------
    ModelError
        What ``reconstruct`` and ``learn_errors`` raise.
    """
    internal, caveats = margins_of(pack)
    last = int(internal.years[-1])
    baseline = reconstruct(pack, flows, year=year, until=last + 1, variant=VARIANT, country=country)
    model = errors or learn_errors(pack, until=year - 1, source="past")
    feedback = Feedback.none(baseline.rates)
    paths = model.draw(baseline.rates, feedback, draws, seed)
    found = project(baseline.start, baseline.rates, paths, feedback, groups={}, ages=False)
    rows = move_rows(found, baseline, internal, caveats) + stock_rows(found, pack)
    frame = pl.DataFrame(rows, schema=SCHEMA).with_columns(quality=pl.lit("estimated"))
    problems = (
        f"The places' population of {year} is reconstructed back from later counts, but for those whose "
        "population was published for that year.",
        "Fertility and mortality before the origin are those of the 2024 revision, not those known then.",
    )
    return BackProjection(year, frame, coverage_of(frame), errors_of(frame), problems)


def move_rows(
    found: Projection, baseline: Baseline, internal: InternalMigration, caveats: tuple[Caveat, ...]
) -> list[Row]:
    """Registered arrivals, departures and their difference by place and year."""
    spoilt = [caveat for caveat in caveats if caveat.effect is Effect.NOT_COMPARABLE]
    columns = [internal.column(place) for place in baseline.start.places]
    counted = {
        "in_migrants": internal.in_migrants[:, columns],
        "out_migrants": internal.out_migrants[:, columns],
    }
    counted["net_internal"] = counted["in_migrants"] - counted["out_migrants"]
    years = found.years[:-1].tolist()
    rows: list[Row] = []
    for indicator, name in zip(MOVES, ("arrivals", "departures", "net_internal"), strict=True):
        said = np.quantile(found.values(name), QUANTILES, axis=0)
        sides = MOVES[:2] if indicator == "net_internal" else (indicator,)
        for column, place in enumerate(baseline.start.places):
            series = dict(zip(internal.years.tolist(), counted[indicator][:, column].tolist(), strict=True))
            past = [series.get(year, np.nan) for year in range(years[0] - MEMORY, years[0])]
            rivals = naive(np.array(past), len(years), positive=indicator != "net_internal")
            distorted = [
                any(c.covers(column=s, place=place, year=year) for c in spoilt for s in sides)
                for year in years
            ]
            rows += compared(indicator, place, years, series, said[:, :, column], rivals, distorted)
    return rows


def stock_rows(found: Projection, pack: Pack) -> list[Row]:
    """Population of the country, and of the places for which it is published, in the middle of years."""
    start, years = int(found.years[0]), found.years[1:].tolist()
    tables: list[tuple[str, NDArray[Any], dict[int, float], int]] = []
    if pack.has(COUNTRY):
        series = dict(pack.table(COUNTRY).frame.select("year", "population").iter_rows())
        tables.append((pack.country, found.persons.sum(axis=2), series, years[-1] + 1))
    if pack.has(PLACES):
        table = pack.table(PLACES)
        doubtful = [c.years[0] for c in table.caveats if c.effect is Effect.DOUBTFUL and c.years]
        # A base that changed within the years stays changed after them.
        broken = min((year for year in doubtful if year > start), default=years[-1] + 1)
        for (place,), own in table.frame.group_by("place", maintain_order=True):
            if place in found.places:
                persons = found.persons[:, :, found.places.index(str(place))]
                tables.append(
                    (str(place), persons, dict(own.select("year", "population").iter_rows()), broken)
                )
    rows: list[Row] = []
    for place, persons, series, broken in tables:
        said = np.quantile(persons[:, 1:], QUANTILES, axis=0)
        past = [series.get(year, np.nan) for year in range(start - MEMORY + 1, start + 1)]
        rivals = naive(np.array(past), len(years), positive=True)
        distorted = [year >= broken for year in years]
        rows += compared("population", place, years, series, said, rivals, distorted)
    return rows


def compared(
    indicator: str,
    place: str,
    years: list[int],
    counted: dict[int, float],
    said: NDArray[Any],
    rivals: Array,
    distorted: list[bool],
) -> Iterator[Row]:
    """What was said (5 x T) and what the rivals say (2 x T), in the years that were counted."""
    for step, year in enumerate(years):
        observed = counted.get(year)
        if observed is None or not np.isfinite(observed):
            continue
        low95, low80, median, high80, high95 = (float(value) for value in said[:, step])
        no_change, linear = (float(v) if np.isfinite(v) else None for v in rivals[:, step])
        yield {
            "indicator": indicator,
            "place": place,
            "year": year,
            "horizon": step + 1,
            "observed": float(observed),
            "median": median,
            "low80": low80,
            "high80": high80,
            "low95": low95,
            "high95": high95,
            "no_change": no_change,
            "linear": linear,
            "distorted": distorted[step],
        }


def naive(past: Array, ahead: int, *, positive: bool) -> Array:
    """2 x ``ahead`` forecasts: the last value stays; the straight line through the last years goes on."""
    known = np.flatnonzero(np.isfinite(past))
    if known.size < 2:
        return np.full((2, ahead), np.nan)
    slope, level = np.polyfit(known, past[known], 1)
    line = level + slope * (past.size - 1 + np.arange(1, ahead + 1))
    return np.stack([np.full(ahead, past[known[-1]]), np.maximum(line, 0) if positive else line])


def both_sets(frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """All rows, and those whose count is comparable with the years before."""
    return [("all", frame), ("undistorted", frame.filter(~pl.col("distorted")))]


def coverage_of(frame: pl.DataFrame) -> pl.DataFrame:
    """indicator, years, horizon (0: all), cells, covered80, covered95, quality."""
    tables = []
    inside = {
        f"covered{level}": pl.col("observed").is_between(pl.col(f"low{level}"), pl.col(f"high{level}"))
        for level in (80, 95)
    }
    for years, rows in both_sets(frame):
        shares = [pl.len().cast(pl.Int64).alias("cells"), *(e.mean().alias(n) for n, e in inside.items())]
        by_horizon = rows.group_by("indicator", "horizon").agg(shares)
        overall = rows.group_by("indicator").agg(shares).with_columns(horizon=pl.lit(0, pl.Int64))
        both = pl.concat([overall.select(by_horizon.columns), by_horizon])
        tables.append(both.with_columns(years=pl.lit(years)))
    return (
        pl.concat(tables)
        .select("indicator", "years", "horizon", "cells", *inside)
        .sort("indicator", "years", "horizon")
        .with_columns(quality=pl.lit("estimated"))
    )


def errors_of(frame: pl.DataFrame) -> pl.DataFrame:
    """indicator, years, method, cells, mean_error, percent, quality; the same cells for every method."""
    rows = []
    named = frame.rename({"median": "outlook"}).drop_nulls(list(METHODS))
    for years, chosen in both_sets(named):
        for (indicator,), cells in chosen.group_by("indicator", maintain_order=True):
            size = float(cells["observed"].abs().mean())  # type: ignore[arg-type]
            for method in METHODS:
                error = float((cells[method] - cells["observed"]).abs().mean())  # type: ignore[arg-type]
                rows.append((indicator, years, method, cells.height, error, 100 * error / size))
    schema = {
        "indicator": pl.String,
        "years": pl.String,
        "method": pl.String,
        "cells": pl.Int64,
        "mean_error": pl.Float64,
        "percent": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(quality=pl.lit("estimated"))


def empty() -> BackProjection:
    """None was made."""
    frame = pl.DataFrame(schema=SCHEMA).with_columns(quality=pl.lit("estimated"))
    return BackProjection(0, frame, coverage_of(frame), errors_of(frame), ())


NO_BACK = empty()


def summary_of(projections: Sequence[BackProjection]) -> pl.DataFrame:
    """Back-projections from several origins beside each other, each over all of its horizons.

    Returns
    -------
    DataFrame
        origin, indicator, years, cells, covered80, covered95, outlook, no_change, linear (mean absolute
        errors, per cent of the mean observed), quality.
    """
    tables = [pl.DataFrame(schema=SUMMARY)]
    for one in projections:
        wide = one.errors.pivot(on="method", index=["indicator", "years"], values="percent")
        overall = one.coverage.filter(pl.col("horizon") == 0).join(
            wide, on=["indicator", "years"], how="left"
        )
        tables.append(overall.with_columns(origin=pl.lit(one.year, pl.Int64)).select(list(SUMMARY)))
    return pl.concat(tables).with_columns(quality=pl.lit("estimated"))
