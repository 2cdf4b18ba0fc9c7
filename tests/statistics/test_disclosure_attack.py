"""The attacks: what linked tables and two releases give away, and that the default policy withstands them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source
from nuudel.statistics.disclosure import (
    CellKeyNoise,
    CountTable,
    Policy,
    ProtectedTable,
    Rounding,
    RoundingMethod,
    Suppression,
    already_public,
    bounds,
    default_policy,
    differencing,
    protect,
    table_with_margins,
)
from nuudel.statistics.disclosure.attack import cell_bounds, link
from nuudel.statistics.disclosure.bounds import propagated_bounds
from nuudel.statistics.disclosure.tables import cell_names

SECRET = b"a test's key, not a secret"
SOURCE = Source("nso", {"en": "NSO", "mn": "ҮСХ"}, {"en": "t", "mn": "t"}, "DT_1", "open data")
POLICIES: list[Policy] = [
    Suppression(complementary=False),
    default_policy(),
    Rounding(3),
    Rounding(5, RoundingMethod.NEAREST),
    Rounding(10, RoundingMethod.CONTROLLED),
]


def women_and_men(release: str = "", more: int = 0) -> CountTable:
    """Place x has 3 women; the other cells are large."""
    values = [[3, 24], [20 + more, 31]]
    return table_with_margins("moves", values, {"place": "xy", "sex": "fm"}, release=release)


def place_y_by_age(release: str = "") -> CountTable:
    """The 51 movers of place y by sex and age: no small count, so nothing is suppressed."""
    values = [[9, 11], [15, 16]]
    return table_with_margins(
        "moves", values, {"sex": "fm", "age": ["young", "old"]}, fixed={"place": "y"}, release=release
    )


def test_suppression_falls_when_a_linked_table_prints_the_complementary_cells() -> None:
    first = protect(women_and_men(), Suppression())
    second = protect(place_y_by_age(), Suppression())
    assert bounds(first).withstood
    assert bounds(second).withstood
    together = bounds([first, second])
    assert not together.withstood
    assert together.exact == 1
    assert together.findings[0].cell == (("place", "x"), ("sex", "f"))
    assert together.findings[0].low == 3


def test_suppression_falls_when_two_releases_are_subtracted() -> None:
    """One woman more in place y: her arrival is read off the margins although the cells are hidden."""
    releases = [
        protect(women_and_men("2020"), Suppression()),
        protect(women_and_men("2021", more=1), Suppression()),
    ]
    assert all(bounds(r).withstood for r in releases)
    report = differencing(releases)
    assert not report.withstood
    assert {(f.low, f.high) for f in report.findings} == {(1, 1)}
    assert (("sex", "f"),) in {f.cell for f in report.findings}
    assert report.findings[0].release == "2020 to 2021"


def test_who_knows_that_records_were_only_added_learns_more() -> None:
    """(3, 9) hidden behind their total, then all printed: without growth the past is only bounded."""
    before = protect(table_with_margins("s", [3, 9], {"a": "xy"}, release="1"), Suppression())
    after = protect(table_with_margins("s", [4, 9], {"a": "xy"}, release="2"), Suppression(threshold=1))
    assert np.isnan(before.values[:2]).all()
    assert differencing([before, after]).exact == 1  # the total rose by one
    knowing = differencing([before, after], only_added=True)
    assert {(f.low, f.high) for f in knowing.findings} == {(1, 1), (0, 1)}


def test_the_default_policy_withstands_linked_tables_and_releases() -> None:
    policy = default_policy()
    tables = [protect(t, policy, secret=SECRET) for t in (women_and_men(), place_y_by_age())]
    assert bounds(tables).withstood
    releases = [
        protect(t, policy, secret=SECRET) for t in (women_and_men("2020"), women_and_men("2021", more=1))
    ]
    assert differencing(releases).withstood
    assert differencing(releases, only_added=True).withstood


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (1, 3), (5,), (2, 3, 2)])
def test_the_default_policy_leaves_every_small_count_open_on_many_small_tables(
    shape: tuple[int, ...],
) -> None:
    names = {name: [str(i) for i in range(size)] for name, size in zip("abc", shape, strict=False)}
    suppressed = cells = 0
    for seed in range(12):
        values = np.random.default_rng(seed).poisson(2.5, shape)
        protected = protect(table_with_margins(f"s{seed}", values, names), default_policy(), secret=SECRET)
        assert bounds(protected).withstood
        suppressed += protected.loss.suppressed_cells
        cells += protected.values.size
    # Margins are left out only where the noise is extreme all along a sum; the default does not live on it.
    assert suppressed < 0.1 * cells


def test_margins_are_left_out_exactly_where_the_noise_alone_would_give_a_cell_away() -> None:
    names = {"a": "xy", "b": "uv"}
    unchecked_fell = 0
    for seed in range(25):
        table = table_with_margins(f"s{seed}", np.random.default_rng(seed).poisson(3, (2, 2)), names)
        unchecked = protect(table, CellKeyNoise(required_width=1), secret=SECRET)
        checked = protect(table, default_policy(), secret=SECRET)
        fell = not bounds(unchecked).withstood
        assert checked.suppressed.any() == fell
        assert not checked.suppressed[:2, :2].any()
        assert bounds(checked).withstood
        unchecked_fell += fell
    assert 0 < unchecked_fell < 13  # so the check has work to do, and the noise does most of it


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=3),
    st.sampled_from(POLICIES),
)
@settings(max_examples=40, deadline=None)
def test_the_attackers_interval_always_holds_the_truth(values: list[list[int]], policy: Policy) -> None:
    table = table_with_margins("s", values, {"a": [str(i) for i in range(len(values))], "b": "uvw"})
    system = link([protect(table, policy, secret=SECRET)])
    everything = np.full(len(system.names), np.inf)
    (low, high), _ = cell_bounds(system.lower, system.upper, system.equations, everything)
    truth = dict(zip(cell_names(table.dimensions, {}), table.values.ravel(), strict=True))
    for (_, _, cell), least, most in zip(system.names, low, high, strict=True):
        assert least <= truth[cell] <= most


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=3))
@settings(max_examples=20, deadline=None)
def test_propagation_is_never_narrower_than_linear_programming(values: list[list[int]]) -> None:
    table = table_with_margins("s", values, {"a": [str(i) for i in range(len(values))], "b": "uvw"})
    system = link([protect(table, Rounding(5), secret=SECRET)])
    wide_low, wide_high = propagated_bounds(system.lower, system.upper, system.equations)
    (low, high), method = cell_bounds(
        system.lower, system.upper, system.equations, np.full(len(system.names), np.inf)
    )
    assert method == "linear programming"
    assert (wide_low <= low).all()
    assert (wide_high >= high).all()


def test_bounds_by_hand() -> None:
    """Hidden 2 x 2 with margins (5, 40) and (6, 39): x lies between max(0, 5 - 39) and min(5, 6)."""
    protected = protect(table_with_margins("s", [[3, 2], [3, 37]], {"a": "xy", "b": "uv"}), Suppression())
    system = link([protected])
    shown = dict(zip([n for _, _, n in system.names], protected.values.ravel(), strict=True))
    assert shown[(("a", "x"),)] == 5
    (low, high), _ = cell_bounds(system.lower, system.upper, system.equations, np.full(9, np.inf))
    place = [n for _, _, n in system.names].index((("a", "x"), ("b", "u")))
    assert (low[place], high[place]) == (0, 5)


def test_cells_to_watch_can_be_named_with_their_width() -> None:
    protected = protect(women_and_men(), Suppression())
    cell = (("place", "y"), ("sex", "m"))
    assert bounds(protected).withstood
    assert bounds(protected, sensitive={cell: 1000.0}).findings[0].cell == cell


def test_whole_numbers_sharpen_nothing_on_a_two_way_table() -> None:
    protected = protect(women_and_men(), Rounding(5, RoundingMethod.NEAREST))
    assert bounds(protected).findings == bounds(protected, integer=True).findings


def test_public_figures_are_known_to_the_attacker_but_are_no_finding() -> None:
    public = protect(women_and_men(), already_public(SOURCE))
    assert bounds(public).withstood
    assert bounds([public, protect(place_y_by_age(), default_policy(), secret=SECRET)]).withstood


def test_contradicting_tables_and_single_releases_are_refused() -> None:
    table: ProtectedTable = protect(women_and_men(), already_public(SOURCE))
    other = protect(table_with_margins("moves", [40, 40], {"sex": "fm"}), already_public(SOURCE))
    with pytest.raises(StatisticsError, match="STATISTICS-308"):
        bounds([table, other])
    with pytest.raises(StatisticsError, match="STATISTICS-318"):
        differencing([table])
