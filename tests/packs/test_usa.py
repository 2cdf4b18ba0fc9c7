"""The United States: flows against the original, places against a second source, and the caveats."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import Pack, load_pack
from nuudel.places.distances import great_circle

# Internal points of the Census' gazetteer: another source of where a state is.
INTERNAL_POINTS = {
    "US01": (32.7396, -86.8435),
    "US06": (37.1486, -119.5407),
    "US32": (39.3311, -116.6151),
    "US48": (31.4347, -99.2818),
    "US50": (44.0605, -72.6734),
}
FARTHEST_KM = 300


@pytest.fixture(scope="module")
def usa() -> Pack:
    return load_pack("usa")


def test_flows_are_those_of_the_original(usa: Pack, shared_data: Path) -> None:
    original = pl.read_csv(shared_data / "validation" / "us_state_migration_2010_2019.csv")
    names = dict(usa.table("places").frame.select("code", "name_en").iter_rows())
    flows = usa.table("migration_flows").frame
    ours = {
        (names[a], names[b], year): n
        for a, b, year, n in flows.select("origin", "destination", "year", "migrants").iter_rows()
    }
    # The original names the columns the wrong way round (see the caveat columns_exchanged).
    theirs = {(b, a, int(year)): int(n) for a, b, n, year in original.iter_rows()}
    assert ours == theirs
    assert flows["migrants"].sum() == 71_745_905


def test_states_lie_where_a_second_source_has_them(usa: Pack) -> None:
    at = {c: (y, x) for c, y, x in usa.table("places").frame[["code", "latitude", "longitude"]].iter_rows()}
    for code, (lat, lon) in INTERNAL_POINTS.items():
        assert great_circle([at[code][0]], [at[code][1]], [lat], [lon])[0, 0] < FARTHEST_KM


def test_distances_are_those_between_the_places(usa: Pack) -> None:
    places = usa.table("places").frame.filter(pl.col("level") == "state")
    km = great_circle(places["latitude"].to_numpy(), places["longitude"].to_numpy())
    at = {code: i for i, code in enumerate(places["code"])}
    rows = usa.table("migration_flows").frame.filter(pl.col("year") == 2010)
    for a, b, printed in rows.select("origin", "destination", "distance_km").iter_rows():
        assert printed == pytest.approx(km[at[a], at[b]], abs=0.06)


def test_neighbours(usa: Pack) -> None:
    pairs = usa.table("neighbours").frame
    number = pl.concat([pairs["place"], pairs["neighbour"]]).value_counts()
    neighbours = dict(number.iter_rows())
    # Missouri and Tennessee have eight neighbours each, more than any other; Maine has one.
    assert {code for code, n in neighbours.items() if n == 8} == {"US29", "US47"}
    assert neighbours["US23"] == 1
    assert not {"US02", "US15"} & set(neighbours)


def test_migration_flows__sample_estimates(usa: Pack) -> None:
    # A tenth of the pairs of states that send thousands in most years have none in some year.
    flows = usa.table("migration_flows").frame
    pairs = flows.group_by("origin", "destination").agg(pl.col("migrants").alias("years"))
    counts = np.array(pairs["years"].to_list())
    assert ((counts.min(axis=1) == 0) & (counts.mean(axis=1) > 0)).mean() > 0.1
    spread = counts.std(axis=1) / np.maximum(counts.mean(axis=1), 1)
    small = counts.mean(axis=1) < 500
    assert np.median(spread[small]) > 0.5


def test_migration_flows__fifty_states(usa: Pack) -> None:
    flows = usa.table("migration_flows").frame
    assert flows["origin"].n_unique() == flows["destination"].n_unique() == 50
    assert "US11" not in set(flows["origin"])
    assert flows.group_by("year").len()["len"].to_list() == [50 * 49] * 10


def test_migration_flows__one_year_ago(usa: Pack) -> None:
    # About 2.3 per cent of 309 million people: a rate per year, not of five years or a lifetime.
    flows = usa.table("migration_flows").frame
    totals = flows.group_by("year").agg(pl.col("migrants").sum())["migrants"]
    assert totals.min() / 308_745_538 > 0.02
    assert totals.max() / 308_745_538 < 0.025


def test_migration_flows__columns_exchanged(usa: Pack) -> None:
    # Published by the Census Bureau for 2019: 82,235 from California to Texas; Florida gains people.
    flows = usa.table("migration_flows").frame.filter(pl.col("year") == 2019)
    cells = {(a, b): n for a, b, n in flows.select("origin", "destination", "migrants").iter_rows()}
    assert cells["US06", "US48"] == 82_235
    assert cells["US48", "US06"] < cells["US06", "US48"]
    net = {
        state: sum(n for (_, to), n in cells.items() if to == state)
        - sum(n for (of, _), n in cells.items() if of == state)
        for state in ("US06", "US12", "US36", "US48")
    }
    assert (net["US12"], net["US06"]) == (143_101, -172_985)
    assert net["US48"] > 0 > net["US36"]
