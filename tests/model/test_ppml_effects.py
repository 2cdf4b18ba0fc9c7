"""Effects of a flow panel: levels, nesting, rank, and projection off them, against dense linear algebra."""

from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml import effects as effects_module
from nuudel.model.ppml import projection
from nuudel.model.ppml.effects import EffectName, EffectSpace
from nuudel.model.ppml.grouped import SortedCells
from nuudel.model.ppml.rank import rank_bound
from nuudel.model.ppml.solver import collinear_columns
from nuudel.model.ppml.tensor import PairTable

NAMES = get_args(EffectName)
SUBSETS = [subset for size in range(len(NAMES) + 1) for subset in combinations(NAMES, size)]
THREE = ("pair", "origin-year", "destination-year")
CLOSE = 1e-9  # residuals of columns of length about 1, projected to a tolerance of 1e-12


def panel(seed: int, shape: tuple[int, int, int] = (4, 5, 7), missing: float = 0.4) -> FlowPanel:
    """Periods, origins, destinations; some cells missing, at least one left."""
    generator = np.random.default_rng(seed)
    flows = generator.poisson(3.0, shape).astype(float)
    flows[generator.random(shape) < missing] = np.nan
    flows[0, 0, 0] = 1.0
    _, origins, destinations = shape
    return FlowPanel.from_tensor(
        flows,
        origins=[f"o{i}" for i in range(origins)],
        destinations=[f"d{j}" for j in range(destinations)],
        periods=range(2000, 2000 + shape[0]),
    )


def dummies(space: EffectSpace) -> np.ndarray:
    blocks = [np.eye(size)[codes] for codes, size in zip(space.groups, space.sizes, strict=True)]
    return np.hstack([np.zeros((space.cells, 0)), *blocks])


def test_effects_within_finer_ones_are_left_out() -> None:
    given_names = ("origin", "year", "pair", "origin-year", "destination", "destination-year", "pair")
    space = EffectSpace.of(panel(1), given_names)
    assert space.effects == THREE
    assert space.nested == ("origin", "year", "destination")
    assert EffectSpace.of(panel(1), ("origin", "pair")).effects == ("pair",)
    assert EffectSpace.of(panel(1), ("year", "destination-year")).effects == ("destination-year",)
    assert EffectSpace.of(panel(1), ("origin", "destination-year")).effects == ("origin", "destination-year")


def test_levels_are_numbered_without_gaps_in_order() -> None:
    flows = np.array(
        [[[np.nan, 1.0, 2.0], [np.nan, np.nan, np.nan]], [[np.nan, 3.0, np.nan], [np.nan, 4.0, 5.0]]]
    )
    got = FlowPanel.from_tensor(flows, origins=["a", "b"], destinations=["x", "y", "z"], periods=[2001, 2003])
    space = EffectSpace.of(got, ("pair", "origin-year", "destination-year"))
    # cells in order: a-y 2001, a-z 2001, a-y 2003, b-y 2003, b-z 2003
    assert [codes.tolist() for codes in space.groups] == [[0, 1, 0, 2, 3], [0, 0, 1, 2, 2], [0, 2, 1, 1, 3]]
    assert space.sizes == (4, 3, 4)
    some = EffectSpace.of(got, ("pair", "year"), rows=np.array([False, True, False, True, False]))
    assert [codes.tolist() for codes in some.groups] == [[0, 1], [0, 1]]
    assert some.cells == 2


def test_rank_by_hand() -> None:
    # two blocks of places without flows between them: 4 origins + 4 destinations - 2 components
    flows = np.full((1, 4, 4), np.nan)
    flows[0, :2, :2] = flows[0, 2:, 2:] = 1.0
    got = FlowPanel.from_tensor(flows, origins=list("abcd"), destinations=list("wxyz"))
    assert EffectSpace.of(got, ("origin", "destination")).rank() == 6
    assert EffectSpace.of(got, ("origin",)).rank() == 4
    assert EffectSpace.of(got, ()).rank() == 0
    # a full table: IJ + IT + JT - I - J - T + 1
    full = panel(2, (4, 5, 7), missing=0.0)
    assert EffectSpace.of(full, THREE).rank() == 35 + 20 + 28 - 5 - 7 - 4 + 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(SUBSETS), st.sampled_from([0.0, 0.3, 0.7]))
def test_rank_is_that_of_the_dummies(seed: int, subset: tuple[EffectName, ...], missing: float) -> None:
    space = EffectSpace.of(panel(seed, missing=missing), subset)
    assert space.rank() == (np.linalg.matrix_rank(dummies(space)) if space.effects else 0)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from([THREE, ("origin", "destination", "year")]), st.floats(0.0, 0.8)
)
def test_components_bound_the_rank_from_above(
    seed: int, effects: tuple[EffectName, ...], missing: float
) -> None:
    space = EffectSpace.of(panel(seed, missing=missing), effects)
    assert rank_bound(space.groups, space.sizes) >= space.rank()


