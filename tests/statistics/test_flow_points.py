"""Flow points: hours and days worked by hand, sums that hold, intervals that hold as often as they say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_points import estimate
from nuudel.statistics.flow_points.filling import negative_binomial
from nuudel.statistics.flow_points.sides import sided
from nuudel.statistics.flow_points.watching import open_minutes, watching

START = date(2026, 11, 2)
WATCH = ["watch", "point", "day", "from", "to"]
ROW = ["watch", "hour", "direction", "mode", "persons"]


PERIOD = (START, START + timedelta(27))


def open_throughout(points: int, days: int) -> pl.DataFrame:
    """Points that were open on all days, watched or not."""
    codes = [f"p{point}" for point in range(points)]
    return pl.DataFrame({"point": codes}).with_columns(
        opens=pl.lit(None, pl.String),
        closes=pl.lit(None, pl.String),
        first_day=pl.lit(START),
        last_day=pl.lit(START + timedelta(days - 1)),
    )


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
        found = estimate(watches, rows, points=open_throughout(4, 28), period=PERIOD, draws=400, seed=turn)
        assert found.designs["allows"].all()
        # Hours watched at a point on fewer than two days are not of its figure: compared are those of all.
        found = replace(found, days=found.days.filter(of_hours=""), totals=found.totals.filter(of_hours=""))
        assert found.totals.height > 0
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
    longer = OPEN.with_columns(last_day=pl.lit(START + timedelta(5)))
    longer = estimate(watches, rows, points=longer, period=(START, START + timedelta(5)))
    assert longer.days["label"].to_list() == ["observed"] * 4 + ["estimated"] * 2
    assert longer.days["passages"][5] == pytest.approx(40, rel=0.15)


def watched_at(
    point: str, days: int, first: int, last: int, hourly: int
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Watches of the same hours on each day, and as many passages each hour."""
    watches = [
        (f"{point}{n}", point, START + timedelta(n), f"{first:02}:00", f"{last:02}:00") for n in range(days)
    ]
    return watches, [
        (f"{point}{n}", hour, "in", "car", hourly) for n in range(days) for hour in range(first, last)
    ]


def tables(*parts) -> tuple[pl.DataFrame, pl.DataFrame]:
    watches, rows = ([row for part in parts for row in part[at]] for at in (0, 1))
    return pl.DataFrame(watches, schema=WATCH, orient="row"), pl.DataFrame(rows, schema=ROW, orient="row")


def test_a_night_that_nobody_watched_is_not_borrowed_from_another_point():
    # The review's: A was watched 08–16 on 14 days (58 an hour: 6,496), B day and night.
    found = estimate(*tables(watched_at("A", 14, 8, 16, 58), watched_at("B", 14, 0, 24, 20)))
    whole = found.totals.filter(direction="", mode="").rows_by_key("point", named=True, unique=True)
    assert (whole["A"]["passages"], whole["A"]["label"], whole["A"]["of_hours"]) == (
        6496,
        "observed",
        "08–16",
    )
    assert (whole["B"]["passages"], whole["B"]["of_hours"]) == (14 * 24 * 20, "")
    assert set(found.days.filter(point="A")["of_hours"]) == {"08–16"}
    assert found.hours.filter(point="A", hour=20)["rate"].item() is None
    # One night there does not make nights of all: 6,496 of the hours 08–16, and the night told as counted.
    night = ([("n", "A", START, "16:00", "24:00")], [("n", hour, "in", "car", 30) for hour in range(16, 24)])
    found = estimate(*tables(watched_at("A", 14, 8, 16, 58), watched_at("B", 14, 0, 24, 20), night))
    one = found.totals.filter(point="A", direction="", mode="").row(0, named=True)
    assert (one["observed"], one["passages"], one["of_hours"]) == (6496 + 240, 6496, "08–16")


def test_no_figure_for_days_on_which_the_point_was_not_there():
    # The review's: opened three days ago, asked for fourteen days; another point was watched on all of them.
    late = watched_at("A", 3, 0, 24, 29)
    late = ([(w, p, day + timedelta(11), *rest) for w, p, day, *rest in late[0]], late[1])
    watches, rows = tables(late, watched_at("B", 14, 0, 24, 20))
    found = estimate(watches, rows, period=(START, START + timedelta(20)))
    days = found.days.filter(point="A")
    assert days["day"].to_list() == [START + timedelta(n) for n in (11, 12, 13)]
    whole = found.totals.filter(point="A", direction="", mode="").row(0, named=True)
    assert (whole["days"], whole["observed"], whole["passages"]) == (3, 3 * 24 * 29, 3 * 24 * 29)
    # Within its days one without a watch is estimated, and as uncertain as days differ.
    gap = estimate(watches.filter(pl.col("watch") != "B5"), rows.filter(pl.col("watch") != "B5"))
    one = gap.days.filter(point="B", day=START + timedelta(5)).row(0, named=True)
    assert (one["label"], one["minutes"]) == ("estimated", 0)
    assert one["low_95"] < one["passages"] < one["high_95"]


