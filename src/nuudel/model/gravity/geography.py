"""Covariates of the map: who lives between two places, and how near a destination is to the others.

They are computed once, on the panel of all places; they use populations and distances, never flows.
"""

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.protocol import Floats, covariate, positions
from nuudel.model.panel import FlowPanel


def with_intervening_population(
    panel: FlowPanel,
    *,
    distance: str = "distance_km",
    population: str = "destination_population",
    name: str = "intervening_population",
    total: str = "total_population",
) -> FlowPanel:
    """The panel with s(i, j), the people nearer to the origin than the destination, and with all people.

    Parameters
    ----------
    panel
        Must hold the distance of every pair of its places in some period, and the population of every
        destination in every period.
    distance, population
        Names of the covariates read. A place exactly as far as the destination counts as between.
    name, total
        Names of the covariates written: s(i, j), which counts neither origin nor destination, and the people
        of all destinations in the period.

    Raises
    ------
    ModelError
        ``MODEL-201``; ``MODEL-206``: a distance or population is missing, so that the sum would be short.

    Notes
    -----
    Source: Simini, Gonzalez, Maritan & Barabasi (2012), Nature 484, 96-100.
    """
    away, people = distances(panel, distance), destination_values(panel, population)
    order = np.argsort(away, axis=1, kind="stable")
    far = np.take_along_axis(away, order, axis=1)
    # the last place of each run of equal distances, so that ties count as between
    ends = np.array([np.searchsorted(row, row, side="right") - 1 for row in far])
    between = np.empty(panel.flow.size)
    for period in np.unique(panel.period):
        here = panel.period == period
        running = np.cumsum(reached(people[period], away, order), axis=1)
        within = np.empty_like(away)
        np.put_along_axis(within, order, np.take_along_axis(running, ends, axis=1), axis=1)
        between[here] = (within - people[period])[panel.origin[here], panel.destination[here]]
    everybody = people.sum(axis=1)[panel.period]
    return panel.with_covariates(**{name: np.maximum(between, 0.0), total: everybody})


def reached(people: Floats, away: Floats, order: np.ndarray) -> Floats:
    """People of the places in order of distance from each origin; the origin itself counts nothing."""
    return np.take_along_axis(np.where(np.isfinite(away), people, 0.0), order, axis=1)


def with_accessibility(
    panel: FlowPanel,
    *,
    distance: str = "distance_km",
    population: str = "destination_population",
    name: str = "accessibility",
    decay: float = 1.0,
) -> FlowPanel:
    """The panel with the accessibility of each destination to the other destinations.

    A(i, j) = Σ P(k) / d(j, k)^decay over the places k other than i and j: people per km where decay is 1.

    Raises
    ------
    ModelError
        ``MODEL-201``; ``MODEL-206``: a distance between two destinations is missing or zero.

    Notes
    -----
    Source: Fotheringham (1983), Environment and Planning A 15, 15-36, with the decay of 1 used there.
    """
    away, people = distances(panel, distance), destination_values(panel, population)
    row = positions(panel.destinations, panel.origins)
    if (row < 0).any():
        raise missing(distance)
    apart = away[row]  # destination by destination
    if not (apart > 0).all():
        raise missing(distance)
    pull = np.where(np.isfinite(apart), apart, np.inf) ** -decay
    column = positions(panel.origins, panel.destinations)[panel.origin]
    values = np.empty(panel.flow.size)
    for period in np.unique(panel.period):
        here = panel.period == period
        to, by = panel.destination[here], column[here]
        own = np.where(by >= 0, pull[to, by] * people[period][by], 0.0)
        values[here] = (pull @ people[period])[to] - own
    return panel.with_covariates(**{name: values})


def distances(panel: FlowPanel, name: str) -> Floats:
    """Shape (origins, destinations): the last given distance; infinite from a place to itself."""
    away = np.full(panel.shape[1:], np.nan)
    away[panel.origin, panel.destination] = covariate(panel, name)
    itself = np.array(panel.origins)[:, None] == np.array(panel.destinations)[None]
    away[itself] = np.inf
    if np.isnan(away).any():
        raise missing(name)
    return away


def destination_values(panel: FlowPanel, name: str) -> Floats:
    """Shape (periods, destinations): the value of each destination; NaN in periods without cells."""
    values = np.full((panel.shape[0], panel.shape[2]), np.nan)
    values[panel.period, panel.destination] = covariate(panel, name)
    held = np.isin(np.arange(panel.shape[0]), panel.period)
    if np.isnan(values[held]).any():
        raise missing(name)
    return values


def missing(name: str) -> ModelError:
    return ModelError(
        206,
        f"{name!r} is not known for all places, so that a sum over places would be too small.",
        "Compute the covariate on the panel of all places, before leaving any out.",
        (name,),
    )
