"""Who goes where, year by year: estimated routes with their ranges, or counted flows."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.publication.charts.style import known_decimals
from nuudel.publication.report.material import Material

Row = list[str | int | None]
# Fewer persons than this, and at most as many in the range, are no route to speak of.
FEWEST = 0.5


def flows_of(material: Material) -> dict[int, dict[str, object]]:
    """The content of ``flows-<year>.json`` by year; empty where nothing is known of routes."""
    if material.flows is not None:
        return {year: flow_file(year, "observed", rows) for year, rows in counted_rows(material).items()}
    if material.routes is not None:
        flows = material.routes.flows
        return {
            year: flow_file(year, str(flows.quality), estimated_rows(flows, t))
            for t, year in enumerate(flows.years)
        }
    return {}


def flow_file(year: int, quality: str, rows: list[Row]) -> dict[str, object]:
    return {"year": year, "quality": quality, "rows": rows}


def counted_rows(material: Material) -> dict[int, list[Row]]:
    """Counted flows between two places, largest first; nothing stands where nobody moved."""
    frame = material.migration_table.frame
    frame = frame.select("year", "origin", "destination", "migrants").sort(
        ["year", "migrants", "origin", "destination"], descending=[False, True, False, False]
    )
    found: dict[int, list[Row]] = {}
    for year, origin, destination, persons in frame.iter_rows():
        rows = found.setdefault(year, [])
        if origin != destination and persons:
            rows.append([origin, destination, round(persons), None, None])
    return found


def estimated_rows(flows: EstimatedFlows, t: int) -> list[Row]:
    """Estimated routes of one year with their 80 % ranges, rounded to what is known, largest first."""
    mean, low, high = flows.mean[t], flows.low80[t], flows.high80[t]
    order = np.argsort(-np.nan_to_num(mean), axis=None, kind="stable")
    rows: list[Row] = []
    for i, j in zip(*np.unravel_index(order, mean.shape), strict=True):
        if i == j or not np.isfinite(mean[i, j]) or max(mean[i, j], high[i, j]) < FEWEST:
            continue
        persons, least, most = rounded(mean[i, j], low[i, j], high[i, j])
        rows.append([flows.places[i], flows.places[j], persons, least, most])
    return rows


def rounded(value: float, low: float, high: float) -> tuple[int, int, int]:
    """A value and its range in whole persons, to the last digit that the range supports."""
    digits = min(known_decimals(low, high), 0)
    step = 10**-digits
    return (
        round(round(value / step) * step),
        round(round(low / step) * step),
        round(round(high / step) * step),
    )


def sums(rows: list[Row], places: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrivals and departures of each place as the sums of its routes, shape (n,) each."""
    at = {code: index for index, code in enumerate(places)}
    arrivals, departures = np.zeros((2, len(places)))
    for origin, destination, persons, *_ in rows:
        departures[at[str(origin)]] += float(persons or 0)
        arrivals[at[str(destination)]] += float(persons or 0)
    return arrivals, departures