def test_a_day_that_is_not_over_goes_up_to_its_last_watch():
    # Nine hours of 08–20 lie ahead: 75 were counted from 08 to 09, and nothing more is said.
    now = ([("now", "A", START + timedelta(9), "08:00", "09:00")], [("now", 8, "in", "car", 75)])
    watches, rows = tables(watched_at("A", 9, 8, 20, 60), now)
    opened = pl.DataFrame({"point": ["A"], "opens": ["08:00"], "closes": ["20:00"]})
    found = estimate(watches, rows, points=opened, so_far=START + timedelta(9))
    last = found.days.row(-1, named=True)
    assert (last["passages"], last["label"], last["until"], last["open_minutes"]) == (
        75,
        "observed",
        "09:00",
        60,
    )
    assert set(found.days["until"][:-1]) == {""}
    over = estimate(watches, rows, points=opened).days.row(-1, named=True)
    assert (over["label"], over["until"]) == ("estimated", "")
    assert over["passages"] > 600


def test_a_direction_that_nobody_counted_is_not_nobody():
    # The review's: the outward enumerator was absent on 7 of 14 days; 343 passed outward on each.
    watches, rows = [], []
    for n in range(14):
        for way, hourly in (("in", 50), ("out", 43)):
            if way == "in" or n % 2 == 0:
                watches.append((f"{way}{n}", "p", START + timedelta(n), "08:00", "16:00", way))
                rows += [(f"{way}{n}", hour, way, "car", hourly) for hour in range(8, 16)]
    opened = pl.DataFrame({"point": ["p"], "opens": ["08:00"], "closes": ["16:00"]})
    table = pl.DataFrame(watches, schema=[*WATCH, "directions"], orient="row")
    passed = pl.DataFrame(rows, schema=ROW, orient="row")
    found = estimate(table, passed, points=opened)
    out = found.totals.filter(direction="out", mode="").row(0, named=True)
    assert (out["observed"], out["label"]) == (7 * 8 * 43, "estimated")
    assert out["passages"] == pytest.approx(14 * 8 * 43, rel=0.03)
    assert out["low_95"] < 14 * 8 * 43 < out["high_95"]
    inward = found.totals.filter(direction="in", mode="").row(0, named=True)
    assert inward["passages"] == pytest.approx(14 * 8 * 50, rel=0.001)
    assert found.days["label"].to_list() == ["observed", "estimated"] * 7
    assert found.days["point"].unique().to_list() == ["p"]
    assert found.designs["days_watched"].item() == 7
    # Counted in one direction only, always: that is no figure of the point.
    only = estimate(table.filter(directions="in"), passed.filter(direction="in"), points=opened)
    assert only.designs["why"].item() == "one_direction"
    assert only.totals["passages"].null_count() == only.totals.height


def at_once(*watches: tuple[str, str, str, str | None]) -> pl.DataFrame:
    told = [(watch, "p", START, first, last, way) for watch, first, last, way in watches]
    return pl.DataFrame(told, schema=[*WATCH, "directions"], orient="row")


def test_watches_at_the_same_time_are_a_union_and_nobody_is_counted_twice():
    rows = pl.DataFrame([("a", 8, "in", "car", 20), ("b", 8, "out", "car", 12)], schema=ROW, orient="row")
    # Half an hour each, at the same time: 30 minutes watched and not 60; each counted its own side.
    for ways in (("in", "out"), (None, None)):
        pair = at_once(("a", "08:00", "08:30", ways[0]), ("b", "08:00", "08:30", ways[1]))
        seen = watching(pair, rows, None)
        assert (seen.minutes[0, 8], seen.counts.sum()) == (30, 32)
        parts = watching(*sided(pair, rows, None))
        assert parts.minutes.max() == 30
    # The same side twice: the one who watched longer counts, with the other's half hour after it.
    pair = at_once(("a", "08:00", "09:00", "both"), ("b", "08:00", "09:30", "both"))
    both = pl.DataFrame(
        [("a", 8, "in", "car", 20), ("b", 8, "in", "car", 19), ("b", 9, "in", "car", 7)],
        schema=ROW,
        orient="row",
    )
    seen = watching(pair, both, None)
    assert seen.minutes[0, 8:10].tolist() == [60, 30]
    assert seen.counts[0, 8:10].tolist() == [19, 7]


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
        (9, OPEN, {"persons": 0}, "nothing_counted"),
    ],
)
def test_a_design_that_allows_no_estimate_says_why_and_gives_what_was_observed(days, points, change, why):
    watches, rows = whole_days(days)
    rows = rows.with_columns(pl.lit(value).cast(pl.Int64).alias(name) for name, value in change.items())
    longer = pl.DataFrame({"point": ["p"], "opens": [None], "closes": [None]}) if points is None else points
    longer = longer.with_columns(
        pl.col("opens", "closes").cast(pl.String), last_day=pl.lit(START + timedelta(days))
    )
    found = estimate(watches, rows, points=longer, period=(START, START + timedelta(days)))
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
    assert found.days.height == 0
    assert found.designs["why"].item() == "few_days"
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
