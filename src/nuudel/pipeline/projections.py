"""Tables of projections beyond the report's: every draw of the aimags, and soums nested in them."""

import numpy as np
import polars as pl

from nuudel.base.packs import Pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Feedback
from nuudel.model.projection.nested import nested_paths
from nuudel.model.projection.result import Projection
from nuudel.model.projection.spread import Engine, project_spread
from nuudel.pipeline.ground import Ground

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
