"""The Poisson estimate with effects: closed forms, score equations, pyfixest, and what it refuses."""

import warnings
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml import effects as effects_module
from nuudel.model.ppml import newton
from nuudel.model.ppml.effects import EffectName, EffectSpace
from nuudel.model.ppml.solver import PpmlSolution, solve_ppml

NAMES = get_args(EffectName)
SUBSETS = [subset for size in range(len(NAMES) + 1) for subset in combinations(NAMES, size)]
THREE = ("pair", "origin-year", "destination-year")
TIGHT = 1e-12
TO_PYFIXEST = 1e-8  # the agreement asked for
CODES = {
    "origin": "o",
    "destination": "d",
    "pair": "od",
    "year": "t",
    "origin-year": "ot",
    "destination-year": "dt",
}


def panel(
    seed: int, shape: tuple[int, int, int] = (4, 6, 7), missing: float = 0.2, least: float = 1.0
) -> FlowPanel:
    """A gravity panel with two covariates; flows of at least ``least``: with 1 nothing is separated."""
    generator = np.random.default_rng(seed)
    periods, origins, destinations = shape
    x = generator.normal(size=(2, *shape)) + generator.normal(size=(2, 1, origins, destinations))
    mean = np.exp(
        1.0
        + generator.normal(0, 0.7, (1, origins, 1))
        + generator.normal(0, 0.7, (1, 1, destinations))
        + 0.3 * x[0]
        - 0.2 * x[1]
    )
    flows = generator.poisson(mean) + least
    flows[generator.random(shape) < missing] = np.nan
    flows[0, 0, 0] = 3.0
    return FlowPanel.from_tensor(
        flows,
        origins=[f"o{i}" for i in range(origins)],
        destinations=[f"d{j}" for j in range(destinations)],
        periods=range(periods),
        covariates={"x": x[0], "z": x[1]},
    )


def columns_of(given_panel: FlowPanel, constant: bool = False) -> np.ndarray:
    listed = [given_panel.covariates["x"], given_panel.covariates["z"]]
    return np.column_stack(([np.ones(given_panel.flow.size)] if constant else []) + listed)


def solve(
    given_panel: FlowPanel, effects: tuple[str, ...], tolerance: float = TIGHT, **options: object
) -> PpmlSolution:
    space = EffectSpace.of(given_panel, effects)  # type: ignore[arg-type]
    columns = columns_of(given_panel, constant=not space.effects)
    return solve_ppml(given_panel.flow, columns, space, tolerance=tolerance, **options)  # type: ignore[arg-type]


def pyfixest_coefficients(given_panel: FlowPanel, effects: tuple[str, ...]) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        import pyfixest

        o, d, t = (c.astype(int) for c in (given_panel.origin, given_panel.destination, given_panel.period))
        table = pd.DataFrame({"y": given_panel.flow, "o": o, "d": d, "t": t, **given_panel.covariates})
        table = table.assign(od=1000 * o + d, ot=1000 * o + t, dt=1000 * d + t)
        formula = "y ~ x + z" + (" | " + " + ".join(CODES[name] for name in effects) if effects else "")
        fit = pyfixest.fepois(
            formula,
            table,
            iwls_tol=1e-13,
            demeaner=pyfixest.MapDemeaner(fixef_tol=1e-13, fixef_maxiter=100_000),
            separation_check=[],
        )
        coefficients: np.ndarray = fit.coef().to_numpy()
    return coefficients


def test_a_constant_alone_is_the_logarithm_of_the_mean() -> None:
    given_panel = panel(1)
    space = EffectSpace.of(given_panel, ())
    got = solve_ppml(given_panel.flow, np.ones((space.cells, 1)), space, tolerance=TIGHT)
    assert got.coefficients == pytest.approx([np.log(given_panel.flow.mean())], abs=1e-12)


