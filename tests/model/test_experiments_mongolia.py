"""The two natural experiments on Mongolia's registered migration: the figures that the method pages state."""

from dataclasses import dataclass

import numpy as np
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.determinants.exposure import Exposure, by_head, by_herd
from nuudel.model.experiments.dzud import DzudEffect, dzud_effect, percent
from nuudel.model.experiments.dzud_variants import dzud_forecast, dzud_variants
from nuudel.model.experiments.registration_ban import RegistrationBan, registration_ban
from nuudel.model.experiments.spillovers import BanAccounts, Spillovers, ban_spillovers
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

CAPITAL, TOWNS = "MN11", ("MN42", "MN45", "MN61")
UNIVARIATE = ("last_value", "mean_3", "mean_3_without_last", "mean_5", "mean_10", "trend_10", "log_trend_10")


@dataclass(frozen=True)
class Mongolia:
    margins: InternalMigration
    head: Exposure
    herd: Exposure


@pytest.fixture(scope="module")
def mongolia() -> Mongolia:
    pack = load_pack("mongolia")
    table = pack.table("internal_migration")
    margins = arrange_margins(
        table.frame.select("year", "place", persons="in_migrants"),
        table.frame.select("year", "place", persons="out_migrants"),
        pack.table("national_population").frame,
        table.caveats,
    )
    losses = pack.table("livestock_losses").frame
    herds = pack.table("aimag_indicators").frame
    return Mongolia(margins, by_head(losses, margins.places), by_herd(losses, herds, margins.places))


@pytest.fixture(scope="module")
def ban(mongolia: Mongolia) -> RegistrationBan:
    losses = mongolia.head.lag(0, mongolia.margins.years.tolist())
    window = {"first": 2017, "last": 2019, "until": 2022, "comparable_since": 2006}
    return registration_ban(mongolia.margins, CAPITAL, losses=losses, **window)


def test_the_register_is_as_published(ban: RegistrationBan) -> None:
    register = dict(zip(ban.years.tolist(), ban.observed.tolist(), strict=True))
    assert [register[y] for y in range(2012, 2023)] == [
        22502, 30127, 31356, 30297, 25196, 10335, 6568, 12373, 39515, 25695, 37602,
    ]  # fmt: skip


def test_registrations_missing_in_the_ban(ban: RegistrationBan) -> None:
    """By plain sums: 29 276 were registered in 2017-19; 102 812 in 2020-22."""
    missing = dict(zip(ban.models, ban.missing.tolist(), strict=True))
    assert missing["last_value"] == 3 * 25196 - 29276 == 46312
    assert missing["mean_3"] == 31356 + 30297 + 25196 - 29276 == 57573
    assert missing["mean_3_without_last"] == 30127 + 31356 + 30297 - 29276 == 62504
    assert missing["mean_5"] == pytest.approx(3 * (22502 + 30127 + 31356 + 30297 + 25196) / 5 - 29276)
    assert min(missing, key=lambda k: missing[k]) == "last_value"
    assert max(missing, key=lambda k: missing[k]) == "mean_3_without_last"
    assert np.median(ban.missing) == pytest.approx(54_966, abs=100)
    made_up = dict(zip(ban.models, ban.made_up_share.tolist(), strict=True))
    assert made_up["last_value"] == pytest.approx((102812 - 3 * 25196) / 46312)
    assert min(made_up[m] for m in UNIVARIATE) == pytest.approx(0.177, abs=0.001)
    assert max(made_up[m] for m in UNIVARIATE) == pytest.approx(0.588, abs=0.001)
    assert (ban.made_up_share.min(), ban.made_up_share.max()) == pytest.approx((0.116, 0.633), abs=0.001)


def test_placebo_years(ban: RegistrationBan) -> None:
    """Mean of 2006-10 against 2011-13 is the worst window of the steadiest model: 96 114 against 81 222."""
    assert ban.placebos.years.tolist() == list(range(1993, 2015))
    assert ban.placebos.apart == 8
    assert ban.steadiest == "mean_5"
    largest = dict(zip(ban.models, ban.largest_placebo.tolist(), strict=True))
    assert largest["mean_5"] == pytest.approx(96_114 - 81_222)
    assert largest["last_value"] == 3 * 39701 - 81222
    assert sorted(largest.values())[1] == pytest.approx(20_223)
    assert max(largest.values()) == pytest.approx(126_841, abs=1)
    # No window of 22 fell as far as the ban, in 13 of 14 models; four windows of one model lack population.
    lowest = dict(zip(ban.models, ban.chance_as_low.tolist(), strict=True))
    assert lowest["mean_5"] == pytest.approx(1 / 23)
    assert sum(chance < 0.05 for chance in lowest.values()) == 13
    assert sorted(lowest.values())[-2] == pytest.approx(1 / 21)
    assert lowest["in_from_out"] == pytest.approx(2 / 23)
    low, high = ban.missing_range
    at = ban.models.index("mean_5")
    assert (low[at], high[at]) == pytest.approx((41_444, 56_014), abs=1)
    assert low.min() > 0


