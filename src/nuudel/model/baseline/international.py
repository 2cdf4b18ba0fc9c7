"""Moves across the border by corridor, from stocks of migrants: an order of magnitude, not a count."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from nuudel.model.baseline.tables import STOCKS, Country
from nuudel.model.projection.inputs import Array

# Partners with a corridor of their own; the others are one corridor.
CORRIDORS = 5
OTHER = "other"
# Years that a migrant stays before the next move across the border: no data; 3 to 12 is the stated range.
STAY = 6.0
STAY_RANGE = (3.0, 12.0)
SIZES = {"united_nations": 1.0, "balanced": 1.0, "half": 0.5, "twice": 2.0}
# A pack may state moves of its own: corridor, place (empty for all), emigrants and immigrants a year.
STATED = "international_corridors"
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Corridors:
    """Moves a year across the border before they are brought to the country's net migration.

    Attributes
    ----------
    names
        C names: codes of partner countries, ``other``, and those that a pack states.
    emigrants, immigrants
        C x R persons a year.
    """

    names: tuple[str, ...]
    emigrants: Array
    immigrants: Array


def corridors(country: Country, people: Array, year: int, choice: str) -> Corridors:
    """Gross moves of each corridor, from the latest two stocks before a year.

    With A citizens abroad, F foreigners in the country and a mean stay of s years, A/s return and F/s leave
    again; as many set out, and the growth of each stock besides:
    emigrants = (A + F)/s + max(ΔA, 0), immigrants = (A + F)/s + max(ΔF, 0). Both are spread over places as
    people are, but for what a pack states.

    Parameters
    ----------
    people
        R persons.
    """
    abroad, inside, more_abroad, more_inside = stocks(country, year)
    names = list(abroad)
    churn = np.array([(abroad[n] + inside[n]) / STAY for n in names])
    out = churn + np.maximum([more_abroad[n] for n in names], 0)
    back = churn + np.maximum([more_inside[n] for n in names], 0)
    share = people / people.sum()
    emigrants, immigrants = out[:, None] * share, back[:, None] * share
    if country.pack.has(STATED):
        names, emigrants, immigrants = with_stated(country, share, names, emigrants, immigrants)
    size = SIZES[choice]
    return Corridors(tuple(names), np.maximum(size * emigrants, LEAST), np.maximum(size * immigrants, LEAST))


def stocks(country: Country, year: int) -> tuple[dict[str, float], ...]:
    """By corridor: citizens abroad, foreigners inside, and the yearly growth of both."""
    frame = country.pack.table(STOCKS).frame.filter(pl.col("year") <= year)
    latest = sorted(frame["year"].unique().to_list())[-2:]
    home = country.pack.country
    sides: list[dict[tuple[int, str], float]] = []
    for here, there in (("origin", "destination"), ("destination", "origin")):
        rows = frame.filter(pl.col(here) == home).select("year", there, "persons").iter_rows()
        sides.append({(y, p): float(n or 0) for y, p, n in rows})
    partners = {p for side in sides for _, p in side}
    now = latest[-1] if latest else year
    size = {p: sum(side.get((now, p), 0.0) for side in sides) for p in partners}
    kept = sorted(partners, key=lambda p: (-size[p], p))[:CORRIDORS]
    begun = latest[0] if latest else year
    span = max(now - begun, 1)
    sizes = [grouped({p: side.get((now, p), 0.0) for p in partners}, kept) for side in sides]
    growth = [
        grouped({p: (side.get((now, p), 0.0) - side.get((begun, p), 0.0)) / span for p in partners}, kept)
        for side in sides
    ]
    return (*sizes, *growth)


def grouped(values: dict[str, float], kept: list[str]) -> dict[str, float]:
    """The kept partners and the sum of the others."""
    found = {name: values.get(name, 0.0) for name in kept}
    found[OTHER] = sum(value for name, value in values.items() if name not in kept)
    return found


def with_stated(
    country: Country, share: Array, names: list[str], emigrants: Array, immigrants: Array
) -> tuple[list[str], Array, Array]:
    """Corridors with what the pack states added: a row without a place is spread as people are."""
    table = country.pack.table(STATED).frame
    for corridor, place, out, back in table.select(
        "corridor", "place", "emigrants", "immigrants"
    ).iter_rows():
        if corridor not in names:
            names = [*names, corridor]
            empty = np.zeros((1, share.size))
            emigrants, immigrants = np.vstack([emigrants, empty]), np.vstack([immigrants, empty])
        where = share if place is None else np.array([float(code == place) for code in country.places])
        emigrants[names.index(corridor)] += out * where
        immigrants[names.index(corridor)] += back * where
    return names, emigrants, immigrants
