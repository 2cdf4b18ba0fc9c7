"""The dzud's effect on panels where it is known, and where there is none."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.experiments.dzud import OFFSETS, DzudEffect, dzud_effect, percent
from nuudel.model.experiments.dzud_variants import dzud_forecast, dzud_variants
from nuudel.statistics.internal_migration import InternalMigration

YEARS = np.arange(1995, 2013)
PLACES = tuple(f"P{k:02d}" for k in range(20))
TRUE = {0: np.log(1.5), 1: np.log(1.3), 2: np.log(1.1)}
DZUD = (2004, 2005)


def struck(seed: int, effects: dict[int, float], noise: float = 0.1) -> tuple[InternalMigration, Exposure]:
    """Losses in two years, and leavers in them and the two after that follow them as told."""
    rng = np.random.default_rng(seed)
    losses = np.zeros((len(YEARS) + 6, len(PLACES)))
    for year in DZUD:
        losses[year - 1992] = rng.gamma(0.8, 0.8, len(PLACES))
    exposure = Exposure("million_head", "one million", np.arange(1992, 2016), PLACES, losses)
    linear = rng.normal(7, 1, len(PLACES)) + rng.normal(0, 0.3, (len(YEARS), 1))
    for lag, slope in effects.items():
        linear = linear + slope * exposure.lag(lag, YEARS.tolist())
    left = rng.poisson(np.exp(linear + rng.normal(0, noise, linear.shape))).astype(float)
    came = rng.poisson(500, left.shape).astype(float)
    return InternalMigration(YEARS, PLACES, came, left, np.full(len(YEARS), np.nan)), exposure


@pytest.fixture(scope="module")
def found() -> DzudEffect:
    return dzud_effect(*struck(1, TRUE, noise=0.05), DZUD, event="made_up", draws=199, lots=99)


def test_a_known_effect_is_found_and_nothing_before_it(found: DzudEffect) -> None:
    assert found.sample == (2000, 2007)
    assert found.offsets.tolist() == list(OFFSETS)
    for offset, effect in zip(found.offsets, found.effects, strict=True):
        truth = TRUE.get(int(offset), 0.0)
        assert effect.low < truth < effect.high
        assert effect.estimate == pytest.approx(truth, abs=0.06)
    assert found.flat_before
    assert found.before.estimate == pytest.approx(0.0, abs=0.05)
    assert found.after.estimate == pytest.approx(sum(TRUE.values()) / 3, abs=0.04)
    assert found.lottery_chance == pytest.approx(1 / 100)
    assert found.without.shape == (20,)


def test_persons_are_those_counted_less_those_without(found: DzudEffect) -> None:
    table, exposure = struck(1, TRUE, noise=0.05)
    years = range(2004, 2008)
    counted = table.out_migrants[np.isin(YEARS, list(years))]
    log_effect = sum(slope * exposure.lag(lag, list(years)) for lag, slope in TRUE.items())
    truth = float((counted * -np.expm1(-log_effect)).sum())
    assert found.counted == counted.sum()
    assert found.persons.low < truth < found.persons.high
    assert found.persons.estimate == pytest.approx(truth, rel=0.1)


def test_frames_speak_in_per_cent(found: DzudEffect) -> None:
    frame = found.to_frame()
    assert frame["offset"].to_list() == [-3, -2, -1, 0, 1, 2]
    assert frame["percent"][3] == pytest.approx(100 * np.expm1(found.effects[3].estimate))
    assert frame["percent_low"][3] < frame["percent"][3] < frame["percent_high"][3]
    assert frame["quality"].unique().to_list() == ["estimated"]
    without = found.without_frame()
    assert without.height == 20
    assert without["percent"].is_sorted()
    assert percent(found.after)["percent"] == pytest.approx(35, abs=6)


def test_an_effect_before_the_loss_is_seen() -> None:
    """Hard-hit places that already lose people two years before: the test of the years before says so."""
    found = dzud_effect(*struck(2, {-2: 0.5, -1: 0.5}), DZUD, event="made_up", draws=99, lots=9)
    assert not found.flat_before
    assert found.before_chance < 0.01
    assert found.before.estimate == pytest.approx(1 / 3, abs=0.1)


def test_without_an_effect_the_lottery_is_even() -> None:
    chances = []
    for seed in range(40):
        table, exposure = struck(300 + seed, {}, noise=0.3)
        found = dzud_effect(table, exposure, DZUD, event="none", draws=0, lots=19, seed=seed)
        chances.append(found.lottery_chance)
    # 40 uniform draws: the standard error of a share is 0.08 at most.
    assert np.mean(np.array(chances) <= 0.25) == pytest.approx(0.25, abs=0.17)
    assert np.mean(np.array(chances) <= 0.5) == pytest.approx(0.5, abs=0.2)


def test_the_lottery_counts_the_deals_as_extreme_as_the_history() -> None:
    """With no lots the p-value is 1, and with n lots it is a multiple of 1 / (n + 1)."""
    table, exposure = struck(3, TRUE)
    none = dzud_effect(table, exposure, DZUD, event="x", draws=0, lots=0)
    assert none.lottery_chance == 1.0
    some = dzud_effect(table, exposure, DZUD, event="x", draws=0, lots=19, seed=4)
    again = dzud_effect(table, exposure, DZUD, event="x", draws=0, lots=19, seed=4)
    assert some.lottery_chance == again.lottery_chance
    assert some.lottery_chance * 20 == pytest.approx(round(some.lottery_chance * 20))


def test_variants_differ_only_in_what_they_leave_out() -> None:
    table, exposure = struck(5, TRUE)
    frame = dzud_variants(
        table,
        [exposure],
        DZUD,
        event="x",
        sets_left_out={"none": [], "first": ["P00"]},
        trends=(False, True),
        draws=0,
    )
    assert frame["places"].to_list() == [20, 20, 19, 19]
    assert frame["trends"].to_list() == [False, True, False, True]
    plain = dzud_effect(table, exposure, DZUD, event="x", draws=0, lots=0)
    assert frame["percent"][0] == pytest.approx(percent(plain.after)["percent"])
    assert frame["percent"][2] == pytest.approx(100 * np.expm1(plain.without[0]), rel=1e-5)


def test_a_forecast_carries_the_effect_over() -> None:
    table, exposure = struck(6, TRUE)
    values = exposure.values.copy()
    values[2013 - 1992, :2] = [1.0, 9.0]
    coming = Exposure(exposure.name, exposure.unit, exposure.years, PLACES, values)
    effect = dzud_effect(table, exposure, DZUD, event="x", draws=99, lots=0)
    told = dzud_forecast(table, coming, effect, (2013,), event="next", base_years=(2011, 2012))
    assert (told.years, told.concept) == ((2013, 2014, 2015), "forecast")
    base = table.out_migrants[-2:].mean(axis=0)
    np.testing.assert_allclose(told.base, base)
    slopes = [e.estimate for e in effect.effects[3:]]
    for year, slope in enumerate(slopes):
        by_hand = base[0] * np.expm1(slope) + base[1] * np.expm1(9 * slope)
        assert told.persons[year].estimate == pytest.approx(by_hand)
        assert told.persons[year].low <= told.persons[year].estimate <= told.persons[year].high
    assert told.total.estimate == pytest.approx(sum(p.estimate for p in told.persons))
    assert told.beyond_seen == ("P01",)
    assert told.to_frame().height == 3


def test_a_year_and_a_place_without_any_leavers_change_nothing_else() -> None:
    table, exposure = struck(8, TRUE)
    left = table.out_migrants.copy()
    left[YEARS == 2001] = 0.0
    left[:, 4] = 0.0
    empty = InternalMigration(table.years, PLACES, table.in_migrants, left, table.population)
    gone = left.copy()
    gone[gone == 0] = np.nan
    missing = InternalMigration(table.years, PLACES, table.in_migrants, gone, table.population)
    found, expected = (dzud_effect(t, exposure, DZUD, event="x", draws=9, lots=9) for t in (empty, missing))
    np.testing.assert_allclose(found.fit.slopes, expected.fit.slopes, rtol=1e-8)
    assert found.lottery_chance == expected.lottery_chance
    assert len(found.fit.places) == 19


def test_refusals() -> None:
    table, exposure = struck(7, TRUE)
    with pytest.raises(ModelError, match="MODEL-432: the margins run from 1995 to 2012"):
        dzud_effect(table, exposure, (2012,), event="too_late")
    with pytest.raises(ModelError, match="do not cover the sample that was not given"):
        dzud_effect(table, exposure, event="no_sample")
    other = Exposure("x", "one", exposure.years, PLACES[::-1], exposure.values)
    with pytest.raises(ModelError, match="MODEL-431"):
        dzud_effect(table, other, DZUD, event="x")
    effect = dzud_effect(table, exposure, DZUD, event="x", draws=0, lots=0)
    with pytest.raises(ModelError, match="MODEL-433"):
        dzud_forecast(table, exposure, effect, (2017,), event="next", base_years=(2012,))
