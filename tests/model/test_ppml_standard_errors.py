"""Covariances against a computation by definition: explicit dummies, sums over clusters written as loops."""

from collections.abc import Sequence

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.estimate import fit_ppml
from nuudel.model.ppml.result import PpmlFit
from nuudel.model.ppml.standard_errors import (
    clustered_covariance,
    is_nested,
    positive_semidefinite,
    robust_covariance,
)

THREE_WAY = ("pair", "origin-year", "destination-year")


def panel_of(seed: int, *, missing: float = 0.0, places: int = 6, years: int = 4) -> FlowPanel:
    rng = np.random.default_rng(seed)
    shape = (years, places, places)
    x = rng.normal(size=shape)
    mean = np.exp(0.4 * x + rng.normal(size=(1, places, places)) + 1.0)
    flows = rng.poisson(mean * rng.gamma(2.0, 0.5, size=(1, places, places))).astype(float)
    flows[rng.random(shape) < missing] = np.nan
    names = [f"place {number}" for number in range(places)]
    return FlowPanel.from_tensor(
        flows,
        origins=names,
        periods=range(2000, 2000 + years),
        covariates={"x": x, "w": rng.normal(size=shape)},
    )


def keys(panel: FlowPanel, name: str) -> list[tuple[int, ...]]:
    parts = {
        "origin": (panel.origin,),
        "destination": (panel.destination,),
        "year": (panel.period,),
        "pair": (panel.origin, panel.destination),
        "origin-year": (panel.origin, panel.period),
        "destination-year": (panel.destination, panel.period),
    }[name]
    return list(zip(*(part.tolist() for part in parts), strict=True))


def dummies(panel: FlowPanel, names: Sequence[str]) -> np.ndarray:
    columns = []
    for name in names:
        own = keys(panel, name)
        columns += [[float(key == level) for key in own] for level in sorted(set(own))]
    return np.array(columns).T if columns else np.ones((panel.flow.size, 1))


def by_definition(fit: PpmlFit, cluster: Sequence[str]) -> tuple[np.ndarray, bool]:
    panel = fit.panel.keep(fit.used)
    mu = fit.fitted[fit.used]
    x = np.column_stack([panel.covariates[name] for name in fit.covariates if name != "intercept"])
    root = np.sqrt(mu)[:, None]
    design = dummies(panel, fit.effects)
    if "intercept" in fit.covariates:
        x, off = np.column_stack([np.ones(len(mu)), x]), np.column_stack([np.ones(len(mu)), x])
    else:
        off = x - design @ np.linalg.lstsq(root * design, root * x, rcond=None)[0]
    bread = np.linalg.inv(off.T @ (off * mu[:, None]))
    score = off * (panel.flow - mu)[:, None]
    count = len(mu)

    def meat(labels: list) -> np.ndarray:
        total = np.zeros((x.shape[1], x.shape[1]))
        for label in set(labels):
            sums = score[[row == label for row in labels]].sum(axis=0)
            total += np.outer(sums, sums)
        return total

    def nested(effect: str) -> bool:
        for name in cluster:
            where: dict = {}
            for level, group in zip(keys(panel, effect), keys(panel, name), strict=True):
                where.setdefault(level, set()).add(group)
            if all(len(groups) == 1 for groups in where.values()):
                return True
        return False

    free = [name for name in fit.effects if not nested(name)]
    rank = np.linalg.matrix_rank(dummies(panel, free)) if fit.effects else 0
    parameters = x.shape[1] + rank
    if not cluster:
        return without_negatives(
            count / (count - parameters) * bread @ meat(list(range(count))) @ bread, bread
        )
    labels = [keys(panel, name) for name in cluster]
    total = sum(meat(own) for own in labels)
    if len(labels) == 2:
        total = total - meat(list(zip(*labels, strict=True)))
    if len(labels) == 3:
        for one, other in ((0, 1), (0, 2), (1, 2)):
            total = total - meat(list(zip(labels[one], labels[other], strict=True)))
        total = total + meat(list(zip(*labels, strict=True)))
    fewest = min(len(set(own)) for own in labels)
    factor = fewest / (fewest - 1) * (count - 1) / (count - parameters)
    return without_negatives(factor * bread @ total @ bread, bread)


def without_negatives(matrix: np.ndarray, bread: np.ndarray) -> tuple[np.ndarray, bool]:
    """Negative eigenvalues set to 0, every coefficient measured in its own information; whether any were."""
    units = np.sqrt(np.diag(np.linalg.inv(bread)))
    values, vectors = np.linalg.eigh(matrix * np.outer(units, units))
    return (vectors * values.clip(0.0)) @ vectors.T / np.outer(units, units), bool(values.min() < 0)


