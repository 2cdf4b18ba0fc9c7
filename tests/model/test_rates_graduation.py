"""Groups made single years, and rates made smooth: exact sums, published multipliers, known truths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.model.rates.graduation import graduate, smoothest
from nuudel.model.rates.rogers_castro import FUNDAMENTAL, model_schedule
from nuudel.model.rates.smoothing import smooth_rates

AGES = np.arange(100)
EDGES = np.arange(0, 101, 5)
# Sprague's multipliers for a middle group (Shryock & Siegel 1976, appendix C; five groups about the middle).
SPRAGUE = np.array(
    [
        [-0.0128, 0.0848, 0.1504, -0.0240, 0.0016],
        [-0.0016, 0.0144, 0.2224, -0.0416, 0.0064],
        [0.0064, -0.0336, 0.2544, -0.0336, 0.0064],
        [0.0064, -0.0416, 0.2224, 0.0144, -0.0016],
        [0.0016, -0.0240, 0.1504, 0.0848, -0.0128],
    ]
)


def groups(single, edges=EDGES):
    return np.add.reduceat(single, np.asarray(edges)[:-1], axis=-1)


def smooth_population(wave: float) -> np.ndarray:
    """A population that shrinks with age, with cohorts of unequal size."""
    survival = np.exp(-0.0004 / 0.085 * (np.exp(0.085 * AGES) - 1))
    return 1000 * survival * np.exp(-0.015 * AGES) * (1 + 0.25 * np.sin(AGES / wave))


@pytest.mark.parametrize(
    ("wave", "sprague", "monotone", "smooth"),
    [(4.0, 0.030, 0.011, 0.0073), (7.0, 0.0076, 0.0022, 0.0009), (12.0, 0.0018, 0.00075, 0.00072)],
)
def test_the_single_years_of_a_smooth_population_are_found_closer_than_by_sprague(
    wave, sprague, monotone, smooth
):
    truth = smooth_population(wave)
    totals = groups(truth)
    published = np.concatenate([SPRAGUE @ totals[i - 2 : i + 3] for i in range(2, 14)])
    middle = slice(10, 70)

    def largest(values):
        return np.abs(values / truth[middle] - 1).max()

    assert largest(published) == pytest.approx(sprague, rel=0.05)
    assert largest(graduate(totals, EDGES, method="monotone")[middle]) == pytest.approx(monotone, rel=0.05)
    assert largest(graduate(totals, EDGES)[middle]) == pytest.approx(smooth, rel=0.05)
    assert largest(smoothest(totals, EDGES)[middle]) < smooth


def test_sprague_s_values_are_met_on_a_gently_curved_population():
    """Where the published multipliers are exact (a polynomial), both methods agree with them."""
    truth = 1000 - 6 * AGES + 0.02 * AGES**2
    totals = groups(truth)
    sprague = np.concatenate([SPRAGUE @ totals[i - 2 : i + 3] for i in range(2, 18)])
    np.testing.assert_allclose(sprague, truth[10:90], rtol=1e-12)
    for method in ("smooth", "monotone"):
        np.testing.assert_allclose(graduate(totals, EDGES, method=method)[10:90], sprague, rtol=2e-3)


@pytest.mark.parametrize("order", [2, 3])
def test_an_exponential_of_a_polynomial_is_found_exactly(order):
    truth = np.exp(3 - 0.03 * AGES - (0.0003 * AGES**2 if order == 3 else 0))
    np.testing.assert_allclose(smoothest(groups(truth), EDGES, order=order), truth, rtol=1e-5)


widths = st.lists(st.integers(1, 12), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(widths, st.data(), st.sampled_from(["smooth", "monotone"]))
def test_sums_are_exact_and_nobody_is_negative(sizes, data, method):
    edges = np.concatenate([[0], np.cumsum(sizes)])
    amount = st.one_of(st.just(0.0), st.floats(1.0, 50.0))
    totals = np.array(data.draw(st.lists(amount, min_size=len(sizes), max_size=len(sizes))))
    found = graduate(totals, edges, method=method)
    assert found.shape == (edges[-1],)
    assert np.all(found >= 0)
    np.testing.assert_allclose(groups(found, edges), totals, rtol=1e-10, atol=1e-12)


def test_a_single_group_of_single_years_is_itself():
    np.testing.assert_allclose(graduate([5.0, 3.0, 0.0], [0, 1, 2, 3]), [5, 3, 0])
    np.testing.assert_allclose(graduate([10.0], [0, 5]), np.full(5, 2.0), rtol=1e-6)


@pytest.mark.parametrize("method", ["smooth", "monotone"])
def test_an_open_group_follows_its_standard(method):
    truth = smooth_population(30.0)
    survival = np.exp(-0.0004 / 0.085 * (np.exp(0.085 * AGES) - 1))
    edges = np.r_[np.arange(0, 76, 5), 100]
    found = graduate(groups(truth, edges), edges, method=method, standard=survival)
    assert np.abs(found - truth)[75:].sum() < 0.05 * truth[75:].sum()
    assert np.abs(found - truth)[:75].sum() < 0.01 * truth[:75].sum()


def test_a_standard_that_has_the_right_sums_is_kept():
    truth = smooth_population(5.0)
    for method in ("smooth", "monotone"):
        found = graduate(3 * groups(truth), EDGES, method=method, standard=truth)
        np.testing.assert_allclose(found, 3 * truth, rtol=1e-4)


def test_many_places_are_graduated_at_once():
    """The soums of Mongolia: 329 places, 15 groups, the last one open (2019)."""
    table = load_pack("mongolia").table("resident_population_by_age").frame
    wide = table.pivot(on="age", index="place", values="resident_population").drop("place").to_numpy()
    edges = np.r_[np.arange(0, 71, 5), 101]
    found = graduate(wide[:60], edges)
    assert found.shape == (60, 101)
    np.testing.assert_allclose(groups(found, edges), wide[:60], rtol=1e-10)
    np.testing.assert_allclose(graduate(wide[7], edges), found[7], rtol=1e-6)


@pytest.mark.parametrize(
    ("totals", "edges", "options", "code"),
    [
        ([1, 2], [0, 5], {}, "MODEL-614"),
        ([1, 2], [0, 5, 5], {}, "MODEL-614"),
        ([1, 2], [0, 2.5, 5], {}, "MODEL-614"),
        ([1, 2], [0, 5, 10], {"standard": np.ones(9)}, "MODEL-614"),
        ([1, 2], [0, 5, 10], {"standard": np.zeros(10)}, "MODEL-614"),
        ([1, -2], [0, 5, 10], {}, "MODEL-615"),
        ([1, np.nan], [0, 5, 10], {}, "MODEL-615"),
    ],
)
def test_bad_groups_are_named(totals, edges, options, code):
    with pytest.raises(ModelError) as caught:
        graduate(totals, edges, **options)
    assert caught.value.code == code


def test_an_empty_group_has_no_smooth_logarithm():
    with pytest.raises(ModelError, match="MODEL-615"):
        smoothest([1, 0, 2], [0, 5, 10, 15])


def test_totals_without_smooth_values_are_named(monkeypatch):
    monkeypatch.setattr("nuudel.model.rates.graduation.STEPS", 2)
    with pytest.raises(ModelError, match="MODEL-616"):
        smoothest([1.0, 900.0, 2.0, 700.0], [0, 5, 10, 15, 20])


def sample(seed: int = 3):
    ages = np.arange(101)
    lived = 3000 * np.exp(-ages / 30)
    truth = model_schedule(ages, FUNDAMENTAL)
    return np.random.default_rng(seed).poisson(lived * truth), lived, truth


@pytest.mark.parametrize("order", [1, 2, 3])
def test_smoothing_keeps_the_moments_of_the_events(order):
    """The property that Whittaker and Henderson's method is known for."""
    events, lived, _ = sample()
    fit = smooth_rates(events, lived, order=order, penalty=300.0)
    for power in range(order):
        weight = np.linspace(0, 1, 101) ** power
        assert weight @ (lived * fit.rates) == pytest.approx(weight @ events, rel=1e-7)