def test_a_trend_over_twenty_years_is_no_model_here(ban: RegistrationBan) -> None:
    """It gives 85 000 missing, and expected too many in every comparable window as well."""

    def ahead(first: int) -> float:
        years = np.arange(first - 20, first)
        history = np.log(ban.observed[np.isin(ban.years, years)])
        if len(history) < 20:
            return np.nan
        return float(np.exp(np.polyval(np.polyfit(years, history, 1), np.arange(first, first + 3))).sum())

    came = {year: ban.observed[np.isin(ban.years, range(year, year + 3))].sum() for year in range(2006, 2018)}
    assert ahead(2017) - came[2017] == pytest.approx(84_870, abs=5)
    assert all(ahead(year) - came[year] > 7_000 for year in range(2006, 2015))


@pytest.fixture(scope="module")
def elsewhere(mongolia: Mongolia) -> tuple[Spillovers, BanAccounts]:
    return ban_spillovers(mongolia.margins, CAPITAL, first=2017, last=2019, comparable_since=2006)


def test_departures_elsewhere_fell_and_arrivals_did_not_rise(
    elsewhere: tuple[Spillovers, BanAccounts],
) -> None:
    found, accounts = elsewhere
    at = found.places.index("elsewhere")
    assert found.observed[:, at].tolist() == [70_962, 69_481]
    assert found.effect[1, at] == pytest.approx(-50_923, abs=5)
    assert (found.low[1, at], found.high[1, at]) == pytest.approx((-63_695, -44_060), abs=1)
    assert found.beyond_placebo[1, at]
    assert found.chance_as_low[1, at] == pytest.approx(1 / 23)
    assert found.effect[0, at] == pytest.approx(-4_193, abs=5)
    assert not found.beyond_placebo[0, at]
    aimags = [k for k, place in enumerate(found.places) if place not in (CAPITAL, "elsewhere")]
    assert (found.effect[1, aimags] < 0).sum() == 20
    assert (found.chance_as_low[1, aimags] < 0.05).sum() == 9
    assert (found.chance_as_high[0, aimags] < 0.05).sum() == 0
    assert found.filled[1, found.places.index("MN42")] == 1
    # Departures from the capital fell as well: 24 354 instead of about 39 828.
    assert found.effect[1, found.places.index(CAPITAL)] == pytest.approx(-15_474, abs=5)
    mean_3 = accounts.models.index("mean_3")
    assert accounts.in_banned[mean_3] == -57_573
    assert accounts.in_elsewhere[mean_3] == pytest.approx(-1_174)
    assert accounts.out_banned[mean_3] == pytest.approx(-11_699)
    assert accounts.out_elsewhere[mean_3] == pytest.approx(-(45_855 + 41_982 + 37_847 - 69_481))
    assert accounts.mismatch_observed == 4637 + 1619 + 147
    assert accounts.mismatch_expected[mean_3] == pytest.approx(-1474 + 228 - 1506)


def effect(mongolia: Mongolia, years: tuple[int, ...], event: str, **changed: object) -> DzudEffect:
    asked = {"leave_out": [CAPITAL], "event": event} | changed
    sample = None if years else (1991, 2016)
    return dzud_effect(mongolia.margins, asked.pop("exposure", mongolia.head), years, sample=sample, **asked)  # type: ignore[arg-type]


def dense_poisson(table: InternalMigration, exposure: Exposure, offsets: range) -> np.ndarray:
    """The same regression with dummies, by weighted least squares: slopes of the offsets."""
    rows = []
    lags = np.stack([exposure.lag(k, table.years.tolist()) for k in offsets], axis=-1)
    for t, year in enumerate(table.years):
        for i, place in enumerate(table.places):
            count = table.out_migrants[t, i]
            if 1991 <= year <= 2016 and place != CAPITAL and np.isfinite([count, *lags[t, i]]).all():
                rows.append((count, i, t, *lags[t, i]))
    data = np.array(rows)
    counts, x = data[:, 0], data[:, 3:]
    places = (data[:, 1][:, None] == np.unique(data[:, 1])).astype(float)
    years = (data[:, 2][:, None] == np.unique(data[:, 2])[1:]).astype(float)
    columns = np.hstack([x, places, years])
    mean = counts + 1
    for _ in range(12):
        weight = np.sqrt(mean)
        target = np.log(mean) + (counts - mean) / mean
        slopes = np.linalg.lstsq(columns * weight[:, None], target * weight, rcond=None)[0]
        mean = np.exp(columns @ slopes)
    return slopes[: len(offsets)]


@pytest.fixture(scope="module")
def all_losses(mongolia: Mongolia) -> DzudEffect:
    return effect(mongolia, (), "all_losses")


