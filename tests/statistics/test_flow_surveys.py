"""Surveys at flow points: weights to the counts, and shares with intervals, worked by hand."""

from datetime import date, timedelta

import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from nuudel.statistics.flow_points import Weighted, shares, weigh

START = date(2026, 11, 2)
PERIOD = (START, START + timedelta(27))


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


def test_small_strata_and_large_weights_cut():
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
    # Two in buses are too few, and nobody asked the walkers: 50 passages are not reached.
    assert found.strata.select("level", "passages").rows() == [
        ("point/block/direction/mode", 200),
        ("point/block/direction/mode", 600),
    ]
    assert (found.unweighted, found.not_reached) == (2, 50)
    assert found.reached == pytest.approx(800 / 850)
    assert found.interviews["weight"].sum() == pytest.approx(800)
    assert found.interviews["trimmed"].to_list() == [False] * 20 + [None] * 2 + [True] * 6
    # Cars 10 each, cut from 100 to 30 each outward: 380 in all, raised to 800; 420 were moved.
    assert found.interviews["weight"][27] == pytest.approx(30 * 800 / 380)
    assert (found.trimmed, found.moved) == (6, 420)


def test_those_of_whom_nobody_was_asked_are_not_stood_for():
    # The review's: 82 % of the flow came by bus, and nobody there was asked.
    asked = interviews(
        ("p", 7, "in", "car", 50, "trade"),
        ("p", 7, "in", "on_foot", 3, "work"),
        ("p", 7, "in", "motorcycle", 2, "work"),
    )
    block = ("p", "06-12", "in")
    counted = strata(
        (*block, "car", 1000), (*block, "on_foot", 40), (*block, "motorcycle", 20), (*block, "bus", 5000)
    )
    found = weigh(asked, counted)
    assert (found.not_reached, found.passages, found.trimmed) == (5000, 1060, 0)
    assert found.reached == pytest.approx(0.175, abs=0.001)
    # Those on foot and on motorcycles meet, 60 passages by five; cars weigh 20 each.
    assert found.interviews["weight"].to_list() == pytest.approx([20] * 50 + [12] * 5)
    told = dict(shares(found, "reason").select("key", "share").iter_rows())
    assert told == pytest.approx({"trade": 1000 / 1060, "work": 60 / 1060})


def test_days_that_differ_widen_a_share():
    asked = interviews(("p", 7, "in", "car", 40, "work")).with_columns(
        day=pl.Series([n // 10 for n in range(40)]),
        reason=pl.Series(["work"] * 18 + ["trade"] * 2 + ["work"] * 2 + ["trade"] * 18),
    )
    found = weigh(asked, strata(("p", "06-12", "in", "car", 400)))
    told = shares(found, "reason").filter(key="work").row(0, named=True)
    # Days 10, 8, 2 and 0 of 10: residuals 5, 3, -3, -5 of 40; 4/3 x 68/1600 is the variance.
    t39, t3 = 2.0227, 3.1824
    assert told["effective"] == pytest.approx(0.25 / (4 / 3 * 68 / 1600) * (t39 / t3) ** 2, rel=1e-3)
    assert told["low_95"] < 0.2
    assert told["high_95"] > 0.8
    plain = Weighted(found.interviews.drop("day"), found.strata, 40, 1, 0, 0)
    assert shares(plain, "reason")["effective"][0] == pytest.approx(40)


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
