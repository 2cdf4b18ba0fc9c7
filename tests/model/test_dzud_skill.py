"""Dzuds and their chances: hand-computed cases, what may not be known beforehand, and bad input."""

from dataclasses import replace
from math import log

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.dzud.chance import country_frequency, fit, learn, past_frequency, predictors
from nuudel.model.dzud.history import History, against_before, counted
from nuudel.model.dzud.risk import scaled, standing
from nuudel.model.dzud.skill import backtest, carried_on, roc_area, skill_range

NAN = float("nan")


def history(years: int = 40, aimags: int = 6, seed: int = 3) -> History:
    """Made-up losses in which a dzud is drawn by lot."""
    random = np.random.default_rng(seed)
    losses = random.lognormal(3, 0.7, (years, aimags))
    relative = against_before(losses)
    beside = np.eye(aimags, k=1, dtype=np.bool_) | np.eye(aimags, k=-1, dtype=np.bool_)
    return History(
        years=np.arange(1981, 1981 + years),
        places=tuple(f"A{i}" for i in range(aimags)),
        losses=losses,
        relative=relative,
        severe=np.where(np.isnan(relative), np.nan, relative > 2),
        beside=beside,
        winter=np.linspace(-24, -14, aimags),
        multiple=2.0,
    )


def test_losses_against_the_median_of_ten_years() -> None:
    # The median of 1 to 5 is 3, that of 1 to 10 is 5.5; then the first year falls out: 2 to 11, 6.5.
    losses = np.arange(1.0, 13.0)[:, None]
    relative = against_before(losses)[:, 0]
    assert np.isnan(relative[:5]).all()
    assert relative[5] == 6 / 3
    assert relative[10] == 11 / 5.5
    assert relative[11] == 12 / 6.5


def test_fewer_than_five_years_say_nothing() -> None:
    losses = np.array([[NAN], [1.0], [1.0], [NAN], [1.0], [1.0], [9.0], [9.0]])
    relative = against_before(losses)[:, 0]
    assert np.isnan(relative[:7]).all()
    assert relative[7] == 9.0


def test_what_was_not_counted_is_no_zero() -> None:
    table = load_pack("mongolia").table("livestock_losses")
    left = counted(table).filter(pl.col("place") == "MN42", pl.col("year") <= 1990)
    assert left["adult_losses_thousand_head"].null_count() == left.height
    caveat = Caveat("x", Effect.DOUBTFUL, {"en": ""}, (), ("MN21",), (1971, 1980))
    doubtful = counted(replace(table, caveats=(caveat,)))
    assert doubtful["adult_losses_thousand_head"].null_count() == 0


def test_nothing_of_a_year_is_in_its_own_predictors() -> None:
    known = history()
    rows = predictors(known)
    for year in (15, 30, 39):
        later = np.where(np.arange(40)[:, None] >= year, 99.0, known.losses)
        relative = against_before(later)
        changed = replace(
            known,
            losses=later,
            relative=relative,
            severe=np.where(np.isnan(relative), np.nan, relative > 2),
        )
        np.testing.assert_array_equal(predictors(changed)[: year + 1], rows[: year + 1])


def test_the_predictors_of_a_year() -> None:
    # Two aimags that border on each other; losses of 1 for nine years, then 4 and 1, then 2 and 8.
    losses = np.ones((11, 2))
    losses[9], losses[10] = [4, 1], [2, 8]
    relative = against_before(losses)
    known = History(
        years=np.arange(2000, 2011),
        places=("A", "B"),
        losses=losses,
        relative=relative,
        severe=np.where(np.isnan(relative), np.nan, relative > 2),
        beside=np.array([[False, True], [True, False]]),
        winter=np.array([-20.0, -15.0]),
        multiple=2.0,
    )
    row = predictors(known)[11]
    # Severe: A in 2009, B in 2010, of 6 years known in each of two aimags: (2 + 0.5) / (12 + 1).
    country = 2.5 / 13
    own = (1 + 10 * country) / 16
    np.testing.assert_allclose(row[0], [log(2), log(4), log(8), log(16) / 2, own, -20])
    np.testing.assert_allclose(row[1], [log(8), 0, log(2), log(16) / 2, own, -15])


