"""Rolling origins: nothing known after the origin is used, scores fit together, bad input is refused."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.backtests.announcement import Announcement, score_announcements
from nuudel.model.backtests.backtest import Backtest, run_backtest
from nuudel.model.backtests.choice import choose_as_known, choose_model
from nuudel.model.backtests.differences import crps_difference, score_table, select_cells
from nuudel.model.backtests.forecast import forecast
from nuudel.model.backtests.history import arrange_losses, distorted_cells, history_of
from nuudel.model.backtests.models import MODELS, model_of
from nuudel.model.backtests.rolling import RollingForecasts, one_thread
from nuudel.model.backtests.scores import kept_quantiles
from nuudel.statistics.internal_migration import InternalMigration

YEARS = np.arange(1990, 2012)
PLACES = ("A", "B", "C", "D")
CHEAP = ("last_value", "mean_of_three", "log_smoothing")


def margins(seed: int = 0, years: np.ndarray = YEARS) -> InternalMigration:
    """Margins of four places that wander about their levels."""
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 0.2, (2, years.size, 4)), axis=1)
    into, out = np.round(np.exp(6 + random.normal(0, 0.8, (2, 1, 4)) + walk))
    return InternalMigration(years, PLACES, into, out, np.full(years.size, np.nan))


def livestock(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + 100).gamma(0.5, 20, (YEARS.size, 4))


@pytest.fixture(scope="module")
def whole() -> Backtest:
    """All models from four origins."""
    return run_backtest(margins(), livestock(), origins=range(2003, 2007), horizons=2, apart=["B"])


def perturbed(
    internal: InternalMigration, losses: np.ndarray, year: int
) -> tuple[InternalMigration, np.ndarray]:
    """The same until a year; after it everything is different, some of it not counted."""
    random = np.random.default_rng(9)
    after = internal.years > year
    into, out, lost = internal.in_migrants.copy(), internal.out_migrants.copy(), losses.copy()
    for table in (into, out):
        table[after] = random.integers(0, 100_000, table[after].shape)
        table[-1, 0] = np.nan
    lost[after] = 1e4 * random.random(lost[after].shape)
    return replace(internal, in_migrants=into, out_migrants=out), lost


@pytest.mark.parametrize("name", [model.name for model in MODELS])
def test_what_comes_after_the_origin_changes_no_forecast(name: str) -> None:
    """Every model, intervals included: only rows up to the origin may matter."""
    internal, losses = margins(), livestock()
    other, other_losses = perturbed(internal, losses, 2004)
    known, changed = (
        RollingForecasts(history_of(*given), 3) for given in ((internal, losses), (other, other_losses))
    )
    with one_thread():
        for origin in (2003, 2004):
            one, two = known.values(model_of(name), origin), changed.values(model_of(name), origin)
            np.testing.assert_array_equal(one, two)
        assert (known.values(model_of(name), 2005) != changed.values(model_of(name), 2005)).any()


def test_the_whole_backtest_does_not_look_ahead_either(whole: Backtest) -> None:
    other, losses = perturbed(margins(), livestock(), 2005)
    again = run_backtest(other, losses, origins=range(2003, 2007), horizons=2)
    np.testing.assert_array_equal(again.quantiles[:, :3], whole.quantiles[:, :3])
    assert (again.quantiles[:, 3] != whole.quantiles[:, 3]).any()
    np.testing.assert_array_equal(again.crps[:, :2, 0], whole.crps[:, :2, 0])


def test_arrays_and_frame_tell_the_same(whole: Backtest) -> None:
    assert whole.crps.shape == (len(MODELS), 4, 2, 8)
    internal = margins()
    assert whole.observed[1, 1, 2] == internal.in_migrants[internal.at(2006), 2]
    assert whole.observed[0, 0, 5] == internal.out_migrants[internal.at(2004), 1]
    frame = whole.to_frame()
    assert frame.height == whole.crps.size
    row = frame.row(
        by_predicate=(pl.col("model") == "mean_of_three")
        & (pl.col("origin") == 2004)
        & (pl.col("horizon") == 2)
        & (pl.col("place") == "B")
        & (pl.col("side") == "out"),
        named=True,
    )
    at = whole.number("mean_of_three")
    assert row["year"] == 2006
    assert row["apart"]
    assert row["period"] == "2003-2004"
    assert row["crps"] == whole.crps[at, 1, 1, 5]
    assert row["low80"] == whole.quantiles[at, 1, 1, 5, 1]
    assert row["absolute_error"] == abs(row["median"] - row["observed"])
    assert row["inside95"] == float(row["low95"] <= row["observed"] <= row["high95"])
    means = frame.group_by("model").agg(pl.col("crps").mean(), pl.col("absolute_error").mean())
    assert score_table(whole)["crps"].is_sorted()
    table = score_table(whole).join(means, on="model", suffix="_frame")
    np.testing.assert_allclose(table["crps"], table["crps_frame"])
    np.testing.assert_allclose(table["mae"], table["absolute_error"])


def test_forecasts_repeat(whole: Backtest) -> None:
    again = run_backtest(margins(), livestock(), origins=range(2003, 2007), horizons=2, apart=["B"])
    np.testing.assert_array_equal(again.crps, whole.crps)
    assert crps_difference(again, "ets") == crps_difference(whole, "ets")


def test_groups_of_cells(whole: Backtest) -> None:
    apart, others = select_cells(whole, apart=True), select_cells(whole, apart=False)
    assert (apart ^ others).all()
    assert apart.sum() == 4 * 2 * 2
    assert select_cells(whole, side="in", horizon=2, period="2005-2005").sum() == 4
    assert not select_cells(whole, distorted=True).any()
    table = score_table(whole, others)
    at = whole.number("ets")
    expected = whole.crps[at][..., ~whole.apart].mean()
    assert table.filter(pl.col("model") == "ets")["crps"].item() == pytest.approx(expected)


def test_counts_not_comparable_are_marked_by_target_and_origin() -> None:
    caveats = [
        Caveat("ban", Effect.NOT_COMPARABLE, {}, ("in_migrants",), ("B",), (2005, 2006)),
        Caveat("odd", Effect.DOUBTFUL, {}, (), (), None),
    ]
    internal = margins()
    mask = distorted_cells(internal, caveats)
    assert mask.sum() == 2
    run = run_backtest(internal, origins=range(2003, 2008), horizons=2, models=CHEAP, distorted=mask)
    np.testing.assert_array_equal(run.distorted[:, 0, 1], [False, True, True, True, False])
    np.testing.assert_array_equal(run.distorted[:, 1, 1], [True, True, True, True, False])
    assert run.distorted[..., [0, 2, 3, 4, 5, 6, 7]].sum() == 0


def test_years_not_counted_are_not_scored() -> None:
    internal = margins()
    into = internal.in_migrants.copy()
    into[internal.at(2006), 0] = np.nan
    run = run_backtest(replace(internal, in_migrants=into), origins=[2005, 2010], horizons=2, models=CHEAP)
    assert np.isnan(run.crps[:, 0, 0, 0]).all()
    assert np.isnan(run.crps[:, 1, 1]).all()  # 2012 lies after the last year
    assert np.isnan(run.crps).sum() == len(CHEAP) * (1 + 8)
    assert run.to_frame().height == run.crps.size - len(CHEAP) * 9


def test_origins_by_default_leave_three_tenths_of_the_years_before() -> None:
    """22 years: 7 before the first origin, 3 after the last; 40 years as in Mongolia: 1995 to 2019."""
    assert run_backtest(margins(), models=["last_value"]).origins == tuple(range(1997, 2009))
    forty = margins(years=np.arange(1983, 2023))
    assert run_backtest(forty, models=["last_value"]).origins == tuple(range(1995, 2020))


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    run_backtest(
        margins(), origins=[2003, 2004], models=CHEAP, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(done, 6) for done in range(1, 7)]


def with_scores(scores: dict[str, np.ndarray], parts: tuple[int, ...]) -> Backtest:
    """A backtest of one horizon and one series with the CRPS given by origin."""
    size = len(next(iter(scores.values())))
    crps = np.stack(list(scores.values()))[:, :, None, None]
    return Backtest(
        models=tuple(scores),
        parts=parts,
        origins=tuple(range(2000, 2000 + size)),
        horizons=1,
        places=("A",),
        apart=np.zeros(1, dtype=bool),
        distorted=np.zeros((size, 1, 1), dtype=bool),
        observed=np.zeros((size, 1, 1)),
        quantiles=np.zeros((*crps.shape, 7)),
        crps=crps,
        absolute_error=crps,
        seed=1,
    )


def test_the_simplest_within_one_standard_error_is_chosen() -> None:
    """ "rich" is best by a hair that varies, "plain" is as good within its error, "naive" is far off."""
    random = np.random.default_rng(0)
    noise = random.normal(0, 2, 25)
    scores = {"last_value": np.full(25, 20.0), "plain": 10 + 0 * noise, "rich": 9.9 + noise - noise.mean()}
    choice = choose_model(with_scores(scores, (1, 2, 9)))
    assert (choice.best, choice.model) == ("rich", "plain")
    assert choice.within == ("plain", "rich")
    assert choice.beats_naive
    assert choice.against_naive.estimate == pytest.approx(-10)
    assert choice.against_best.estimate == pytest.approx(0.1)
    sharp = {**scores, "rich": np.full(25, 9.0)}
    assert choose_model(with_scores(sharp, (1, 2, 9))).model == "rich"


def test_the_naive_model_can_win() -> None:
    scores = {"last_value": np.full(25, 5.0), "rich": np.full(25, 6.0)}
    choice = choose_model(with_scores(scores, (1, 9)))
    assert choice.model == "last_value"
    assert not choice.beats_naive
    assert choice.against_naive.estimate == 0.0


def test_four_origins_choose_nothing() -> None:
    scores = {"last_value": np.full(4, 5.0), "rich": np.full(4, 1.0)}
    choice = choose_model(with_scores(scores, (1, 9)))
    assert (choice.best, choice.model, choice.beats_naive) == ("rich", "last_value", False)


def test_choosing_as_known_cannot_foresee_a_change() -> None:
    """One is better until 2011, the other after: an origin knows targets up to itself, so it errs first."""
    a = np.where(np.arange(25) < 12, 1.0, 9.0)
    run = with_scores({"last_value": np.full(25, 5.0), "a": a, "b": 10 - a}, (1, 2, 3))
    found = choose_as_known(run)
    assert found.chosen[:5] == ("last_value",) * 5
    assert found.chosen[5:12] == ("a",) * 7
    assert found.chosen[12] == "a"
    assert found.against_naive.score > 1.5
    scored_later = replace(run, crps=np.where(np.arange(25)[None, :, None, None] < 12, run.crps, 77.0))
    assert choose_as_known(scored_later).chosen[:12] == found.chosen[:12]


def test_nothing_scored_is_refused() -> None:
    run = with_scores({"last_value": np.full(5, np.nan)}, (1,))
    with pytest.raises(ModelError, match="MODEL-508: no forecast of the backtest"):
        choose_model(run)


def test_the_forecast_is_the_backtest_s_next_origin() -> None:
    """Cut off two years, forecast them: the same as the backtest from that origin."""
    internal, losses = margins(), livestock()
    cut = InternalMigration(
        internal.years[:-2],
        PLACES,
        internal.in_migrants[:-2],
        internal.out_migrants[:-2],
        internal.population[:-2],
    )
    ahead = forecast(cut, losses[:-2], "reverting_level", years=2)
    run = run_backtest(internal, losses, origins=[2009], horizons=2, models=["reverting_level"])
    np.testing.assert_allclose(ahead.quantiles, run.quantiles[0, 0])
    frame = ahead.to_frame()
    assert ahead.years == (2010, 2011)
    assert frame.height == 2 * 8
    assert set(frame["quality"]) == {"estimated"}
    ordered = frame.select("low95", "low80", "low50", "median", "high50", "high80", "high95").to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()


def test_an_announcement_scales_its_years_and_sets_its_counts_aside() -> None:
    """Known from 2009: the years 2009 and 2010 halve, 2011 does not; others' forecasts stay."""
    internal = margins()
    cut = {"years": 3, "losses": None, "model": "last_value"}
    rule = Announcement("C", "out", 2012, 2013, 0.5, known_from=2011)
    plain, told = (forecast(internal, announced=given, **cut).quantiles for given in ((), (rule,)))
    np.testing.assert_allclose(told[:2, 6], plain[:2, 6] / 2)
    np.testing.assert_array_equal(told[2, 6], plain[2, 6])
    np.testing.assert_array_equal(np.delete(told, 6, axis=1), np.delete(plain, 6, axis=1))
    begun = Announcement("C", "out", 2011, 2011, 0.5, known_from=2010)
    before = internal.out_migrants[internal.at(2010), 2]
    after = forecast(internal, announced=(begun,), **cut).quantiles[0, 6, 3]
    assert after == pytest.approx(before)


