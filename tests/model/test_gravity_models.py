"""What all models of flows promise, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.gravity.balancing import balance, fitted_to_margins
from nuudel.model.gravity.boosting import GradientBoosting
from nuudel.model.gravity.factors import YearlyFactors
from nuudel.model.gravity.geography import with_accessibility, with_intervening_population
from nuudel.model.gravity.naive import FittedToMargins, LastFlow, MeanFlow, RandomMixing
from nuudel.model.gravity.pair_effects import PairEffects
from nuudel.model.gravity.protocol import FlowModel, Margins
from nuudel.model.gravity.radiation import Radiation
from nuudel.model.gravity.shrunk_pairs import ShrunkPairs
from nuudel.model.gravity.spatial_interaction import Term, competing_destinations, gravity
from nuudel.model.panel import FlowPanel

from .gravity_panels import changed, random_panel

MODELS: list[FlowModel] = [
    gravity("none"),
    gravity("production", deterrence="exponential"),
    gravity("attraction"),
    gravity("doubly"),
    competing_destinations(),
    Radiation("original"),
    Radiation("extended"),
    RandomMixing(),
    LastFlow(),
    MeanFlow(2),
    PairEffects(),
    ShrunkPairs(gravity("doubly")),
    GradientBoosting(rounds=30),
]
EQUIVARIANT = [model for model in MODELS if not isinstance(model, GradientBoosting)]
SAME = 1e-6


def names(model: FlowModel) -> str:
    return model.name


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_predictions_use_nothing_of_the_flows_they_are_asked_for(model: FlowModel) -> None:
    panel = random_panel(11)
    known, later = panel.keep(panel.period < 2), panel.keep(panel.period == 2)
    other = changed(later, later.flow[::-1] * 7 + 3)
    fitted = model.fit(known)
    assert (fitted.predict(later) == fitted.predict(other)).all()
    assert (fitted.predict(later) >= 0).all()


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_the_same_input_gives_the_same_figures(model: FlowModel) -> None:
    panel = random_panel(12)
    assert model.fit(panel).predict(panel) == pytest.approx(model.fit(panel).predict(panel), rel=1e-12)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 40))
def test_scaling_flows_scales_predictions(seed: int, scale: float) -> None:
    panel = random_panel(seed)
    known, later = panel.keep(panel.period < 2), panel.keep(panel.period == 2)
    for model in MODELS:
        one = model.fit(known).predict(later)
        other = model.fit(changed(known, known.flow * scale)).predict(later)
        if isinstance(model, ShrunkPairs):  # the dispersion of persons is not that of thousands of persons
            other_phi = model.fit(changed(known, known.flow * scale)).dispersion
            assert other_phi == pytest.approx(scale * model.fit(known).dispersion, rel=SAME)
        # Trees compare gains in single precision: where two splits are almost equal, either may be taken.
        near = 0.05 if isinstance(model, GradientBoosting) else SAME
        assert other == pytest.approx(scale * one, rel=near, abs=near * one.max()), model.name


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_relabelling_regions_permutes_predictions(seed: int) -> None:
    panel = random_panel(seed, missing=0.1)
    order = np.random.default_rng(seed).permutation(len(panel.origins))
    code = np.argsort(order).astype(np.int32)  # old number -> new number
    labels = tuple(panel.origins[old] for old in order)
    other = FlowPanel(
        labels,
        labels,
        panel.periods,
        code[panel.origin],
        code[panel.destination],
        panel.period,
        panel.flow,
        panel.covariates,
    )
    shuffled = np.random.default_rng(seed).permutation(panel.flow.size)
    for model in EQUIVARIANT:
        one = model.fit(panel).predict(panel)
        moved = model.fit(rows(other, shuffled)).predict(panel)
        assert moved == pytest.approx(one, rel=SAME, abs=SAME * one.max()), model.name


def rows(panel: FlowPanel, order: np.ndarray) -> FlowPanel:
    return FlowPanel(
        panel.origins,
        panel.destinations,
        panel.periods,
        panel.origin[order],
        panel.destination[order],
        panel.period[order],
        panel.flow[order],
        {name: values[order] for name, values in panel.covariates.items()},
    )


# --- what is carried on -------------------------------------------------------------------------------


def test_a_year_not_known_takes_the_factor_of_the_last_one_known() -> None:
    values = np.array([[1.0, np.nan, np.nan], [2.0, 5.0, np.nan], [np.nan, 6.0, np.nan]])
    factors = YearlyFactors(("A", "B", "C"), (2001, 2003, 2005), values)
    years = (2000, 2003, 2004, 2009)
    for place, expected in ((0, [1, 2, 2, 2]), (1, [5, 5, 5, 6])):
        code = np.full(4, place, dtype=np.int32)
        assert factors.at(("A", "B", "C"), code, years, np.arange(4, dtype=np.int32)).tolist() == expected
    unknown = factors.at(("C", "Z"), np.array([0, 1], np.int32), (2005,), np.zeros(2, np.int32))
    assert np.isnan(unknown).all()


def test_naive_flows_by_hand() -> None:
    flows = [[[0, 10], [4, 0]], [[0, 20], [np.nan, 0]], [[0, 60], [8, 0]]]
    panel = FlowPanel.from_tensor(flows, origins=("A", "B"), periods=(2001, 2002, 2003))
    known, later = panel.keep(panel.period < 2), panel.keep(panel.period == 2)
    assert LastFlow().fit(known).predict(later).tolist() == [20, 4]  # B to A was last seen in 2001
    assert MeanFlow().fit(known).predict(later).tolist() == [15, 4]
    assert MeanFlow(1).fit(known.keep(known.origin == 0)).predict(later.keep(later.origin == 0)).tolist() == [
        20
    ]


def test_a_place_never_observed_gets_the_factor_per_head_of_the_others() -> None:
    """Flows P(i) P(j) / d exactly: whatever is constrained, the place left out is predicted exactly."""
    panel = random_panel(21, places=7, years=2)
    covariates = panel.covariates
    flow = covariates["origin_population"] * covariates["destination_population"] / covariates["distance_km"]
    world = changed(panel, flow * 1e-6)
    held = (world.origin == 3) | (world.destination == 3)
    for constraint in ("none", "production", "attraction", "doubly"):
        predicted = gravity(constraint).fit(world.keep(~held)).predict(world.keep(held))
        assert predicted == pytest.approx(world.flow[held], rel=1e-6)


def test_pairs_shrink_more_where_less_is_known() -> None:
    panel = random_panel(31, years=8)
    fitted = ShrunkPairs(gravity("doubly")).fit(panel)
    assert 0.5 < fitted.dispersion < 2  # the years are Poisson draws around their pairs
    base = gravity("doubly").fit(panel).expected
    pair = panel.origin * len(panel.destinations) + panel.destination
    own = np.bincount(pair, panel.flow)[pair] / np.bincount(pair, base)[pair]
    ratio = fitted.ratio[pair]
    assert ((ratio - 1) * (own - 1) >= 0).all()
    assert (np.abs(ratio - 1) <= np.abs(own - 1) + 1e-12).all()
    kept = (ratio - 1) / (own - 1)
    expected = np.bincount(pair, base)[pair]
    order = np.argsort(expected)
    assert (np.diff(kept[order]) >= -1e-6).all()  # the more persons are expected, the more the past counts
    one_year = ShrunkPairs(gravity("doubly")).fit(panel.keep(panel.period == 0))
    assert np.isinf(one_year.dispersion)
    assert (one_year.ratio == 1).all()


def test_any_model_can_be_fitted_to_known_margins() -> None:
    panel = random_panel(41)
    known, later = panel.keep(panel.period < 2), panel.keep(panel.period == 2)
    margins = Margins.of(later)
    fitted = FittedToMargins(LastFlow()).fit(known)
    met = Margins.of(later, fitted.predict(later, margins))
    assert met.origin == pytest.approx(margins.origin, abs=1e-9 * later.flow.sum())
    assert (fitted.predict(later) == LastFlow().fit(known).predict(later)).all()


# --- what is refused ----------------------------------------------------------------------------------


def refuses(code: int) -> pytest.RaisesExc[ModelError]:
    return pytest.raises(ModelError, match=f"^MODEL-{code}: .*\\.$")


def test_missing_and_unusable_covariates_are_refused() -> None:
    panel = random_panel(51)
    with refuses(201):
        gravity("none", distance="distance").fit(panel)
    with refuses(202):
        gravity("none", others=(Term("zero"),)).fit(panel.with_covariates(zero=np.zeros_like(panel.flow)))


def test_places_and_pairs_never_observed_are_refused_where_nothing_is_known_of_them() -> None:
    panel = random_panel(52)
    held = panel.origin == 0
    massless = gravity("doubly", masses=("origin_population", "destination_population"))
    massless = type(massless)(massless.name, "doubly", massless.terms)
    with refuses(203):
        massless.fit(panel.keep(~held)).predict(panel.keep(held))
    for model in (LastFlow(), MeanFlow(), PairEffects()):
        with refuses(203):
            model.fit(panel.keep(~held)).predict(panel.keep(held))


def test_margins_that_cannot_be_met_are_refused() -> None:
    with refuses(204):
        balance(np.array([0.0, 1.0]), [np.array([0, 1])], [np.array([5.0, 1.0])])
    rows_, columns = np.array([0, 0, 1]), np.array([0, 1, 0])  # no cell for (1, 1)
    with refuses(204):
        balance(np.ones(3), [rows_, columns], [np.array([2.0, 5.0]), np.array([2.0, 5.0])])
    panel = random_panel(53)
    margins = Margins.of(panel)
    with refuses(205):
        fitted_to_margins(panel.flow, panel, Margins(margins.origin[:1], margins.destination))
    with refuses(205):
        fitted_to_margins(panel.flow, panel, Margins(margins.origin * 2, margins.destination))


def test_a_map_with_holes_is_refused() -> None:
    panel = random_panel(54)
    hole = panel.keep(~((panel.origin == 0) & (panel.destination == 1)))
    for function in (with_intervening_population, with_accessibility):
        with refuses(206):
            function(hole)
    early = panel.keep(~((panel.destination == 1) & (panel.period == 0)))  # people of a place in one year
    with refuses(206):
        with_intervening_population(early)
    near = changed(panel, panel.flow, distance_km=np.zeros_like(panel.flow))
    with refuses(206):
        with_accessibility(near)


@pytest.mark.parametrize("model", [gravity(), Radiation(), PairEffects(), GradientBoosting()], ids=names)
def test_a_panel_where_nobody_moved_is_refused(model: FlowModel) -> None:
    panel = random_panel(55)
    with refuses(208):
        model.fit(changed(panel, np.zeros_like(panel.flow)))
