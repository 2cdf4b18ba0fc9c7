"""Reverse migration, concepts kept apart, duration classes, lifetime migration, growth components."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import StatisticsError
from nuudel.statistics.components import growth_components
from nuudel.statistics.flow_tables import Margins
from nuudel.statistics.periods import (
    Concept,
    DurationClass,
    count_by_duration,
    duration_classes,
    lifetime_migration,
    migrant_count,
)
from nuudel.statistics.reverse import reverse_migration

B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])


def test_reverse_migration_by_hand() -> None:
    got = reverse_migration(B, capital=2, countryside=[True, False, False])
    assert (got.out_of_capital, got.into_capital, got.balance) == (40.0, 70.0, 30.0)
    assert got.reverse_per_100 == pytest.approx(400 / 7)
    assert (got.share_of_in_percent, got.share_of_out_percent) == (43.75, 25.0)
    assert (got.to_countryside, got.to_countryside_percent) == (20.0, 50.0)


def test_margins_tell_what_leaves_the_capital_and_not_where_it_goes() -> None:
    margins = Margins(B.sum(axis=0).astype(float), B.sum(axis=1).astype(float))
    got = reverse_migration(margins, capital=2)
    assert got.out_of_capital == 40.0
    assert got.to_countryside is None
    with pytest.raises(StatisticsError, match="STATISTICS-109"):
        reverse_migration(margins, capital=2, countryside=[True, False, False])


def test_bad_capitals_and_classifications_are_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-119"):
        reverse_migration(B, capital=3)
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        reverse_migration(B, capital=2, countryside=[1, 0, 0])
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        reverse_migration(B, capital=2, countryside=[True, False])


def test_counts_of_one_kind_are_added() -> None:
    men = migrant_count([10, 20], "events", 1, "12_months_and_more")
    women = migrant_count([12, 18], Concept.EVENTS, 1, DurationClass.MONTHS_12_AND_MORE)
    assert (men + women).persons.tolist() == [22.0, 38.0]


@pytest.mark.parametrize(
    "other",
    [
        migrant_count([1, 2], "lifetime"),
        migrant_count([1, 2], "transition", 1, "12_months_and_more"),
        migrant_count([1, 2], "events", 5, "12_months_and_more"),
        migrant_count([1, 2], "events", 1, "3_to_12_months"),
        migrant_count([1, 2], "events", 1),
    ],
)
def test_counts_of_different_kinds_are_not_added(other) -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-112"):
        migrant_count([10, 20], "events", 1, "12_months_and_more") + other


def test_concepts_are_strict() -> None:
    for bad in (("moves", 1), ("events", None), ("events", 0), ("lifetime", 5)):
        with pytest.raises(StatisticsError, match="STATISTICS-113"):
            migrant_count(5, *bad)
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        migrant_count([1, 2], "lifetime") + migrant_count([1], "lifetime")


def test_duration_classes_count_calendar_months() -> None:
    starts = [
        "2023-01-31",
        "2023-01-31",
        "2022-11-30",
        "2022-11-30",
        "2024-02-29",
        "2024-02-29",
        "2023-05-05",
        "NaT",
    ]
    ends = [
        "2023-04-29",
        "2023-04-30",
        "2023-02-27",
        "2023-02-28",
        "2025-02-27",
        "2025-02-28",
        "NaT",
        "2023-05-05",
    ]
    assert duration_classes(starts, ends).tolist() == [
        "under_3_months",
        "3_to_12_months",
        "under_3_months",
        "3_to_12_months",
        "3_to_12_months",
        "12_months_and_more",
        "unknown",
        "unknown",
    ]


def test_durations_are_strict() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-113"):
        duration_classes(["2023-02-01"], ["2023-01-01"])
    with pytest.raises(StatisticsError, match="STATISTICS-113"):
        duration_classes(["soon"], ["2023-01-01"])
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        duration_classes(["2023-02-01"], ["2023-03-01", "2023-04-01"])


def test_persons_by_duration() -> None:
    classes = ["under_3_months", "12_months_and_more", "under_3_months", "unknown"]
    assert count_by_duration(classes, [1, 2, 3, 4]) == {
        DurationClass.UNDER_3_MONTHS: 4.0,
        DurationClass.MONTHS_3_TO_12: 0.0,
        DurationClass.MONTHS_12_AND_MORE: 2.0,
        DurationClass.UNKNOWN: 4.0,
    }
    with pytest.raises(StatisticsError, match="STATISTICS-113"):
        count_by_duration(["a while"], [1])


def test_lifetime_migration_by_hand() -> None:
    got = lifetime_migration([[700, 200, 100], [100, 1500, 200], [50, 150, 1000]])
    assert got.in_migrants.tolist() == [150.0, 350.0, 300.0]
    assert got.out_migrants.tolist() == [300.0, 300.0, 200.0]
    assert got.net_migrants.sum() == 0.0
    assert got.intensity_percent == 20.0
    assert got.born_elsewhere_percent == pytest.approx([100 * 15 / 85, 100 * 35 / 185, 100 * 30 / 130])
    with pytest.raises(StatisticsError, match="STATISTICS-104"):
        lifetime_migration(np.zeros((2, 2)))
    with pytest.raises(StatisticsError, match="STATISTICS-101"):
        lifetime_migration(np.ones((2, 3)))


ACCOUNT = {
    "opening": [1000, 2000, 1000],
    "births": [30, 60, 30],
    "deaths": [10, 20, 10],
    "in_migrants": [50, 40, 70],
    "out_migrants": [40, 80, 40],
    "immigrants": [5, 5, 20],
    "emigrants": [5, 15, 10],
}


def test_growth_adds_up() -> None:
    got = growth_components(**ACCOUNT, closing=[1030, 1990, 1060])
    assert got.natural.tolist() == [20.0, 40.0, 20.0]
    assert got.internal.tolist() == [10.0, -40.0, 30.0]
    assert got.international.tolist() == [0.0, -10.0, 10.0]
    assert got.growth.tolist() == [30.0, -10.0, 60.0]
    assert not got.residual.any()
    assert got.internal_imbalance == 0.0


def test_an_account_that_does_not_close_is_refused_or_shown() -> None:
    with pytest.raises(StatisticsError, match=r"STATISTICS-111.*-1 persons"):
        growth_components(**ACCOUNT, closing=[1030, 1989, 1060])
    got = growth_components(**ACCOUNT, closing=[1030, 1989, 1060], residual="show")
    assert got.residual.tolist() == [0.0, -1.0, 0.0]


def test_growth_input_is_strict() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        growth_components(**ACCOUNT, closing=[1030, 1990])
    with pytest.raises(StatisticsError, match="STATISTICS-103"):
        growth_components(**ACCOUNT, closing=[1030, np.nan, 1060])
    with pytest.raises(StatisticsError, match="STATISTICS-102"):
        growth_components(**ACCOUNT, closing=[1030, -1, 1060])


@settings(max_examples=80, deadline=None)
@given(arrays(np.int64, (8, 4), elements=st.integers(0, 10**9)))
def test_components_and_residual_are_the_growth_exactly(numbers: np.ndarray) -> None:
    names = (
        "opening",
        "closing",
        "births",
        "deaths",
        "in_migrants",
        "out_migrants",
        "immigrants",
        "emigrants",
    )
    got = growth_components(**dict(zip(names, numbers, strict=True)), residual="show")
    # whole persons far below 2^53: equal to the last digit
    assert (got.natural + got.internal + got.international + got.residual == got.growth).all()
    assert (got.opening + got.growth == got.closing).all()
