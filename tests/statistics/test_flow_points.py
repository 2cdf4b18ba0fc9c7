"""Flow points: hours and days worked by hand, sums that hold, intervals that hold as often as they say."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from statsmodels.stats.proportion import proportion_confint

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_points import Weighted, estimate, shares, weigh
from nuudel.statistics.flow_points.filling import negative_binomial
from nuudel.statistics.flow_points.watching import open_minutes, watching

START = date(2026, 11, 2)
WATCH = ["watch", "point", "day", "from", "to"]
ROW = ["watch", "hour", "direction", "mode", "persons"]


def simulated(
    random: np.random.Generator, points: int = 4, days: int = 28, watched: int = 14, hours: int = 10
):
    """Watches of synthetic points whose days, weekends and hours differ, and the truth of each day."""
    profile = 1 + 0.8 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi)
    watches, rows, truth = [], [], []
    for point in range(points):
        level = np.exp(random.normal(3, 0.5)) * profile * np.exp(0.2 * random.standard_normal(24))
        chosen = set(random.choice(days, watched, replace=False).tolist())
        for n in range(days):
            day, name = START + timedelta(n), f"{point}-{n}"
            mean = level * random.gamma(1 / 0.06) * 0.06 * (1.3 if day.weekday() >= 5 else 1)
            passed = random.poisson(random.gamma(mean / 4) * 4)
            inward = random.binomial(passed, 0.6)
            truth.append((f"p{point}", day, int(passed.sum()), int(inward.sum())))
            if n in chosen:
                first = 0 if n % 3 == 0 else 14 if n % 3 == 1 else int(random.integers(4, 13))
                watches.append((name, f"p{point}", day, f"{first:02}:00", f"{first + hours:02}:00"))
                for hour in range(first, first + hours):
                    rows.append((name, hour, "in", "car", int(inward[hour])))
                    rows.append((name, hour, "out", "bus", int(passed[hour] - inward[hour])))
    tables = ((watches, WATCH), (rows, ROW), (truth, ["point", "day", "whole", "inward"]))
    return [pl.DataFrame(table, schema=names, orient="row") for table, names in tables]


def test_intervals_of_days_periods_and_directions_hold_as_often_as_they_say():
    random = np.random.default_rng(11)
    hits: dict[str, list[bool]] = {}
    errors = []
    for turn in range(25):
        watches, rows, truth = simulated(random)
        found = estimate(watches, rows, period=(START, START + timedelta(27)), draws=400, seed=turn)
        assert found.designs["allows"].all()
        sums = truth.group_by("point").agg(pl.col("whole", "inward").sum())
        told = {
            "day": found.days.filter(label="estimated").join(truth, on=["point", "day"]),
            "period": found.totals.filter(direction="", mode="").join(sums, on="point"),
            "inward": found.totals.filter(direction="in", mode="").join(sums, on="point"),
        }
        errors += (told["period"]["passages"] / told["period"]["whole"] - 1).to_list()
        for name, table in told.items():
            true = table["inward" if name == "inward" else "whole"]
            for level in ("80", "95"):
                inside = true.is_between(table[f"low_{level}"], table[f"high_{level}"])
                hits.setdefault(f"{name}_{level}", []).extend(inside.to_list())
    share = {name: float(np.mean(values)) for name, values in hits.items()}
    # 2,800 days; 100 periods: four standard errors.
    assert 0.74 < share["day_80"] < 0.86
    assert 0.91 < share["day_95"] < 0.98
    assert 0.64 < share["period_80"] < 0.96
    assert share["period_95"] > 0.86
    assert 0.64 < share["inward_80"] < 0.96
    assert share["inward_95"] > 0.86
    assert abs(np.mean(errors)) < 0.04


@pytest.fixture(scope="module")
def flows():
    watches, rows, _ = simulated(np.random.default_rng(3))
    missed = pl.when(pl.col("watch") == watches["watch"][0]).then(pl.lit("few"))
    watches = watches.with_columns(missed.alias("missed"))
    return watches, rows, estimate(watches, rows)


def test_directions_and_modes_add_up_and_nothing_estimated_lacks_an_interval(flows):
    _, rows, found = flows
    for point, table in found.totals.group_by("point"):
        whole = table.filter(direction="", mode="").row(0, named=True)
        for wanted in (pl.col("mode") == "", pl.col("direction") == ""):
            parts = table.filter(wanted, (pl.col("direction") != "") | (pl.col("mode") != ""))
            assert parts["passages"].sum() == pytest.approx(whole["passages"])
            assert parts["observed"].sum() == pytest.approx(whole["observed"])
        days = found.days.filter(point=point[0])
        assert days["passages"].sum() == pytest.approx(whole["passages"])
        strata = found.strata.filter(point=point[0])
        assert strata["passages"].sum() == pytest.approx(whole["passages"])
    assert found.totals.filter(direction="", mode="")["observed"].sum() == rows["persons"].sum()
    for table in (found.days, found.totals):
        estimated = table.filter(label="estimated")
        assert estimated.height > 0
        assert estimated.null_count().sum_horizontal().item() == 0
        assert (estimated["low_95"] >= estimated["observed"]).all()
        assert (estimated["low_95"] <= estimated["low_80"]).all()
        assert (estimated["high_80"] <= estimated["high_95"]).all()
    assert (found.days["low_80"] < found.days["passages"]).sum() > 0


def test_the_same_seed_gives_the_same_figures(flows):
    watches, rows, found = flows
    assert_frame_equal(estimate(watches, rows).totals, found.totals)
    assert not estimate(watches, rows, seed=2).totals.equals(found.totals)


def whole_days(count: int, **more: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A point open from 08:00 to 12:00, watched throughout, ten passages each hour."""
    watches = pl.DataFrame(
        [(f"w{n}", "p", START + timedelta(n), "08:00", "12:00") for n in range(count)],
        schema=WATCH,
        orient="row",
    ).with_columns(pl.lit(value).alias(name) for name, value in more.items())
    rows = [(f"w{n}", hour, "in", "car", 10) for n in range(count) for hour in range(8, 12)]
    return watches, pl.DataFrame(rows, schema=ROW, orient="row")


