"""Evidence, features, one country's fit, and the step from several countries to an unseen one."""

import numpy as np
import polars as pl
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination import country_evidence, geography, learn_deterrence
from nuudel.model.origin_destination.country_fit import fit_country
from nuudel.model.origin_destination.evidence import gabriel_graph
from nuudel.model.origin_destination.features import feature_tables
from nuudel.model.origin_destination.hierarchy import unseen_country
from nuudel.model.origin_destination.pair_residuals import fit_residuals
from nuudel.model.origin_destination.selection import simplest_good
from nuudel.statistics.distance_decay import distance_decay

from .origin_destination_data import evidence, simulated

LINE = np.abs(np.subtract.outer([0.0, 1, 3, 6, 10], [0.0, 1, 3, 6, 10]))  # five places on a road


def test_gabriel_neighbours_on_a_road_are_those_next_to_each_other() -> None:
    near = gabriel_graph(LINE)
    assert near.sum() == 8
    assert all(near[i, i + 1] and near[i + 1, i] for i in range(4))


def test_intervening_opportunities_by_hand() -> None:
    arrivals = [10.0, 20, 30, 25, 15]
    where = geography(list("abcde"), LINE, None, [20.0] * 5, arrivals)
    (table,) = feature_tables(["intervening opportunities"], where)
    # a to c passes b (20) and half of c (15); c to a passes b (20), not d (as far as a), and half of a (5).
    assert table[0, 2] == pytest.approx((np.log(0.35) + np.log(0.25)) / 2)
    assert table[2, 0] == table[0, 2]
    assert (np.diag(table) == 0).all()


def test_other_features_by_hand() -> None:
    where = geography(list("abcde"), LINE, None, [1.0, 1, 1, 1, 16], [1.0, 1, 1, 1, 1])
    names = ["distance", "borders", "log distance x size", "log distance to the largest place"]
    km, borders, by_size, largest = feature_tables(names, where)
    assert km[~np.eye(5, dtype=bool)].mean() == pytest.approx(1)
    assert borders.sum() == 8
    size = np.log(4) * (np.arange(5) == 4) - np.log(4) / 5
    assert by_size[0, 4] == pytest.approx(np.log(10) * (size[0] + size[4]))
    assert largest[0, 4] == pytest.approx(np.log(10))
    assert largest[0, 1] == 0


def test_dennett_2012_doubly_constrained() -> None:
    """Austria's published decay, -0.00791533 per km, from the same likelihood."""
    austria = evidence()[0]
    fit = fit_country(austria, feature_tables(["distance"], austria.geography))
    km = austria.geography.distances
    mean = km.sum() / (9 * 8)
    assert fit.coefficients[0] / mean == pytest.approx(-0.00791533, abs=5e-9)
    np.testing.assert_allclose(fit.expected.sum(axis=1), austria.average.sum(axis=1), rtol=1e-8)


def test_power_of_distance_is_that_of_the_statistics_room() -> None:
    for one in evidence():
        fit = fit_country(one, feature_tables(["log distance"], one.geography))
        other = distance_decay(one.average, one.geography.distances)
        assert fit.coefficients[0] == pytest.approx(-other.beta, abs=1e-7)
        np.testing.assert_allclose(fit.expected, other.expected, rtol=1e-5, atol=1e-6)


def test_a_simulated_country_gives_back_its_law() -> None:
    fits = [
        fit_country(one, feature_tables(["log distance"], one.geography))
        for one in simulated(24, seed=4, places=20)
    ]
    decay = np.array([fit.coefficients[0] for fit in fits])
    assert decay.mean() == pytest.approx(-1.0, abs=3 * 0.3 / np.sqrt(24))


def test_residuals_of_a_simulated_country_give_back_their_spread() -> None:
    """Although large cells pull the fit towards themselves."""
    found = []
    for one in simulated(24, seed=4, places=20):
        features = feature_tables(["log distance"], one.geography)
        expected = fit_country(one, features).expected
        found.append(fit_residuals(one.average, expected, features))
    assert np.median(np.exp([one.spread[0] for one in found])) == pytest.approx(0.45, rel=0.15)
    assert np.mean([one.spread[1] for one in found]) == pytest.approx(0.0, abs=0.05)
    # 0.6, of which the noise of small counts takes some away
    assert 0.4 < np.mean([one.reciprocity for one in found]) < 0.65


def test_what_a_pair_strays_by_lasts() -> None:
    """United States, more than 10 000 moves: residuals of years far apart are as alike as of next ones."""
    usa = evidence()[1]
    features = feature_tables(["intervening opportunities", "borders"], usa.geography)
    large = usa.average > 10_000
    residuals = []
    for year, flows in zip(usa.years, usa.flows, strict=True):
        one = type(usa)("usa", usa.geography, (year,), flows[None])
        residuals.append(np.log(flows[large] / fit_country(one, features).expected[large]))
    alike = np.corrcoef(residuals)
    near, far = np.diagonal(alike, 1).mean(), np.diagonal(alike, 8).mean()
    assert large.sum() == 180
    assert near == pytest.approx(0.87, abs=0.01)
    assert far > near - 0.05