def test_origins_and_destinations_alone_give_the_table_of_independence() -> None:
    flows = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0], [7.0, 0.0, 9.0]])
    given_panel = FlowPanel.from_tensor(flows, origins=list("abc"), destinations=list("xyz"))
    space = EffectSpace.of(given_panel, ("origin", "destination"))
    got = solve_ppml(given_panel.flow, np.zeros((9, 0)), space)
    expected = np.outer(flows.sum(axis=1), flows.sum(axis=0)) / flows.sum()
    assert got.fitted == pytest.approx(expected.ravel(), rel=1e-10)
    assert got.linear_predictor == pytest.approx(np.log(expected.ravel()), abs=1e-10)
    logs = np.log(np.where(flows > 0, flows, 1.0) / expected)
    assert got.deviance == pytest.approx(2 * (flows * logs).sum(), rel=1e-12)
    assert got.coefficients.shape == (0,)


def test_one_set_of_effects_gives_means_of_its_levels() -> None:
    given_panel = panel(2)
    space = EffectSpace.of(given_panel, ("origin-year",))
    got = solve_ppml(given_panel.flow, np.zeros((space.cells, 0)), space)
    codes, size = space.groups[0], space.sizes[0]
    means = np.bincount(codes, given_panel.flow, size) / np.bincount(codes, minlength=size)
    assert got.fitted == pytest.approx(means[codes], rel=1e-12)


@settings(max_examples=64, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(SUBSETS),
    st.sampled_from([(4, 6, 7), (2, 8, 5), (6, 4, 4)]),
    st.sampled_from([0.0, 0.3]),
)
def test_coefficients_equal_pyfixests(
    seed: int, effects: tuple[str, ...], shape: tuple[int, int, int], missing: float
) -> None:
    given_panel = panel(seed, shape, missing)
    got = solve(given_panel, effects)
    assert got.coefficients == pytest.approx(pyfixest_coefficients(given_panel, effects), abs=TO_PYFIXEST)


@pytest.mark.parametrize(
    "effects",
    [
        ("origin", "destination", "year"),
        ("pair", "year"),
        ("origin", "destination-year"),
        ("origin-year", "destination-year"),
        THREE,
    ],
)
def test_flows_of_which_many_are_zero(effects: tuple[str, ...]) -> None:
    given_panel = panel(11, (8, 12, 14), missing=0.1, least=0.0)
    assert (given_panel.flow == 0).mean() > 0.1
    tables = [EffectSpace.of(given_panel, (name,)) for name in effects]  # type: ignore[arg-type]
    levels_with_flow = [np.bincount(s.groups[0], given_panel.flow)[s.groups[0]] > 0 for s in tables]
    given_panel = given_panel.keep(np.logical_and.reduce(levels_with_flow))
    got = solve(given_panel, effects)
    assert got.coefficients == pytest.approx(pyfixest_coefficients(given_panel, effects), abs=TO_PYFIXEST)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(SUBSETS), st.booleans())
def test_score_equations_hold(seed: int, effects: tuple[str, ...], weighted: bool) -> None:
    given_panel = panel(seed)
    space = EffectSpace.of(given_panel, effects)  # type: ignore[arg-type]
    columns = columns_of(given_panel, constant=not space.effects)
    weights = np.random.default_rng(seed).lognormal(size=space.cells) if weighted else None
    got = solve_ppml(given_panel.flow, columns, space, weights=weights, tolerance=TIGHT)
    left = (given_panel.flow - got.fitted) * (1.0 if weights is None else weights)
    assert columns.T @ left == pytest.approx(0.0, abs=1e-7)
    for codes, size in zip(space.groups, space.sizes, strict=True):
        assert np.bincount(codes, left, size) == pytest.approx(0.0, abs=1e-7)
    # the predictor is the covariates' part plus effects, nothing else
    effects_part = got.linear_predictor - columns @ got.coefficients
    assert space.residualise(np.ones(space.cells), effects_part, 1e-12) == pytest.approx(0.0, abs=1e-8)


