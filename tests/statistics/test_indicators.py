"""The list of indicators: each is documented, its worked example is right, and what is absent says why."""

import re
from ast import literal_eval
from pathlib import Path

import numpy as np
import pytest

from nuudel.base.errors import StatisticsError
from nuudel.bench.indicators import gini_by_pairs, synthetic_system
from nuudel.statistics.components import growth_components
from nuudel.statistics.flow_tables import Margins
from nuudel.statistics.gini import migration_gini
from nuudel.statistics.indicator_inputs import IndicatorInputs
from nuudel.statistics.indicators import INDICATORS, Indicators, all_indicators, indicator

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "indicators.md"
PRINTED = 1e-6  # the examples are printed with at least six significant digits
B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])
P = np.array([1000.0, 2000.0, 1000.0])


def the_example() -> Indicators:
    account = growth_components(
        opening=[1000, 2000, 1000],
        closing=[1030, 1990, 1060],
        births=[30, 60, 30],
        deaths=[10, 20, 10],
        in_migrants=[50, 40, 70],
        out_migrants=[40, 80, 40],
        immigrants=[5, 5, 20],
        emigrants=[5, 15, 10],
    )
    return all_indicators(
        B,
        P,
        [[0, 100, 200], [100, 0, 100], [200, 100, 0]],
        capital=2,
        countryside=[True, False, False],
        ages=[10, 15, 20, 25, 30, 35],
        age_intensities=[0.02, 0.04, 0.10, 0.06, 0.04, 0.02],
        birthplaces=[[700, 200, 100], [100, 1500, 200], [50, 150, 1000]],
        components=account,
    )


def the_line() -> Indicators:
    at = np.array([0.0, 1.0, 3.0, 7.0])
    km = np.abs(at[:, None] - at)
    flows = 7056 / (km + np.eye(4)) ** 2
    return all_indicators(flows, [1000, 2000, 3000, 5000], km)


def documented() -> dict[str, str]:
    parts = re.split(r"^### `(\w+)`$", REFERENCE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_exactly_the_indicators_of_the_list_are_documented() -> None:
    keys = [definition.key for definition in INDICATORS]
    assert len(keys) == len(set(keys))
    assert sorted(documented()) == sorted(keys)


@pytest.mark.parametrize("definition", INDICATORS, ids=lambda definition: definition.key)
def test_documentation_says_what_the_list_says_and_its_example_is_right(definition) -> None:
    section = documented()[definition.key]
    assert f"{definition.title['en']} · {definition.title['mn']}" in section
    assert f"- Unit: {definition.unit}\n" in section
    assert f"- Needs: {', '.join(f'`{need}`' for need in definition.needs)}\n" in section
    for line in ("- Formula: ", "- Source: ", "- Example: "):
        assert re.search(rf"^{line}\S", section, flags=re.MULTILINE)
    printed = re.search(r"^- Example value: `(.+)`$", section, flags=re.MULTILINE)
    assert printed is not None
    values = the_line() if definition.key.startswith("distance_decay") else the_example()
    expected = np.array(literal_eval(printed[1]), dtype=float)
    # printed digits: relative for small numbers, absolute for those of order 1 and more in lists
    assert np.asarray(values[definition.key].value) == pytest.approx(expected, rel=5e-6, abs=PRINTED)


def test_titles_are_in_both_languages() -> None:
    for definition in INDICATORS:
        assert set(definition.title) == {"en", "mn"}
        assert re.search("[А-Яа-яӨөҮү]", definition.title["mn"])


def test_what_the_data_do_not_allow_is_absent_with_its_reason() -> None:
    got = all_indicators(Margins(B.sum(axis=0).astype(float), B.sum(axis=1).astype(float)), P)
    assert got["mei"].number == pytest.approx(25.0)
    assert got["cmi"].unit == "percent"
    for key in ("gini_total", "mean_distance", "reverse_per_100", "gmr", "natural_growth"):
        assert got.absent[key].code == "STATISTICS-109"
        with pytest.raises(StatisticsError, match="STATISTICS-109"):
            got[key]
    assert set(got.values) | set(got.absent) == {definition.key for definition in INDICATORS}
    assert not set(got.values) & set(got.absent)


def test_every_need_is_needed() -> None:
    full = the_example()
    for definition in INDICATORS:
        if definition.key in full.values:
            with pytest.raises(StatisticsError, match="STATISTICS-109"):
                indicator(definition.key, IndicatorInputs())


def test_undefined_is_absent_and_not_nan() -> None:
    got = all_indicators(np.full((4, 4), 5.0))
    assert got["gini_total"].number == 0.0
    assert got.absent["gini_row_percent"].code == "STATISTICS-120"


def test_one_national_population_is_enough_where_only_the_total_counts() -> None:
    got = all_indicators(B, 4000)
    assert got["cmi"].number == pytest.approx(4.0)
    assert got.absent["in_rate"].code == "STATISTICS-109"


def test_wrong_flows_are_an_error_and_unknown_keys_too() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-101"):
        all_indicators(np.ones((2, 3)))
    with pytest.raises(StatisticsError, match=r"STATISTICS-116.*gini_total"):
        all_indicators(B)["gini_totl"]
    with pytest.raises(StatisticsError, match="STATISTICS-116"):
        indicator("gini", IndicatorInputs(flows=B))
    with pytest.raises(StatisticsError, match="STATISTICS-121"):
        _ = all_indicators(B)["cv_in"].number


def test_soums_of_a_country_have_all_indicators_of_their_data() -> None:
    flows, population, distances = synthetic_system(343)
    got = all_indicators(flows, population, distances, capital=0, countryside=np.arange(343) > 30)
    absent = {
        definition.key
        for definition in INDICATORS
        if definition.needs[0] in {"ages", "birthplaces", "components"}
    }
    assert set(got.absent) == absent
    # the flows are Poisson counts of a gravity model with this decay
    assert got["distance_decay"].number == pytest.approx(1.3, abs=0.02)


def test_the_rival_of_the_benchmark_computes_the_same() -> None:
    flows, _, _ = synthetic_system(20)
    family = migration_gini(flows)
    assert gini_by_pairs(flows) == pytest.approx((family.total, family.row, family.column))