OPEN = pl.DataFrame({"point": ["p"], "opens": ["08:00"], "closes": ["12:00"]})


def test_a_day_that_was_watched_throughout_is_observed():
    watches, rows = whole_days(4)
    found = estimate(watches, rows, points=OPEN)
    assert found.days["passages"].to_list() == [40] * 4
    assert set(found.days["label"]) == {"observed"}
    assert found.days["low_95"].null_count() == 4
    assert found.totals["label"].to_list() == ["observed"] * 4
    # Half as long again is not observed: about 40 a day, and it says so.
    longer = estimate(watches, rows, points=OPEN, period=(START, START + timedelta(5)))
    assert longer.days["label"].to_list() == ["observed"] * 4 + ["estimated"] * 2
    assert longer.days["passages"][5] == pytest.approx(40, rel=0.15)


def test_a_break_is_time_that_nobody_watched():
    watches, rows = whole_days(8, break_minutes=60)
    found = estimate(watches, rows, points=OPEN, draws=4000)
    assert found.days["minutes"].to_list() == pytest.approx([180] * 8)
    # 40 passages in three hours: 13.3 an hour, 53.3 in four.
    assert found.hours.filter(hour=9)["rate"].item() == pytest.approx(40 / 3, rel=0.05)
    assert found.days["passages"].mean() == pytest.approx(160 / 3, rel=0.03)


