"""Back-projection: by hand; intervals that hold a truth drawn from the model; Mongolia from 2010."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.projection.back_projection import (
    NO_BACK,
    SCHEMA,
    back_project,
    coverage_of,
    errors_of,
    naive,
)
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Feedback, Paths

from .outlook_cases import case
from .test_uncertainty_model import model


def rows(*given: tuple[str, int, float, float, float, bool]) -> pl.DataFrame:
    """indicator, horizon, observed, low, high, distorted; the median lies between the bounds."""
    return pl.DataFrame(
        [
            {
                "indicator": indicator,
                "place": "A",
                "year": 2010 + horizon,
                "horizon": horizon,
                "observed": observed,
                "median": (low + high) / 2,
                "low80": low,
                "high80": high,
                "low95": low - 5,
                "high95": high + 5,
                "no_change": 10.0,
                "linear": None if horizon == 3 else 30.0,
                "distorted": distorted,
            }
            for indicator, horizon, observed, low, high, distorted in given
        ],
        schema=SCHEMA,
    )


COUNTS = rows(
    ("population", 1, 20.0, 10.0, 30.0, False),
    ("population", 2, 33.0, 10.0, 30.0, False),
    ("population", 2, 60.0, 10.0, 30.0, True),
    ("population", 3, 20.0, 10.0, 30.0, False),
)


def test_coverage_by_hand():
    found = coverage_of(COUNTS)
    overall = found.filter(pl.col("horizon") == 0).sort("years")
    assert overall["years"].to_list() == ["all", "undistorted"]
    assert overall["cells"].to_list() == [4, 3]
    assert overall["covered80"].to_list() == pytest.approx([0.5, 2 / 3])
    assert overall["covered95"].to_list() == pytest.approx([0.75, 1])
    second = found.filter(pl.col("horizon") == 2, pl.col("years") == "all")
    assert (second["cells"][0], second["covered80"][0], second["covered95"][0]) == (2, 0, 0.5)


def test_errors_by_hand_on_the_cells_that_all_methods_have():
    found = errors_of(COUNTS).filter(pl.col("years") == "undistorted")
    assert found["cells"].to_list() == [2, 2, 2]
    wrong = dict(zip(found["method"], found["mean_error"], strict=True))
    assert wrong == pytest.approx({"outlook": 6.5, "no_change": 16.5, "linear": 6.5})
    assert found["percent"][0] == pytest.approx(100 * 6.5 / 26.5)


def test_rivals_by_hand():
    stays, line = naive(np.array([1.0, np.nan, 3.0, 4.0]), 2, positive=True)
    assert stays == pytest.approx([4, 4])
    assert line == pytest.approx([5, 6])
    falling = naive(np.array([3.0, 2.0, 1.0]), 3, positive=True)[1]
    assert falling == pytest.approx([0, 0, 0], abs=1e-9)
    assert naive(np.array([3.0, 2.0, 1.0]), 2, positive=False)[1] == pytest.approx([0, -1], abs=1e-9)
    assert np.isnan(naive(np.array([np.nan, 1.0]), 2, positive=True)).all()


def test_none_is_a_table_without_rows():
    assert NO_BACK.frame.height == NO_BACK.coverage.height == NO_BACK.errors.height == 0
    assert set(coverage_of(COUNTS).columns) == set(NO_BACK.coverage.columns)


def test_intervals_hold_a_truth_drawn_from_the_model():
    """Eighty of a hundred truths lie inside of 80 % intervals of other draws, in every year and place."""
    start, rates, feedback = case(years=12)
    errors = replace(model(), known_until=(2023, 2023))
    paths = errors.draw(rates, feedback, 500, 11)
    drawn = project(start, rates, paths, feedback, precision="double", ages=False)
    said, truths = drawn.persons[:300], drawn.persons[300:]
    for level, slack in ((0.8, 0.07), (0.95, 0.05)):
        low, high = np.quantile(said, [(1 - level) / 2, (1 + level) / 2], axis=0)
        inside = ((truths >= low) & (truths <= high))[:, 1:].mean(axis=0)
        assert inside.mean() == pytest.approx(level, abs=slack)
        assert inside.min() > level - 0.15


def test_intervals_of_too_small_errors_do_not_hold_it():
    start, rates, feedback = case(years=12)
    errors = replace(model(), known_until=(2023, 2023))
    small = errors.scaled(fertility=0.3, life_expectancy=0.3, net_migration=0.3, mobility=0.3, places=0.3)
    said, truths = (
        project(start, rates, m.draw(rates, feedback, 150, s), feedback, precision="double").persons
        for m, s in ((small, 1), (errors, 2))
    )
    low, high = np.quantile(said, [0.1, 0.9], axis=0)
    assert ((truths >= low) & (truths <= high))[:, 1:].mean() < 0.5


def test_no_feedback_is_none_at_all():
    start, rates, _ = case(years=4)
    feedback = Feedback.none(rates)
    assert feedback.names == ()
    found = project(start, rates, Paths.none(rates, feedback), feedback, groups={}, ages=False)
    assert found.persons.shape == (1, 5, 3)


@pytest.fixture(scope="module")
def mongolia():
    return back_project(load_pack("mongolia"), None, draws=60, seed=1)


def test_mongolia_from_2010_is_held_against_what_was_counted(mongolia):
    frame = mongolia.frame
    assert mongolia.year == 2010
    counts = frame.group_by("indicator").len().sort("indicator")
    # 22 places x 13 years of moves; the country and five western aimags, 2011 to 2023.
    assert counts.rows() == [
        ("in_migrants", 286),
        ("net_internal", 286),
        ("out_migrants", 286),
        ("population", 78),
    ]
    capital = frame.filter(pl.col("place") == "MN11", pl.col("indicator") == "in_migrants")
    assert capital.filter(pl.col("distorted"))["year"].to_list() == [2017, 2018, 2019]
    assert capital.filter(pl.col("year") == 2018)["observed"][0] == 6568
    nation = frame.filter(pl.col("place") == "MN").sort("year")
    assert nation["observed"][0] == 2786317
    assert nation["no_change"][0] == 2738622
    assert set(frame["quality"]) == {"estimated"}


def test_mongolia_from_2010_says_what_it_does_not_show(mongolia):
    for sentence in mongolia.problems:
        assert sentence.endswith(".")
    ordered = mongolia.frame.select("low95", "low80", "median", "high80", "high95").to_numpy()
    assert np.all(np.diff(ordered, axis=1) >= 0)
    assert mongolia.coverage["covered95"].is_between(0, 1).all()


def test_a_straight_line_errs_more_everywhere(mongolia):
    """Registered moves of 2010 to 2022, and the populations, with and without the years of the ban."""
    wide = mongolia.errors.pivot(on="method", index=["indicator", "years"], values="mean_error")
    assert wide.height == 8
    assert (wide["outlook"] < wide["linear"]).all()
