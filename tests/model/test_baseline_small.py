"""A reconstruction of a pack of three places, and what a pack must bring."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, load_pack
from nuudel.base.results import read_result, write_result
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import NEEDED
from nuudel.model.baseline.variants import VARIANTS
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Feedback, Paths

from .baseline_cases import IN, OUT, RESIDENTS, YEARS, flows_of, small_pack

NO_DIFFERENCE = (("population", "midyear"), ("total", "national"))


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return small_pack(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def flows(pack):
    return flows_of(pack, YEARS)


def carry(baseline):
    feedback = Feedback.none(baseline.rates)
    paths = Paths.none(baseline.rates, feedback) + baseline.past
    return account(baseline.start, baseline.rates, paths, feedback)


def test_the_registered_margins_of_counted_years_come_out(pack, flows):
    found = reconstruct(pack, flows, until=2025)
    assert found.start.places == ("MNA", "MNB", "MNC")
    assert found.observed_years == (2020, 2021, 2022)
    moves = carry(found).moves
    for i, year in enumerate(found.observed_years):
        out = np.array(list(OUT.values())) + 10 * (year % 3)
        arrived = np.array(list(IN.values())) + 10 * (year % 3)
        assert moves[i].sum(axis=1) == pytest.approx(out)
        assert moves[i].sum(axis=0) == pytest.approx(arrived, rel=1e-6)
    assert not found.past.pull[3:].any()
    assert np.all(found.rates.leaving_level[3:] == 1)


def test_the_level_after_the_counted_years_is_the_mean_of_ten(pack, flows):
    """Mean crude rates of 2013 to 2022, times the people of a first year whose moves are not counted."""
    found = reconstruct(pack, flows, until=2025)
    rows = dict(found.assumptions.select("name", "value").iter_rows())
    people = found.start.persons.sum(axis=(1, 2))
    crude = np.array([rows[f"leaving.{place}"] for place in OUT]) / 1000
    plain = replace(found.rates, leaving_level=np.ones_like(found.rates.leaving_level))
    none = Paths.none(plain, Feedback.none(plain))
    moved = account(found.start, plain, none, Feedback.none(plain)).moves[0].sum(axis=1)
    assert moved == pytest.approx(people * crude)
    # People of the years 2013 to 2022 are not known here, but those of 2020 are within a tenth of them.
    assert crude * people == pytest.approx(list(OUT.values()), rel=0.1)


def test_shares_are_those_of_residents_half_a_year_on(pack, flows):
    """A: 1.5 of 3 million residents, half a year of natural growth, and half of 14 000 net arrivals."""
    found = reconstruct(pack, flows, until=2021)
    share = found.start.persons[0].sum() / found.start.persons.sum()
    growth = (22.341 - 6.466) / 2000
    # 10 children in 100 residents, of 320 000 in 3 million.
    growth_of_a = (22.341 * 300 / 320 - 6.466) / 2000
    total = sum(RESIDENTS.values())
    # Moves are of the whole population, residents are fewer.
    scale = total / found.start.persons.sum()
    by_hand = 1.5e6 * (1 + growth_of_a) + (IN["MNA"] - OUT["MNA"]) / 2 * scale
    assert share == pytest.approx(by_hand / (total * (1 + growth)), rel=1e-4)


def test_a_unit_missing_in_the_table_of_ages_borrows_those_of_its_place(pack, flows):
    found = reconstruct(pack, flows, level="soum", until=2021)
    units = found.start.places
    persons = found.start.persons
    borrowed, lender = persons[units.index("B2")], persons[units.index("B1")]
    assert borrowed / borrowed.sum() == pytest.approx(lender / lender.sum(), rel=1e-6)
    assert persons[units.index("B2")].sum() / persons[units.index("B1")].sum() == pytest.approx(1.5)


def test_soums_add_up_to_aimags_in_every_cell_and_year(pack, flows):
    upper, lower = (reconstruct(pack, flows, level=level, until=2050) for level in ("aimag", "soum"))
    assert lower.parents == ("MNA", "MNA", "MNA", "MNB", "MNB", "MNC", "MNC")
    places, units = carry(upper), carry(lower)
    for name in ("persons", "deaths", "emigrants", "immigrants"):
        sums = np.zeros_like(getattr(places, name))
        for j, parent in enumerate(lower.parents):
            sums[:, upper.start.places.index(parent)] += getattr(units, name)[:, j]
        assert np.abs(sums - getattr(places, name)).max() < 1e-6
    position = np.array([upper.start.places.index(parent) for parent in lower.parents])
    across = position[:, None] != position
    assert (units.moves * across).sum(axis=(1, 2)) == pytest.approx(places.moves.sum(axis=(1, 2)))
    assert (units.moves * ~across).sum() > 0


def test_a_unit_that_grew_faster_gains_from_the_others_of_its_place(pack, flows):
    found = reconstruct(pack, flows, level="soum", until=2021)
    a = [found.start.places.index(unit) for unit in ("A1", "A2", "A3")]
    moves = carry(found).moves[0][np.ix_(a, a)]
    net = moves.sum(axis=0) - moves.sum(axis=1)
    assert net[0] > 0
    assert net[1:].max() < 0


def test_more_moves_within_change_no_sum(pack, flows):
    low, high = (
        carry(reconstruct(pack, flows, level="soum", until=2030, variant={"within": choice}))
        for choice in ("low", "high")
    )
    assert high.moves.sum() > 1.1 * low.moves.sum()
    assert high.persons.sum(axis=1) == pytest.approx(low.persons.sum(axis=1), rel=1e-9)


def test_the_country_has_the_total_and_net_migration_asked_for(pack, flows):
    found = reconstruct(pack, flows, until=2030)
    components = pack.table("wpp2024_components").frame
    net = dict(components.select("year", "net_migration_thousand").iter_rows())
    accounts = carry(found)
    balance = accounts.immigrants.sum(axis=(1, 2, 3)) - accounts.emigrants.sum(axis=(1, 2, 3))
    expected = [500 * (net[y] + net[y + 1]) for y in range(2020, 2030)]
    assert balance == pytest.approx(expected, abs=1e-6)
    none = carry(reconstruct(pack, flows, until=2030, variant={"international": "balanced"}))
    assert (none.immigrants - none.emigrants).sum(axis=(1, 2, 3)) == pytest.approx(np.zeros(10), abs=1e-6)


def test_corridors_that_a_pack_states_are_added(tmp_path, flows):
    stated = pl.DataFrame(
        {
            "corridor": ["KZ", "KR"],
            "place": ["MNC", None],
            "emigrants": [600.0, 100.0],
            "immigrants": [300.0, 0.0],
        }
    )
    entry = {
        "file": "corridors.csv",
        "key": ["corridor"],
        "source": "ims2019",
        "title": {"en": "x", "mn": "x"},
        "columns": {
            "corridor": {"type": "code"},
            "place": {"type": "place", "optional": True},
            "emigrants": {"type": "number"},
            "immigrants": {"type": "number"},
        },
    }
    found = reconstruct(
        small_pack(tmp_path, more={"international_corridors": (stated, entry)}), flows, until=2022
    )
    rates = found.rates
    kz = rates.corridors.index("KZ")
    assert rates.settling[kz] == pytest.approx([0, 0, 1], abs=1e-6)
    assert rates.emigrating_shares[kz, :2] == pytest.approx([0, 0], abs=1e-6)
    assert carry(found).emigrants_to[0, kz] == pytest.approx(600, rel=0.02)


def test_without_tables_of_moves_people_go_where_arrivals_are(pack):
    found = reconstruct(pack, None, until=2022)
    assert found.rates.going[1, 0] > found.rates.going[1, 2]
    assert carry(found).moves[0].sum(axis=0) == pytest.approx([20_010, 9_010, 4_010], rel=1e-6)


def test_every_choice_can_be_made_and_makes_a_difference(pack, flows):
    plain = {level: reconstruct(pack, flows, level=level, until=2025) for level in ("aimag", "soum")}
    for name, choices in VARIANTS.items():
        level = "soum" if name == "within" else "aimag"
        for choice in choices[1:]:
            found = reconstruct(pack, flows, level=level, until=2025, variant={name: choice})
            assert dict(found.variant)[name] == choice
            alike = [
                np.array_equal(getattr(found.rates, field), getattr(plain[level].rates, field))
                for field in ("leaving", "leaving_level", "going", "bearing_level", "immigrants")
            ]
            people = np.array_equal(found.start.persons, plain[level].start.persons)
            # Nothing is published by place in this pack, and its moves are alike in all years.
            assert (all(alike) and people) == ((name, choice) in NO_DIFFERENCE)


def test_a_past_beginning_knows_nothing_of_later_rates(pack, flows):
    """Moves of 2015 and later are doubled: a beginning in 2015 has the same rates and other people."""
    later = pl.col("year") >= 2015
    table = pack.table("internal_migration").frame
    doubled = table.with_columns(
        pl.when(later).then(2 * pl.col(c)).otherwise(pl.col(c)).alias(c)
        for c in ("in_migrants", "out_migrants")
    )
    plain, other = (reconstruct(p, None, year=2015, until=2020) for p in (pack, with_margins(pack, doubled)))
    assert plain.observed_years == ()
    assert not plain.past.pull.any()
    assert plain.rates.going == pytest.approx(other.rates.going)
    departures = [(b.rates.leaving * b.start.persons).sum(axis=(1, 2)) for b in (plain, other)]
    shares = [b.start.persons.sum(axis=(1, 2)) for b in (plain, other)]
    assert departures[0] / shares[0] * (shares[0] / shares[1]) == pytest.approx(
        departures[1] / shares[1], rel=0.1
    )
    assert shares[0][0] > shares[1][0]
    assert plain.observed.filter(pl.col("year") == 2016)["in_migrants"].to_list() == [20_000, 9_000, 4_000]


def with_margins(pack, frame):
    folder = pack.folder / "doubled"
    folder.mkdir(exist_ok=True)
    for path in pack.folder.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    frame.write_csv(folder / pack.manifest["tables"]["internal_migration"]["file"])
    return Pack(folder, pack.manifest)


def test_a_baseline_is_kept_and_read_back(pack, flows, tmp_path):
    found = reconstruct(pack, flows, level="soum", until=2023)
    write_result(found, tmp_path / "baseline")
    again = read_result(Baseline, tmp_path / "baseline")
    assert np.array_equal(again.start.persons, found.start.persons)
    assert np.array_equal(again.past.pull, found.past.pull)
    assert again.checks.equals(found.checks)
    assert (again.variant, again.parents) == (found.variant, found.parents)


@pytest.mark.parametrize("table", NEEDED)
def test_a_pack_without_a_table_is_told_which(pack, table):
    tables = {name: entry for name, entry in pack.manifest["tables"].items() if name != table}
    with pytest.raises(ModelError, match=f"MODEL-641.*{table}"):
        reconstruct(Pack(pack.folder, {**pack.manifest, "tables": tables}), None)


@pytest.mark.parametrize(
    ("table", "spoil"),
    [
        ("soum_indicators", lambda f: f.filter((pl.col("place") != "B1") | (pl.col("year") != 2019))),
        ("soum_indicators", lambda f: f.filter(pl.col("year") == 2020)),
        ("places", lambda f: f.with_columns(pl.col("parent").replace("MNC", "MN"))),
    ],
)
def test_units_without_a_figure_or_a_place_are_refused(flows, tmp_path, table, spoil):
    pack = small_pack(tmp_path)
    path = pack.folder / pack.manifest["tables"][table]["file"]
    spoil(pack.table(table).frame).write_csv(path)
    with pytest.raises(ModelError, match="MODEL-642"):
        reconstruct(pack, flows)


def test_another_country_is_told_what_it_lacks():
    with pytest.raises(ModelError, match="MODEL-641"):
        reconstruct(load_pack("austria"), None)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"level": "village"}, "MODEL-642"),
        ({"variant": {"total": "none"}}, "MODEL-643"),
        ({"year": 2017}, "MODEL-644"),
        ({"year": 2025}, "MODEL-644"),
        ({"until": 2020}, "MODEL-644"),
        ({"year": 2010}, "MODEL-646"),
    ],
)
def test_what_cannot_be_reconstructed_is_refused(pack, flows, given, code):
    with pytest.raises(ModelError) as refused:
        reconstruct(pack, flows, **given)
    assert refused.value.code == code


def test_tables_of_other_places_are_refused(pack, flows):
    with pytest.raises(ModelError, match="MODEL-647"):
        reconstruct(pack, replace(flows, places=("MNA", "MNB", "MNX")))
