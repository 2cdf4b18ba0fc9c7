"""Rounds of assessments: cases worked by hand, identities, and intervals that hold as often as they say."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import norm

from nuudel.base.errors import StatisticsError
from nuudel.statistics.assessment_rounds import (
    breakdown,
    change,
    coverage,
    estimate,
    needs,
    sex_and_age,
    triangulate,
    wrong_sums,
)
from nuudel.statistics.assessment_rounds.ratios import fit_ratios

PAIRS = {"area": pl.String, "persons": pl.Float64}


def figures(**persons: float) -> pl.DataFrame:
    return pl.DataFrame({"area": list(persons), "persons": list(persons.values())}, schema=PAIRS)


def test_the_figure_of_an_area_is_the_median_that_credibility_weighs():
    said = pl.DataFrame(
        {
            "area": ["a", "a", "a", "b", "b", "c", "d"],
            "persons": [100, 300, 120, 50, 70, 9, None],
            # Weights of a: 1, 1/3, 1/2; half of 11/6 is reached at 100. Of b: 1 and 1, the middle.
            "credibility": [1, None, 2, 1, 1, 4, 1],
            "informants": [None, None, None, None, None, 2, 1],
            "most_said": [None, 340, None, None, None, None, None],
        }
    )
    found = triangulate(said)
    assert found["persons"].to_list() == [100, 60, 9]
    assert found["lowest"].to_list() == [100, 50, 9]
    assert found["highest"].to_list() == [340, 70, 9]
    assert found["submissions"].to_list() == [3, 2, 1]
    assert found["informants"].to_list() == [None, None, 2]
    weights, values = np.array([1, 1 / 3, 1 / 2]), np.array([100, 300, 120])
    mean = np.average(values, weights=weights)
    spread = np.sqrt(np.average((values - mean) ** 2, weights=weights)) / mean
    assert found["cv"][0] == pytest.approx(spread)
    assert found["cv"][1] == pytest.approx(1 / 6)
    assert found["cv"][2] is None


def test_more_informants_weigh_more():
    said = pl.DataFrame({"area": ["a"] * 3, "persons": [10, 20, 90], "informants": [1, 1, 5]})
    assert triangulate(said)["persons"].item() == 90


FRAME = pl.DataFrame(
    {
        "area": ["a", "b", "c", "d", "e"],
        "parent": ["P", "P", "P", "Q", "Q"],
        "outcome": ["done", "refused", None, "done", "unreachable"],
        "population": [100, 300, 100, 50, None],
    }
)


def test_coverage_by_parent_worked_by_hand():
    rows = {row["parent"]: row for row in coverage(FRAME).iter_rows(named=True)}
    assert list(rows) == ["", "P", "Q"]
    whole = rows[""]
    assert [whole[k] for k in ("areas", "done", "refused", "unreachable", "missing")] == [5, 2, 1, 1, 1]
    assert whole["share"] == pytest.approx(0.4)
    assert rows["P"]["population_share"] == pytest.approx(0.2)
    assert rows["Q"]["population_share"] == 1


def test_change_is_both_plus_new_minus_lost():
    found = change(FRAME, figures(a=90, b=20, d=7, x=3), figures(a=100, c=30, d=5, e=0))
    rows = {row["parent"]: row for row in found.totals.iter_rows(named=True)}
    whole = rows[""]
    assert (whole["before"], whole["now"], whole["change"]) == (135, 120, -15)
    assert (whole["both"], whole["new"], whole["lost"]) == (-10 + 2, 20 + 3, 30)
    assert (whole["areas_both"], whole["areas_new"], whole["areas_lost"]) == (2, 2, 2)
    # x is in no frame: told, under a parent of its own.
    assert rows["outside"]["new"] == 3
    for row in rows.values():
        assert row["change"] == row["both"] + row["new"] - row["lost"]
    assert found.areas.filter(area="e")["group"].item() == "lost"


def simulated(
    random: np.random.Generator, missed: float, between: float, within: float
) -> tuple[pl.DataFrame, ...]:
    """A frame of 12 parents with 20 areas: both rounds, and those of this round that are covered."""
    parents = np.repeat(np.arange(12), 20)
    before = np.round(random.lognormal(5, 0.8, 240)) + 1
    ratio = np.exp(0.2 + between * random.standard_normal(12)[parents] + within * random.standard_normal(240))
    now = random.poisson(before * ratio).astype(float)
    names = [f"a{n:03}" for n in range(240)]
    frame = pl.DataFrame({"area": names, "parent": [f"P{p:02}" for p in parents], "population": before})
    truth = pl.DataFrame({"area": names, "persons": now})
    return frame, truth, truth.filter(random.random(240) > missed), frame.select("area", persons="population")


@pytest.mark.parametrize("basis", ["last_round", "register"])
def test_intervals_of_missing_areas_and_of_the_total_hold_as_often_as_they_say(basis):
    random = np.random.default_rng(7)
    hits: dict[str, list[bool]] = {"area_80": [], "area_95": [], "total_80": [], "total_95": []}
    errors = []
    for turn in range(150):
        frame, truth, covered, last = simulated(random, 0.3, 0.3, 0.35)
        if basis == "last_round":
            found = estimate(frame.drop("population"), covered, last, draws=500, seed=turn)
        else:
            found = estimate(frame, covered, draws=500, seed=turn)
        filled = found.areas.filter(label="estimated").join(truth, on="area", suffix="_true")
        assert set(filled["basis"]) == {basis}
        whole, total = found.totals.row(0, named=True), truth["persons"].sum()
        errors.append(whole["persons"] / total - 1)
        for level in ("80", "95"):
            inside = filled["persons_true"].is_between(filled[f"low_{level}"], filled[f"high_{level}"])
            hits[f"area_{level}"] += inside.to_list()
            hits[f"total_{level}"].append(whole[f"low_{level}"] <= total <= whole[f"high_{level}"])
    # Areas: some 10,800 of them, though not independent within a round. Totals: 150, four standard errors.
    assert 0.78 < np.mean(hits["area_80"]) < 0.82
    assert 0.94 < np.mean(hits["area_95"]) < 0.96
    assert 0.67 < np.mean(hits["total_80"]) < 0.93
    assert np.mean(hits["total_95"]) > 0.88
    assert abs(np.mean(errors)) < 0.01


def test_the_total_carries_the_ratio_that_areas_share():
    random = np.random.default_rng(3)
    frame, _, covered, last = simulated(random, 0.9, 0.5, 0.2)
    found = estimate(frame, covered, last, draws=4000)
    filled = found.areas.filter(label="estimated")
    # Standard errors of areas added as if they were independent would be far too small.
    alone = np.sqrt((((filled["high_80"] - filled["low_80"]) / 2.563) ** 2).sum())
    whole = found.totals.row(0, named=True)
    assert (whole["high_80"] - whole["low_80"]) / 2.563 > 1.5 * alone


def test_the_same_seed_gives_the_same_figures_and_totals_add_up():
    frame, _, covered, last = simulated(np.random.default_rng(1), 0.3, 0.3, 0.3)
    one, two = (estimate(frame, covered, last) for _ in range(2))
    assert_frame_equal(one.areas, two.areas)
    assert_frame_equal(one.totals, two.totals)
    parts = one.totals.slice(1)
    for column in ("observed", "estimated", "persons", "areas"):
        assert one.totals[column][0] == pytest.approx(parts[column].sum())
    assert one.totals["estimated"][0] == pytest.approx(one.areas.filter(label="estimated")["persons"].sum())
    assert one.areas.filter(label="observed")["low_95"].null_count() == covered.height


def test_with_one_parent_and_large_counts_the_ratio_is_that_of_the_textbook():
    """Known closed form: y ~ N(μ, σ²) with both unknown; many areas, so that the priors hardly tell."""
    random = np.random.default_rng(5)
    base = np.full(400, 1e6)
    logs = np.log(1.3) + 0.25 * random.standard_normal(400)
    none = np.zeros(400, dtype=np.int64)
    fit = fit_ratios(base * np.exp(logs), base, none, 1, 20_000, random)
    error = logs.std(ddof=1) / 20
    low, high = np.quantile(fit.parents[:, 0], [0.025, 0.975])
    assert np.median(fit.parents) == pytest.approx(logs.mean(), abs=0.1 * error)
    assert high - low == pytest.approx(2 * norm.ppf(0.975) * error, rel=0.05)
    assert np.median(fit.within) == pytest.approx(logs.std(ddof=1), rel=0.03)


def test_what_cannot_be_estimated_is_said_and_has_no_total():
    frame = pl.DataFrame(
        {"area": list("abcdefgh"), "parent": list("PPPPQQQQ"), "population": [10, 20, 30] + [None] * 5}
    )
    last = figures(a=10, b=20, c=30, d=40, e=50, g=0)
    now = figures(a=11, b=22, c=33, d=44, e=55)
    found = estimate(frame, now, last)
    rows = {row["area"]: row for row in found.areas.iter_rows(named=True)}
    # f and h: no last round, no population; g: nobody there in the last round.
    assert {a: rows[a]["why"] for a in "fgh"} == {"f": "no_base", "g": "empty_before", "h": "no_base"}
    assert {rows[a]["persons"] for a in "fgh"} == {None}
    totals = {row["parent"]: row for row in found.totals.iter_rows(named=True)}
    assert totals["P"]["label"] == "observed"
    assert totals["P"]["persons"] == 110
    assert totals[""]["persons"] is None
    assert totals[""]["low_95"] is None
    assert totals[""]["label"] == "not_estimated"
    assert totals[""]["observed"] == 165
    assert found.ratios.is_empty()
    # With its last figure f takes the ratio of the others, 1.1.
    one = estimate(frame, now, pl.concat([last, figures(f=1000)]), draws=4000)
    assert one.ratios.filter(parent="")["ratio"].item() == pytest.approx(1.1, rel=0.05)
    assert one.areas.filter(area="f")["persons"].item() == pytest.approx(1100, rel=0.05)
    # Four covered areas with a last round are too few for a ratio.
    few = estimate(frame, now.head(4), last.head(5))
    assert few.areas.filter(area="e")["why"].item() == "few_ratios"


def of(areas: int, parents: int, persons: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A frame of areas alike in parents, and the round before."""
    names = [f"a{number:03d}" for number in range(areas)]
    frame = pl.DataFrame({"area": names, "parent": [f"p{number % parents}" for number in range(areas)]})
    return frame, pl.DataFrame({"area": names, "persons": [persons] * areas})