def test_an_announcement_is_not_known_before_it_is_made() -> None:
    rule = Announcement("C", "out", 2008, 2009, 0.5, known_from=2007)
    found = score_announcements(margins(), None, "last_value", [rule], origins=[2006, 2007], horizons=2)
    early, late = found.filter(pl.col("origin") == 2006), found.filter(pl.col("origin") == 2007)
    np.testing.assert_array_equal(early["median"], early["announced_median"])
    np.testing.assert_allclose(late["announced_median"], late["median"] / 2)
    assert found.columns[-2:] == ["announced_median", "announced_crps"]


def test_losses_are_arranged_on_the_margins() -> None:
    table = pl.DataFrame({"year": [1991, 1990, 2050], "place": ["A", "B", "A"], "lost": [3.0, 4.0, 5.0]})
    found = arrange_losses(table, margins(), "lost")
    assert found.shape == (22, 4)
    assert (found[1, 0], found[0, 1]) == (3.0, 4.0)
    assert np.isnan(found).sum() == 22 * 4 - 2


def refused(change: Callable[[InternalMigration], dict]) -> str:
    arguments = {"internal": margins(), "models": CHEAP} | change(margins())
    with pytest.raises(ModelError) as caught:
        run_backtest(**arguments)
    return str(caught.value)


