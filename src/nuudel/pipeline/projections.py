"""Tables of projections beyond the report's: every draw, the accounts, and soums nested in their aimags."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import Pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.projection.accounts import account
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.projection.nested import nested_paths
from nuudel.model.projection.result import Projection
from nuudel.model.projection.spread import Engine, project_spread
from nuudel.pipeline.ground import Ground

MOVES = ("arrivals", "departures", "immigrants", "emigrants")
QUANTILES = {"low95": 0.025, "low80": 0.1, "median": 0.5, "high80": 0.9, "high95": 0.975}


def draw_frame(
    ground: Ground, draws: int, seed: int, engine: Engine | None = None, scheduler: str | None = None
) -> pl.DataFrame:
    """People by place, year and draw: ``place, year, draw, persons, quality``."""
    base = ground.baseline
    found = project_spread(
        base.start,
        base.rates,
        ground.draws(draws, seed),
        ground.feedback,
        ages=False,
        engine=engine,
        scheduler=scheduler,
    )
    d, t, r = found.persons.shape
    return pl.DataFrame(
        {
            "place": np.tile(np.array(found.places), d * t),
            "year": np.tile(np.repeat(found.years, r), d),
            "draw": np.repeat(np.arange(1, d + 1), t * r),
            "persons": found.persons.ravel().astype(np.float64).round(1),
            "quality": "estimated",
        }
    )


def account_frame(ground: Ground) -> pl.DataFrame:
    """The accounts of the central path: ``year, component, place, partner, persons, quality``.

    Components of a place are ``people`` (in the middle of the year), ``births``, ``deaths``, ``arrivals``,
    ``departures``, ``immigrants`` and ``emigrants`` of the year that follows; ``moves`` are from a place to
    its partner; ``emigrants_to`` and ``immigrants_from`` have a partner abroad and no place.
    """
    base = ground.baseline
    path = Paths.none(base.rates, ground.feedback) + base.past
    found = account(base.start, base.rates, path, ground.feedback)
    cells, places, abroad = (2, 3), np.array(found.places), np.array(found.corridors)
    by_place = {
        "people": found.persons.sum(axis=cells),
        "births": found.births.sum(axis=2),
        "deaths": found.deaths.sum(axis=cells) + found.newborn_deaths.sum(axis=2),
        **{name: getattr(found, name).sum(axis=cells) for name in MOVES},
    }
    parts = [rows(found.years, name, values, places[:, None], "") for name, values in by_place.items()]
    between = rows(found.years, "moves", found.moves, places[:, None], places[None, :])
    parts.append(between.filter(pl.col("place") != pl.col("partner")))
    corridors = {"emigrants_to": found.emigrants_to, "immigrants_from": found.immigrants_from}
    parts += [rows(found.years, name, values, "", abroad[:, None]) for name, values in corridors.items()]
    return pl.concat(parts).with_columns(quality=pl.lit("estimated"))


def rows(years: NDArray[Any], component: str, values: NDArray[Any], place: Any, partner: Any) -> pl.DataFrame:
    """One row for each figure; ``place`` and ``partner`` name the axes after the years."""
    shape = values.shape[1:] if values.ndim == 3 else (*values.shape[1:], 1)
    names = {
        name: np.tile(np.broadcast_to(codes, shape).ravel(), len(values))
        for name, codes in (("place", place), ("partner", partner))
    }
    year = np.repeat(years[: len(values)], int(np.prod(shape)))
    return pl.DataFrame(
        {"year": year, "component": [component] * year.size, **names, "persons": values.ravel()}
    )


def project_soums(pack: Pack, ground: Ground, draws: int, seed: int) -> Projection:
    """The lower places along the same draws; in each of them they add up to the upper places."""
    upper = ground.baseline
    paths = ground.draws(draws, seed)
    above = project(upper.start, upper.rates, paths, ground.feedback, ages=False)
    lower = reconstruct(pack, ground.flows, level="soum")
    within = nested_paths(
        paths, ground.feedback, above.pressure.astype(np.float64), above.places, lower.parents
    )
    return project(lower.start, lower.rates, within, Feedback.none(lower.rates), ages=False)


def soum_frame(pack: Pack, ground: Ground, draws: int, seed: int) -> pl.DataFrame:
    """People of soums by year and age group: ``place, year, group, low95 … high95, quality``."""
    found = project_soums(pack, ground, draws, seed)
    parts = []
    for group in found.groups:
        bounds = found.quantiles(group, tuple(QUANTILES.values()))
        _, t, r = bounds.shape
        parts.append(
            pl.DataFrame(
                {
                    "place": np.tile(np.array(found.places), t),
                    "year": np.repeat(found.years, r),
                    "group": [group] * (t * r),
                    **{name: bounds[i].ravel().round(1) for i, name in enumerate(QUANTILES)},
                    "quality": ["estimated"] * (t * r),
                }
            )
        )
    return pl.concat(parts)