def test_an_emptied_area_tells_of_emptying_and_not_of_the_ratio():
    """Ten areas of 1,000: eight are as they were, one is empty, one was missed."""
    frame, last = of(10, 1, 1000)
    now = pl.DataFrame({"area": last["area"].head(9), "persons": [0.0] + [1000.0] * 8})
    (row,) = estimate(frame, now, last, draws=4000).areas.filter(label="estimated").to_dicts()
    # Beta(1½, 8½) has the mean 0.15.
    assert row["persons"] == pytest.approx(850, abs=20)
    assert row["persons"] < row["high_80"] < row["high_95"] < 1200
    assert (row["low_80"], row["low_95"]) == (0, 0)


def test_what_it_would_be_if_missed_areas_had_fared_like_the_worst_tenth():
    frame, last = of(12, 1, 100)
    now = pl.DataFrame({"area": last["area"].head(11), "persons": [50.0, 60.0] + [100.0] * 9})
    (whole, _) = estimate(frame, now, last).totals.to_dicts()
    # The tenth of eleven ratios is the second one, 0.6.
    assert whole["persons_if_worst"] == pytest.approx(50 + 60 + 900 + 60)
    assert whole["persons"] > whole["persons_if_worst"]
    all_came = pl.concat([now, pl.DataFrame({"area": ["a011"], "persons": [1.0]})])
    assert estimate(frame, all_came, last).totals["persons_if_worst"].to_list() == [None, None]


