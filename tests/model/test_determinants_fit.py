"""The panel regression and its replicates, against other ways of computing the same."""

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.determinants.exposure import Exposure, by_head, by_herd
from nuudel.model.determinants.persons import excess
from nuudel.model.determinants.place_fit import PlaceFit, fit_places, regression_of
from nuudel.model.determinants.place_panel import by_year_and_place, lag_name, lagged, place_panel
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.estimate import fit_ppml
from nuudel.statistics.internal_migration import InternalMigration


def simulated(slope: float, seed: int, places: int = 20, years: int = 12) -> FlowPanel:
    """Negative-binomial leavers with effects of place and year, a shock that lasts within places, and x."""
    rng = np.random.default_rng(seed)
    x = rng.gamma(0.5, 0.4, size=(years, places))
    linear = rng.normal(6, 1, places) + rng.normal(0, 0.3, (years, 1)) + slope * x
    expected = np.exp(linear + rng.normal(0, 0.2, (years, places)))
    return FlowPanel.from_tensor(
        rng.poisson(expected)[:, :, None],
        origins=[f"P{k:02d}" for k in range(places)],
        destinations=("elsewhere",),
        periods=range(2000, 2000 + years),
        covariates={"x": x[:, :, None], "noise": rng.normal(size=(years, places, 1))},
    )


def test_two_groups_and_two_years_are_the_ratio_of_ratios() -> None:
    """Four places struck (100 to 300), three not (200 to 220): exp(b) = (300/100) / (220/200)."""
    counts = np.array([[100.0] * 4 + [200.0] * 3, [300.0] * 4 + [220.0] * 3])
    struck = np.array([[0.0] * 7, [1.0] * 4 + [0.0] * 3])
    panel = FlowPanel.from_tensor(
        counts[:, :, None],
        origins=list("ABCDEFG"),
        destinations=("elsewhere",),
        periods=(2000, 2001),
        covariates={"struck": struck[:, :, None]},
    )
    fit = fit_places(panel, draws=0)
    assert np.exp(fit.slopes[0]) == pytest.approx(3 / 1.1, rel=1e-8)
    np.testing.assert_allclose(fit.leave_one_out[:, 0], fit.slopes[0], rtol=1e-7)
    assert fit.effect([1.0]).standard_error == pytest.approx(0.0, abs=1e-6)


def test_replicates_are_the_fits_of_the_smaller_panels() -> None:
    panel = simulated(0.5, 1, places=8)
    fit = fit_places(panel, trends=True, draws=0)
    for at in (0, 7):
        kept = panel.keep(panel.origin != at)
        names = [f"P{k:02d}" for k in range(8) if k != at][:-1]
        middle = kept.period - kept.period.mean()
        trends = {f"t{name}": middle * (kept.origin == kept.origins.index(name)) for name in names}
        alone = fit_ppml(
            kept.with_covariates(**trends),
            ("x", "noise", *trends),
            effects=("origin", "year"),
            cluster=("origin",),
        )
        np.testing.assert_allclose(fit.leave_one_out[at], alone.coefficients[:2], rtol=1e-6)


def test_a_weight_of_two_is_the_place_twice() -> None:
    panel = simulated(0.5, 2, places=7)
    regression = regression_of(panel, ("x", "noise"), shown=2, year_effects=True)
    weights = np.array([2.0, 1, 1, 0, 1, 1, 1])
    found = regression.solve(weights, np.zeros(regression.columns.shape[1]))[0][:2]
    flows = np.squeeze(panel.tensor(), axis=2)[:, [0, 0, 1, 2, 4, 5, 6]]
    columns = {
        name: np.squeeze(panel.tensor(values), axis=2)[:, [0, 0, 1, 2, 4, 5, 6]][:, :, None]
        for name, values in panel.covariates.items()
    }
    doubled = FlowPanel.from_tensor(
        flows[:, :, None],
        origins=list("ABCDEFG"),
        destinations=("elsewhere",),
        periods=panel.periods,
        covariates=columns,
    )
    np.testing.assert_allclose(found, fit_places(doubled, draws=0).slopes, rtol=1e-6)


