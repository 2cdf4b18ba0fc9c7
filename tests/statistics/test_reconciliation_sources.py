"""Differences explained part by part, national margins that disagree, and Mongolia's own cases."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source
from nuudel.statistics.reconciliation import (
    Bias,
    Cause,
    DefinitionDifference,
    Estimate,
    Qualifier,
    SourceConcept,
    compare,
    comparison_table,
    read_qualifier,
    reconcile,
    reconcile_margins,
)

ReadShared = Callable[[str], pl.DataFrame]
TEXT = {"en": "as printed", "mn": "хэвлэснээр"}


@pytest.fixture
def shared(shared_data: Path) -> ReadShared:
    """A function that reads a table of the shared data."""
    return lambda name: pl.read_csv(shared_data / name, infer_schema_length=None)


def concept(key: str, **known: object) -> SourceConcept:
    described: dict[str, object] = {
        "concept": "stock",
        "duration": "12_months_and_more",
        "bias": Bias.UNKNOWN,
    }
    text = {"en": key, "mn": key}
    return SourceConcept(
        key=key,
        source=Source(key, text, text, key, "open data"),
        coverage=TEXT,
        period=TEXT,
        error_percent=1.0,
        **(described | known),  # type: ignore[arg-type]
    )


def test_the_parts_of_a_difference_by_hand() -> None:
    """1 000 in 2020 at 80 % coverage against 1 400 in 2022 at full coverage, growth 10 % a year.

    Coverage: the reference misses 250. Timing: 1 400 - 1 400 / 1.21 = 243. Definition: 60 as stated.
    Unexplained: 400 - 250 - 243 - 60 = -153.
    """
    a = Estimate(concept("census"), "MN", 2020, 1000, coverage_rate=0.8)
    b = Estimate(concept("register"), "MN", 2022, 1400)
    (found,) = compare(
        [a, b],
        "census",
        definitions=[DefinitionDifference("register", 60, TEXT)],
        change_percent_per_year=10,
    )
    assert found.difference == 400
    assert found.parts == {
        Cause.DEFINITION: 60,
        Cause.COVERAGE: 250,
        Cause.TIMING: 243,
        Cause.UNEXPLAINED: -153,
    }
    assert comparison_table([found])["persons"].sum() == 400


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.floats(0.01, 1), st.integers(1990, 2030)), min_size=2, max_size=4
    ),
    st.integers(-(10**6), 10**6),
    st.floats(-20, 20),
)
def test_the_parts_add_up_exactly(figures: list[tuple[int, float, int]], stated: int, growth: float) -> None:
    estimates = [
        Estimate(concept(f"s{i}"), "MN", year, value, coverage_rate=rate)
        for i, (value, rate, year) in enumerate(figures)
    ]
    definitions = [DefinitionDifference("s1", stated, TEXT)]
    for found in compare(estimates, "s0", definitions=definitions, change_percent_per_year=growth):
        assert sum(found.parts.values()) == found.difference
        assert found.difference == int(found.other.value) - int(found.reference.value)


def test_comparisons_that_make_no_sense_are_refused() -> None:
    a, b = Estimate(concept("a"), "MN", 2020, 10), Estimate(concept("b"), "MN", 2020, 12)
    with pytest.raises(StatisticsError, match="STATISTICS-336"):
        compare([a, b], "c")
    with pytest.raises(StatisticsError, match="STATISTICS-336"):
        compare([a, a], "a")
    with pytest.raises(StatisticsError, match="STATISTICS-337"):
        compare([a, Estimate(concept("b"), "AT", 2020, 12)], "a")
    with pytest.raises(StatisticsError, match="STATISTICS-338"):
        compare([a, Estimate(concept("b"), "MN", 2020, 12.5)], "a")


def test_resident_and_total_population_differ_by_definition(shared: ReadShared) -> None:
    """2019: residents of the soums 3.19 million, total population 3.30 million: not one series."""
    soums = shared("mongolia/soum_indicators_2019_2021.csv")
    column = next(c for c in soums.columns if "resident" in c or "population" in c)
    if "year" in soums.columns:
        soums = soums.filter(pl.col("year") == 2019)
    counted = int(soums[column].cast(pl.Float64).sum())
    assert counted == pytest.approx(3.19e6, rel=0.005)
    resident = concept("resident", concept="resident population")
    total = concept("total", concept="total population")
    figures = [Estimate(resident, "MN", 2019, counted), Estimate(total, "MN", 2019, 3_300_000)]
    with pytest.raises(StatisticsError, match="STATISTICS-334"):
        reconcile(figures)
    (found,) = compare(figures, "resident")
    assert found.parts[Cause.UNEXPLAINED] == found.difference == 3_300_000 - counted


def diaspora(shared: ReadShared) -> list[Estimate]:
    """The three figures of the diaspora as Mongolia's 2022 review prints them, each with its qualifier."""
    evidence = {row["id"]: row for row in shared("review_evidence.csv").iter_rows(named=True)}
    printed = {
        "census": ("E026", "6 months and more", Bias.UNDER, -20.0),
        "consular": ("E037", "unknown", Bias.UNKNOWN, 0.0),
        "mapping": ("E060", "unknown", Bias.OVER, 5.0),
    }
    figures = []
    for key, (number, duration, bias, percent) in printed.items():
        row = evidence[number]
        scale = 1000 if row["unit"].startswith("thousand") else 1
        described = concept(
            key,
            concept="citizens abroad",
            duration=duration,
            bias=bias,
            bias_percent=percent,
            bias_sd_percent=15.0,
        )
        figures.append(
            Estimate(
                described,
                "MN",
                int(row["year"]),
                round(float(row["value"]) * scale),
                qualifier=read_qualifier(row["qualifier"]),
                reference=number,
            )
        )
    return figures