def test_losses_move_people_in_the_year_and_the_next(mongolia: Mongolia, all_losses: DzudEffect) -> None:
    slopes = np.array([e.estimate for e in all_losses.effects])
    np.testing.assert_allclose(
        slopes, dense_poisson(mongolia.margins, mongolia.head, range(-3, 3)), atol=1e-6
    )
    np.testing.assert_allclose(100 * np.expm1(slopes), [-9, -2, 2, 57, 65, 22], atol=1)
    assert len(all_losses.fit.places) == 21
    assert all_losses.fit.fitted.size == 543
    assert all_losses.flat_before
    assert all_losses.before_chance == pytest.approx(0.87, abs=0.02)
    assert all_losses.lottery_chance < 0.03
    persons = all_losses.persons
    assert persons.estimate == pytest.approx(93_887, abs=5)
    assert (persons.low, persons.high) == pytest.approx((23_400, 164_400), abs=5_000)
    after = percent(all_losses.after)
    assert after["percent"] == pytest.approx(47, abs=1)
    assert after["percent_low"] == pytest.approx(6, abs=3)
    assert after["percent_high"] == pytest.approx(104, abs=5)
    # Whichever aimag is left out, the effect keeps its sign and most of its size.
    assert 100 * np.expm1([all_losses.without.min(), all_losses.without.max()]) == pytest.approx(
        [34, 58], abs=1
    )


def test_the_dzud_of_2009_2010(mongolia: Mongolia) -> None:
    found = effect(mongolia, (2009, 2010), "dzud_2009_2010")
    assert found.sample == (2005, 2012)
    assert found.flat_before
    assert found.before_chance == pytest.approx(0.29, abs=0.01)
    assert found.lottery_chance < 0.02
    assert list(percent(found.after).values()) == pytest.approx([51, 14, 99], abs=2)
    assert percent(found.effects[3])["percent"] == pytest.approx(74, abs=1)
    assert percent(found.effects[4])["percent"] == pytest.approx(53, abs=1)
    assert found.persons.estimate == pytest.approx(28_155, abs=5)
    assert (found.persons.low, found.persons.high) == pytest.approx((14_600, 41_700), abs=5_000)
    herd = effect(mongolia, (2009, 2010), "dzud_2009_2010", exposure=mongolia.herd, lots=0)
    assert herd.persons.estimate == pytest.approx(41_684, abs=5)
    assert herd.after.low > 0
    capital_too = effect(mongolia, (2009, 2010), "dzud_2009_2010", leave_out=[], lots=0)
    assert capital_too.after.low < 0 < capital_too.after.high
    at = mongolia.margins.column(CAPITAL)
    assert mongolia.margins.out_migrants[mongolia.margins.at(2010), at] == 14_547


def test_the_dzud_of_1999_2002(mongolia: Mongolia) -> None:
    """By head its total is not clear; beside the size of the herd it is."""
    years = (1999, 2000, 2001, 2002)
    head = effect(mongolia, years, "dzud_1999_2002")
    herd = effect(mongolia, years, "dzud_1999_2002", exposure=mongolia.herd)
    assert head.flat_before
    assert herd.flat_before
    assert list(percent(head.after).values()) == pytest.approx([35, -4, 91], abs=6)
    assert head.after.low < 0
    assert head.lottery_chance == pytest.approx(0.11, abs=0.06)
    assert head.before_chance == pytest.approx(0.80, abs=0.01)
    assert [round(percent(e)["percent"]) for e in head.effects[3:5]] == [78, 60]
    assert percent(herd.after)["percent"] == pytest.approx(20, abs=1)
    assert herd.after.low > 0
    assert (head.persons.estimate, herd.persons.estimate) == pytest.approx((22_615, 35_531), abs=5)
    assert head.persons.low < 0


def test_arrivals_were_falling_before_the_losses(mongolia: Mongolia) -> None:
    found = effect(mongolia, (), "all_losses", side="in")
    assert not found.flat_before
    assert found.before_chance < 0.015
    assert percent(found.before)["percent"] < -20


def test_other_ways_of_estimating_it(mongolia: Mongolia) -> None:
    frame = dzud_variants(
        mongolia.margins,
        [mongolia.head, mongolia.herd],
        (),
        event="all_losses",
        sample=(1991, 2016),
        sets_left_out={"capital": [CAPITAL], "nothing": [], "capital_and_towns": [CAPITAL, *TOWNS]},
        trends=(False, True),
        draws=0,
    )
    assert frame.height == 12
    assert (frame["percent"] > 0).all()
    assert (frame["before_chance"] > 0.1).all()
    by_head_ = frame.filter(frame["exposure"] == "million_head")["percent"]
    assert (by_head_.min(), by_head_.max()) == pytest.approx((29.5, 62.2), abs=0.5)


def test_2023_2024_is_a_forecast(mongolia: Mongolia, all_losses: DzudEffect) -> None:
    told = dzud_forecast(
        mongolia.margins,
        mongolia.head,
        all_losses,
        (2023, 2024),
        event="dzud_2023_2024",
        base_years=(2020, 2021, 2022),
    )
    assert told.concept == "forecast"
    assert told.years == (2023, 2024, 2025, 2026)
    assert told.total.estimate == pytest.approx(42_481, abs=10)
    assert told.total.low < 0
    assert told.total.high == pytest.approx(103_499, abs=4_000)
    assert told.beyond_seen == ("MN22",)