def test_the_jackknife_by_its_definition() -> None:
    fit = fit_places(simulated(0.5, 3), draws=0)
    away = fit.leave_one_out - fit.slopes
    by_hand = 19 / 20 * sum(np.outer(row, row) for row in away)
    np.testing.assert_allclose(fit.jackknife_covariance, by_hand)


def test_the_shown_interval_spans_both() -> None:
    fit = fit_places(simulated(0.5, 4), draws=199)
    for name in fit.names:
        effect = fit.effect(fit.pick(name))
        assert effect.low == min(effect.cluster_low, effect.bootstrap_low)
        assert effect.high == max(effect.cluster_high, effect.bootstrap_high)
        drawn = fit.bootstrap[:, fit.names.index(name)]
        assert effect.bootstrap_low == pytest.approx(np.quantile(drawn, 0.025))


def test_intervals_cover_the_truth() -> None:
    """Thirty panels with a known effect: a 95 per cent interval fails on few of them."""
    inside, zero = 0, 0
    for seed in range(30):
        fit = fit_places(simulated(0.5, 100 + seed), draws=0)
        effect, nothing = fit.effect(fit.pick("x")), fit.effect(fit.pick("noise"))
        inside += effect.low < 0.5 < effect.high
        zero += nothing.low < 0 < nothing.high
    # Below 26 of 30 has a chance of one in a hundred at 95 per cent.
    assert inside >= 26
    assert zero >= 26


def test_same_seed_same_draws() -> None:
    panel = simulated(0.5, 5)
    first, second, other = (fit_places(panel, draws=50, seed=seed).bootstrap for seed in (7, 7, 8))
    assert (first == second).all()
    assert not np.allclose(first, other)


def test_places_and_years_without_migrants_are_left_out() -> None:
    panel = simulated(0.5, 6)
    empty = FlowPanel(
        panel.origins,
        panel.destinations,
        panel.periods,
        panel.origin,
        panel.destination,
        panel.period,
        np.where((panel.origin == 3) | (panel.period == 2), 0.0, panel.flow),
        panel.covariates,
    )
    rest = panel.keep((panel.origin != 3) & (panel.period != 2))
    found, expected = fit_places(empty, draws=0), fit_places(rest, draws=0)
    np.testing.assert_allclose(found.slopes, expected.slopes, rtol=1e-7)
    assert "P03" not in found.places
    assert found.largest[0] == rest.covariates["x"].max()


def test_refusals() -> None:
    panel = simulated(0.5, 7)
    with pytest.raises(ModelError, match="MODEL-423: there are 5 places"):
        fit_places(panel.keep(panel.origin < 5))
    single = (panel.origin == 0) & (panel.period == 3)
    with pytest.raises(ModelError, match="MODEL-421"):
        fit_places(panel.with_covariates(one=single.astype(float)))


def test_a_covariate_of_two_places_is_refused() -> None:
    """One draw in eight (0.9 to the 20th power) has neither of the two."""
    panel = simulated(0.5, 8)
    two = panel.covariates["noise"] * (panel.origin < 2)
    with pytest.raises(ModelError, match="MODEL-424: only 171 of 199 draws"):
        fit_places(panel.with_covariates(two=two), draws=199, seed=1)


def test_steps_that_do_not_settle_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuudel.model.determinants.replicates.STEPS", 1)
    with pytest.raises(ModelError, match="MODEL-422: the estimate did not settle within 1 steps"):
        fit_places(simulated(0.5, 9), draws=0)


def persons_fit(slopes: list[float]) -> PlaceFit:
    count = len(slopes)
    return PlaceFit(
        names=tuple("ab"[:count]),
        places=("P",) * 11,
        slopes=np.array(slopes),
        cluster_covariance=np.eye(count) * 1e-4,
        jackknife_covariance=np.eye(count) * 1e-6,
        leave_one_out=np.zeros((11, count)),
        bootstrap=np.array([slopes] * 5),
        fitted=np.zeros(3),
        largest=np.ones(count),
    )