def test_the_diaspora_is_refused_as_it_stands_and_compared(shared: ReadShared) -> None:
    figures = diaspora(shared)
    assert [(e.value, e.qualifier) for e in figures] == [
        (122_300, Qualifier.EXACT),
        (167_300, Qualifier.ABOUT),
        (200_000, Qualifier.AT_LEAST),
    ]
    with pytest.raises(StatisticsError, match="STATISTICS-335"):
        reconcile(figures)
    consular, mapping = compare(figures, "census")
    assert (consular.difference, mapping.difference) == (45_000, 77_700)


def test_the_diaspora_becomes_one_estimate_once_the_assumption_is_declared(
    shared: ReadShared,
) -> None:
    reason = {"en": "Stays of six months and more are meant.", "mn": "Зургаан сараас дээш оршин суугчид."}
    assumed = []
    for e in diaspora(shared):
        c = e.concept.assume(
            concept="citizens abroad",
            duration="6 months and more",
            reason=reason,
            bias=e.concept.bias,
            bias_percent=e.concept.bias_percent,
            bias_sd_percent=e.concept.bias_sd_percent,
        )
        assumed.append(Estimate(c, e.place, e.year, e.value, qualifier=e.qualifier))
    found = reconcile(assumed)
    latest = found.years.index(2021)
    assert 122_300 < found.low95[0, latest] < found.median[0, latest] < found.high95[0, latest]
    # "Over 200 000" draws the estimate above what census and consulates say together.
    without = reconcile(assumed[:2]).median[0, latest]
    assert found.median[0, latest] > without
    assert len(found.assumptions) == 3
    assert found.biases[0].median_percent < 0


def test_two_margins_by_hand() -> None:
    """The total is the geometric mean of in and out; range, discrepancy and balanced years are told."""
    found = reconcile_margins([1, 2, 3, 4], [80, 100, 125, 90], [120, 100, 100, 110])
    np.testing.assert_allclose(found.total, [np.sqrt(9600), 100, np.sqrt(12500), np.sqrt(9900)])
    assert found.discrepancy.tolist() == [-40, 0, 25, -20]
    assert found.lowest.tolist() == [80, 100, 100, 90]
    assert found.highest.tolist() == [120, 100, 125, 110]
    assert found.balanced.tolist() == [False, True, False, False]
    assert np.isnan(found.low80[1])
    # A year that disagrees more is less certain.
    width = np.log(found.high95 / found.low95)
    assert width[0] > width[2] > width[3]
    s2 = np.log1p(found.error_percent / 100) ** 2
    spread = np.sqrt((4 * s2 + np.log(1.5) ** 2 / 2) / 5 / 2)
    assert np.log(found.high95[0] / found.total[0]) == pytest.approx(2.570581836 * spread)  # t, 5 degrees
    gaps = [np.log(80 / 120), np.log(1.25), np.log(90 / 110)]
    assert found.differential_percent == pytest.approx(100 * np.expm1(np.mean(gaps)))
    assert found.to_frame()["low80"].to_list()[1] is None


def test_the_margins_of_mongolia_disagree_before_2020(shared: ReadShared) -> None:
    national = (
        shared("mongolia/internal_migration_by_aimag_1983_2022.csv")
        .group_by("year")
        .agg(pl.col("in_migrants", "out_migrants").sum())
        .sort("year")
    )
    found = reconcile_margins(national["year"], national["in_migrants"], national["out_migrants"])
    at = found.years.index(1993)
    assert (found.in_totals[at], found.out_totals[at]) == (38_751, 73_146)
    assert found.discrepancy[at] == -34_395
    assert 38_751 < found.low80[at] < found.total[at] < found.high80[at] < 73_146
    assert [y for y, b in zip(found.years, found.balanced, strict=True) if b] == [2020, 2021, 2022]
    assert found.in_totals[found.years.index(2020)] == found.total[found.years.index(2020)] == 59_563
    assert np.nanargmax(np.log(found.high95 / found.low95)) == at


def test_the_intervals_of_the_margins_cover_what_they_say() -> None:
    """200 sets of 30 years drawn from the model: 6 000 nearly independent totals, so 3 standard errors are
    3·√(0.8·0.2/6000) = 0.016; the estimated s² (30 years, about 13 per cent) adds about as much again."""
    generator = np.random.default_rng(5)
    inside = 0.0
    for _ in range(200):
        spread = 0.1 * np.sqrt(4 / generator.chisquare(4, 30))
        errors = generator.normal(0, spread, (2, 30))
        found = reconcile_margins(range(30), 5e4 * np.exp(errors[0]), 5e4 * np.exp(errors[1]))
        inside += ((found.low80 <= 5e4) & (found.high80 >= 5e4)).mean() / 200
    assert abs(inside - 0.80) < 0.032


def test_margins_that_cannot_be_modelled_are_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-343"):
        reconcile_margins([1, 2], [1, 2, 3], [1, 2])
    with pytest.raises(StatisticsError, match="STATISTICS-343"):
        reconcile_margins([1, 2, 3], [1, 0, 3], [2, 2, 2])
    with pytest.raises(StatisticsError, match="STATISTICS-344"):
        reconcile_margins([1, 2, 3], [5, 5, 6], [5, 5, 5])
