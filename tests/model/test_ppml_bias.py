"""The corrections for estimated effects: against the second-order bias, dense matrices, the jackknife, draws.

``python tests/model/test_ppml_bias.py`` prints the study that docs/methods/ppml.md quotes.
"""

import sys

import numpy as np
import pytest

from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.bias_correction import (
    _effects_covariance,
    _meat,
    _Pairs,
    corrected_inference,
)
from nuudel.model.ppml.effects import EffectSpace
from nuudel.model.ppml.estimate import fit_ppml
from nuudel.model.ppml.solver import solve_ppml

THREE_WAY = ("pair", "origin-year", "destination-year")


def gravity_draw(
    rng: np.random.Generator, places: int, years: int, variance: str
) -> tuple[np.ndarray, np.ndarray]:
    """Flows and a covariate, (years, places, places), after the design of Weidner & Zylkin (2021), section 4.

    The covariate depends on its past and on the effects, its coefficient is 1; the errors are log-normal with
    mean 1 and serial correlation. ``variance`` is that of the flow: "poisson" (proportional to the mean),
    "constant" (to its square), "mixed" (half of each, the latter rising with the covariate).
    """
    spread = 0.25
    shape = (years, places, places)
    out, into = rng.normal(0, spread, (2, years, places))
    pair = rng.normal(0, spread, (places, places))
    x, past = np.empty(shape), pair
    for t in range(years):
        past = past / 2 + out[t][:, None] + into[t] + rng.normal(0, spread, (places, places))
        x[t] = past
    mean = np.exp(x + out[:, :, None] + into[:, None, :] + pair)
    noise, current = np.empty(shape), rng.normal(size=(places, places))
    for t in range(years):
        current = 0.3 * current + np.sqrt(1 - 0.09) * rng.normal(size=(places, places)) if t else current
        noise[t] = current
    relative = {"poisson": 1 / mean, "constant": np.ones(shape), "mixed": 0.5 / mean + 0.5 * np.exp(2 * x)}
    log_variance = np.log1p(relative[variance])
    return mean * np.exp(np.sqrt(log_variance) * noise - log_variance / 2), x


def as_panel(flows: np.ndarray, x: np.ndarray) -> FlowPanel:
    names = [f"place {number}" for number in range(flows.shape[1])]
    return FlowPanel.from_tensor(flows, origins=names, periods=range(len(flows)), covariates={"x": x})


class ByDefinition:
    """The three-way estimate by Newton's method on explicit dummies, the pairs' totals given."""

    def __init__(self, panel: FlowPanel) -> None:
        own = [panel.origin * 100 + panel.period, panel.destination * 100 + panel.period]
        columns = [(code == level)[:, None] for code in own for level in np.unique(code)]
        self.design = np.hstack([panel.covariates["x"][:, None], *columns]).astype(float)
        self.pair = np.unique(panel.origin * 1000 + panel.destination, return_inverse=True)[1]
        self.start = np.zeros(self.design.shape[1])

    def __call__(self, flow: np.ndarray) -> float:
        theta, totals = self.start.copy(), np.bincount(self.pair, flow)
        for _ in range(30):
            weight = np.exp(self.design @ theta)
            share = weight / np.bincount(self.pair, weight)[self.pair]
            mean = share * totals[self.pair]
            inside = np.stack([np.bincount(self.pair, share * column) for column in self.design.T], axis=1)
            centred = self.design - inside[self.pair]
            move = np.linalg.pinv(centred.T @ (mean[:, None] * centred), rcond=1e-11) @ (
                self.design.T @ (flow - mean)
            )
            theta += move
            if np.abs(move[0]) < 1e-13:
                break
        return float(theta[0])