def test_persons_looking_back_and_ahead() -> None:
    """exp(b) = 1.25: of 125 counted 25 are in excess; of 100 expected 25 come on top."""
    fit = persons_fit([np.log(1.25)])
    back = excess(np.array([125.0, 80.0]), np.array([[1.0], [0.0]]), fit)
    ahead = excess(np.array([100.0, 80.0]), np.array([[1.0], [0.0]]), fit, ahead=True)
    assert (back.estimate, ahead.estimate) == pytest.approx((25.0, 25.0))
    # Gradient 125/1.25 = 100, or 125; standard error 0.01; t(0.975, 10) = 2.228.
    assert back.high - back.low == pytest.approx(2 * 2.22814 * 1.0, rel=1e-5)
    assert ahead.high - ahead.low == pytest.approx(2 * 2.22814 * 1.25, rel=1e-5)


LOSSES = pl.DataFrame(
    {
        "year": [2000, 2000, 2001, 2003],
        "place": ["A", "B", "A", "B"],
        "adult_losses_thousand_head": [100, 50, 0, 7],
    }
)


def test_exposures_in_their_units() -> None:
    head = by_head(LOSSES, ("A", "B"))
    assert head.years.tolist() == [2000, 2001, 2002, 2003]
    np.testing.assert_allclose(head.values[0], [0.1, 0.05])
    assert np.isnan(head.values[2]).all()
    herds = pl.DataFrame(
        {"year": [2019, 2020, 2020], "place": ["A", "A", "B"], "livestock_head": [400_000, 600_000, 100_000]}
    )
    np.testing.assert_allclose(by_herd(LOSSES, herds, ("A", "B")).values[0], [2.0, 5.0])
    with pytest.raises(ModelError, match="MODEL-416: the herd of B is not known"):
        by_herd(LOSSES, herds.filter(pl.col("place") == "A"), ("A", "B"))


def test_lags_and_leads() -> None:
    values = np.arange(1.0, 5.0)[:, None]
    exposure = Exposure("x", "one", np.arange(2000, 2004), ("A",), values)
    assert exposure.lag(1, [2001, 2004])[:, 0].tolist() == [1.0, 4.0]
    assert exposure.lag(-1, [2000, 2001])[:, 0].tolist() == [2.0, 3.0]
    assert np.isnan(exposure.lag(1, [2000])).all()
    assert exposure.lag(1, [2000, 2002, 2003], only={2001})[:, 0].tolist() == [0.0, 2.0, 0.0]
    assert lagged(values, 1)[:, 0].tolist()[1:] == [1.0, 2.0, 3.0]
    assert lagged(values, -1)[:, 0].tolist()[:3] == [2.0, 3.0, 4.0]
    assert (lag_name(2), lag_name(-1)) == ("lag_2", "lead_1")


def test_tables_and_panels_that_do_not_fit() -> None:
    with pytest.raises(ModelError, match="MODEL-411: the table has no column 'place'"):
        by_year_and_place(LOSSES.rename({"place": "plase"}), "adult_losses_thousand_head", [2000], ["A"])
    with pytest.raises(ModelError, match="MODEL-411"):
        by_head(LOSSES.clear(), ("A",))
    with pytest.raises(ModelError, match="MODEL-412"):
        by_year_and_place(LOSSES, "adult_losses_thousand_head", [1990], ["A"])
    counts = np.ones((4, 2))
    table = InternalMigration(np.arange(2000, 2004), ("A", "B"), counts, counts, np.full(4, np.nan))
    with pytest.raises(ModelError, match="MODEL-413"):
        place_panel(table, "out", {"x": np.ones((4, 3))}, years=[2000])
    with pytest.raises(ModelError, match="MODEL-414: the margins have no place 'C'"):
        place_panel(table, "out", {"x": counts}, years=[2000], leave_out=["C"])
    with pytest.raises(ModelError, match="MODEL-415"):
        place_panel(table, "out", {"x": counts}, years=[1999])
    gap = counts.copy()
    gap[0, 0] = np.nan
    panel = place_panel(table, "in", {"x": gap}, years=[2000, 2001], leave_out=["B"])
    assert (panel.origins, panel.flow.tolist(), panel.period.tolist()) == (("A",), [1.0], [1])