@pytest.mark.parametrize("parents", [2, 3, 4, 8])
def test_of_a_parent_without_covered_areas_the_others_tell_where_they_are_enough(parents):
    frame, last = of(5 * parents, parents, 1000)
    now = last.filter(~pl.col("area").is_in(frame.filter(parent="p0")["area"].to_list()))
    found = estimate(frame, now, last)
    missed = found.areas.filter(parent="p0")
    if parents < 5:
        assert set(missed["why"]) == {"few_parents"}
        assert found.totals["persons"][0] is None
    else:
        assert set(missed["label"]) == {"estimated"}
        assert found.totals["persons"][0] == pytest.approx(5000 * parents, rel=0.02)
        assert (missed["persons"] < missed["high_80"]).all()


def test_a_parent_whose_interval_says_too_little_has_no_figure_and_the_whole_has_one():
    random = np.random.default_rng(3)
    frame, last = of(60, 12, 1000)
    ratios = np.exp(0.9 * random.standard_normal(12))[np.arange(60) % 12]
    now = last.with_columns(persons=(1000 * ratios).round())
    now = now.filter(~pl.col("area").is_in(frame.filter(parent="p0")["area"].to_list()))
    totals = estimate(frame, now, last).totals
    (unit,) = totals.filter(parent="p0").to_dicts()
    assert (unit["persons"], unit["label"], unit["why"]) == (None, "not_estimated", "too_wide")
    assert unit["not_estimated_areas"] == 0
    assert totals["label"][0] == "estimated"


