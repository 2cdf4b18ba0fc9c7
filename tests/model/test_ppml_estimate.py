"""The one call for Poisson gravity: published figures, pyfixest, what the result says, bad input."""

import warnings
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.estimate import fit_ppml

THREE_WAY = ("pair", "origin-year", "destination-year")
FORMULA = {
    "origin": "origin",
    "destination": "destination",
    "pair": "origin^destination",
    "year": "year",
    "origin-year": "origin^year",
    "destination-year": "destination^year",
}


def austria() -> FlowPanel:
    """72 flows of 2006 with totals and distances as in Dennett (2012), CASA working paper 181."""
    pack = load_pack("austria")
    totals = pack.table("internal_migration").frame
    out = totals.select(origin="place", log_out=pl.col("out_migrants").log())
    arrived = totals.select(destination="place", log_in=pl.col("in_migrants").log())
    flows = pack.table("migration_flows").frame.join(out, on="origin").join(arrived, on="destination")
    return FlowPanel.from_table(flows, covariates=["log_out", "log_in", "distance_km"])


@pytest.mark.parametrize(
    ("covariates", "effects", "expected"),
    [
        (("log_out", "log_in", "distance_km"), (), [-7.95447436, 0.86386781, 0.88047459, -0.00620545]),
        (("log_in", "distance_km"), ("origin",), [None, -0.00727113]),
        (("distance_km",), ("origin", "destination"), [-0.00791533]),
    ],
)
def test_dennett(covariates: Sequence[str], effects: Sequence[str], expected: list[float | None]) -> None:
    fit = fit_ppml(austria(), covariates, effects=effects)
    for got, published in zip(fit.coefficients, expected, strict=True):
        if published is not None:
            assert got == pytest.approx(published, abs=6e-9)
    if not effects:
        assert fit.covariates == ("intercept", "log_out", "log_in", "distance_km")
        assert fit.deviance == pytest.approx(19806.409, abs=5e-4)


def random_table(seed: int, zeros: float) -> pl.DataFrame:
    """An unbalanced long table with many cells without flow."""
    rng = np.random.default_rng(seed)
    places, years = int(rng.integers(6, 10)), int(rng.integers(3, 6))
    grid = np.array([(i, j, t) for i in range(places) for j in range(places) for t in range(years) if i != j])
    grid = grid[rng.random(len(grid)) > 0.15]
    x, w = rng.normal(size=len(grid)), (rng.random(len(grid)) < 0.3).astype(float)
    level = rng.normal(size=(places, 3)).cumsum(axis=1)
    mean = np.exp(0.5 * x - 0.3 * w + level[grid[:, 0], 0] + level[grid[:, 1], 1] - zeros)
    migrants = rng.poisson(mean).astype(float)
    # a covariate that is there only in a few cells without flow separates them, and then has no coefficient
    bridge = (migrants == 0) & (rng.random(len(grid)) < 0.1) & (seed % 2 == 0)
    return pl.DataFrame(
        {
            "origin": [f"o{i}" for i in grid[:, 0]],
            "destination": [f"d{j}" for j in grid[:, 1]],
            "year": 2000 + grid[:, 2],
            "migrants": migrants,
            "x": x,
            "w": w,
            "bridge": bridge.astype(float),
        }
    )


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    st.integers(0, 10**6),
    st.floats(-1, 0.3),
    st.sampled_from(
        [
            ("origin",),
            ("origin", "destination"),
            ("origin-year", "destination-year"),
            ("pair", "year"),
            THREE_WAY,
        ]
    ),
)
def test_pyfixest_finds_the_same(seed: int, zeros: float, effects: Sequence[str]) -> None:
    table = random_table(seed, zeros)
    panel = FlowPanel.from_table(table, covariates=["x", "w", "bridge"])
    try:
        fit = fit_ppml(
            panel, ["x", "w", "bridge"], effects=effects, cluster="robust", collinear="drop", tolerance=1e-10
        )
    except ModelError as refused:
        assert refused.code == "MODEL-161"  # noqa: PT017 — as many effects as cells
        return
    rival = pyfixest_fit(table, effects)
    assume(rival is not None)
    observations, coefficients = rival
    if observations > fit.observations:
        # its rectifier gives up early: then the coefficient that should be infinite runs away
        assert coefficients.pop("bridge") < -5
        observations -= sum(fit.separated.found_by[name] for name in ("simplex", "relu"))
    assert fit.observations == observations
    found = dict(zip(fit.covariates, fit.coefficients, strict=True))
    assert found == pytest.approx(coefficients, abs=1e-8, rel=1e-8)
    assert list(fit.dropped) == [name for name in ("x", "w", "bridge") if name not in coefficients]


