"""The sizes that levers and shocks state as estimated are those that the repository's own estimates give."""

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import Pack, load_pack
from nuudel.model.determinants.exposure import by_head
from nuudel.model.determinants.leavers import Specification, determinants
from nuudel.model.experiments.registration_ban import registration_ban
from nuudel.model.scenarios.catalogue import Catalogue, read_catalogue
from nuudel.model.scenarios.read import read_scenarios
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("mongolia")


@pytest.fixture(scope="module")
def catalogue(pack: Pack) -> Catalogue:
    return read_catalogue(pack)


@pytest.fixture(scope="module")
def margins(pack: Pack) -> InternalMigration:
    table = pack.table("internal_migration")
    sides = (table.frame.select("year", "place", persons=f"{side}_migrants") for side in ("in", "out"))
    return arrange_margins(*sides, pack.table("national_population").frame, table.caveats)


def test_dzuds(pack: Pack, catalogue: Catalogue, margins: InternalMigration):
    """The 80 per cent interval of the estimate, widened to specifications that reach farther down."""
    years = ((1991, 2016), (1983, 2016), (1991, 2022), (2003, 2016))
    ways = ((True, False), (False, False), (True, True))
    others = [
        Specification(span, effects, trends, capital)
        for span in years
        for effects, trends in ways
        for capital in (False, True)
    ]
    found = determinants(
        margins,
        by_head(pack.table("livestock_losses").frame, margins.places),
        main=Specification((1991, 2016), year_effects=True, trends=False, capital=False),
        others=others,
        capital="MN11",
        natural_experiment=["out"],
    )
    fit = found.fits["out"]
    lowest = {e.determinant: np.log1p(e.lowest / 100) for e in found.effects if e.side == "out"}
    for stated, name in zip(
        catalogue.lever("dzud").effects, ("losses_this_year", "losses_last_year"), strict=True
    ):
        estimated = fit.effect(fit.pick(name), level=0.8)
        assert stated.size == pytest.approx(estimated.estimate, abs=0.005)
        assert stated.low == pytest.approx(min(estimated.low, lowest[name]), abs=0.015)
        assert stated.high == pytest.approx(estimated.high, abs=0.015)


def test_the_dzud_of_2027_is_that_of_2010(pack: Pack, catalogue: Catalogue):
    losses = pack.table("livestock_losses").frame.filter(pl.col("year") == 2010)
    counted = dict(losses.select("place", pl.col("adult_losses_thousand_head") / 1000).iter_rows())
    scenario = next(s for s in read_scenarios(pack, catalogue) if s.name == "dzud_2027")
    (use,) = scenario.uses
    assert use.amounts == pytest.approx({place: counted[place] for place in use.amounts})
    highest = sorted(counted, key=lambda place: -counted[place])[:10]
    assert set(use.amounts) <= set(highest)


def test_the_ban(pack: Pack, catalogue: Catalogue, margins: InternalMigration):
    """Registered over expected, in logarithms: 2017-19, and each year of 2020-22 for a year of the ban."""
    ban = registration_ban(
        margins,
        "MN11",
        first=2017,
        last=2019,
        until=2022,
        comparable_since=2006,
        losses=by_head(pack.table("livestock_losses").frame, margins.places).lag(0, margins.years.tolist()),
    )
    during, after = catalogue.lever("registration_ban").effects
    assert during.size == pytest.approx(np.median(ban.log_ratio), abs=0.005)
    steadiest = ban.models.index(ban.steadiest)
    registered = 29_276
    high = np.log(registered / (registered + ban.missing_range[0][steadiest]))
    assert (during.low, during.high) == pytest.approx((ban.log_ratio.min(), high), abs=0.005)
    later = ban.ban_years > ban.last
    came = ban.observed[np.isin(ban.years, ban.ban_years[later])].sum()
    ratios = np.log(came / ban.counterfactual[:, later].sum(axis=1))
    assert (after.low, after.size, after.high) == pytest.approx(
        (ratios.min(), np.median(ratios), ratios.max()), abs=0.006
    )
    assert (after.lag, after.decay) == (3, 1)
    assert catalogue.lever("registration_ban").concept == "registration"


def test_mining(pack: Pack, catalogue: Catalogue):
    """Registered moves of Umnugovi in the boom and the bust, against the years of the baseline."""
    frame = pack.table("internal_migration").frame.filter(pl.col("place") == "MN46")

    def mean(column: str, *years: int) -> float:
        return float(frame.filter(pl.col("year").is_in(years))[column].mean())

    baseline = (*range(2013, 2017), *range(2020, 2023))
    usual = {side: mean(f"{side}_migrants", *baseline) for side in ("in", "out")}
    boom = {side: mean(f"{side}_migrants", *range(2010, 2014)) for side in ("in", "out")}
    bust = {side: mean(f"{side}_migrants", 2014, 2015) for side in ("in", "out")}
    assert (boom["in"], boom["out"], bust["in"]) == pytest.approx((1496, 754.75, 1109.5))
    sizes = [effect.size for effect in catalogue.lever("mining_boom").effects]
    assert sizes == pytest.approx([np.log(boom[side] / usual[side]) for side in ("in", "out")], abs=0.005)
    (fewer,) = catalogue.lever("mining_bust").effects
    assert fewer.size == pytest.approx(np.log(bust["in"] / usual["in"]), abs=0.005)
    # Leavers of the bust are as many as those of the baseline: no effect is needed.
    assert np.log(bust["out"] / usual["out"]) == pytest.approx(0, abs=0.005)


def test_roads(catalogue: Catalogue):
    """A fifth fewer leavers for 333 km (5 to 32 per cent), which ``test_determinants_mongolia`` finds."""
    effect = catalogue.lever("roads").effects[0]
    assert effect.size == pytest.approx(-np.log(0.8) / 3.33, abs=0.001)
    error = (np.log(0.95) - np.log(0.68)) / 2 / 1.96
    assert effect.high == pytest.approx((-np.log(0.8) + 1.2816 * error) / 3.33, abs=0.006)
    assert effect.low == 0


def test_moves_in_the_epidemic(pack: Pack):
    moves = pack.table("internal_migration").frame.group_by("year").agg(pl.col("out_migrants").sum())
    counted = dict(moves.iter_rows())
    assert (counted[2020], counted[2021]) == (59_563, 44_023)
    assert np.mean([counted[year] for year in range(2013, 2017)]) == pytest.approx(54_000, abs=500)
