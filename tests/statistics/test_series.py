"""Series from margins as a country publishes them: both sides kept apart, gaps stated, caveats attached."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Caveat, Effect, Quality, Source
from nuudel.statistics.effectiveness import migration_effectiveness
from nuudel.statistics.flow_tables import Margins
from nuudel.statistics.series import margin_series, time_series

NAN = float("nan")
SOURCE = Source("s", {"en": "Office", "mn": "Хороо"}, {"en": "T", "mn": "Т"}, "T1", "open")
YEARS = [2000, 2001, 2003]
INTO = [[10, 20, 70], [NAN, 30, 60], [20, 30, 50]]
OUT_OF = [[30, 40, 20], [40, 40, 30], [NAN, 40, 60]]
PEOPLE = [1000, 2000, NAN]


def test_both_sides_are_stated_and_gaps_are_counted() -> None:
    got = margin_series(YEARS, INTO, OUT_OF, PEOPLE, capital=2)
    assert got.national_in.tolist() == [100.0, 90.0, 100.0]
    assert got.national_out.tolist() == [90.0, 110.0, 100.0]
    assert got.in_counted.tolist() == [3, 2, 3]
    assert got.out_counted.tolist() == [3, 3, 2]
    assert got.cmi_in_percent == pytest.approx([10.0, 4.5, NAN], nan_ok=True)
    assert got.cmi_out_percent == pytest.approx([9.0, 5.5, NAN], nan_ok=True)
    # 2001: places 2 and 3 only
    assert got.mei_percent == pytest.approx([100 * 90 / 190, 100 * 40 / 160, 100 * 20 / 180])
    assert got.anmr_percent == pytest.approx([4.5, 1.0, NAN], nan_ok=True)
    assert got.net_per_100_moves[0] == pytest.approx([-50.0, -100 / 3, 500 / 9])
    assert got.cumulative_net[:, 0] == pytest.approx([-20.0, -20.0, -20.0])
    assert got.cumulative_gaps[:, 0].tolist() == [0, 1, 2]
    assert got.capital_share_of_in_percent == pytest.approx([70.0, 200 / 3, 50.0])
    assert got.out_of_capital.tolist() == [20.0, 30.0, 60.0]


def test_a_place_that_starts_late_has_no_balance_before() -> None:
    got = margin_series([1, 2], [[5, NAN], [5, 8]], [[5, NAN], [5, 3]], [100, 100])
    assert np.isnan(got.cumulative_net[0, 1])
    assert got.cumulative_net[1, 1] == 5.0
    assert got.out_of_capital is None
    empty = margin_series([1], [[NAN, NAN]], [[NAN, NAN]], [100])
    assert np.isnan(empty.national_in[0])
    assert np.isnan(empty.mei_percent[0])


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float64, (2, 5, 4), elements=st.integers(0, 1000).map(float)).filter(
        lambda m: (m.sum(axis=(0, 2)) > 0).all()
    )
)
def test_each_year_is_what_its_margins_give(numbers: np.ndarray) -> None:
    got = margin_series(range(5), numbers[0], numbers[1], [500.0] * 5)
    for year in range(5):
        one = migration_effectiveness(Margins(numbers[0, year], numbers[1, year]))
        assert got.mei_percent[year] == pytest.approx(one.mei_percent)
        assert got.net_per_100_moves[year] == pytest.approx(one.by_place_percent, nan_ok=True)
    mean_intensity = (got.cmi_in_percent + got.cmi_out_percent) / 2
    assert got.anmr_percent == pytest.approx(mean_intensity * got.mei_percent / 100)
    assert got.cumulative_net[-1] == pytest.approx((numbers[0] - numbers[1]).sum(axis=0))


def test_caveats_are_attached_to_the_points_they_cover() -> None:
    text = {"en": "Registration was refused.", "mn": "Бүртгээгүй."}
    stop = Caveat("stop", Effect.NOT_COMPARABLE, text, ("in_migrants",), ("MN11",), (2001, 2002))
    always = Caveat("moves", Effect.CONCEPT, text)
    got = time_series(
        "in_migrants",
        "persons",
        YEARS,
        [1.0, 2.0, NAN],
        SOURCE,
        caveats=[stop, always],
        columns=["in_migrants"],
        places=["MN11"],
    )
    assert [[c.key for c in point.caveats] for point in got.points] == [
        ["moves"],
        ["stop", "moves"],
        ["moves"],
    ]
    assert [point.value for point in got.points] == [1.0, 2.0, None]
    assert got.points[0].quality is Quality.OBSERVED
    elsewhere = time_series("x", "persons", YEARS, [1, 2, 3], SOURCE, caveats=[stop], places=["MN81"])
    assert not any(point.caveats for point in elsewhere.points)


def test_bad_series_are_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-118"):
        margin_series([2001, 2000, 2002], INTO, OUT_OF, PEOPLE)
    with pytest.raises(StatisticsError, match="STATISTICS-118"):
        time_series("x", "persons", [2000.5], [1.0], SOURCE)
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        margin_series(YEARS, INTO, OUT_OF[:2], PEOPLE)
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        margin_series(YEARS, INTO, OUT_OF, PEOPLE[:2])
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        time_series("x", "persons", YEARS, [1.0], SOURCE)
    with pytest.raises(StatisticsError, match="STATISTICS-106"):
        margin_series(YEARS, INTO, OUT_OF, [0, 1, 2])
    with pytest.raises(StatisticsError, match="STATISTICS-119"):
        margin_series(YEARS, INTO, OUT_OF, PEOPLE, capital=3)
    with pytest.raises(StatisticsError, match="STATISTICS-105"):
        margin_series([1], [[1]], [[1]], [100])


def test_mongolia_shows_the_years_of_refused_registration(shared_data: Path) -> None:
    path = shared_data / "mongolia" / "internal_migration_by_aimag_1983_2022.csv"
    rows = pl.read_csv(path).sort("year", "nso_code")
    years = rows["year"].unique().sort().to_numpy()
    codes = rows["nso_code"].unique().sort().to_list()
    into, out_of = (rows[name].to_numpy().reshape(len(years), -1) for name in ("in_migrants", "out_migrants"))
    got = margin_series(years, into, out_of, np.full(len(years), NAN), capital=codes.index(11))
    at = {int(year): place for place, year in enumerate(years)}
    capital_in = into[:, codes.index(11)]
    assert [int(capital_in[at[year]]) for year in (2017, 2018, 2019, 2020)] == [10335, 6568, 12373, 39515]
    shares = got.capital_share_of_in_percent
    assert max(shares[at[year]] for year in (2017, 2018, 2019)) < min(shares[at[2016]], shares[at[2020]])
    # the two national counts differ before 2020 and agree from then on
    assert (got.national_in != got.national_out)[: at[2020]].any()
    assert (got.national_in == got.national_out)[at[2020] :].all()