def test_smoothing_goes_from_the_data_to_a_line():
    events, lived, _ = sample()
    close = smooth_rates(events + 1, lived, penalty=1e-8)
    np.testing.assert_allclose(close.rates, (events + 1) / lived, rtol=1e-5)
    assert close.freedom == pytest.approx(101, abs=0.1)
    line = np.log(smooth_rates(events, lived, penalty=1e11).rates)
    np.testing.assert_allclose(
        line, np.polyval(np.polyfit(np.arange(101), line, 1), np.arange(101)), atol=1e-4
    )


def test_smoothed_rates_are_closer_to_the_truth_than_counted_ones():
    for seed in range(3):
        events, lived, truth = sample(seed)
        fit = smooth_rates(events, lived)
        raw = np.abs(events / lived - truth).sum()
        assert np.abs(fit.rates - truth).sum() < 0.5 * raw
        assert 4 < fit.freedom < 25
        assert (np.abs(np.log(fit.rates / truth)) < 1.96 * fit.log_error).mean() > 0.8


def test_ages_without_person_years_are_bridged():
    events, lived, truth = sample()
    events[40:45], lived[40:45] = 0, 0
    fit = smooth_rates(events, lived)
    assert np.all(np.isfinite(fit.rates))
    np.testing.assert_allclose(fit.rates[40:45], truth[40:45], rtol=0.3)


@pytest.mark.parametrize(
    ("events", "lived", "options"),
    [
        ([1, 2, 3], [1, 1], {}),
        ([1, -2, 3, 4], [1, 1, 1, 1], {}),
        ([1, 2, 3, 4], [1, 0, 1, 1], {}),
        ([0, 0, 0, 4], [1, 1, 1, 1], {}),
        ([1, 2, 3, 4], [1, 1, 1, 1], {"order": 5}),
        ([1, 2, 3, 4], [1, 1, 1, 1], {"penalty": 0.0}),
    ],
)
def test_counts_that_cannot_be_smoothed_are_named(events, lived, options):
    with pytest.raises(ModelError, match="MODEL-628"):
        smooth_rates(events, lived, **options)


def test_a_likelihood_without_a_maximum_is_named(monkeypatch):
    monkeypatch.setattr("nuudel.model.rates.smoothing.STEPS", 1)
    events, lived, _ = sample()
    with pytest.raises(ModelError, match="MODEL-629"):
        smooth_rates(events, lived, penalty=1.0)