def second_order_bias(panel: FlowPanel, mean: np.ndarray, covariance: np.ndarray, step: float) -> float:
    """½ Σ ∂²b/∂y∂y' Cov(y) by differences of the estimator itself: its bias up to second order, exactly.

    ``covariance`` (P, T, T) is that of each pair's flows; pairs are independent.
    """
    pairs = np.unique(panel.origin * 1000 + panel.destination, return_inverse=True)[1]
    estimate = ByDefinition(panel)
    base, total = estimate(mean), 0.0
    for number in range(int(pairs.max()) + 1):
        rows = np.flatnonzero(pairs == number)
        rows = rows[np.argsort(panel.period[rows])]
        values, vectors = np.linalg.eigh(covariance[number])
        for value, vector in zip(values, vectors.T, strict=True):
            if value > 1e-12:
                move = np.zeros(mean.size)
                move[rows] = step * mean[rows].mean() * vector
                length = step * mean[rows].mean()
                up, down = estimate(mean + move), estimate(mean - move)
                total += value * (up + down - 2 * base) / length**2 / 2
    return total


def expected_bias(panel: FlowPanel, mean: np.ndarray, covariance: np.ndarray) -> float:
    """Weidner & Zylkin's formula with expectations in place of sample moments, written as loops."""
    off = EffectSpace.of(panel, THREE_WAY).residualise(mean, panel.covariates["x"], 1e-12)
    pairs = np.unique(panel.origin * 1000 + panel.destination, return_inverse=True)[1]
    years = len(panel.periods)
    total = 0.0
    for side in (panel.origin, panel.destination):
        for place in np.unique(side):
            hessian, mixed = np.zeros((years, years)), np.zeros((years, years))
            variance, third = np.zeros((years, years)), np.zeros((years, years))
            for number in np.unique(pairs[side == place]):
                rows = np.flatnonzero(pairs == number)
                rows = rows[np.argsort(panel.period[rows])]
                level, x = mean[rows].sum(), off[rows]
                p = mean[rows] / level
                shape = np.diag(p) - np.outer(p, p)
                centre = np.eye(years) - np.outer(p, np.ones(years))
                hessian += level * shape
                # H is the pair's total flow times the multinomial covariance: it moves with the score
                mixed += np.outer(shape @ x, covariance[number].sum(axis=0) @ centre.T)
                variance += centre @ covariance[number] @ centre.T
                moved = p * (x - p @ x)
                third -= level * (np.diag(moved) - np.outer(moved, p) - np.outer(p, moved))
            inverse = np.linalg.pinv(hessian)
            total += -np.trace(inverse @ mixed) + 0.5 * np.trace(third @ inverse @ variance @ inverse)
    return total / float((mean * off**2).sum())


def population(places: int, years: int) -> tuple[FlowPanel, np.ndarray, np.ndarray]:
    """A panel with its true means, and covariances that no Poisson model has."""
    rng = np.random.default_rng(places)
    x = rng.normal(0, 0.6, (years, places, places)).cumsum(axis=0)
    panel = as_panel(np.exp(0.5 * x + rng.normal(0, 0.5, (years, places, 1)) + 3), x)
    mean = panel.flow
    pairs = np.unique(panel.origin * 1000 + panel.destination, return_inverse=True)[1]
    correlation = 0.5 ** np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
    covariance = np.empty((int(pairs.max()) + 1, years, years))
    for number in range(len(covariance)):
        rows = np.flatnonzero(pairs == number)
        rows = rows[np.argsort(panel.period[rows])]
        # errors grow with the mean and with the covariate
        spread = 0.05 * mean[rows] * np.exp(0.5 * panel.covariates["x"][rows])
        covariance[number] = np.outer(spread, spread) * correlation
    return panel, mean, covariance


