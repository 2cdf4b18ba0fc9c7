"""The outlook as a whole: quantiles, shares, sensitivity, round trip; Mongolia's with few draws."""

from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.packs import load_pack
from nuudel.base.results import read_result, write_result
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.projection import sensitivity
from nuudel.model.projection.back_projection import NO_BACK
from nuudel.model.projection.inputs import Feedback
from nuudel.model.projection.outlook import LEVELS, Outlook, limits, look_back, look_outlook, quantiles
from nuudel.model.projection.uncertainty import learn_errors

from .outlook_cases import case

CHOICES = {"migration_level": ("ten_years", "recent"), "total": ("united_nations", "national")}
ERRORS = (("error_source", "past"), ("error_places", "half"))


@pytest.fixture(scope="module")
def seen():
    """Mongolia until 2028 with few choices, and what was told on the way."""
    pack = load_pack("mongolia")
    baseline = reconstruct(pack, None, until=2028)
    told: list[tuple[str, int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "VARIANTS", CHOICES)
        patch.setattr(sensitivity, "ERROR_CASES", ERRORS)
        outlook = look_outlook(
            pack,
            baseline,
            [Feedback.none(baseline.rates)],
            learn_errors(pack),
            draws=40,
            seed=5,
            watch=lambda *now: told.append(now),
        )
    return outlook, baseline, told


@given(st.integers(1, 40), st.integers(0, 50))
def test_quantiles_are_those_of_numpy(draws, seed):
    values = np.random.default_rng(seed).normal(size=(draws, 3, 2))
    assert quantiles(values) == pytest.approx(np.quantile(values, LEVELS, axis=0))


def test_shapes_and_order(seen):
    outlook, baseline, _ = seen
    t, r = baseline.rates.years.size, 22
    assert outlook.years[-1] == 2028
    assert outlook.persons.shape == (5, t + 1, r)
    assert outlook.country.shape == outlook.capital_share.shape == (5, t + 1)
    assert outlook.net_internal.shape == (5, t, r)
    assert outlook.net_international.shape == (5, t)
    assert outlook.grouped.shape == (5, t + 1, len(outlook.groups), r)
    assert outlook.pyramid.shape == (5, t + 1, 2, 101)
    for name in ("persons", "country", "capital_share", "net_internal", "grouped", "pyramid"):
        assert np.all(np.diff(getattr(outlook, name), axis=0) >= -1e-6), name


def test_the_beginning_is_known_and_later_years_are_less_so(seen):
    outlook, baseline, _ = seen
    start = baseline.start.persons.sum(axis=(1, 2))
    assert outlook.persons[:, 0] == pytest.approx(np.tile(start, (5, 1)), rel=1e-5)
    assert outlook.capital == "MN11"
    capital = outlook.places.index("MN11")
    assert outlook.capital_share[:, 0] == pytest.approx(start[capital] / start.sum(), rel=1e-5)
    width = outlook.country[3] - outlook.country[1]
    known = outlook.at(2024)
    assert width[: known + 1] == pytest.approx(0, abs=30)
    assert np.all(np.diff(width[known:]) > 0)


def test_it_stands_near_the_united_nations(seen):
    """Rates are the United Nations': with 40 draws the median of 2028 is within two per cent of theirs."""
    outlook, _, _ = seen
    last = outlook.wpp.row(-1, named=True)
    assert last["year"] == 2028
    assert last["median"] == pytest.approx(last["wpp_median"], rel=0.02)
    assert outlook.wpp_reasons["component"].to_list()[-1] == "total"
    assert outlook.wpp_year == outlook.sensitivity_year == 2028


def test_sensitivity_has_every_other_choice_once(seen):
    outlook, _, _ = seen
    found = outlook.sensitivity
    assert list(zip(found["assumption"], found["choice"], strict=True)) == [
        ("reference", ""),
        ("migration_level", "recent"),
        ("total", "national"),
        *ERRORS,
    ]
    assert found["capital_share_change"][0] == found["country_change"][0] == 0
    by_name = {row["assumption"]: row for row in found.iter_rows(named=True)}
    assert by_name["total"]["country_change"] > 30_000
    narrow = by_name["error_places"]
    wide = by_name["reference"]
    assert (narrow["capital_share_high80"] - narrow["capital_share_low80"]) < (
        wide["capital_share_high80"] - wide["capital_share_low80"]
    )


def test_reference_is_the_outlook_itself(seen):
    outlook, _, _ = seen
    row = outlook.sensitivity.row(0, named=True)
    assert row["country"] == pytest.approx(outlook.country[2, -1], rel=1e-6)
    assert row["capital_share_low80"] == pytest.approx(outlook.capital_share[1, -1], rel=1e-5)


def test_progress_is_told(seen):
    told = seen[2]
    assert [part for part, _, _ in told[:4]] == [
        "projection",
        "projection",
        "united_nations",
        "back_projection",
    ]
    assert told[-1] == ("sensitivity", 5, 5)


def test_every_table_says_that_it_is_estimated(seen):
    outlook = seen[0]
    tables = [getattr(outlook, field.name) for field in fields(outlook)]
    tables = [table for table in tables if isinstance(table, pl.DataFrame)]
    assert len(tables) == 9
    for table in (*tables, outlook.place_frame()):
        assert set(table["quality"]) == {"estimated"}
    assert outlook.quality == "estimated"


def test_an_outlook_is_kept_and_read_back(seen, tmp_path):
    outlook = seen[0]
    write_result(outlook, tmp_path / "outlook")
    again = read_result(Outlook, tmp_path / "outlook")
    for field in fields(Outlook):
        first, second = getattr(outlook, field.name), getattr(again, field.name)
        if isinstance(first, pl.DataFrame):
            assert first.equals(second), field.name
        elif isinstance(first, np.ndarray):
            assert np.array_equal(first, second), field.name
        else:
            assert first == second, field.name


def test_what_no_interval_holds_is_told(seen):
    reacting = case(years=2)[2]
    assert len(limits([reacting])) == 2
    assert "crowding" in limits([reacting])[1]
    assert limits([replace(reacting, pull=np.zeros(1), push=np.zeros(1))]) == limits([reacting])[:1]
    assert seen[0].problems[0] == limits([reacting])[0]
    assert all(problem.endswith(".") for problem in seen[0].problems)


def test_places_as_a_table(seen):
    outlook = seen[0]
    frame = outlook.place_frame()
    row = frame.filter(pl.col("place") == "MN21", pl.col("year") == 2027).row(0, named=True)
    at, column = outlook.at(2027), outlook.places.index("MN21")
    assert row["low95"] == outlook.persons[0, at, column]
    assert row["median"] == outlook.persons[2, at, column]


def test_the_capital_of_units_is_the_sum_of_its_own():
    """Share of the capital at the lower level: units whose parent it is."""
    pack = load_pack("mongolia")
    units = reconstruct(pack, None, level="soum", until=2022)
    aimags = reconstruct(pack, None, until=2022)
    errors = learn_errors(pack)
    figures = [
        sensitivity.headlines(b, [Feedback.none(b.rates)], errors, "MN11", 2022, 3, 1)
        for b in (units, aimags)
    ]
    assert figures[0] == pytest.approx(figures[1], rel=1e-3)


def test_a_back_projection_that_cannot_be_made_is_a_problem_told():
    back, origins, problems = look_back(load_pack("usa"), None, None, 10, 1, lambda done, total: None)
    assert back is NO_BACK
    assert origins.height == 0
    assert len(problems) == 3
    for problem in problems:
        assert problem.startswith("There is no back-projection from 20")
        assert problem.endswith(".")


def test_origins_stand_beside_each_other(seen):
    """From 2010 the country grew faster than told; from 2015 it is told to two per cent."""
    found = seen[0].back_origins
    assert found["origin"].unique().sort().to_list() == [2005, 2010, 2015]
    people = found.filter(pl.col("indicator") == "population", pl.col("years") == "all").sort("origin")
    assert people["cells"].to_list() == [108, 78, 48]
    assert people["outlook"][2] < 2 < people["outlook"][1] < people["no_change"][1]
    second = found.filter(pl.col("origin") == 2010, pl.col("years") == "all").sort("indicator")
    direct = seen[0].back_coverage.filter(pl.col("horizon") == 0, pl.col("years") == "all").sort("indicator")
    assert second["covered80"].to_list() == direct["covered80"].to_list()