def pyfixest_fit(table: pl.DataFrame, effects: Sequence[str]) -> tuple[int, dict[str, float]] | None:
    """Cells used and coefficients; ``None`` where it gives up."""
    import pyfixest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = pyfixest.fepois(
                f"migrants ~ x + w + bridge | {' + '.join(FORMULA[name] for name in effects)}",
                table.to_pandas(),
                vcov="iid",
                fixef_rm="none",
                separation_check=["fe", "ir"],
                iwls_tol=1e-13,
                fixef_tol=1e-12,
                iwls_maxiter=60,
                fixef_maxiter=1000,
            )
        except ValueError:
            return None
        return fit._N, fit.coef().to_dict()


def small_panel(**covariates: np.ndarray) -> FlowPanel:
    rng = np.random.default_rng(4)
    shape = (3, 6, 6)
    x = rng.normal(size=shape)
    return FlowPanel.from_tensor(
        rng.poisson(np.exp(1.0 + 0.3 * x)),
        origins=[f"p{number}" for number in range(6)],
        periods=(2001, 2002, 2003),
        covariates={"x": x, **covariates},
    )


def test_table_of_results() -> None:
    fit = fit_ppml(small_panel(), ["x"], cluster=("origin", "destination"))
    table = fit.to_frame()
    assert table.columns == [
        "covariate",
        "coefficient",
        "standard_error",
        "t",
        "p",
        "low95",
        "high95",
        "change_percent",
        "change_low95",
        "change_high95",
        "note",
        "quality",
    ]
    row = table.row(1, named=True)
    assert (row["covariate"], row["quality"], row["note"]) == ("x", "estimated", None)
    assert fit.degrees_of_freedom == 5
    reach = student.ppf(0.975, 5) * row["standard_error"]
    assert row["high95"] - row["coefficient"] == pytest.approx(reach)
    assert row["change_percent"] == pytest.approx(100 * (np.exp(row["coefficient"]) - 1))
    assert row["change_low95"] < row["change_percent"] < row["change_high95"]
    assert row["p"] == pytest.approx(2 * student.sf(row["t"], 5))


def test_facts_of_the_fit() -> None:
    panel = small_panel()
    fit = fit_ppml(panel, ["x"], effects=("origin", "destination", "year"))
    assert fit.observations == panel.flow.size == 90
    assert fit.effects_degrees_of_freedom == 6 + 6 + 3 - 2
    # the score equations: margins of each effect are met, and the covariate's sum
    for codes in (panel.origin, panel.destination, panel.period):
        np.testing.assert_allclose(np.bincount(codes, fit.fitted), np.bincount(codes, panel.flow), rtol=1e-7)
    assert (panel.covariates["x"] * (panel.flow - fit.fitted)).sum() == pytest.approx(0.0, abs=1e-6)
    positive = panel.flow > 0
    terms = np.where(positive, panel.flow * np.log(np.where(positive, panel.flow, 1) / fit.fitted), 0.0)
    assert fit.deviance == pytest.approx(2 * (terms - panel.flow + fit.fitted).sum())
    assert fit.null_deviance > fit.deviance
    null = fit_ppml(panel)
    assert null.null_deviance == pytest.approx(null.deviance)
    assert (null.pseudo_r2, null.coefficients[0]) == (
        pytest.approx(0.0, abs=1e-12),
        pytest.approx(np.log(panel.flow.mean())),
    )
    assert 0 < fit.pseudo_r2 < 1


