"""Austria: a country is data. Flows and margins against the original, and the caveats."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import Pack

EARTH_KM = 6371.0


def test_flows_are_those_of_the_original(austria: Pack, shared_data: Path) -> None:
    ours = austria.table("migration_flows").frame
    original = pl.read_csv(shared_data / "validation" / "austria_nuts2_2006.csv")
    assert ours.height == original.height == 72
    assert ours.select("origin", "destination", "migrants", "distance_km").rows() == (
        original.select("orig", "dest", "flow", "dist_km").rows()
    )
    margins = austria.table("internal_migration").frame
    out = dict(original.select("orig", "orig_outflow").iter_rows())
    arrived = dict(original.select("dest", "dest_inflow").iter_rows())
    assert dict(margins.select("place", "out_migrants").iter_rows()) == out
    assert dict(margins.select("place", "in_migrants").iter_rows()) == arrived


def test_every_pair_of_states_is_there_once(austria: Pack) -> None:
    flows = austria.table("migration_flows").frame
    places = austria.table("places").frame.filter(pl.col("level") == "state")["code"].to_list()
    assert len(places) == 9
    pairs = {(a, b) for a in places for b in places if a != b}
    assert set(flows.select("origin", "destination").iter_rows()) == pairs


def test_distances_are_symmetric(austria: Pack) -> None:
    flows = austria.table("migration_flows").frame
    there = {(a, b): km for a, b, km in flows.select("origin", "destination", "distance_km").iter_rows()}
    assert all(km == there[b, a] for (a, b), km in there.items())


def test_migration_flows__source_distances(austria: Pack) -> None:
    places = austria.table("places").frame
    at = {
        code: np.radians([lat, lon])
        for code, lat, lon in places.select("code", "latitude", "longitude").iter_rows()
    }
    flows = austria.table("migration_flows").frame
    ratios = []
    for a, b, km in flows.select("origin", "destination", "distance_km").iter_rows():
        (lat_a, lon_a), (lat_b, lon_b) = at[a], at[b]
        chord = (
            np.sin((lat_b - lat_a) / 2) ** 2
            + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
        )
        ratios.append(2 * EARTH_KM * np.arcsin(np.sqrt(chord)) / km)
    # The same country, other centres: alike on the whole, far apart for neighbours.
    assert np.median(ratios) == pytest.approx(1, abs=0.15)
    assert max(abs(ratio - 1) for ratio in ratios) > 0.15


def test_internal_migration__margins_exceed_flows(austria: Pack) -> None:
    margins = austria.table("internal_migration").frame
    assert austria.table("migration_flows").frame["migrants"].sum() == 89_575
    assert margins["in_migrants"].sum() == margins["out_migrants"].sum() == 94_243


def test_internal_migration__tyrol_in(austria: Pack) -> None:
    margins = austria.table("internal_migration").frame
    flows = austria.table("migration_flows").frame.group_by("destination").agg(pl.col("migrants").sum())
    sums = dict(flows.iter_rows())
    smaller = {p: n for p, n in margins.select("place", "in_migrants").iter_rows() if n < sums[p]}
    assert smaller == {"AT33": 3_923}
    assert sums["AT33"] == 3_952