def test_a_weight_of_two_is_a_cell_that_stands_twice() -> None:
    import statsmodels.api as sm

    given_panel = panel(3)
    space = EffectSpace.of(given_panel, ("origin", "destination"))
    weights = np.random.default_rng(4).integers(1, 4, space.cells).astype(float)
    got = solve_ppml(given_panel.flow, columns_of(given_panel), space, weights=weights, tolerance=TIGHT)
    design = np.column_stack(
        [columns_of(given_panel), np.eye(6)[given_panel.origin], np.eye(7)[given_panel.destination][:, 1:]]
    )
    rows = np.repeat(np.arange(space.cells), weights.astype(int))
    fit = sm.GLM(given_panel.flow[rows], design[rows], family=sm.families.Poisson()).fit(tol=1e-13)
    assert got.coefficients == pytest.approx(fit.params[:2], abs=1e-9)
    assert got.deviance == pytest.approx(fit.deviance, rel=1e-9)


def test_order_of_the_rows_scale_of_flows_and_units_of_covariates_do_not_matter() -> None:
    given_panel = panel(5)
    space, columns = EffectSpace.of(given_panel, THREE), columns_of(given_panel)
    got = solve_ppml(given_panel.flow, columns, space, tolerance=TIGHT)
    order = np.random.default_rng(6).permutation(space.cells)
    shuffled = given_panel.keep(order)  # type: ignore[arg-type]
    other = solve_ppml(shuffled.flow, columns[order], EffectSpace.of(shuffled, THREE), tolerance=TIGHT)
    assert other.coefficients == pytest.approx(got.coefficients, abs=1e-10)
    assert other.fitted == pytest.approx(got.fitted[order], rel=1e-9)
    scaled = solve_ppml(1000 * given_panel.flow, columns * [1e6, 1e-6] + [1e7, 5.0], space, tolerance=TIGHT)
    assert scaled.coefficients * [1e6, 1e-6] == pytest.approx(got.coefficients, abs=1e-8)


def test_a_full_table_and_a_list_of_cells_give_the_same_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    given_panel = panel(7, (6, 12, 9), missing=0.4)
    table = solve(given_panel, THREE)
    monkeypatch.setattr(effects_module, "PLACES_PER_CELL", 0)
    assert solve(given_panel, THREE).coefficients == pytest.approx(table.coefficients, abs=1e-10)
    monkeypatch.setattr("nuudel.model.ppml.grouped.FACTOR_LIMIT", 0)
    assert solve(given_panel, THREE).coefficients == pytest.approx(table.coefficients, abs=1e-10)


def test_the_same_call_gives_the_same_bits_and_a_start_the_same_answer() -> None:
    given_panel = panel(8)
    space, columns = EffectSpace.of(given_panel, THREE), columns_of(given_panel)
    one, again = (solve_ppml(given_panel.flow, columns, space) for _ in range(2))
    assert (one.coefficients == again.coefficients).all()
    assert (one.fitted == again.fitted).all()
    started = solve_ppml(given_panel.flow, columns, space, tolerance=TIGHT, start=one)
    assert started.coefficients == pytest.approx(one.coefficients, abs=1e-8)
    assert started.iterations <= one.iterations


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    from threadpoolctl import threadpool_limits

    given_panel = panel(8, (5, 60, 60))
    space, columns = EffectSpace.of(given_panel, THREE), columns_of(given_panel)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            found.append(solve_ppml(given_panel.flow, columns, space))
    assert (found[0].fitted == found[1].fitted).all()


def test_the_criteria_reached_are_stated() -> None:
    got = solve(panel(9), THREE, tolerance=1e-8)
    assert got.deviance_change <= 1e-8
    assert got.decrement <= 1e-8 * np.sqrt(0.1 + got.deviance)
    assert got.iterations >= 2
    assert got.passes > got.iterations


def test_a_flow_fitted_exactly_has_no_deviance() -> None:
    given_panel = panel(10)
    exact = np.exp(0.5 * given_panel.covariates["x"] + np.arange(6.0)[given_panel.origin])
    space = EffectSpace.of(given_panel, ("origin",))
    got = solve_ppml(exact, columns_of(given_panel), space)
    assert got.coefficients == pytest.approx([0.5, 0.0], abs=1e-9)
    assert got.deviance == pytest.approx(0.0, abs=1e-9)