def test_components_give_the_rank_of_a_full_panel_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    # two regions without flows between them: IJ-pairs + IT + JT - I - J - 2 (T - 1)
    flows = np.full((3, 4, 4), np.nan)
    flows[:, :2, :2] = flows[:, 2:, 2:] = 1.0
    got = FlowPanel.from_tensor(flows, origins=list("abcd"), destinations=list("wxyz"), periods=range(3))
    space = EffectSpace.of(got, THREE)
    exact = space.rank()
    assert exact == 8 + 12 + 12 - 4 - 4 - 2 * 2
    monkeypatch.setattr("nuudel.model.ppml.rank.EXACT_LIMIT", 0)
    assert space.rank() == exact


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(SUBSETS),
    st.sampled_from([0.0, 0.3, 0.7]),
    st.sampled_from([(4, 5, 7), (3, 9, 2), (1, 4, 4)]),
)
def test_residuals_are_those_of_least_squares(
    seed: int, subset: tuple[EffectName, ...], missing: float, shape: tuple[int, int, int]
) -> None:
    given_panel = panel(seed, shape, missing)
    space = EffectSpace.of(given_panel, subset)
    generator = np.random.default_rng(seed + 1)
    weights = generator.lognormal(0.0, 1.0, space.cells)
    weights[generator.random(space.cells) < 0.1] = 0.0
    columns = generator.normal(size=(space.cells, 2))
    root, design = np.sqrt(weights)[:, None], dummies(space)
    expected = columns - design @ np.linalg.lstsq(root * design, root * columns, rcond=None)[0]
    got = space.residualise(weights, columns, 1e-12)
    assert got[weights > 0] == pytest.approx(expected[weights > 0], abs=CLOSE)
    assert columns.shape == got.shape
    alone = space.residualise(weights, columns[:, 0], 1e-12)
    assert alone[weights > 0] == pytest.approx(expected[weights > 0, 0], abs=CLOSE)


def test_a_full_table_and_a_list_of_cells_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    given_panel = panel(5, (6, 9, 8), missing=0.5)
    table = EffectSpace.of(given_panel, THREE)
    assert isinstance(table.layout, PairTable)
    monkeypatch.setattr(effects_module, "PLACES_PER_CELL", 0)
    cells = EffectSpace.of(given_panel, THREE)
    assert isinstance(cells.layout, SortedCells)
    generator = np.random.default_rng(6)
    weights, columns = generator.lognormal(size=table.cells), generator.normal(size=(table.cells, 3))
    one, other = (space.residualise(weights, columns, 1e-12) for space in (table, cells))
    assert one == pytest.approx(other, abs=CLOSE)
    monkeypatch.setattr("nuudel.model.ppml.grouped.FACTOR_LIMIT", 0)  # no matrix is formed: its diagonal only
    diagonal = EffectSpace.of(given_panel, THREE)
    # without the matrix rounding piles up: 1e-12 is out of reach on some processors
    assert diagonal.residualise(weights, columns, 1e-11) == pytest.approx(one, abs=CLOSE)


def test_a_very_empty_panel_is_kept_as_a_list() -> None:
    generator = np.random.default_rng(0)
    flows = np.full((10, 40, 40), np.nan)
    flows[:, generator.random((40, 40)) < 0.05] = 1.0
    got = FlowPanel.from_tensor(flows, origins=[str(i) for i in range(40)], periods=range(10))
    assert isinstance(EffectSpace.of(got, THREE).layout, SortedCells)


def test_what_effects_or_other_covariates_span_is_found() -> None:
    given_panel = panel(7, missing=0.2)
    generator = np.random.default_rng(8)
    n = given_panel.flow.size
    free = generator.normal(1000.0, 1.0, n)
    distance = generator.uniform(10, 2000, (5, 7))[given_panel.origin, given_panel.destination]
    yearly = generator.normal(size=4)[given_panel.period]
    columns = np.column_stack([free, distance, yearly, 2.0 * free + distance, generator.normal(size=n)])
    weights = generator.lognormal(size=n)
    of = lambda *names: collinear_columns(weights, columns, EffectSpace.of(given_panel, names))  # noqa: E731
    assert of() == (3,)
    assert of("origin", "destination") == (3,)
    assert of("year") == (2, 3)
    assert of("pair") == (1, 3)
    assert of(*THREE) == (1, 2, 3)
    constant = np.ones((n, 1))
    assert collinear_columns(weights, constant, EffectSpace.of(given_panel, ())) == ()
    assert collinear_columns(weights, constant, EffectSpace.of(given_panel, ("year",))) == (0,)


def test_an_unknown_effect_and_an_empty_choice_are_refused() -> None:
    with pytest.raises(ModelError, match=r"MODEL-121.*'origin-yaer'.*origin-year") as caught:
        EffectSpace.of(panel(1), ("origin-yaer",))  # type: ignore[arg-type]
    assert caught.value.fields == ("effects",)
    with pytest.raises(ModelError, match="MODEL-122"):
        EffectSpace.of(panel(1), ("origin",), rows=np.zeros(panel(1).flow.size, dtype=bool))


def test_a_projection_that_does_not_converge_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MOST", 2)
    space = EffectSpace.of(panel(3, (6, 9, 8)), THREE)
    with pytest.raises(ModelError, match=r"MODEL-131.*after 2 steps.*1\.0e-12") as caught:
        space.residualise(np.ones(space.cells), np.random.default_rng(1).normal(size=(space.cells, 1)), 1e-12)
    assert caught.value.fields == ("tolerance",)