@pytest.mark.parametrize("effects", [(), ("origin", "destination"), THREE_WAY])
def test_prediction_of_held_out_cells(effects: Sequence[str]) -> None:
    panel = small_panel()
    held = np.zeros(panel.flow.size, dtype=bool)
    held[::9] = True
    fit = fit_ppml(panel.keep(~held), ["x"], effects=effects)
    np.testing.assert_allclose(fit.predict(panel.keep(~held)), fit.fitted, rtol=1e-6, atol=1e-9)
    predicted = fit.predict(panel.keep(held))
    assert np.isfinite(predicted).all()
    # by another way: a cell that counts for next to nothing takes the value that the others give it
    rows = np.flatnonzero(held)[:2]
    for row, got in zip(rows, predicted, strict=False):
        one = (~held).copy()
        one[row] = True
        for guess in (got, got * 1.5):
            flow = panel.flow.copy()
            flow[row] = guess
            again = fit_ppml(
                FlowPanel(
                    panel.origins,
                    panel.destinations,
                    panel.periods,
                    panel.origin,
                    panel.destination,
                    panel.period,
                    flow,
                    dict(panel.covariates),
                ).keep(one),
                ["x"],
                effects=effects,
            )
            own = again.fitted[np.flatnonzero(np.flatnonzero(one) == row)[0]]
            # a flow that equals its own prediction changes nothing, and no other one does that
            assert bool(own == pytest.approx(got, rel=1e-6)) == bool(guess == got)


def test_prediction_needs_estimated_effects() -> None:
    panel = small_panel()
    fit = fit_ppml(panel.keep(panel.origin != 2), ["x"], effects=("origin-year", "destination-year"))
    predicted = fit.predict(panel)
    assert np.isnan(predicted[panel.origin == 2]).all()
    assert np.isfinite(predicted[panel.origin != 2]).all()
    # two blocks of places that share no place: between them no sum of effects is determined
    apart = (panel.origin < 3) == (panel.destination < 3)
    fit = fit_ppml(panel.keep(apart), ["x"], effects=("origin", "destination"))
    np.testing.assert_array_equal(np.isnan(fit.predict(panel)), ~apart)


def test_prediction_needs_the_covariates() -> None:
    fit = fit_ppml(small_panel(), ["x"])
    panel = small_panel()
    bare = FlowPanel(
        panel.origins,
        panel.destinations,
        panel.periods,
        panel.origin,
        panel.destination,
        panel.period,
        panel.flow,
    )
    with pytest.raises(ModelError, match=r"MODEL-170.*'x'"):
        fit.predict(bare)


def test_places_are_matched_by_name() -> None:
    panel = small_panel()
    fit = fit_ppml(panel, ["x"], effects=("origin", "destination"))
    few = panel.keep((panel.origin == 4) & (panel.period == 1))
    others = FlowPanel.from_table(
        pl.DataFrame(
            {
                "origin": [panel.origins[code] for code in few.origin],
                "destination": [panel.destinations[code] for code in few.destination],
                "year": 2002,
                "migrants": few.flow,
                "x": few.covariates["x"],
            }
        ),
        covariates=["x"],
    )
    np.testing.assert_allclose(fit.predict(others), fit.fitted[(panel.origin == 4) & (panel.period == 1)])