def test_watches_in_which_many_or_a_few_were_missed():
    watches, rows = whole_days(6)
    many = watches.with_columns(missed=pl.when(pl.col("watch") == "w5").then(pl.lit("many")))
    found = estimate(many, rows, points=OPEN, period=(START, START + timedelta(5)))
    assert found.designs["left_out"].item() == 40
    assert found.days["observed"].to_list() == [40] * 5 + [0]
    assert found.days["label"].to_list() == ["observed"] * 5 + ["estimated"]
    few = watches.with_columns(missed=pl.lit("few"))
    found = estimate(few, rows, points=OPEN, draws=4000)
    # 40 / (1 - m), m uniform to a tenth: the mean is 40 x 1.0536, and never below what was counted.
    assert found.days["passages"].to_list() == pytest.approx([42.14] * 6, rel=0.01)
    assert (found.days["low_95"] > 40).all()
    assert (found.days["high_95"] < 40 / 0.9).all()
    assert found.designs["few"].item() == 6


@pytest.mark.parametrize(
    ("days", "points", "change", "why"),
    [
        (2, None, {}, "few_days"),
        (9, None, {}, "few_hours"),
        (
            9,
            pl.DataFrame({"point": ["p"], "opens": ["08:00"], "closes": ["14:00"]}),
            {},
            "hours_never_watched",
        ),
        (9, OPEN, {"persons": 0}, "nothing_counted"),
    ],
)
def test_a_design_that_allows_no_estimate_says_why_and_gives_what_was_observed(days, points, change, why):
    watches, rows = whole_days(days)
    rows = rows.with_columns(pl.lit(value).cast(pl.Int64).alias(name) for name, value in change.items())
    found = estimate(watches, rows, points=points, period=(START, START + timedelta(days)))
    assert found.designs["why"].item() == why
    assert not found.designs["allows"].item()
    last = found.days.row(-1, named=True)
    assert (last["label"], last["why"], last["passages"], last["low_95"]) == (
        "not_estimated",
        why,
        None,
        None,
    )
    whole = found.totals.row(0, named=True)
    assert (whole["observed"], whole["passages"]) == (rows["persons"].sum(), None)


def test_watches_on_hours_worked_by_hand():
    watches = pl.DataFrame(
        [("a", "p", START, "22:30", "01:00", 30), ("b", "p", START, "22:00", "23:00", 0)],
        schema=[*WATCH, "break_minutes"],
        orient="row",
    )
    rows = pl.DataFrame(
        [
            ("a", 22, "in", "car", 3),
            ("a", 0, "in", "car", 5),
            ("a", 7, "in", "car", 1),
            ("b", None, "in", "car", 2),
        ],
        schema=ROW,
        orient="row",
    )
    seen = watching(watches, rows, None)
    assert [str(day) for day in seen.day] == ["2026-11-02", "2026-11-03"]
    # 120 of 150 minutes: 24 of 30 in hour 22, 48 of 60 in 23 and 0; with b hour 22 is full.
    assert seen.minutes[0, 22:].tolist() == [60, 48]
    assert seen.minutes[1, 0] == pytest.approx(48)
    # The passing at 7 is a slip: the nearest hour of its watch is the last one.
    assert seen.counts[0, 22] == 5
    assert seen.counts[1, 0] == 6
    night = pl.DataFrame({"point": ["p"], "opens": ["20:30"], "closes": ["02:00"]})
    minutes = open_minutes(("p",), night)[0]
    assert {hour: m for hour, m in enumerate(minutes) if m} == {0: 60, 1: 60, 20: 30, 21: 60, 22: 60, 23: 60}


def test_points_that_nobody_watched_yet():
    watches, rows = whole_days(1)
    none = estimate(watches.clear(), rows.clear())
    assert (none.days.height, none.totals.height) == (0, 0)
    assert {"point", "day", "label", "low_95"} <= set(none.days.columns)
    found = estimate(watches.clear(), rows.clear(), points=OPEN, period=(START, START))
    assert found.days.select("label", "why", "observed").row(0) == ("not_estimated", "few_days", 0)
    many = estimate(watches.with_columns(missed=pl.lit("many")), rows, points=OPEN)
    assert many.designs.select("days_watched", "left_out").row(0) == (0, 40)


