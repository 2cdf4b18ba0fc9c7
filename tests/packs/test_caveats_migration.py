"""Each caveat of the registered migration series: do the figures really show it?"""

import polars as pl
import pytest

from nuudel.base.packs import Pack, PackTable

MARGINS = ["in_migrants", "out_migrants"]
JUMP = 4  # a jump: at least so many times both neighbours, or at most the same part of both …
FROM = 400  # … where the largest of the three is at least this, since small figures vary by chance


@pytest.fixture(scope="module")
def table(mongolia: Pack) -> PackTable:
    return mongolia.table("internal_migration")


@pytest.fixture(scope="module")
def moves(table: PackTable) -> pl.DataFrame:
    return table.frame


def series(moves: pl.DataFrame, place: str, column: str, first: int, last: int) -> list[int]:
    chosen = moves.filter(pl.col("place") == place, pl.col("year").is_between(first, last))
    return chosen.sort("year")[column].to_list()


def national(moves: pl.DataFrame) -> pl.DataFrame:
    return moves.group_by("year").agg(pl.col(MARGINS).sum()).sort("year")


def row(moves: pl.DataFrame, place: str, year: int) -> tuple[int, int]:
    return moves.filter(pl.col("place") == place, pl.col("year") == year).select(MARGINS).row(0)


def test_internal_migration__in_and_out_differ(moves: pl.DataFrame) -> None:
    sums = national(moves).with_columns(gap=(pl.col("in_migrants") - pl.col("out_migrants")).abs())
    assert sums.filter(pl.col("gap") > 0)["year"].to_list() == list(range(1983, 2020))
    assert sums.filter(pl.col("gap") == 0)["year"].to_list() == [2020, 2021, 2022]
    assert sums.sort("gap").row(-1, named=True)["year"] == 1993
    assert sums["gap"].max() == 34_395


def test_internal_migration__govisumber_not_counted(moves: pl.DataFrame) -> None:
    assert series(moves, "MN42", "in_migrants", 1983, 1990) == [0] * 8
    assert series(moves, "MN42", "out_migrants", 1983, 1990) == [0] * 8
    assert min(row(moves, "MN42", 1991)) > 700


def test_internal_migration__govisumber_out_2006(moves: pl.DataFrame) -> None:
    assert series(moves, "MN42", "out_migrants", 2005, 2007) == [629, 0, 587]
    assert row(moves, "MN42", 2006)[0] == 642


def test_every_zero_is_marked_as_missing(table: PackTable) -> None:
    zeros = table.frame.unpivot(MARGINS, index=["year", "place"]).filter(pl.col("value") == 0)
    assert zeros.height == 17
    for year, place, column, _ in zeros.iter_rows():
        effects = {c.effect.value for c in table.caveats_for(column=column, place=place, year=year)}
        assert "missing" in effects


def test_internal_migration__dornod_1995_1996(moves: pl.DataFrame) -> None:
    assert row(moves, "MN21", 1995) == row(moves, "MN21", 1996) == (995, 4061)


def test_internal_migration__zavkhan_2014_2015(moves: pl.DataFrame) -> None:
    assert row(moves, "MN81", 2014) == row(moves, "MN81", 2015) == (703, 2073)


def test_internal_migration__arkhangai_2013(moves: pl.DataFrame) -> None:
    assert row(moves, "MN65", 2013) == row(moves, "MN65", 2015) == (637, 1706)


def test_internal_migration__arkhangai_2015(moves: pl.DataFrame) -> None:
    assert row(moves, "MN65", 2015) == (637, 1706)
    assert row(moves, "MN65", 2014) != (637, 1706)


def test_no_other_rows_are_identical(moves: pl.DataFrame) -> None:
    counted = moves.filter(pl.col("in_migrants") > 0)
    doubled = counted.filter(pl.struct("place", *MARGINS).is_duplicated())
    assert set(doubled.select("place", "year").iter_rows()) == {
        ("MN21", 1995),
        ("MN21", 1996),
        ("MN65", 2013),
        ("MN65", 2015),
        ("MN81", 2014),
        ("MN81", 2015),
    }


def test_internal_migration__dornod_in_2014_2015(moves: pl.DataFrame) -> None:
    assert series(moves, "MN21", "in_migrants", 2014, 2015) == [698, 698]


def test_internal_migration__sukhbaatar_in_2002_2003(moves: pl.DataFrame) -> None:
    assert series(moves, "MN22", "in_migrants", 2002, 2003) == [37, 37]


def test_internal_migration__capital_refused_registration(moves: pl.DataFrame) -> None:
    assert series(moves, "MN11", "in_migrants", 2016, 2020) == [25_196, 10_335, 6_568, 12_373, 39_515]


def test_internal_migration__departures_not_registered(moves: pl.DataFrame) -> None:
    elsewhere = moves.filter(pl.col("place") != "MN11").group_by("year").agg(pl.col("out_migrants").sum())
    out = dict(elsewhere.iter_rows())
    assert max(out[year] for year in (2017, 2018, 2019)) < 0.7 * min(out[2016], out[2020])


