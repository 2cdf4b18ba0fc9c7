"""Gravity and radiation against printed coefficients, direct computation and cases by hand."""

import numpy as np
import pytest
import statsmodels.api as sm

from nuudel.base.errors import ModelError
from nuudel.model.gravity.balancing import Constraint, balance
from nuudel.model.gravity.geography import with_accessibility, with_intervening_population
from nuudel.model.gravity.pair_effects import PairEffects
from nuudel.model.gravity.protocol import Margins
from nuudel.model.gravity.radiation import Radiation
from nuudel.model.gravity.spatial_interaction import Term, competing_destinations, gravity
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.estimate import fit_ppml
from nuudel.statistics.distance_decay import distance_decay

from .gravity_panels import austria, random_panel, usa

PRINTED = 5e-9  # Dennett prints eight decimals
EXACT = 1e-9


def deviance(observed: np.ndarray, expected: np.ndarray) -> float:
    moved = observed > 0
    logs = observed[moved] * np.log(observed[moved] / expected[moved])
    return float(2 * (logs.sum() - observed.sum() + expected.sum()))


# --- Dennett (2012), Estimating flows between geographical locations, Austria 2006, table of results ------


def test_unconstrained_gravity_of_austria() -> None:
    panel = austria()
    fitted = gravity("none", deterrence="exponential").fit(panel)
    assert fitted.constant()[2006] == pytest.approx(-7.95447436, abs=PRINTED)
    assert fitted.coefficient["origin_population"] == pytest.approx(0.86386781, abs=PRINTED)
    assert fitted.coefficient["destination_population"] == pytest.approx(0.88047459, abs=PRINTED)
    assert fitted.coefficient["distance_km"] == pytest.approx(-0.00620545, abs=PRINTED)
    assert deviance(panel.flow, fitted.expected) == pytest.approx(19806.409, abs=5e-4)


@pytest.mark.parametrize(("constraint", "decay"), [("production", -0.00727113), ("doubly", -0.00791533)])
def test_constrained_gravity_of_austria(constraint: Constraint, decay: float) -> None:
    fitted = gravity(constraint, deterrence="exponential").fit(austria())
    assert fitted.coefficient["distance_km"] == pytest.approx(decay, abs=PRINTED)


def test_attraction_constrained_gravity_is_the_poisson_model_with_a_dummy_for_each_destination() -> None:
    panel = austria()
    dummies = np.eye(9)[panel.destination]
    columns = [np.log(panel.covariates["origin_population"]), panel.covariates["distance_km"]]
    direct = sm.GLM(panel.flow, np.column_stack([*columns, dummies]), family=sm.families.Poisson()).fit()
    fitted = gravity("attraction", deterrence="exponential").fit(panel)
    assert fitted.estimate.coefficients == pytest.approx(direct.params[:2], rel=1e-7)
    assert fitted.expected == pytest.approx(direct.fittedvalues, rel=1e-6)


def test_doubly_constrained_gravity_has_the_distance_decay_of_the_statistics() -> None:
    panel = austria()
    tensor, km = panel.tensor()[0], panel.tensor(panel.covariates["distance_km"])[0]
    decay = distance_decay(np.nan_to_num(tensor), np.nan_to_num(km), form="power")
    fitted = gravity("doubly").fit(panel)
    assert fitted.coefficient["distance_km"] == pytest.approx(-decay.beta, rel=1e-8)


# --- margins ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("constraint", ["none", "production", "attraction", "doubly"])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_constrained_models_meet_their_margins_in_every_year(constraint: Constraint, missing: float) -> None:
    panel = random_panel(4, missing=missing)
    fitted = gravity(constraint).fit(panel)
    true, met = Margins.of(panel), Margins.of(panel, fitted.predict(panel))
    allowed = EXACT * panel.flow.sum()
    if constraint in ("production", "doubly"):
        assert met.origin == pytest.approx(true.origin, abs=allowed)
    if constraint in ("attraction", "doubly"):
        assert met.destination == pytest.approx(true.destination, abs=allowed)
    assert met.origin.sum(axis=1) == pytest.approx(true.origin.sum(axis=1), abs=allowed)


@pytest.mark.parametrize("constraint", ["production", "attraction", "doubly"])
def test_known_margins_of_other_years_are_met(constraint: Constraint) -> None:
    panel = random_panel(5)
    known, later = panel.keep(panel.period < 2), panel.keep(panel.period == 2)
    margins = Margins.of(later)
    met = Margins.of(later, gravity(constraint).fit(known).predict(later, margins))
    if constraint in ("production", "doubly"):
        assert met.origin == pytest.approx(margins.origin, abs=EXACT * later.flow.sum())
    if constraint in ("attraction", "doubly"):
        assert met.destination == pytest.approx(margins.destination, abs=EXACT * later.flow.sum())