def test_frequencies_by_hand() -> None:
    severe = np.array([[NAN, 1.0], [0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(country_frequency(severe), [0.5, 1.5 / 2, 2.5 / 4, 3.5 / 6])
    np.testing.assert_allclose(past_frequency(severe)[-1], [(1 + 35 / 6) / 12, (2 + 35 / 6) / 13])


def test_the_regression_is_the_most_likely_one() -> None:
    # The same penalised likelihood, maximised by another method.
    random = np.random.default_rng(1)
    rows = random.normal(3, 2, (200, 2))
    severe = (random.random(200) < expit(rows[:, 0] - 3)).astype(float)
    found = fit(rows, severe)
    design = np.column_stack([np.ones(200), (rows - rows.mean(axis=0)) / rows.std(axis=0)])

    def minus_log_posterior(beta: np.ndarray) -> float:
        at = design @ beta
        likelihood = severe @ at - np.logaddexp(0, at).sum()
        return float(-likelihood + beta[0] ** 2 / 200 + (beta[1:] ** 2).sum() / 0.5)

    best = minimize(minus_log_posterior, np.zeros(3), method="BFGS", options={"gtol": 1e-8}).x
    np.testing.assert_allclose(found.coefficients, best, atol=1e-5)
    assert found.learnt_from == 200
    np.testing.assert_allclose(found.of(rows), expit(design @ best), atol=1e-5)


def test_a_year_that_counts_twice() -> None:
    random = np.random.default_rng(2)
    rows, severe = random.normal(size=(30, 2)), np.tile([0.0, 1.0, 0.0], 10)
    weights = np.ones(30)
    once = fit(rows, severe, weights)
    np.testing.assert_array_equal(once.coefficients, fit(rows, severe).coefficients)


@pytest.mark.parametrize("severe", [[], [0.0, 0.0], [1.0, 1.0]])
def test_nothing_to_learn_from(severe: list[float]) -> None:
    with pytest.raises(ModelError, match="MODEL-774"):
        fit(np.zeros((len(severe), 2)), np.array(severe))


def test_the_area_by_hand() -> None:
    # Hits at 0.9 and 0.4 against 0.5, 0.4 and 0.1: 3 + 1.5 of 6 pairs are in order.
    forecast = np.array([[0.9, 0.4, 0.5], [0.4, 0.1, NAN]])
    came = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, NAN]])
    assert roc_area(forecast, came) == pytest.approx(4.5 / 6)
    assert np.isnan(roc_area(forecast[:1], np.ones((1, 3))))


def test_the_skill_score_by_hand() -> None:
    # Ours 0.04 + 0.04, theirs 0.25 + 0.25 of two forecasts: 1 - 0.08 / 0.5.
    ours, theirs, came = np.array([[0.8], [0.2]]), np.full((2, 1), 0.5), np.array([[1.0], [0.0]])
    draws = np.array([[0, 1], [0, 0], [1, 1]])
    found = skill_range(ours, theirs, came, draws)
    assert found.value == pytest.approx(0.84)
    assert found.low == pytest.approx(0.84)


def test_persistence_by_hand() -> None:
    # After a dzud 1 of 2 followed, after none 1 of 3; half a case is added to each: 1.5 / 3 and 1.5 / 4.
    severe = np.array([[0.0], [0.0], [1.0], [1.0], [0.0], [0.0]])
    assert carried_on(severe, 4)[0] == pytest.approx((1 + 0.5) / (1 + 1))
    assert carried_on(severe, 5)[0] == pytest.approx((1 + 0.5) / (2 + 1))


def test_a_forecast_knows_no_later_year() -> None:
    known = history()
    whole = backtest(known, {}, seed=1)
    short = replace(
        known,
        years=known.years[:30],
        losses=known.losses[:30],
        relative=known.relative[:30],
        severe=known.severe[:30],
    )
    earlier = backtest(short, {}, seed=1)
    np.testing.assert_allclose(earlier.forecast, whole.forecast[: len(earlier.forecast)], rtol=1e-12)


def test_lots_cannot_be_told() -> None:
    assert not any(backtest(history(seed=seed), {}, seed=1).surely_better for seed in range(8))


def test_what_follows_from_the_year_before_is_told() -> None:
    # A dzud every second year is learnt; the same code then says that it is surely better.
    known = history(years=44, aimags=8)
    turn = (np.arange(44)[:, None] + np.arange(8)[None, :]) % 2
    losses = np.where(turn == 1, 30.0, 3.0) * np.random.default_rng(1).uniform(0.9, 1.1, (44, 8))
    relative = against_before(losses)
    rhythm = replace(
        known, losses=losses, relative=relative,
        severe=np.where(np.isnan(relative), np.nan, (relative > 1.2)),
    )  # fmt: skip
    found = backtest(rhythm, {"whole": (2000, 2010)}, seed=1)
    assert found.against["climatology"].low > 0.5
    assert found.area.value > 0.95
    assert found.dzuds["whole"].forecast_hit > 0.8
    assert found.dzuds["whole"].forecast_spared < 0.2


def test_the_same_seed_gives_the_same_ranges() -> None:
    first, second, other = (backtest(history(), {}, seed) for seed in (1, 1, 2))
    assert first.against == second.against
    assert first.against["climatology"].value == other.against["climatology"].value
    assert first.against["climatology"].low != other.against["climatology"].low


def test_forecasts_by_size_are_all_forecasts() -> None:
    found = backtest(history(), {}, seed=1)
    assert sum(b.forecasts for b in found.reliability) == np.isfinite(found.forecast).sum()
    came = sum(b.forecasts * b.came.value for b in found.reliability)
    assert came == pytest.approx(np.nansum(found.came))


def test_a_soum_has_the_odds_of_its_aimag_times_its_load() -> None:
    # Odds of 1 to 3, twice the load to the power 1: 2 to 3; to the power 0: as before.
    chance, twice = np.array([0.25]), np.array([2.0])
    assert scaled(chance, twice, 1.0)[0] == pytest.approx(0.4)
    assert scaled(chance, twice, 0.0)[0] == pytest.approx(0.25)
    assert np.isnan(scaled(chance, np.array([NAN]), 1.0)[0])


@pytest.mark.parametrize(
    ("chance", "word"), [(0.14, "below"), (0.16, "near"), (0.2, "near"), (0.26, "above"), (NAN, None)]
)
def test_against_the_country(chance: float, word: str | None) -> None:
    assert standing(chance, 0.2) == word


def test_learning_from_years_that_are_not_there() -> None:
    known = history()
    rows = predictors(known)
    with pytest.raises(ModelError, match="MODEL-774"):
        learn(known, rows, 3)