# --- what is refused -----------------------------------------------------------------------------------


def test_levels_without_any_flow_are_refused() -> None:
    given_panel = panel(12)
    flow = np.where(given_panel.origin == 2, 0.0, given_panel.flow)
    for effects in (("origin", "destination"), ("origin",), ("destination", "origin")):
        space = EffectSpace.of(given_panel, effects)  # type: ignore[arg-type]
        with pytest.raises(ModelError, match="MODEL-127: 1 levels") as caught:
            solve_ppml(flow, columns_of(given_panel), space)
        assert caught.value.fields == ("flow",)


@pytest.mark.parametrize("effects", [(), ("origin",), ("origin", "destination"), THREE])
def test_separated_cells_are_diagnosed(effects: tuple[str, ...]) -> None:
    given_panel = panel(13, missing=0.0)
    chosen = (given_panel.origin == given_panel.destination) & (given_panel.period == 1)
    flow = np.where(chosen, 0.0, given_panel.flow)
    space = EffectSpace.of(given_panel, effects)  # type: ignore[arg-type]
    columns = np.column_stack([columns_of(given_panel, constant=not effects), chosen])
    with pytest.raises(
        ModelError, match=r"MODEL-133.* 6 cells without flow still fall, by up to 6\d per cent"
    ):
        solve_ppml(flow, columns, space)


def test_too_few_steps_say_what_still_moves() -> None:
    with pytest.raises(
        ModelError, match=r"MODEL-132.*1 steps.*coefficient [12] \(scaled\) by \d.*effect"
    ) as caught:
        solve(panel(14), THREE, iterations=1)
    assert "iterations" in caught.value.fields


def test_a_step_that_lowers_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newton, "SHORTEST_STEP", 2.0)  # so that no step is short enough
    with pytest.raises(
        ModelError, match=r"MODEL-135: step 1 could not lower the deviance \(Newton decrement \d"
    ):
        solve(panel(14), ("origin", "destination"))


def test_spanned_covariates_are_named() -> None:
    given_panel = panel(15)
    space, columns = EffectSpace.of(given_panel, THREE), columns_of(given_panel)
    distance = np.random.default_rng(0).uniform(10, 999, (6, 7))[given_panel.origin, given_panel.destination]
    with pytest.raises(ModelError, match=r"MODEL-126.*covariate 2:"):
        solve_ppml(given_panel.flow, np.column_stack([columns[:, 0], distance]), space)
    with pytest.raises(ModelError, match=r"MODEL-126.*covariate 3:"):
        solve_ppml(given_panel.flow, np.column_stack([columns, columns @ [1.0, -3.0]]), space)


def test_what_cannot_be_used_is_refused() -> None:
    given_panel = panel(16)
    space, columns, flow = EffectSpace.of(given_panel, ("origin",)), columns_of(given_panel), given_panel.flow
    for bad in (flow[1:], np.where(flow > 4, -1.0, flow), np.full_like(flow, np.inf), 0.0 * flow):
        with pytest.raises(ModelError, match="MODEL-123"):
            solve_ppml(bad, columns, space)
    for wrong in (columns[1:], columns[:, 0], columns + np.nan):
        with pytest.raises(ModelError, match="MODEL-124"):
            solve_ppml(flow, wrong, space)
    for weights in (np.ones(3), np.zeros(flow.size), -np.ones(flow.size)):
        with pytest.raises(ModelError, match="MODEL-125"):
            solve_ppml(flow, columns, space, weights=weights)
    start = solve_ppml(flow, columns[:, :1], space)
    with pytest.raises(ModelError, match=r"MODEL-128.*1 coefficients for 2"):
        solve_ppml(flow, columns, space, start=start)
    far = PpmlSolution(np.array([1e6, 0.0]), start.linear_predictor, start.fitted, 0.0, 1, 1, 0.0, 0.0)
    with pytest.raises(ModelError, match="MODEL-134"):
        solve_ppml(flow, columns, space, start=far)