@pytest.mark.parametrize(("places", "years", "within"), [(6, 2, 0.05), (8, 2, 0.15), (6, 3, 0.15)])
def test_formula_is_the_second_order_bias(places: int, years: int, within: float) -> None:
    panel, mean, covariance = population(places, years)
    exact = second_order_bias(panel, mean, covariance, 1e-2)
    # they differ by terms of order 1/N of themselves
    assert expected_bias(panel, mean, covariance) == pytest.approx(exact, rel=within)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_sample_formula_by_loops(missing: float) -> None:
    rng = np.random.default_rng(5)
    flows, x = gravity_draw(rng, 6, 3, "constant")
    flows[rng.random(flows.shape) < missing] = np.nan
    panel = as_panel(flows, x)
    space = EffectSpace.of(panel, THREE_WAY)
    fitted = solve_ppml(panel.flow, panel.covariates["x"][:, None], space).fitted
    off = space.residualise(fitted, panel.covariates["x"][:, None], 1e-12)
    total = 0.0
    for side in (panel.origin, panel.destination):
        for place in np.unique(side):
            hessian, mixed, variance, third = np.zeros((4, 3, 3))
            for other in np.unique(np.where(side == place, panel.origin + panel.destination - place, -1))[1:]:
                rows = np.flatnonzero((side == place) & (panel.origin + panel.destination - place == other))
                years = panel.period[rows]
                p, score = np.zeros(3), np.zeros(3)
                own = np.zeros(3)
                p[years], score[years], own[years] = (
                    fitted[rows],
                    panel.flow[rows] - fitted[rows],
                    off[rows, 0],
                )
                level = p.sum()
                p = p / level
                shape = np.diag(p) - np.outer(p, p)
                hessian += level * shape
                mixed += np.outer(level * shape @ own, score)
                variance += np.outer(score, score)
                moved = p * (own - p @ own)
                third -= level * (np.diag(moved) - np.outer(moved, p) - np.outer(p, moved))
            inverse = np.linalg.pinv(hessian, rcond=1e-11)
            total += -np.trace(inverse @ mixed) + 0.5 * np.trace(third @ inverse @ variance @ inverse)
    got = corrected_inference(panel, THREE_WAY, fitted, off)
    assert got.bias[0] == pytest.approx(total / float(fitted @ off[:, 0] ** 2), rel=1e-6)


@pytest.mark.parametrize("effects", [THREE_WAY, THREE_WAY[1:]])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_leverage_and_covariance_by_dense_matrices(effects: tuple[str, ...], missing: float) -> None:
    rng = np.random.default_rng(8)
    flows, x = gravity_draw(rng, 6, 3, "constant")
    flows[rng.random(flows.shape) < missing] = np.nan
    panel = as_panel(flows, x)
    space = EffectSpace.of(panel, effects)
    fitted = solve_ppml(panel.flow, panel.covariates["x"][:, None], space).fitted
    off = space.residualise(fitted, panel.covariates["x"][:, None], 1e-12)
    pairs = _Pairs.of(panel, fitted, off, "pair" in effects)
    count, years = pairs.fitted.shape
    side = [
        np.kron(np.eye(int(code.max()) + 1)[code], np.eye(years))
        for code in (pairs.origin, pairs.destination)
    ]
    design = np.hstack(side).reshape(count, years, -1)
    hessian = pairs.hessian()
    information = np.einsum("psa,pst,ptb->ab", design, hessian, design)
    reach = design @ np.linalg.pinv(information, rcond=1e-11) @ design.transpose(0, 2, 1)
    got = _effects_covariance(pairs)
    np.testing.assert_allclose(hessian @ got @ hessian, hessian @ reach @ hessian, rtol=1e-7, atol=1e-9)
    # the covariance as in the source, pair by pair
    inverse = 1.0 / float(fitted @ off[:, 0] ** 2)
    meat = 0.0
    for number in range(count):
        own, score = pairs.x[number, :, 0], pairs.residual[number]
        leverage = hessian[number] @ (reach[number] + inverse * np.outer(own, own))
        meat += own @ np.linalg.solve(np.eye(years) - leverage, np.outer(score, score)) @ own
    assert _meat(pairs, np.array([[inverse]]))[0, 0] == pytest.approx(meat, rel=1e-6)
    got_all = corrected_inference(panel, effects, fitted, off)
    assert got_all.covariance[0, 0] == pytest.approx(inverse * meat * inverse, rel=1e-6)
    assert bool(got_all.bias[0] == 0.0) is ("pair" not in effects)