def test_internal_migration__moves_abroad(moves: pl.DataFrame, mongolia: Pack) -> None:
    assert series(moves, "MN83", "out_migrants", 1990, 1994) == [979, 4_873, 17_444, 21_640, 708]
    population = mongolia.table("regional_population").frame.filter(pl.col("place") == "MN83")
    people = dict(population.select("year", "population").iter_rows())
    assert people[1994] < 0.76 * people[1991]
    # The moves do not appear as arrivals anywhere in the country.
    sums = national(moves).filter(pl.col("year") == 1993).row(0)
    assert sums[2] - sums[1] > 21_640


def test_internal_migration__in_migrants_1991(moves: pl.DataFrame) -> None:
    sums = {year: (arrived, left) for year, arrived, left in national(moves).iter_rows()}
    assert sums[1991][0] > 2 * sums[1990][0]
    assert sums[1991][0] - sums[1991][1] == 28_998


def test_internal_migration__few_arrivals_2003_2005(moves: pl.DataFrame) -> None:
    elsewhere = moves.filter(pl.col("place") != "MN11").group_by("year").agg(pl.col("in_migrants").sum())
    arrived = dict(elsewhere.iter_rows())
    assert arrived[2003] == 7_070
    assert max(arrived[year] for year in (2003, 2004, 2005)) < arrived[2000] / 2
    assert min(arrived[year] for year in (2002, 2006)) > arrived[2000] / 2
    assert row(moves, "MN85", 2003)[0] == 1


def test_internal_migration__bayan_ulgii_in_2002_2007(moves: pl.DataFrame) -> None:
    assert series(moves, "MN83", "in_migrants", 2001, 2007) == [463, 53, 25, 28, 8, 31, 29]


def test_internal_migration__uvs_in_1983_1984(moves: pl.DataFrame) -> None:
    assert series(moves, "MN85", "in_migrants", 1983, 1985) == [18, 9, 510]


def test_internal_migration__capital_1988(moves: pl.DataFrame) -> None:
    (in_1987, out_1987), (in_1988, out_1988) = row(moves, "MN11", 1987), row(moves, "MN11", 1988)
    assert 5 < in_1988 / in_1987 < 9
    assert 5 < out_1988 / out_1987 < 9


def test_internal_migration__out_migrants_1985(moves: pl.DataFrame, table: PackTable) -> None:
    caveat = next(c for c in table.caveats if c.key == "out_migrants_1985")
    for place in caveat.places:
        before, of_1985, after = series(moves, place, "out_migrants", 1984, 1986)
        assert of_1985 < min(before, after) / 3


def test_internal_migration__darkhan_uul_out_1985_1988(moves: pl.DataFrame) -> None:
    assert series(moves, "MN45", "out_migrants", 1984, 1988) == [289, 2_094, 356, 2_655, 413]


def test_internal_migration__uvs_out_1985_1987(moves: pl.DataFrame) -> None:
    assert series(moves, "MN85", "out_migrants", 1985, 1988) == [179, 844, 199, 2_052]


def test_internal_migration__darkhan_uul_in_1987(moves: pl.DataFrame) -> None:
    assert series(moves, "MN45", "in_migrants", 1986, 1988) == [433, 5_561, 819]


def test_internal_migration__darkhan_uul_out_1994(moves: pl.DataFrame) -> None:
    assert series(moves, "MN45", "out_migrants", 1993, 1995) == [1_810, 7_676, 1_435]


def test_internal_migration__sukhbaatar_in_1988(moves: pl.DataFrame) -> None:
    assert series(moves, "MN22", "in_migrants", 1987, 1989) == [427, 62, 513]


def test_internal_migration__uvurkhangai_in_1985(moves: pl.DataFrame) -> None:
    assert series(moves, "MN62", "in_migrants", 1984, 1986) == [55, 980, 223]


def test_internal_migration__bayankhongor_in_2002(moves: pl.DataFrame) -> None:
    assert series(moves, "MN64", "in_migrants", 2001, 2003) == [549, 53, 1_425]


def test_every_jump_has_a_caveat_of_its_own_years(table: PackTable) -> None:
    jumps = 0
    for column in MARGINS:
        beside = table.frame.sort("place", "year").with_columns(
            before=pl.col(column).shift(1).over("place"), after=pl.col(column).shift(-1).over("place")
        )
        three = beside.drop_nulls(["before", "after"])
        high = pl.col(column) >= JUMP * pl.max_horizontal("before", "after")
        low = JUMP * pl.col(column) <= pl.min_horizontal("before", "after")
        large = pl.max_horizontal("before", "after", column) >= FROM
        for place, year in three.filter((high | low) & large).select("place", "year").iter_rows():
            caveats = table.caveats_for(column=column, place=place, year=year)
            keys = [c.key for c in caveats if c.effect.value != "concept" and c.key != "in_and_out_differ"]
            assert keys, (place, year, column)
            jumps += 1
    assert jumps == 19