def test_without_countries_the_prior_remains() -> None:
    prior = unseen_country(
        np.zeros((0, 2)),
        np.zeros((0, 2, 2)),
        centre=np.array([0.0, 1.0]),
        centre_spread=np.array([2.0, 1.0]),
        scale=np.array([0.5, 0.1]),
    )
    np.testing.assert_allclose(prior.weights, 1 / 2048)
    np.testing.assert_allclose(prior.mean, [0, 1])
    # The median of a half-t with four degrees of freedom is 0.7407 times its scale.
    np.testing.assert_allclose(np.median(prior.spreads, axis=0), [0.37035, 0.07407], rtol=0.01)
    drawn = prior.draw(40_000, np.random.default_rng(1))
    middle = np.quantile(drawn, [0.25, 0.75], axis=0)
    # wider than the mean's own spread alone, 0.6745 either side
    assert (middle[1] - middle[0] > 2 * 0.6745 * np.array([2.0, 1.0])).all()


def test_many_alike_countries_leave_little_between_them() -> None:
    def prior(estimates: list[float], error: float) -> tuple[float, float]:
        found = unseen_country(
            np.array(estimates)[:, None],
            np.full((len(estimates), 1, 1), error**2),
            centre=np.zeros(1),
            centre_spread=np.full(1, 2.0),
            scale=np.full(1, 0.5),
        )
        return float(found.mean[0]), float(found.spread[0])

    alike = prior([-1.0] * 12, 0.02)
    apart = prior([-1.6, -0.4] * 6, 0.02)
    assert alike[0] == pytest.approx(-1.0, abs=0.01)
    assert alike[1] < 0.03
    assert apart[1] == pytest.approx(0.6, abs=0.1)


def test_spreads_are_integrated_as_by_quadrature() -> None:
    estimates, errors = np.array([-1.3, -0.7, -1.1]), np.array([0.1, 0.2, 0.15])
    found = unseen_country(
        estimates[:, None],
        (errors**2)[:, None, None],
        centre=np.zeros(1),
        centre_spread=np.full(1, 2.0),
        scale=np.full(1, 0.5),
    )

    def given(tau: float) -> tuple[float, float]:
        """Posterior mean of m at a spread, and the posterior weight of that spread."""
        covariance = np.diag(errors**2 + tau**2) + 2.0**2
        pull = 2.0**2 * np.linalg.solve(covariance, estimates).sum()
        height = multivariate_normal(np.zeros(3), covariance).pdf(estimates)
        return float(pull), float(height * student(4, scale=0.5).pdf(tau))

    weight = quad(lambda tau: given(tau)[1], 0, 20, limit=200)[0]
    mean = quad(lambda tau: given(tau)[0] * given(tau)[1], 0, 20, limit=200)[0] / weight
    spread = quad(lambda tau: tau * given(tau)[1], 0, 20, limit=200)[0] / weight
    assert found.mean[0] == pytest.approx(mean, abs=1e-4)
    assert found.spread[0] == pytest.approx(spread, rel=2e-3)


def test_the_simplest_set_within_one_standard_error_wins() -> None:
    sets = [("a", "b"), ("a",), ("c",)]
    close = np.array([[0.20, 0.10, 0.30], [0.19, 0.12, 0.30], [0.40, 0.50, 0.30]])
    assert simplest_good(sets, close) == ("a",)
    clear = np.array([[0.20, 0.10, 0.30], [0.25, 0.15, 0.35], [0.40, 0.50, 0.30]])
    assert simplest_good(sets, clear) == ("a", "b")


def flows_frame() -> pl.DataFrame:
    rows = [
        (2000, a, b, 5 + i, abs(i - j) * 10.0)
        for i, a in enumerate("abcde")
        for j, b in enumerate("abcde")
        if a != b
    ]
    schema = ["year", "origin", "destination", "migrants", "distance_km"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_bad_evidence() -> None:
    frame = flows_frame()
    assert country_evidence("x", frame).average.sum() == frame["migrants"].sum()
    with pytest.raises(ModelError, match="lack some pairs") as caught:
        country_evidence("x", frame.head(19))
    assert caught.value.code == "MODEL-302"
    nobody = pl.when(pl.col("origin") == "a").then(0).otherwise(pl.col("migrants"))
    stayed = frame.with_columns(nobody.alias("migrants"))
    with pytest.raises(ModelError, match="nobody ever left") as caught:
        country_evidence("x", stayed)
    assert caught.value.code == "MODEL-303"
    with pytest.raises(ModelError, match="at least 5 are needed") as caught:
        country_evidence("x", frame.filter((pl.col("origin") != "a") & (pl.col("destination") != "a")))
    assert caught.value.code == "MODEL-301"
    with pytest.raises(ModelError, match="not a symmetric table") as caught:
        geography(list("abcde"), LINE, np.triu(np.ones((5, 5)), 1), [1.0] * 5, [1.0] * 5)
    assert caught.value.code == "MODEL-301"


def test_bad_learning() -> None:
    few = evidence()[:2]
    with pytest.raises(ModelError, match="fewer than 3 countries") as caught:
        learn_deterrence(few)
    assert caught.value.code == "MODEL-305"
    with pytest.raises(ModelError, match="the same name") as caught:
        learn_deterrence([*few, few[0]])
    assert caught.value.code == "MODEL-305"
    same = geography(list("abcde"), 7 * (1 - np.eye(5)), None, [1.0] * 5, [1.0] * 5)
    austria = evidence()[0]
    flows = austria.flows[:, :5, :5]
    flat = type(austria)("flat", same, (2006,), flows)
    with pytest.raises(ModelError, match="differ too little") as caught:
        fit_country(flat, feature_tables(["log distance"], same))
    assert caught.value.code == "MODEL-304"
