"""Counterfactuals, placebo years and the ban's result on series where the answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import gammaln

from nuudel.base.errors import ModelError
from nuudel.model.experiments import counterfactuals as cf
from nuudel.model.experiments.companions import WITH_COMPANIONS, log_linear
from nuudel.model.experiments.placebo import Placebos, place_placebos
from nuudel.model.experiments.registration_ban import CANNOT_TELL, registration_ban
from nuudel.model.experiments.spillovers import ban_spillovers, fill_gaps
from nuudel.statistics.internal_migration import InternalMigration

YEARS = np.arange(1990, 2020)


def margins(arrivals: np.ndarray, departures: np.ndarray, years: np.ndarray = YEARS) -> InternalMigration:
    places = tuple(f"P{k}" for k in range(arrivals.shape[1]))
    return InternalMigration(years, places, arrivals, departures, np.full(len(years), 1e6))


def constant_with_a_hole() -> InternalMigration:
    """P0 takes 1000 a year, 300 fewer in 2010-12 and 100 more in 2013-15; P1 sends all, P2 stands still."""
    came = np.full((len(YEARS), 3), 50.0)
    came[:, 0] = 1000.0
    came[20:23, 0] -= 300.0
    came[23:26, 0] += 100.0
    left = np.full((len(YEARS), 3), 60.0)
    left[:, 1] = came.sum(axis=1) - 120.0
    return margins(came, left)


def test_a_hole_of_known_size_is_found_by_every_model() -> None:
    losses = np.full((len(YEARS), 3), 0.2)
    losses[::2] = 0.4
    found = registration_ban(
        constant_with_a_hole(), "P0", first=2010, last=2012, until=2015, comparable_since=2001, losses=losses
    )
    assert set(found.models) == set(cf.COUNTERFACTUALS) | set(WITH_COMPANIONS)
    np.testing.assert_allclose(found.missing, 900.0, rtol=1e-7)
    np.testing.assert_allclose(found.made_up, 300.0, rtol=1e-6)
    np.testing.assert_allclose(found.made_up_share, 1 / 3, rtol=1e-6)
    np.testing.assert_allclose(found.missing_range[0], 900.0, rtol=1e-6)
    np.testing.assert_allclose(found.largest_placebo, 0.0, atol=1e-6)
    np.testing.assert_allclose(found.log_ratio, np.log(0.7), rtol=1e-7)
    np.testing.assert_allclose(found.central, 1000.0, rtol=1e-9)


def test_without_losses_and_population_their_models_are_left_out() -> None:
    table = constant_with_a_hole()
    bare = InternalMigration(
        table.years, table.places, table.in_migrants, table.out_migrants, np.full(len(YEARS), np.nan)
    )
    found = registration_ban(bare, "P0", first=2010, last=2012, until=2015, comparable_since=2001)
    assert set(found.models) == set(cf.COUNTERFACTUALS) | {"share_of_moves", "in_from_out"}


def test_a_country_of_one_place_has_no_companions() -> None:
    table = constant_with_a_hole()
    alone = margins(table.in_migrants[:, :1], table.out_migrants[:, :1])
    found = registration_ban(alone, "P0", first=2010, last=2012, until=2015, comparable_since=2001)
    assert set(found.models) == set(cf.COUNTERFACTUALS) | {"rate_of_population"}
    np.testing.assert_allclose(found.missing, 900.0, rtol=1e-7)


def test_the_result_says_what_it_is_and_what_it_cannot_tell() -> None:
    found = registration_ban(
        constant_with_a_hole(), "P0", first=2010, last=2012, until=2015, comparable_since=2001
    )
    assert found.concept == "registration"
    assert (
        set(found.cannot_tell)
        == set(CANNOT_TELL)
        == {
            "movement",
            "make_up",
            "epidemic",
            "bookkeeping",
            "chance",
        }
    )
    frame = found.to_frame()
    assert frame["quality"].unique().to_list() == ["estimated"]
    assert frame["concept"].unique().to_list() == ["registration"]
    series = found.series_frame()
    assert series["observed"].to_list() == found.observed.tolist()
    assert series.filter(series["central"].is_not_null())["year"].to_list() == list(range(2010, 2016))
    placebo = found.placebo_frame()
    # Windows 2000-02 to 2007-09: eight of them, for each model.
    assert placebo.height == 8 * len(found.models)
    assert placebo["comparable"].sum() == 7 * len(found.models)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("last_value", [20.0, 20.0]),
        ("mean_3", [19.0, 19.0]),
        ("mean_3_without_last", [18.0, 18.0]),
        ("mean_5", [18.0, 18.0]),
        ("mean_10", [15.5, 15.5]),
        ("trend_10", [21.0, 22.0]),
    ],
)
def test_simple_models_on_a_straight_line(model: str, expected: list[float]) -> None:
    line = np.arange(1.0, 21.0)[:, None]
    np.testing.assert_allclose(cf.COUNTERFACTUALS[model](line, 2)[:, 0], expected)


def test_a_constant_growth_rate_goes_on() -> None:
    grown = 100 * 1.05 ** np.arange(20)[:, None]
    np.testing.assert_allclose(cf.log_trend_10(grown, 3)[:, 0], 100 * 1.05 ** np.arange(20, 23))


def test_a_falling_line_stops_at_nobody() -> None:
    line = np.arange(20.0, 0.0, -2.0)[:, None]
    np.testing.assert_allclose(cf.trend_10(line, 3)[:, 0], [0.0, 0.0, 0.0], atol=1e-12)


def test_smoothing_by_hand() -> None:
    """Weight 0.5 on 1, 3, 2: levels 1, 2, 2; with growth 0.5 and damping 0.8 from trend 0.5 as below."""
    values = np.array([[1.0], [3.0], [2.0]])
    half, zero, eight = (np.array([v]) for v in (0.5, 0.0, 0.8))
    np.testing.assert_allclose(cf.smoothed(values, half, zero, zero, 2)[:, 0], [2.0, 2.0])
    # First trend: mean difference (2 - 1)/2 = 0.5. Year 2: expected 1.4, error 1.6, level 2.2, trend 0.8.
    # Year 3: expected 2.84, error -0.84, level 2.42, trend 0.64 - 0.21 = 0.43.
    ahead = [2.42 + 0.8 * 0.43, 2.42 + (0.8 + 0.64) * 0.43]
    np.testing.assert_allclose(cf.smoothed(values, half, half, eight, 2)[:, 0], ahead)


def test_smoothing_takes_the_weight_of_least_error_for_each_series() -> None:
    values = np.random.default_rng(3).normal(size=(30, 2)).cumsum(axis=0)
    weights = np.linspace(0.02, 1.0, 50)

    def error(weight: float, series: np.ndarray) -> tuple[float, float]:
        level, total = series[0], 0.0
        for value in series[1:]:
            total += (value - level) ** 2
            level += weight * (value - level)
        return total, level

    best = [min((error(w, values[:, k]) for w in weights), key=lambda pair: pair[0])[1] for k in range(2)]
    none = np.zeros_like(weights)
    np.testing.assert_allclose(cf.smoothed(values, weights, none, none, 1)[0], best)


@pytest.mark.parametrize("dispersion", [0.0, 0.3])
def test_the_regression_maximises_its_likelihood(dispersion: float) -> None:
    rng = np.random.default_rng(5)
    columns = np.column_stack([np.ones(40), rng.normal(size=40), rng.normal(size=40)])
    counts = rng.poisson(np.exp(3 + 0.4 * columns[:, 1])).astype(float)

    def loss(slopes: np.ndarray) -> float:
        m = np.exp(columns @ slopes)
        if not dispersion:
            return float((m - counts * np.log(m)).sum())
        r = 1 / dispersion
        terms = gammaln(counts + r) - gammaln(r) + r * np.log(r / (r + m)) + counts * np.log(m / (r + m))
        return -float(terms.sum())

    best = minimize(
        loss, np.array([3.0, 0.0, 0.0]), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}
    )
    np.testing.assert_allclose(log_linear(columns, counts, dispersion), best.x, atol=1e-5)


def test_ranks_count_the_windows_that_are_as_low_or_as_far() -> None:
    placebos = Placebos(
        years=np.arange(2000, 2004),
        width=3,
        expected=np.full((1, 4, 1), 100.0),
        observed=np.array([[50.0], [90.0], [110.0], [300.0]]),
        comparable=np.array([False, True, True, True]),
    )
    ratio = np.log(np.array([[0.4]]))
    assert placebos.chance_as_low(ratio)[0, 0] == pytest.approx(1 / 5)
    # 300 is as far above as 33 would be below.
    assert placebos.chance_as_far(ratio)[0, 0] == pytest.approx(2 / 5)
    assert placebos.chance_as_low(np.log(np.array([[0.95]])))[0, 0] == pytest.approx(3 / 5)
    assert placebos.chance_as_high(np.log(np.array([[2.0]])))[0, 0] == pytest.approx(2 / 5)
    assert placebos.largest()[0, 0] == 200.0
    least, largest = placebos.band()
    assert (np.exp(least[0, 0]), np.exp(largest[0, 0])) == pytest.approx((0.9, 3.0))
    assert placebos.apart == 2


def test_where_nothing_happened_ranks_are_spread_evenly() -> None:
    """Independent years, no policy: a rank below 0.2 comes in about a fifth of the series."""
    series = np.random.default_rng(11).gamma(20.0, 50.0, size=(31, 400))
    found = place_placebos(
        lambda start, horizon: cf.mean_5(series[:start], horizon)[None],
        series,
        np.arange(1990, 2021),
        first=2020,
        width=1,
        comparable_since=2000,
    )
    ratio = np.log(series[30] / cf.mean_5(series[:30], 1)[0])[None]
    chance = found.chance_as_low(ratio)[0]
    for bound in (0.2, 0.5, 0.8):
        # Standard error of a share of 400 is 0.025 at most; placebo windows share their histories.
        assert (chance <= bound).mean() == pytest.approx(bound, abs=0.08)


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(0.1, 50.0), hole=st.floats(0.0, 0.9))
def test_the_effect_scales_with_the_counts(factor: float, hole: float) -> None:
    rng = np.random.default_rng(2)
    came = rng.gamma(30.0, 40.0, size=(len(YEARS), 2))
    came[20:23, 0] *= 1 - hole

    def missing(scale: float) -> np.ndarray:
        table = margins(came * scale, came[:, ::-1] * scale)
        window = {"first": 2010, "last": 2012, "until": 2013, "comparable_since": 2001}
        found = registration_ban(table, "P0", **window)
        return found.missing[
            [found.models.index(m) for m in ("mean_3", "trend_10", "damped_trend", "in_from_out")]
        ]

    np.testing.assert_allclose(missing(factor), factor * missing(1.0), rtol=1e-6, atol=1e-6 * factor)


def test_accounts_add_up_to_the_mismatch_of_the_national_totals() -> None:
    rng = np.random.default_rng(8)
    came, left = rng.gamma(20.0, 50.0, size=(2, len(YEARS), 4))
    left[5, 2] = np.nan
    _, accounts = ban_spillovers(margins(came, left), "P1", first=2010, last=2012, comparable_since=2001)
    effect = accounts.in_banned + accounts.in_elsewhere - accounts.out_banned - accounts.out_elsewhere
    np.testing.assert_allclose(effect, accounts.mismatch_observed - accounts.mismatch_expected)
    # Means of past years are linear: the expected mismatch is the mean of past mismatches.
    at = accounts.models.index("mean_5")
    past = (np.nansum(came, axis=1) - np.nansum(left, axis=1))[15:20]
    assert accounts.mismatch_expected[at] == pytest.approx(3 * past.mean())
    assert accounts.to_frame().height == len(cf.COUNTERFACTUALS)


def test_others_lose_what_the_banned_place_misses() -> None:
    found, accounts = ban_spillovers(
        constant_with_a_hole(), "P0", first=2010, last=2012, comparable_since=2001
    )
    assert found.places == ("P0", "P1", "P2", "elsewhere")
    np.testing.assert_allclose(found.effect[0], [-900, 0, 0, 0], atol=1e-4)
    np.testing.assert_allclose(found.effect[1], [0, -900, 0, -900], atol=1e-4)
    np.testing.assert_allclose(accounts.in_banned, -900, rtol=1e-6)
    np.testing.assert_allclose(accounts.out_elsewhere, -900, rtol=1e-6)
    assert found.to_frame().height == 8
    assert found.path.shape == (2, 4, 3)
    series = found.series_frame("elsewhere")
    assert series.height == 2 * len(YEARS)
    left = series.filter(series["side"] == "out", series["quality"] == "estimated")
    assert left["year"].to_list() == [2010, 2011, 2012]
    np.testing.assert_allclose(left["central"] - left["registered"], 300.0, atol=1e-4)


def test_single_gaps_are_filled_and_late_starts_kept_apart() -> None:
    table = np.arange(24.0).reshape(12, 2)
    table[:2, 1] = np.nan
    table[5, 0] = np.nan
    full, begun, filled = fill_gaps(table, 0)
    assert full[5, 0] == 10.0
    assert begun.tolist() == [0, 2, 0]
    assert filled.tolist() == [1, 0, 0]
    assert full[:3, 1].tolist() == [5.0, 5.0, 5.0]
    assert full[:, 2].tolist() == [0.0, 0.0, *table[2:, 1]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"place": "P9"}, "MODEL-401"),
        ({"first": 2000}, "MODEL-402"),
        ({"until": 2012}, "MODEL-402"),
        ({"until": 2021}, "MODEL-402"),
        ({"comparable_since": 2009}, "MODEL-403"),
    ],
)
def test_windows_that_cannot_be(change: dict[str, object], code: str) -> None:
    asked = {"place": "P0", "first": 2010, "last": 2012, "until": 2015, "comparable_since": 2001} | change
    place = asked.pop("place")
    with pytest.raises(ModelError) as refused:
        registration_ban(constant_with_a_hole(), place, **asked)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.next_step.endswith(".")


def test_gaps_that_cannot_be() -> None:
    table = constant_with_a_hole()
    gap = table.in_migrants.copy()
    gap[4, 0] = np.nan
    with pytest.raises(ModelError, match="MODEL-401: arrivals of P0 are not known in every year"):
        registration_ban(
            margins(gap, table.out_migrants), "P0", first=2010, last=2012, until=2015, comparable_since=2001
        )
    gap = table.out_migrants.copy()
    gap[4:6, 2] = np.nan
    with pytest.raises(ModelError, match="MODEL-404"):
        ban_spillovers(margins(table.in_migrants, gap), "P0", first=2010, last=2012, comparable_since=2001)
