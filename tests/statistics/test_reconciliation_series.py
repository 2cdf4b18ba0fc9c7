"""The adjusted series: hand-computed cases, an independent smoother, coverage, bounds, refusals."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Quality, Source
from nuudel.statistics.reconciliation import (
    Bias,
    Estimate,
    Qualifier,
    SourceConcept,
    read_qualifier,
    reconcile,
    source_table,
)

LONG = "12_months_and_more"
ANY = {"en": "everyone", "mn": "бүгд"}


def source(key: str, **known: object) -> SourceConcept:
    text = {"en": key, "mn": key}
    described: dict[str, object] = {
        "concept": "citizens abroad",
        "duration": LONG,
        "bias": Bias.UNKNOWN,
        "bias_percent": 0.0,
        "bias_sd_percent": 10.0,
        "error_percent": 2.0,
    }
    return SourceConcept(
        key=key,
        source=Source(key, text, text, key, "open data"),
        coverage=ANY,
        period=ANY,
        **(described | known),  # type: ignore[arg-type]
    )


CENSUS, REGISTER, SURVEY = (
    source("census"),
    source("register", bias_sd_percent=5.0, error_percent=1.0),
    source("survey"),
)


def test_two_sources_in_one_year_by_hand() -> None:
    """The logarithms are averaged with weights inverse to (lasting + single) variance."""
    found = reconcile([Estimate(CENSUS, "MN", 2020, 100_000), Estimate(REGISTER, "MN", 2020, 120_000)])
    v1 = np.log(1.10) ** 2 + np.log(1.02) ** 2
    v2 = np.log(1.05) ** 2 + np.log(1.01) ** 2
    w1 = v2 / (v1 + v2)
    centre = w1 * np.log(100_000) + (1 - w1) * np.log(120_000)
    sd = np.sqrt(v1 * v2 / (v1 + v2))
    assert found.weights["census"][0, 0] == pytest.approx(w1)
    assert found.weights["register"][0, 0] == pytest.approx(1 - w1)
    assert found.median[0, 0] == pytest.approx(np.exp(centre))
    assert found.mean[0, 0] == pytest.approx(np.exp(centre + sd**2 / 2))
    assert found.log_sd[0, 0] == pytest.approx(sd)
    assert found.low80[0, 0] == pytest.approx(np.exp(centre - 1.2815515655 * sd))
    assert found.high95[0, 0] == pytest.approx(np.exp(centre + 1.9599639845 * sd))
    # Each source's bias: its share of the distance, prior variance over total variance.
    shift = (np.log(100_000) - centre) * np.log(1.10) ** 2 / v1
    assert found.biases[0].median_percent == pytest.approx(100 * np.expm1(shift))
    assert found.quality is Quality.ESTIMATED


def test_known_bias_coverage_and_vagueness_enter_as_stated() -> None:
    """A census known to miss a fifth, a register that reaches 90 per cent, an approximate survey."""
    census = source("census", bias=Bias.UNDER, bias_percent=-20.0)
    found = reconcile(
        [
            Estimate(census, "MN", 2020, 80_000),
            Estimate(REGISTER, "MN", 2020, 90_000, coverage_rate=0.9),
            Estimate(SURVEY, "MN", 2020, 100_000, standard_error=3_000, qualifier=Qualifier.ABOUT),
        ],
        about_percent=4.0,
    )
    assert found.median[0, 0] == pytest.approx(100_000)  # all three point at the same number
    v = [
        np.log(1.10) ** 2 + np.log(1.02) ** 2,
        np.log(1.05) ** 2 + np.log(1.01) ** 2,
        np.log(1.10) ** 2 + 0.03**2 + np.log(1.04) ** 2,
    ]
    for key, variance in zip(("census", "register", "survey"), v, strict=True):
        assert found.weights[key][0, 0] == pytest.approx(1 / variance / sum(1 / x for x in v))
    assert found.biases[0].median_percent == pytest.approx(-20)


def smoother(
    values: dict[int, list[tuple[float, float]]], years: int, change: float
) -> tuple[np.ndarray, np.ndarray]:
    """A textbook Kalman filter and Rauch-Tung-Striebel smoother for a local level, written out."""
    mean, variance = 0.0, 1e7
    filtered = []
    for year in range(years):
        variance += change**2 if year else 0.0
        predicted = (mean, variance)
        for y, r in values.get(year, []):
            gain = variance / (variance + r)
            mean, variance = mean + gain * (y - mean), (1 - gain) * variance
        filtered.append((mean, variance, *predicted))
    means, variances = np.empty(years), np.empty(years)
    means[-1], variances[-1] = filtered[-1][:2]
    for year in range(years - 2, -1, -1):
        mean, variance = filtered[year][:2]
        _, _, ahead_mean, ahead_variance = filtered[year + 1]
        gain = variance / ahead_variance
        means[year] = mean + gain * (means[year + 1] - ahead_mean)
        variances[year] = variance + gain**2 * (variances[year + 1] - ahead_variance)
    return means, np.sqrt(variances)


def test_without_lasting_bias_it_is_the_kalman_smoother() -> None:
    """2015 … 2021 with gaps. A bias spread of 0.001 per cent moves the logarithm by less than 1e-4."""
    a, b = source("a", bias_sd_percent=0.001), source("b", bias_sd_percent=0.001, error_percent=4.0)
    figures = [Estimate(a, "MN", y, v) for y, v in ((2015, 9e4), (2016, 1e5), (2019, 1.1e5))]
    figures += [Estimate(b, "MN", y, v) for y, v in ((2016, 1.2e5), (2021, 1.3e5))]
    found = reconcile(figures, change_percent_per_year=6.0)
    values: dict[int, list[tuple[float, float]]] = {}
    for e in figures:
        error = np.log1p((e.concept.error_percent or 0) / 100) ** 2
        values.setdefault(e.year - 2015, []).append((np.log(e.value), error))
    means, sds = smoother(values, 7, np.log(1.06))
    np.testing.assert_allclose(np.log(found.median[0]), means, atol=1e-4)
    np.testing.assert_allclose(found.log_sd[0], sds, rtol=1e-3)
    assert found.years == tuple(range(2015, 2022))
    # A year without a figure is less certain than its neighbours with one.
    assert found.log_sd[0, 2] > found.log_sd[0, 1]
    np.testing.assert_allclose(sum(found.weights.values()), 1.0, rtol=1e-6)


def test_a_bound_is_a_one_sided_observation() -> None:
    """100 000 and "over 130 000", compared with the integral over a fine grid."""
    found = reconcile(
        [
            Estimate(CENSUS, "MN", 2020, 100_000),
            Estimate(REGISTER, "MN", 2020, 130_000, qualifier=Qualifier.AT_LEAST),
        ]
    )
    v1 = np.log(1.10) ** 2 + np.log(1.02) ** 2
    s2 = np.sqrt(np.log(1.05) ** 2 + np.log(1.01) ** 2)
    grid = np.linspace(np.log(30_000), np.log(400_000), 200_001)
    density = norm.pdf(grid, np.log(100_000), np.sqrt(v1)) * norm.cdf((grid - np.log(130_000)) / s2)
    density /= density.sum()
    mean = (grid * density).sum()
    assert np.log(found.median[0, 0]) == pytest.approx(mean, abs=1e-7)
    assert found.log_sd[0, 0] == pytest.approx(np.sqrt(((grid - mean) ** 2 * density).sum()), rel=1e-5)


def test_bounds_pull_only_where_they_bite() -> None:
    two = [Estimate(CENSUS, "MN", 2020, 100_000), Estimate(REGISTER, "MN", 2020, 105_000)]
    plain = reconcile(two).median[0, 0]

    def with_bound(value: float, qualifier: Qualifier) -> float:
        return float(reconcile([*two, Estimate(SURVEY, "MN", 2020, value, qualifier=qualifier)]).median[0, 0])

    assert with_bound(10_000, Qualifier.AT_LEAST) == pytest.approx(plain, rel=1e-6)
    assert with_bound(1_000_000, Qualifier.AT_MOST) == pytest.approx(plain, rel=1e-6)
    assert with_bound(130_000, Qualifier.AT_LEAST) > plain * 1.01
    assert with_bound(80_000, Qualifier.AT_MOST) < plain * 0.99
    # Said exactly, 130 000 pulls further than "over 100 000", which says little.
    assert with_bound(130_000, Qualifier.EXACT) > with_bound(100_000, Qualifier.AT_LEAST)


@given(st.permutations(range(6)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_figures_does_not_matter(order: list[int]) -> None:
    figures = [
        Estimate(CENSUS, "MN", 2019, 100_000),
        Estimate(REGISTER, "MN", 2019, 110_000),
        Estimate(REGISTER, "MN", 2021, 115_000),
        Estimate(SURVEY, "MN", 2021, 120_000, qualifier=Qualifier.AT_LEAST),
        Estimate(CENSUS, "AT", 2020, 50_000),
        Estimate(SURVEY, "AT", 2020, 52_000),
    ]
    expected, found = reconcile(figures), reconcile([figures[i] for i in order])
    np.testing.assert_array_equal(found.median, expected.median)
    np.testing.assert_array_equal(found.low95, expected.low95)
    assert found.places == ("AT", "MN")
    assert found.to_frame().height == 6
    assert set(found.to_frame()["quality"]) == {"estimated"}


def test_one_place_teaches_the_bias_of_a_source_to_another() -> None:
    """In AT a source counts 30 per cent too few beside a firm one, so where it stands alone it is raised."""
    low = source("low", bias_sd_percent=30.0, error_percent=0.5)
    firm = source("firm", bias_sd_percent=0.5, error_percent=0.5)
    found = reconcile(
        [
            Estimate(low, "AT", 2020, 70_000),
            Estimate(firm, "AT", 2020, 100_000),
            Estimate(low, "MN", 2020, 7_000),
        ]
    )
    assert found.median[1, 0] == pytest.approx(10_000, rel=0.01)


def test_the_yearly_change_is_estimated_from_the_figures() -> None:
    """A walk of 12 per cent a year, 60 years: the standard error is about 12/√120 = 1.1; three of them."""
    generator = np.random.default_rng(7)
    level = np.exp(11 + np.cumsum(generator.normal(0, np.log(1.12), 60)))
    sources = [source(k, bias_sd_percent=1.0, error_percent=0.5) for k in "ab"]
    figures = [Estimate(s, "MN", 1960 + i, float(v)) for s in sources for i, v in enumerate(level)]
    found = reconcile(figures)
    assert found.change_estimated
    assert abs(found.change_percent_per_year - 12) < 3.3
    assert not reconcile(figures[:3] + figures[60:63]).change_estimated


def test_the_intervals_cover_what_they_say() -> None:
    """400 series drawn from the model. Years of a series err together, so the error of the share is at most
    that of 400 draws, √(0.8·0.2/400) = 0.02; three of them are allowed."""
    generator = np.random.default_rng(11)
    years, change = 6, np.log(1.05)
    in80 = in95 = 0.0
    for _ in range(400):
        level = 11 + np.cumsum(generator.normal(0, change, years))
        figures = []
        for concept in (CENSUS, REGISTER):
            lasting = generator.normal(0, np.log1p(concept.bias_sd_percent / 100))
            errors = generator.normal(0, np.log1p((concept.error_percent or 0) / 100), years)
            figures += [
                Estimate(concept, "MN", 2010 + t, float(np.exp(level[t] + lasting + errors[t])))
                for t in range(0, years, 2 if concept is CENSUS else 1)
            ]
        found = reconcile(figures, change_percent_per_year=5.0)
        truth = np.exp(level)
        in80 += ((found.low80[0] <= truth) & (truth <= found.high80[0])).mean() / 400
        in95 += ((found.low95[0] <= truth) & (truth <= found.high95[0])).mean() / 400
    assert abs(in80 - 0.80) < 0.06
    assert abs(in95 - 0.95) < 0.033  # 3 · √(0.95·0.05/400)


def test_different_things_are_not_combined() -> None:
    short = source("trips", duration="under_3_months")
    returnees = source("returnees", concept="returned citizens")
    silent = [source("x", duration="unknown"), source("y", duration="unknown")]
    for number, pair in ((335, (CENSUS, short)), (334, (CENSUS, returnees)), (335, silent)):
        with pytest.raises(StatisticsError, match=f"STATISTICS-{number}"):
            reconcile([Estimate(c, "MN", 2020, 1000) for c in pair])
    assumed = short.assume(
        concept="citizens abroad",
        duration=LONG,
        reason={"en": "Trips stand for stays.", "mn": "Аялал оршин суухыг төлөөлнө."},
        bias=Bias.OVER,
        bias_percent=30,
        bias_sd_percent=20,
    )
    found = reconcile([Estimate(CENSUS, "MN", 2020, 1000), Estimate(assumed, "MN", 2020, 1300)])
    assert found.median[0, 0] == pytest.approx(1000)
    assert found.assumptions[0]["en"] == "Trips stand for stays."


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("STATISTICS-339", [Estimate(CENSUS, "MN", 2020, 1.0)]),
        ("STATISTICS-340", [Estimate(CENSUS, "MN", 2020, 1.0)] * 2 + [Estimate(SURVEY, "MN", 2020, 1.0)]),
        (
            "STATISTICS-340",
            [
                Estimate(CENSUS, "MN", 2020, 1.0),
                Estimate(replace(CENSUS, error_percent=9.0), "MN", 2021, 1.0),
                Estimate(SURVEY, "MN", 2020, 1.0),
            ],
        ),
        (
            "STATISTICS-341",
            [
                Estimate(CENSUS, "MN", 2020, 1.0),
                Estimate(replace(SURVEY, error_percent=None), "MN", 2020, 1.0),
            ],
        ),
        (
            "STATISTICS-342",
            [Estimate(s, "MN", 2020, 9.0, qualifier=Qualifier.AT_LEAST) for s in (CENSUS, SURVEY)],
        ),
    ],
)
def test_what_cannot_be_combined_is_refused(code: str, figures: list[Estimate]) -> None:
    with pytest.raises(StatisticsError, match=code):
        reconcile(figures)


def test_bad_figures_and_descriptions_are_refused() -> None:
    bad = [{"value": 0.0}, {"value": 1.0, "standard_error": 0.0}, {"value": 1.0, "coverage_rate": 1.2}]
    for figure in bad:
        with pytest.raises(StatisticsError, match="STATISTICS-333"):
            Estimate(CENSUS, "MN", 2020, **figure)
    for known in ({"bias": Bias.UNDER, "bias_percent": 5.0}, {"bias_sd_percent": 0.0}):
        with pytest.raises(StatisticsError, match="STATISTICS-332"):
            source("x", **known)
    with pytest.raises(StatisticsError, match=r"STATISTICS-331.*'about'"):
        read_qualifier("abuot")


def test_words_of_documents_become_qualifiers() -> None:
    assert [read_qualifier(w) for w in (None, "about", "over", "up to", "More than")] == [
        Qualifier.EXACT,
        Qualifier.ABOUT,
        Qualifier.AT_LEAST,
        Qualifier.AT_MOST,
        Qualifier.AT_LEAST,
    ]


def test_the_table_of_sources_says_what_each_counts() -> None:
    for lang, (a, b) in itertools.product(("en", "mn"), [(CENSUS, SURVEY)]):
        table = source_table([a, b], lang)
        assert table["source"].to_list() == ["census", "survey"]
        assert table["coverage"][0] == ANY[lang]