BAD = {
    "MODEL-501: a count of migrants is negative": lambda m: {
        "internal": replace(m, in_migrants=-m.in_migrants)
    },
    "MODEL-502: the years of the margins": lambda m: {
        "internal": replace(m, years=m.years + (m.years > 2000))
    },
    "MODEL-503: 4 years of margins are too few": lambda m: {"internal": margins(years=YEARS[:4])},
    "MODEL-504: a forecast needs": lambda m: {"horizons": 0},
    "MODEL-504: origin 1992 does not have": lambda m: {"origins": [1992, 2000]},
    "MODEL-504: origin 2011 does not have": lambda m: {"origins": [2011]},
    "MODEL-504: there is no origin": lambda m: {"origins": []},
    "MODEL-504: the mask of distorted": lambda m: {"distorted": np.zeros((3, 3), dtype=bool)},
    "MODEL-505: there is no forecasting model 'ests'": lambda m: {"models": ["ests"]},
    "MODEL-506: the losses have another shape": lambda m: {"losses": np.ones((3, 4))},
    "MODEL-506: the losses": lambda m: {"losses": -np.ones((22, 4))},
    "MODEL-507: 'Q' is no place": lambda m: {"apart": ["Q"]},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_refused(message: str) -> None:
    found = refused(BAD[message])
    assert found.startswith(message)
    assert found.endswith(".")


def test_bad_forecasts_are_refused(whole: Backtest) -> None:
    with pytest.raises(ModelError, match="MODEL-504"):
        forecast(margins(), None, "last_value", years=0)
    with pytest.raises(ModelError, match="MODEL-503: 5 years of margins are too few to forecast 3"):
        forecast(margins(years=YEARS[:5]), None, "last_value")
    with pytest.raises(ModelError, match="MODEL-505: model 'arima' is not in this backtest"):
        whole.number("arima")
    for rule in (
        Announcement("Q", "in", 2012, 2013, 0.5, 2011),
        Announcement("A", "up", 2012, 2013, 0.5, 2011),
        Announcement("A", "in", 2013, 2012, 0.5, 2011),
        Announcement("A", "in", 2012, 2013, 0.0, 2011),
    ):
        with pytest.raises(ModelError, match="MODEL-509: the announcement"):
            forecast(margins(), None, "last_value", announced=[rule])


def test_kept_quantiles_of_the_last_value_are_centred_on_it(whole: Backtest) -> None:
    internal = margins()
    at = whole.number("last_value")
    np.testing.assert_allclose(
        whole.quantiles[at, 2, 0, :4, 3], internal.in_migrants[internal.at(2005)], rtol=1e-3
    )
    values = RollingForecasts(history_of(internal), 2).values(model_of("last_value"), 2005)
    np.testing.assert_array_equal(kept_quantiles(values), whole.quantiles[at, 2])