def test_balancing_factors_by_hand() -> None:
    # 2 x 2, all seeds 1: the only table with rows 30, 10 and columns 20, 20 is [[15, 15], [5, 5]]
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    a, b = balance(np.ones(4), [rows, columns], [np.array([30.0, 10.0]), np.array([20.0, 20.0])])
    assert a[rows] * b[columns] == pytest.approx([15, 15, 5, 5])


# --- radiation and competing destinations by hand -----------------------------------------------------


def three_places() -> FlowPanel:
    """A (10 people) at km 0, B (20) at km 1, C (30) at km 3."""
    people = np.array([10.0, 20.0, 30.0])
    km = np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]])
    flows = [[0, 35, 25], [10, 0, 20], [20, 30, 0]]  # 60 leave A, 30 B, 50 C
    return FlowPanel.from_tensor(
        flows,
        origins=("A", "B", "C"),
        covariates={
            "distance_km": km,
            "origin_population": people[:, None],
            "destination_population": people[None],
        },
    )


def test_intervening_population_and_accessibility_by_hand() -> None:
    panel = with_accessibility(with_intervening_population(three_places()))
    # in the order AB, AC, BA, BC, CA, CB
    assert panel.covariates["intervening_population"].tolist() == [0, 20, 0, 10, 20, 0]
    assert panel.covariates["total_population"].tolist() == [60] * 6
    assert panel.covariates["accessibility"] == pytest.approx(
        [30 / 2, 20 / 2, 30 / 3, 10 / 3, 20 / 1, 10 / 1]
    )


def test_radiation_by_hand() -> None:
    panel = with_intervening_population(three_places())
    # chances 2/3, 1/6 | 1/3, 1/3 | 1/10, 2/5, which add up to 1 - m / 60
    original = Radiation("original").fit(panel).predict(panel)
    assert original == pytest.approx([40, 10, 10, 10, 5, 20])
    finite = Radiation().fit(panel).predict(panel)
    assert finite == pytest.approx([48, 12, 15, 15, 10, 40])
    other = Margins(np.array([[6.0, 3.0, 5.0]]), np.zeros((1, 3)))
    assert Radiation().fit(panel).predict(panel, other) == pytest.approx(finite / 10)


def test_extended_radiation_is_the_finite_one_where_its_parameter_is_one() -> None:
    panel = with_intervening_population(random_panel(1, places=8, years=1))
    shares = Radiation("extended").shares(panel)(1.0)
    assert shares == pytest.approx(Radiation().shares(panel)(1.0), rel=1e-3)  # people + 1 against people
    flows = Radiation("extended").fit(panel)
    by_grid = [
        likelihood(panel, Radiation("extended").shares(panel)(alpha)) for alpha in np.geomspace(0.01, 10, 400)
    ]
    assert likelihood(panel, Radiation("extended").shares(panel)(flows.alpha)) >= max(by_grid) - 1e-6


def likelihood(panel: FlowPanel, chance: np.ndarray) -> float:
    shares = chance / np.bincount(panel.origin, chance)[panel.origin]
    return float(panel.flow @ np.log(shares))


def test_competing_destinations_recover_their_coefficient() -> None:
    panel = random_panel(2, places=12)
    truth = {"distance_km": -1.2, "destination_population": 0.7, "accessibility": -0.5}
    exponent = sum(b * np.log(panel.covariates[name]) for name, b in truth.items())
    world = FlowPanel.from_tensor(
        panel.tensor(np.exp(exponent + 0.3 * panel.origin)),
        origins=panel.origins,
        periods=panel.periods,
        covariates={name: np.nan_to_num(panel.tensor(v), nan=1.0) for name, v in panel.covariates.items()},
    )
    assert competing_destinations().fit(world).coefficient == pytest.approx(truth, rel=1e-7)


# --- the panel model ----------------------------------------------------------------------------------


def test_pair_effects_are_the_poisson_estimate_with_three_kinds_of_effects() -> None:
    panel = random_panel(3, missing=0.1)
    fit = fit_ppml(panel, effects=("pair", "origin-year", "destination-year"), cluster="robust")
    assert PairEffects().fit(panel).predict(panel) == pytest.approx(fit.fitted, rel=1e-6, abs=1e-6)


def test_american_states_are_nearer_than_their_distance_where_they_touch_nothing() -> None:
    """Decay of the mean flows of 2010-19 lies where the literature on states has it, near -1."""
    fitted = gravity("doubly").fit(usa())
    assert -1.3 < fitted.coefficient["distance_km"] < -0.8
    assert 0 < fitted.standard_error["distance_km"] < 0.2


def test_a_term_that_the_constraint_already_says_is_refused() -> None:
    with pytest.raises(ModelError, match="MODEL-156"):
        gravity("production", others=(Term("origin_population"),)).fit(random_panel(1, years=1))