def test_parts_of_an_area_add_up_and_each_is_its_own_median():
    said = pl.DataFrame(
        {"area": ["s"] * 6 + ["t"] * 3, "part": ["1", "1", "1", "2", "3", None, "1", "2", "2"]}
        | {"persons": [300, 320, 900, 500, 900, None, 10, 20, 30]}
    )
    found = triangulate(said)
    assert found["persons"].to_list() == [320 + 500 + 900, 10 + 25]
    assert found["parts"].to_list() == [3, 2]
    assert found["lowest"].to_list() == [300 + 500 + 900, 10 + 20]
    assert found["submissions"].to_list() == [5, 3]
    # Of the second part the mean is 25 and the variance 25: 5 of 35.
    assert found["cv"][1] == pytest.approx(5 / 35)
    whole = pl.concat([said, pl.DataFrame({"area": ["s"], "part": [None], "persons": [1700]}, said.schema)])
    assert triangulate(whole)["persons"].to_list() == [1700, 35]


def test_estimates_stand_beside_the_observed_change():
    frame, _, covered, last = simulated(np.random.default_rng(2), 0.3, 0.2, 0.2)
    gone = last.filter(pl.col("area").is_in(covered["area"].to_list()) | (pl.col("area") > "a100"))
    now, before = estimate(frame, covered, gone), estimate(frame, gone)
    rows = change(frame, covered, gone, now_estimates=now, before_estimates=before).totals
    for row in rows.iter_rows(named=True):
        assert row["change"] == row["both"] + row["new"] - row["lost"]
    full = now.totals["persons"] - before.totals["persons"]
    assert rows["full_change"].to_list() == pytest.approx(full.to_list())


def test_breakdowns_add_up_and_say_what_is_not_stated():
    rows = pl.DataFrame({"area": ["a", "a", "b"], "reason": ["work", None, "work"], "persons": [6, 2, 3]})
    found = breakdown(rows, "reason", figures(a=10, b=3, c=7))
    assert found["key"].to_list() == ["work", "not_stated"]
    assert found["persons"].to_list() == [9, 2 + 2 + 7]
    assert found["areas"].to_list() == [2, 2]
    assert found["share"].sum() == pytest.approx(1)


def test_sex_and_age_and_needs():
    values = pl.DataFrame(
        {"area": ["a", "b"], "persons": [10, 5], "women": [2, None], "men": [3, None], "girls": [2, None]}
        | {"boys": [1, None], "older_women": [2, None]}
    )
    found = sex_and_age(values)
    assert found["key"].to_list() == ["women", "men", "older_women", "girls", "boys", "not_stated"]
    assert found["persons"].to_list() == [2, 3, 2, 2, 1, 5]
    assert found["share"].sum() == pytest.approx(1)
    named = pl.DataFrame({"area": ["a", "a", "b", "z"], "need": ["water", "water", "fuel", "water"]})
    rows = needs(named, figures(a=30, b=10))
    assert rows["need"].to_list() == ["fuel", "water"]
    assert rows["share_of_areas"].to_list() == [0.5, 0.5]
    assert rows["share_of_persons"].to_list() == [0.25, 0.75]


def test_sums_that_cannot_be():
    values = pl.DataFrame({"area": ["a", "b", "c", "d"], "persons": [10, 10, 10, 10], "women": [5, 11, 4, 3]})
    values = values.with_columns(men=pl.Series([5, None, 4, None]))
    assert wrong_sums(values, "persons", ["women", "men"])["area"].to_list() == ["b", "c"]
    assert wrong_sums(values, "persons", ["women", "men"])["difference"].to_list() == [1, -2]


def test_a_round_in_which_nothing_came_yet():
    found = estimate(FRAME, figures())
    assert found.totals.select("observed", "persons", "why").row(0) == (0, None, "no_base")
    assert change(FRAME, figures(), figures()).totals["change"].to_list() == [0]
    assert coverage(FRAME.clear())["share"].to_list() == [None]
    assert estimate(FRAME.clear(), figures()).totals["observed"].to_list() == [0]


def test_frames_that_cannot_be_used():
    twice = pl.concat([figures(a=1), figures(a=2)])
    with pytest.raises(StatisticsError, match="STATISTICS-504"):
        change(FRAME, twice, figures(a=1))
    with pytest.raises(StatisticsError, match="STATISTICS-504"):
        estimate(FRAME, figures(a=1), twice)
    with pytest.raises(StatisticsError, match="STATISTICS-502"):
        coverage(FRAME.drop("outcome"))
