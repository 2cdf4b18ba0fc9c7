"""This projection beside the United Nations': how far apart they are, and what each component makes of it."""

from dataclasses import replace

import numpy as np
import polars as pl

from nuudel.base.packs import Pack
from nuudel.model.baseline.result import Baseline
from nuudel.model.projection.accounts import Accounts, account
from nuudel.model.projection.inputs import Array, Feedback, Paths, StartingPopulation

PROJECTION = "wpp2024_population_projection"
COMPONENTS = "wpp2024_components"
THOUSAND = 1000.0
NO_COMPARISON = pl.DataFrame(
    schema={
        "year": pl.Int64,
        **dict.fromkeys(("median", "low80", "high80", "wpp_median", "wpp_low80", "wpp_high80"), pl.Float64),
        "quality": pl.String,
    }
)
NO_REASONS = pl.DataFrame(
    schema={
        "component": pl.String,
        "difference_persons": pl.Float64,
        "explanation": pl.String,
        "quality": pl.String,
    }
)


def has_projection(pack: Pack) -> bool:
    """Whether the pack brings the United Nations' projection and its components."""
    return pack.has(PROJECTION) and pack.has(COMPONENTS)


def wpp_midyear(pack: Pack) -> dict[int, float]:
    """Persons in the middle of each year by WPP 2024: its estimates, then its median projection.

    The projection's table has the ends of years; the yearly changes lead back from its first one.
    """
    ends = {
        int(year): THOUSAND * (men + women)
        for year, men, women in pack.table(PROJECTION)
        .frame.select("year", "male_thousand", "female_thousand")
        .iter_rows()
    }
    changes = dict(pack.table(COMPONENTS).frame.select("year", "population_change_thousand").iter_rows())
    year = min(ends)
    while year in changes:
        ends[year - 1] = ends[year] - THOUSAND * changes[year]
        year -= 1
    return {year: (ends[year - 1] + end) / 2 for year, end in ends.items() if year - 1 in ends}


def compare_with_wpp(pack: Pack, years: Array, country: Array) -> pl.DataFrame:
    """Median and 80 % interval of the country, here and in WPP 2024, in the middle of years.

    Parameters
    ----------
    years
        T + 1.
    country
        3 x T+1 persons: 10 %, 50 % and 90 %.

    Returns
    -------
    DataFrame
        year, median, low80, high80, wpp_median, wpp_low80, wpp_high80, quality. The United Nations' bounds
        are given for the ends of years: the mean of two ends stands for the middle between them.
    """
    ends, middle = pack.table(PROJECTION).frame, wpp_midyear(pack)
    bounds = {}
    for side in ("lower", "upper"):
        given = dict(ends.select("year", f"total_{side}_80_thousand").iter_rows())
        bounds[side] = [
            THOUSAND * (given[year - 1] + given[year]) / 2 if {year - 1, year} <= set(given) else None
            for year in years.astype(int).tolist()
        ]
    return pl.DataFrame(
        {
            "year": years.astype(np.int64),
            "median": country[1],
            "low80": country[0],
            "high80": country[2],
            "wpp_median": [middle.get(int(year)) for year in years],
            "wpp_low80": bounds["lower"],
            "wpp_high80": bounds["upper"],
        },
        schema_overrides={"wpp_median": pl.Float64, "wpp_low80": pl.Float64, "wpp_high80": pl.Float64},
    ).with_columns(quality=pl.lit("estimated"))


def explain_difference(
    pack: Pack, baseline: Baseline, feedback: Feedback, median: float, year: int
) -> pl.DataFrame:
    """What makes up the difference between this projection's median and WPP 2024 in one year.

    The projection is repeated without errors from a start of the United Nations' size: what that
    changes is the part of the starting population, with its children. What is left is split by the accounts:
    births, deaths and migration until then, each against the United Nations' (calendar years, half and half).

    Returns
    -------
    DataFrame
        component (``start``, ``births``, ``deaths``, ``migration``, ``spread``, ``rounding``, ``total``),
        difference_persons, explanation (key), quality. All but the last sum to ``total``.
    """
    first = baseline.start.year
    steps = year - first
    paths = Paths.none(baseline.rates, feedback) + baseline.past
    central = account(baseline.start, baseline.rates, paths, feedback)
    middle = wpp_midyear(pack)
    size, wpp = middle[first], middle[year]
    same = account(resized(baseline.start, size), baseline.rates, paths, feedback)
    here, there = totals(same, steps), wpp_totals(pack, first, year)
    parts = {
        "start": float(central.persons[steps].sum() - same.persons[steps].sum()),
        "births": here["births"] - there["births"],
        "deaths": there["deaths"] - here["deaths"],
        "migration": here["migration"] - there["migration"],
        "spread": median - float(central.persons[steps].sum()),
    }
    parts["rounding"] = median - wpp - sum(parts.values())
    parts["total"] = median - wpp
    return pl.DataFrame(
        {
            "component": list(parts),
            "difference_persons": list(parts.values()),
            "explanation": list(parts),
            "quality": "estimated",
        }
    )


def resized(start: StartingPopulation, total: float) -> StartingPopulation:
    """The same shares of places, sexes and ages with another total."""
    return replace(start, persons=start.persons * (total / start.persons.sum()))


def totals(accounts: Accounts, steps: int) -> dict[str, float]:
    """Births, deaths and net international migration of the first ``steps`` years, persons."""
    deaths = accounts.deaths[:steps].sum() + accounts.newborn_deaths[:steps].sum()
    migration = accounts.immigrants[:steps].sum() - accounts.emigrants[:steps].sum()
    return {
        "births": float(accounts.births[:steps].sum()),
        "deaths": float(deaths),
        "migration": float(migration),
    }


def wpp_totals(pack: Pack, first: int, year: int) -> dict[str, float]:
    """The United Nations' births, deaths and net migration from the middle of one year to that of another."""
    frame = pack.table(COMPONENTS).frame.filter(pl.col("year").is_between(first, year)).sort("year")
    # Half of the first and of the last calendar year lies outside.
    weights = np.ones(frame.height)
    weights[[0, -1]] = 0.5
    columns = {
        "births": "births_thousand",
        "deaths": "deaths_thousand",
        "migration": "net_migration_thousand",
    }
    return {name: float(THOUSAND * (weights @ frame[column].to_numpy())) for name, column in columns.items()}
