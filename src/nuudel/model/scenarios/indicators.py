"""What is told of a scenario beside its baseline: differences by place and year, and the cost."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from nuudel.model.projection.inputs import Array, Feedback, Paths
from nuudel.model.projection.result import Floats, Projection

EIGHTY = (0.1, 0.5, 0.9)
MILLION = 1e6


def difference_frame(
    scenario: str,
    ground: tuple[Projection, Paths],
    found: tuple[Projection, Paths],
    feedback: Feedback,
    stated_years: tuple[int, ...],
    country: str,
    capital: str,
    concept: str,
) -> pl.DataFrame:
    """Rows of ``ScenarioComparison.differences``: medians and 80 per cent intervals over the same draws.

    Parameters
    ----------
    ground, found
        The baseline and the scenario, D draws each, with the users of the capacities as groups, and the
        departures that they followed.
    """
    places = [*found[0].places, country]
    frames = []
    for year in stated_years:
        at = int(year - found[0].years[0])
        pairs = zip(measures(*ground, feedback, at), measures(*found, feedback, at), strict=True)
        for (name, unit, before), (_, _, after) in pairs:
            frames.append(rows(name, unit, with_country(before), with_country(after), places, year))
        before, after = (100 * p.share(capital)[:, at : at + 1] for p, _ in (ground, found))
        frames.append(rows("capital_share", "percentage points", before, after, [capital], year))
    return pl.concat(frames).select(
        pl.lit(scenario).alias("scenario"),
        pl.all(),
        pl.lit(concept).alias("concept"),
        pl.lit(found[0].quality).alias("quality"),
    )


def measures(
    projection: Projection, paths: Paths, feedback: Feedback, at: int
) -> Iterator[tuple[str, str, Floats]]:
    """Name, unit and D x R values at the beginning of a year; flows are those of the year before."""
    yield "population", "persons", projection.persons[:, at]
    yield "arrivals", "persons a year", projection.arrivals[:, at - 1]
    yield "departures", "persons a year", projection.departures[:, at - 1]
    # The last stock is at the end of the last year for which room is given.
    last = min(at, len(feedback.capacity) - 1)
    room = feedback.capacity[last] * np.exp(paths.capacity[:, last])
    for f, name in enumerate(projection.capacities):
        needed = projection.grouped[:, at, f]
        yield f"{name}_needed", "users", needed
        yield f"{name}_lacking", "users", np.maximum(needed - room[:, f], 0)


def with_country(values: Floats) -> Floats:
    """D x R+1: the country's sum after the places."""
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)


def rows(name: str, unit: str, before: Floats, after: Floats, places: list[str], year: int) -> pl.DataFrame:
    """One row for each place: medians of both, and the difference on the same draws."""
    before, after = before.astype(np.float64), after.astype(np.float64)
    low, median, high = np.quantile(after - before, EIGHTY, axis=0)
    return pl.DataFrame(
        {
            "indicator": [name] * len(places),
            "place": places,
            "year": [year] * len(places),
            "unit": [unit] * len(places),
            "baseline": np.median(before, axis=0),
            "value": np.median(after, axis=0),
            "low80": low,
            "median": median,
            "high80": high,
        }
    )


def cost_row(
    scenario: str,
    spent: Array,
    ground: Projection,
    found: Projection,
    capital: str,
    stated_years: tuple[int, ...],
) -> dict[str, object]:
    """A row of ``ScenarioComparison.cost``: in all, and for each person fewer or more in the capital."""
    year = stated_years[len(stated_years) // 2]
    at, here = int(year - found.years[0]), found.places.index(capital)
    change = (found.persons - ground.persons)[:, at, here].astype(float)
    total = spent.sum(axis=1) / MILLION
    low, median, high = np.quantile(total, EIGHTY)
    ends = np.quantile(change, EIGHTY)
    told = bool(median > 0 and ends[0] * ends[2] > 0)
    each = np.quantile(total / np.where(change == 0, np.nan, np.abs(change)), EIGHTY) if told else [None] * 3
    names = ("per_person_low80", "per_person_median", "per_person_high80")
    return {
        "scenario": scenario,
        "low80": float(low),
        "median": float(median),
        "high80": float(high),
        "unit": "million MNT",
        **{name: None if value is None else float(value) for name, value in zip(names, each, strict=True)},
        "capital_persons": float(ends[1]),
        "year": year,
        "quality": found.quality,
    }


def cost_frame(costs: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """``ScenarioComparison.cost``; costs for each person are numbers even where none is told."""
    each = {name: pl.Float64 for name in costs[0] if name.startswith("per_person")}
    return pl.DataFrame(costs, schema_overrides=each, infer_schema_length=None)