def jackknife_bias(panel: FlowPanel, rng: np.random.Generator) -> float:
    """Split-panel jackknife over halves of the places on both sides (same source, section 3.4)."""

    def coefficient(part: FlowPanel) -> float:
        return float(fit_ppml(part, ["x"], effects=THREE_WAY).coefficients[0])

    half = rng.permutation(len(panel.origins)) % 2 == 0
    parts = [
        coefficient(panel.keep((half[panel.origin] == one) & (half[panel.destination] == other)))
        for one in (True, False)
        for other in (True, False)
    ]
    return float(np.mean(parts)) - coefficient(panel)


def test_jackknife_agrees_in_direction_and_size() -> None:
    rng = np.random.default_rng(2)
    analytical, jackknife = [], []
    for _ in range(30):
        panel = as_panel(*gravity_draw(rng, 16, 3, "poisson"))
        analytical.append(fit_ppml(panel, ["x"], effects=THREE_WAY, bias_correction=True).bias[0])
        jackknife.append(jackknife_bias(panel, rng))
    assert np.mean(analytical) > 0
    assert 0.5 < np.mean(jackknife) / np.mean(analytical) < 3


@pytest.mark.parametrize("effects", [THREE_WAY, THREE_WAY[1:]])
def test_result_of_a_corrected_fit(effects: tuple[str, ...]) -> None:
    panel = as_panel(*gravity_draw(np.random.default_rng(1), 10, 3, "constant"))
    plain = fit_ppml(panel, ["x"], effects=effects)
    got = fit_ppml(panel, ["x"], effects=effects, bias_correction=True)
    np.testing.assert_allclose(got.coefficients + got.bias, plain.coefficients, rtol=1e-12)
    np.testing.assert_allclose(got.uncorrected_standard_errors, plain.standard_errors, rtol=1e-12)
    assert got.small_sample_factor == 1.0
    raw = plain.standard_errors / np.sqrt(plain.small_sample_factor)
    assert (got.standard_errors > raw).all()
    assert bool(got.bias[0] != 0) is ("pair" in effects)


def study(places: int, years: int, variance: str, draws: int) -> dict[str, float]:
    """Bias and coverage of the nominal 95 % interval, before and after, over draws with their own seeds."""
    rows = []
    for draw in range(draws):
        rng = np.random.default_rng([places, years, draw])
        panel = as_panel(*gravity_draw(rng, places, years, variance))
        fit = fit_ppml(panel, ["x"], effects=THREE_WAY, bias_correction=True)
        plain = fit.coefficients[0] + fit.bias[0]
        # without any factor for small samples, as the source reports it
        raw = fit.uncorrected_standard_errors[0] / np.sqrt(factor(fit.observations, places, years))
        low, high = fit.interval()
        covered = low[0] <= 1.0 <= high[0]
        rows.append((plain, fit.coefficients[0], raw, fit.standard_errors[0], covered))
    plain, corrected, raw, freed, covered = np.array(rows).T
    spread = plain.std()
    return {
        "bias": plain.mean() - 1,
        "bias_corrected": corrected.mean() - 1,
        "bias_error": spread / np.sqrt(draws),
        "error_ratio": raw.mean() / spread,
        "error_ratio_corrected": freed.mean() / corrected.std(),
        "coverage": float((np.abs(plain - 1) < 1.96 * raw).mean()),
        "coverage_corrected": covered.mean(),
    }


def factor(cells: int, places: int, years: int) -> float:
    clusters = places * (places - 1)
    parameters = 1 + years * (2 * places - 1)
    return clusters / (clusters - 1) * (cells - 1) / (cells - parameters)


def test_correction_in_a_small_study() -> None:
    got = study(12, 3, "poisson", 120)
    assert abs(got["bias_corrected"]) < abs(got["bias"])
    assert got["error_ratio"] < got["error_ratio_corrected"] < 1.1
    assert got["coverage"] < got["coverage_corrected"]


if __name__ == "__main__":
    # at most as many draws as asked for, 500 if nothing is said
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for size in (20, 35, 50):
        for length in (2, 5):
            for kind in ("poisson", "constant", "mixed"):
                figures = study(size, length, kind, asked)
                print(
                    size,
                    length,
                    kind,
                    asked,
                    {name: round(float(v), 4) for name, v in figures.items()},
                    flush=True,
                )
