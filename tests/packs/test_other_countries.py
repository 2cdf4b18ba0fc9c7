"""Countries whose tables serve as evidence: totals, completeness, borders, and the caveats."""

import polars as pl
import pytest

from nuudel.base.packs import Pack, load_pack

PLACES = {"australia": 15, "brazil": 27, "canada": 10, "uk": 12}
TOTALS = {"australia": 1_313_518, "brazil": 5_012_254, "canada": 830_460, "uk": 1_591_416}
# Departures and arrivals that the Australian source prints beside its table.
AUSTRALIA_OUT = [204822, 171358, 158572, 94379, 150407, 162375, 69528, 35352]
AUSTRALIA_OUT += [88347, 59068, 16769, 22771, 23984, 14248, 41538]
AUSTRALIA_IN = [119308, 190047, 145089, 115683, 159319, 210448, 57139, 38179]
AUSTRALIA_IN += [94040, 64449, 18268, 23365, 21423, 11970, 44791]


@pytest.fixture(params=sorted(PLACES))
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def flows(name: str) -> pl.DataFrame:
    return load_pack(name).table("migration_flows").frame


def cell(name: str, origin: str, destination: str) -> int:
    rows = flows(name).filter(pl.col("origin") == origin, pl.col("destination") == destination)
    return int(rows["migrants"].item())


def test_every_pair_is_there_once_and_adds_up(pack: Pack) -> None:
    rows = pack.table("migration_flows").frame
    places = pack.table("places").frame["code"].to_list()[1:]
    assert len(places) == PLACES[pack.name]
    pairs = {(a, b) for a in places for b in places if a != b}
    assert set(rows.select("origin", "destination").iter_rows()) == pairs
    assert rows.height == len(pairs)
    assert rows["migrants"].sum() == TOTALS[pack.name]


def test_distances_are_symmetric(pack: Pack) -> None:
    rows = pack.table("migration_flows").frame.select("origin", "destination", "distance_km").iter_rows()
    km = {(a, b): d for a, b, d in rows}
    assert all(d == km[b, a] > 0 for (a, b), d in km.items())


def test_neighbours_are_near(pack: Pack) -> None:
    pairs = set(pack.table("neighbours").frame.iter_rows())
    assert all((b, a) not in pairs and a != b for a, b in pairs)
    rows = pack.table("migration_flows").frame
    near = [d for a, b, d in rows[["origin", "destination", "distance_km"]].iter_rows() if (a, b) in pairs]
    assert sum(near) / len(near) < rows["distance_km"].mean() / 1.5


def test_australia_has_the_printed_margins() -> None:
    table = flows("australia")
    out = table.group_by("origin").agg(pl.col("migrants").sum()).sort("origin")
    arrived = table.group_by("destination").agg(pl.col("migrants").sum()).sort("destination")
    assert out["migrants"].to_list() == AUSTRALIA_OUT
    assert arrived["migrants"].to_list() == AUSTRALIA_IN


@pytest.mark.parametrize(
    ("name", "origin", "destination", "migrants"),
    [
        ("brazil", "BR29", "BR35", 248_599),  # Bahia to São Paulo, the largest
        ("brazil", "BR53", "BR52", 66_992),  # the Federal District to Goiás
        ("canada", "CA24", "CA35", 99_430),  # Quebec to Ontario, the largest
        ("uk", "GBE12000007", "GBE12000008", 124_751),  # London to the South East, the largest
        ("australia", "AU1GSYD", "AU1RNSW", 91_031),  # Sydney to the rest of its state, the largest
    ],
)
def test_single_figures(name: str, origin: str, destination: str, migrants: int) -> None:
    assert cell(name, origin, destination) == migrants
    if (name, origin) != ("brazil", "BR53"):
        assert flows(name)["migrants"].max() == migrants


def test_neighbours_of_some() -> None:
    pairs = load_pack("brazil").table("neighbours").frame
    bahia = pairs.filter((pl.col("place") == "BR29") | (pl.col("neighbour") == "BR29"))
    assert bahia.height == 8  # no state of Brazil has more
    canada = load_pack("canada").table("neighbours").frame
    assert not canada.filter((pl.col("place") == "CA11") | (pl.col("neighbour") == "CA11")).height


def test_migration_flows__five_years_ago() -> None:
    # More than a yearly rate: 3.4 per cent of Brazil's 146.8 million, 3.8 of Canada's 21.6 million
    # and 6.1 of Australia's 21.5 million people; one table each.
    people = {"brazil": 146_825_475, "canada": 21_568_311, "australia": 21_507_717}
    rates = {name: flows(name)["migrants"].sum() / number for name, number in people.items()}
    assert min(rates.values()) > 0.03
    assert all(flows(name)["year"].n_unique() == 1 for name in people)


def test_migration_flows__rounded_to_five() -> None:
    assert (flows("canada")["migrants"] % 5 == 0).all()
    assert not (flows("brazil")["migrants"] % 5 == 0).all()


def test_migration_flows__register_moves() -> None:
    # 2.4 per cent of 66.4 million people in one year, students among them.
    assert flows("uk")["migrants"].sum() / 66_435_550 == pytest.approx(0.024, abs=0.001)