def test_collinear_covariates_are_an_error_or_named_in_the_table() -> None:
    years = np.arange(3.0)[:, None, None] * np.ones((3, 6, 6))
    panel = small_panel(trend=years)
    panel = panel.with_covariates(twice=2 * panel.covariates["x"])
    asked = ["x", "trend", "twice"]
    with pytest.raises(ModelError, match=r"MODEL-156.*'trend' is constant within .*'twice' is a combination"):
        fit_ppml(panel, asked, effects=("origin-year", "destination-year"))
    fit = fit_ppml(panel, asked, effects=("origin-year", "destination-year"), collinear="drop")
    assert (fit.covariates, list(fit.dropped)) == (("x",), ["trend", "twice"])
    table = fit.to_frame()
    assert table["covariate"].to_list() == asked
    assert table["coefficient"].is_null().to_list() == [False, True, True]
    assert "effects" in table["note"][1]


@pytest.mark.parametrize("cluster", ["pair", ("origin", "destination"), "robust"])
def test_effects_alone_are_a_model(cluster: str) -> None:
    fit = fit_ppml(small_panel(), effects=THREE_WAY, cluster=cluster, bias_correction=cluster == "pair")
    assert fit.to_frame().height == 0
    assert (fit.coefficients.shape, fit.covariance.shape) == ((0,), (0, 0))
    np.testing.assert_allclose(fit.fitted.sum(), fit.panel.flow.sum())


def test_corrected_errors_in_a_table_of_one_year() -> None:
    panel = small_panel()
    year = panel.keep(panel.period == 0)
    single = FlowPanel(
        panel.origins,
        panel.destinations,
        (2001,),
        year.origin,
        year.destination,
        year.period,
        year.flow,
        dict(year.covariates),
    )
    plain, dated = (
        fit_ppml(single, ["x"], effects=effects, bias_correction=True)
        for effects in (("origin", "destination"), ("origin-year", "destination-year"))
    )
    np.testing.assert_allclose(plain.standard_errors, dated.standard_errors, rtol=1e-9)
    assert plain.standard_errors[0] > plain.uncorrected_standard_errors[0] / np.sqrt(1.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"covariates": ["y"]}, r"MODEL-151.*'y'"),
        ({"covariates": ["x", "x"]}, "MODEL-152"),
        ({"cluster": ("pairs",)}, r"MODEL-153.*'pairs'.*pair"),
        ({"cluster": "pears"}, r"MODEL-153.*'pears'.*pair"),
        ({"cluster": ()}, "MODEL-153"),
        ({"separation": ("fe", "ir")}, "MODEL-154.*'ir'"),
        ({"separation": "fe"}, "MODEL-154"),
        ({"collinear": "keep"}, "MODEL-154.*'keep'"),
        ({"effects": ("origins",)}, r"MODEL-121.*'origins'"),
        ({"effects": ("pair", "year"), "bias_correction": True}, "MODEL-165.*pair, year"),
        ({"bias_correction": True}, "MODEL-165.*none"),
        ({"effects": THREE_WAY, "cluster": ("origin",), "bias_correction": True}, "MODEL-166"),
        ({"effects": THREE_WAY, "cluster": "robust", "bias_correction": True}, "MODEL-166"),
    ],
)
def test_bad_requests(arguments: dict, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        fit_ppml(small_panel(), **{"covariates": ["x"], **arguments})


def test_all_flows_zero() -> None:
    panel = FlowPanel.from_tensor(np.zeros((1, 3, 3)), origins="abc")
    with pytest.raises(ModelError, match="MODEL-155"):
        fit_ppml(panel, effects=("origin",))


def test_a_covariate_of_zeros() -> None:
    with pytest.raises(ModelError, match=r"MODEL-156.*'zero' is 0 in all cells"):
        fit_ppml(small_panel(zero=np.zeros((3, 6, 6))), ["zero"])


def test_the_same_figures_again() -> None:
    one, other = (fit_ppml(small_panel(), ["x"], effects=THREE_WAY, bias_correction=True) for _ in range(2))
    assert one.coefficients.tobytes() == other.coefficients.tobytes()
    assert one.covariance.tobytes() == other.covariance.tobytes()
