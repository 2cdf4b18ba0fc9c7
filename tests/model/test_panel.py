"""The panel: the same cells from a long table and from a tensor; what it refuses."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel

TABLE = pl.DataFrame(
    {
        "year": [2001, 2001, 2003],
        "origin": ["b", "a", "a"],
        "destination": ["a", "c", "b"],
        "migrants": [5, 0, 7],
        "distance_km": [10.0, 20.0, 10.0],
    }
)


def test_a_table_becomes_cells_with_their_covariates() -> None:
    panel = FlowPanel.from_table(TABLE, covariates=["distance_km"])
    assert panel.shape == (2, 2, 3)
    assert (panel.origins, panel.destinations, panel.periods) == (("a", "b"), ("a", "b", "c"), (2001, 2003))
    tensor = panel.tensor()
    assert tensor[0, 1, 0] == 5
    assert tensor[0, 0, 2] == 0
    assert tensor[1, 0, 1] == 7
    assert np.isnan(tensor).sum() == 9
    assert panel.tensor(panel.covariates["distance_km"])[0, 0, 2] == 20


def test_a_table_without_years_has_one_period() -> None:
    panel = FlowPanel.from_table(TABLE, period=None)
    assert panel.periods == (0,)


@given(arrays(np.float64, (2, 3, 3), elements=st.integers(0, 50).map(float)))
def test_a_tensor_comes_back_as_it_was_given_but_for_its_diagonal(tensor: np.ndarray) -> None:
    panel = FlowPanel.from_tensor(tensor, origins="abc", periods=[1, 2])
    back = panel.tensor()
    off = ~np.eye(3, dtype=bool)
    assert np.array_equal(back[:, off], tensor[:, off])
    assert np.isnan(back[:, ~off]).all()
    whole = FlowPanel.from_tensor(tensor, origins="abc", periods=[1, 2], keep_diagonal=True)
    assert np.array_equal(whole.tensor(), tensor)


def test_a_missing_cell_of_a_tensor_is_left_out_and_covariates_spread() -> None:
    flows = np.array([[np.nan, 1.0, np.nan], [2.0, np.nan, 3.0]])
    panel = FlowPanel.from_tensor(
        flows, origins=["x", "y"], destinations=["p", "q", "r"], covariates={"size": [[1.0, 2.0, 3.0]]}
    )
    assert panel.flow.tolist() == [1, 2, 3]
    assert panel.covariates["size"].tolist() == [2, 1, 3]
    kept = panel.keep(panel.flow > 1)
    assert kept.flow.tolist() == [2, 3]
    assert kept.shape == panel.shape
    assert panel.with_covariates(more=[1, 2, 3]).covariates["more"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("code", "table", "arguments"),
    [
        ("MODEL-102", TABLE.clear(), {}),
        ("MODEL-103", TABLE.with_columns(migrants=-pl.col("migrants")), {}),
        ("MODEL-104", TABLE.with_columns(distance_km=np.inf), {"covariates": ["distance_km"]}),
        ("MODEL-105", pl.concat([TABLE, TABLE]), {}),
        ("MODEL-106", TABLE, {"covariates": ["distance"]}),
        ("MODEL-107", TABLE.with_columns(migrants=pl.lit(None, pl.Int64)), {}),
        ("MODEL-107", TABLE.with_columns(migrants=pl.lit("many")), {}),
        ("MODEL-109", TABLE.with_columns(year=pl.col("year") + 0.25), {}),
    ],
)
def test_what_a_panel_cannot_be_made_from(code: str, table: pl.DataFrame, arguments: dict) -> None:
    with pytest.raises(ModelError) as caught:
        FlowPanel.from_table(table, **arguments)
    assert caught.value.code == code
    assert "distance_km" in str(caught.value) or code != "MODEL-106"


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="MODEL-108"):
        FlowPanel.from_tensor(np.ones((2, 2)), origins="abc")
    with pytest.raises(ModelError, match="MODEL-108"):
        FlowPanel.from_tensor(np.ones((2, 2)), origins="ab", covariates={"x": np.ones((3, 5))})
    with pytest.raises(ModelError, match="MODEL-109"):
        FlowPanel.from_tensor(np.ones((2, 2)), origins="aa")
    with pytest.raises(ModelError, match="MODEL-109"):
        FlowPanel.from_tensor(np.ones((2, 2, 2)), origins="ab", periods=[2010, 2010])
    panel = FlowPanel.from_tensor(np.ones((2, 2)), origins="ab")
    with pytest.raises(ModelError, match=r"MODEL-101.*'x'"):
        panel.with_covariates(x=[1.0])