@pytest.mark.parametrize("missing", [0.0, 0.25])
@pytest.mark.parametrize("effects", [(), ("origin", "destination"), THREE_WAY])
@pytest.mark.parametrize(
    "cluster",
    [
        (),
        ("pair",),
        ("origin",),
        ("destination",),
        ("year",),
        ("origin", "destination"),
        ("origin", "destination", "year"),
        ("pair", "year"),
        ("origin-year",),
    ],
)
def test_covariance_by_definition(missing: float, effects: Sequence[str], cluster: Sequence[str]) -> None:
    panel = panel_of(3, missing=missing)
    fit = fit_ppml(panel, ["x", "w"], effects=effects, cluster=cluster or "robust", tolerance=1e-10)
    expected, negative = by_definition(fit, cluster)
    assert fit.made_positive == negative
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-5, atol=1e-9 * np.abs(expected).max())
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(expected)), rtol=1e-5, atol=1e-7)
    sizes = {name: len(set(keys(panel.keep(fit.used), name))) for name in cluster}
    assert dict(fit.clusters) == sizes
    if cluster:
        assert fit.degrees_of_freedom == min(sizes.values()) - 1


def test_a_hand_computed_case() -> None:
    # no effects, only a level of 2 with residuals 1, −1, 2, −2 in two clusters: sums 0 and 0, then 3 and −3
    scores = np.array([[1.0], [-1.0], [2.0], [-2.0]])
    information = np.array([[8.0]])
    inside = clustered_covariance(scores, information, {"a": np.array([0, 0, 1, 1])}, 1)
    assert inside.matrix[0, 0] == 0.0
    across = clustered_covariance(scores, information, {"a": np.array([0, 1, 0, 1])}, 1)
    assert across.matrix[0, 0] == pytest.approx(2 / 1 * 3 / 3 * (9 + 9) / 64)
    assert across.small_sample_factor == pytest.approx(2.0)
    assert robust_covariance(scores, information, 1).matrix[0, 0] == pytest.approx(4 / 3 * 10 / 64)
    two = clustered_covariance(
        scores, information, {"a": np.array([0, 0, 1, 1]), "b": np.array([0, 1, 0, 1])}, 1
    )
    # 0 + 18 − 10 = 8 over cells that are each an intersection
    assert two.matrix[0, 0] == pytest.approx(2.0 * 8 / 64)


def test_negative_variances_are_set_to_zero_and_reported() -> None:
    scores = np.array([[1.0], [-1.0], [-1.0], [1.0]])
    both = {"a": np.array([0, 0, 1, 1]), "b": np.array([0, 1, 0, 1])}
    got = clustered_covariance(scores, np.array([[1.0]]), both, 1)
    assert (got.matrix[0, 0], got.made_positive) == (0.0, True)
    matrix, changed = positive_semidefinite(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert changed
    np.testing.assert_allclose(matrix, [[1.5, 1.5], [1.5, 1.5]])


@pytest.mark.parametrize("seed", range(12))
def test_standard_errors_do_not_depend_on_the_units_of_other_covariates(seed: int) -> None:
    panel = panel_of(seed, missing=0.2)
    first = fit_ppml(panel, ["x", "w"], effects=("origin",), cluster=("origin", "destination"))
    for unit in (1e6, 1e-3):
        other = panel.with_covariates(w=panel.covariates["w"] * unit)
        again = fit_ppml(other, ["x", "w"], effects=("origin",), cluster=("origin", "destination"))
        scaled = again.standard_errors * np.array([1.0, unit])
        np.testing.assert_allclose(scaled, first.standard_errors, rtol=1e-4, atol=1e-12)


def test_nesting_is_read_from_the_data() -> None:
    assert is_nested(np.array([0, 0, 1, 2]), np.array([5, 5, 5, 3]))
    assert not is_nested(np.array([0, 0, 1, 2]), np.array([5, 4, 5, 3]))


def test_nested_effects_do_not_cost_degrees_of_freedom() -> None:
    panel = panel_of(5)
    count = panel.flow.size
    by_pair = fit_ppml(panel, ["x"], effects=("pair",), cluster=("pair",))
    pairs = by_pair.clusters["pair"]
    assert by_pair.small_sample_factor == pytest.approx(
        pairs / (pairs - 1) * (by_pair.observations - 1) / (by_pair.observations - 2)
    )
    by_year = fit_ppml(panel, ["x"], effects=("pair",), cluster=("year",))
    used = by_year.observations
    assert by_year.small_sample_factor == pytest.approx(4 / 3 * (used - 1) / (used - 1 - pairs))
    assert used <= count


def test_one_year_clustered_by_pair_is_robust() -> None:
    panel = panel_of(7, years=1)
    by_pair = fit_ppml(panel, ["x"], effects=("origin", "destination"))
    robust = fit_ppml(panel, ["x"], effects=("origin", "destination"), cluster="robust")
    np.testing.assert_allclose(by_pair.standard_errors, robust.standard_errors, rtol=1e-6)


def test_a_single_cluster_is_refused() -> None:
    with pytest.raises(ModelError, match=r"MODEL-160.*'year'"):
        fit_ppml(panel_of(7, years=1), ["x"], cluster=("year",))


def test_no_degrees_of_freedom_are_refused() -> None:
    scores = np.ones((3, 1))
    with pytest.raises(ModelError, match="MODEL-161"):
        robust_covariance(scores, np.eye(1), 3)