def test_what_cannot_be_a_watch_or_a_passing():
    watches, rows = whole_days(3)
    for wrong in (
        watches.with_columns(to=pl.lit("25:00")),
        watches.with_columns(observed_minutes=pl.lit(500)),
    ):
        with pytest.raises(StatisticsError, match="STATISTICS-505"):
            estimate(wrong, rows)
    with pytest.raises(StatisticsError, match="STATISTICS-506"):
        estimate(watches.head(2), rows)
    with pytest.raises(StatisticsError, match="STATISTICS-502"):
        estimate(watches.drop("from"), rows)


def test_counts_vary_as_much_as_the_dispersion_says():
    drawn = negative_binomial(np.full(200_000, 20.0), 6.0, np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(20, rel=0.01)
    assert drawn.var() / drawn.mean() == pytest.approx(6, rel=0.03)


def interviews(*groups: tuple[str, int, str, str, int, str]) -> pl.DataFrame:
    rows = [
        (f"{at}-{n}", point, hour, direction, mode, answer)
        for at, (point, hour, direction, mode, count, answer) in enumerate(groups)
        for n in range(count)
    ]
    return pl.DataFrame(
        rows, schema=["interview", "point", "hour", "direction", "mode", "reason"], orient="row"
    )


def strata(*rows: tuple[str, str, str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["point", "block", "direction", "mode", "passages"], orient="row")


def test_weights_worked_by_hand():
    asked = interviews(
        ("p", 7, "in", "car", 10, "work"), ("p", 8, "in", "bus", 5, "study"), ("q", 8, "in", "bus", 1, "x")
    )
    counted = strata(("p", "06-12", "in", "car", 300), ("p", "06-12", "in", "bus", 450))
    found = weigh(asked, counted)
    # 30 for each car, 90 for each bus: not more than three times the median of 30.
    assert found.interviews["weight"].to_list()[:15] == [30] * 10 + [90] * 5
    assert not found.interviews["trimmed"].any()
    assert found.unweighted == 1
    assert found.effective == pytest.approx(750**2 / (10 * 900 + 5 * 8100))
    assert found.design_effect == pytest.approx(15 / found.effective)
    told = shares(found, "reason")
    assert told["share"].to_list() == pytest.approx([0.6, 0.4])


def test_small_strata_are_joined_and_large_weights_cut_and_all_passages_stay():
    asked = interviews(
        ("p", 7, "in", "car", 20, "work"), ("p", 7, "in", "bus", 2, "study"), ("p", 13, "out", "car", 6, "x")
    )
    counted = strata(
        ("p", "06-12", "in", "car", 200),
        ("p", "06-12", "in", "bus", 40),
        ("p", "18-24", "in", "walk", 10),
        ("p", "12-18", "out", "car", 600),
    )
    found = weigh(asked, counted)
    levels = dict(found.strata.select("level", "passages").iter_rows())
    # Buses are too few on their own, and so with their hours; they meet the walkers at the point.
    assert levels == {"point/block/direction/mode": 600, "all": 50}
    assert found.interviews["weight"].sum() == pytest.approx(850)
    assert found.interviews["trimmed"].to_list() == [False] * 22 + [True] * 6
    # Cars 10 each, buses 25, cut to 30 each outward: 430 in all, raised to 850.
    assert found.interviews["weight"][27] == pytest.approx(30 * 850 / 430)
    assert found.not_reached == 0


def test_shares_with_equal_weights_have_the_exact_interval_of_a_proportion():
    asked = interviews(("p", 7, "in", "car", 30, "work"), ("p", 7, "in", "car", 10, "study"))
    found: Weighted = weigh(asked, strata(("p", "06-12", "in", "car", 400)))
    told = shares(found, "reason")
    assert told["effective"][0] == pytest.approx(40)
    low, high = proportion_confint(30, 40, method="beta")
    assert told["low_95"][0] == pytest.approx(low)
    assert told["high_95"][0] == pytest.approx(high)
    everyone = shares(found, "direction")
    assert (everyone["share"].item(), everyone["high_95"].item()) == (1, 1)
