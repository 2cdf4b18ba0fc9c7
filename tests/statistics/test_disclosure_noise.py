"""Cell-key noise: the probabilities, the keys, and that the same cell has the same noise everywhere."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure import (
    CellKeyNoise,
    Dimension,
    Margins,
    Status,
    count_records,
    default_policy,
    perturbation_table,
    protect,
    read_secret,
    table_with_margins,
    with_release,
)
from nuudel.statistics.disclosure.cell_key import cell_keys, siphash

SECRET = b"a test's key, not a secret"
OTHER = b"another key for the tests"


def test_siphash_gives_the_published_vector() -> None:
    """Aumasson & Bernstein 2012, appendix A: key 00..0f, message 00..0e."""
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    words = [np.uint64(0x0706050403020100), np.uint64(0x0F0E0D0C0B0A0908)]  # top byte 0f: the length
    assert int(siphash(key, words)) == 0xA129CA6149BE45E5


def test_large_counts_follow_the_distribution_solved_by_hand() -> None:
    """D = 2, V = 1: p(k) = c a^(k²) with (2a + 8a⁴) = 1 + 2a + 2a⁴, so a⁴ = 1/6."""
    a = (1 / 6) ** 0.25
    expected = np.array([a**4, a, 1, a, a**4]) / (1 + 2 * a + 2 * a**4)
    found = perturbation_table(2, 1.0).probabilities[-1]
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_a_count_of_one_meets_the_condition_of_largest_entropy() -> None:
    """D = 2, V = 1, count 1: with p(-1) = x the moments leave (x, 1.5 - 3x, 3x - 1, 0.5 - x) on -1, 0, 1, 2.

    Setting the derivative of the entropy to zero gives (0.5 - x)(1.5 - 3x)³ = x (3x - 1)³.
    """
    row = perturbation_table(2, 1.0).probabilities[1]
    x = row[1]
    np.testing.assert_allclose(row, [0, x, 1.5 - 3 * x, 3 * x - 1, 0.5 - x], atol=1e-10)
    assert (0.5 - x) * (1.5 - 3 * x) ** 3 == pytest.approx(x * (3 * x - 1) ** 3, rel=1e-8)


def test_the_only_possible_noise_is_found_at_the_edge() -> None:
    """js = 2, V = 2: a count of 1 becomes 0 (2/3) or 3 (1/3), a count of 2 becomes 0 (1/3) or 3 (2/3)."""
    table = perturbation_table(5, 2.0, 2)
    np.testing.assert_allclose(table.probabilities[1, [4, 7]], [2 / 3, 1 / 3], atol=1e-9)
    np.testing.assert_allclose(table.probabilities[2, [3, 6]], [1 / 3, 2 / 3], atol=1e-9)


@given(maximum=st.integers(3, 8), small=st.integers(0, 2), share=st.floats(0.1, 0.9))
@settings(max_examples=30, deadline=None)
def test_every_row_is_unbiased_bounded_and_never_negative(maximum: int, small: int, share: float) -> None:
    # Counts of 1 admit a variance between small (they become 0 or small + 1) and maximum (0 or maximum + 1).
    variance = small + share * (maximum - small) * 0.9
    table = perturbation_table(maximum, variance, small)
    noise = np.arange(-maximum, maximum + 1)
    rows = table.probabilities
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(rows @ noise, 0, atol=1e-8)
    np.testing.assert_allclose(rows[1:] @ noise**2, variance, atol=1e-7)
    for count, row in enumerate(rows):
        published = count + noise[row > 0]
        assert (published >= 0).all()
        assert not ((published > 0) & (published <= small)).any()
    assert rows[0, maximum] == 1  # zero stays zero


def test_impossible_noise_is_refused_with_what_is_possible() -> None:
    with pytest.raises(StatisticsError, match=r"STATISTICS-310.*possible: 2 to 5"):
        perturbation_table(5, 1.0, 2)
    with pytest.raises(StatisticsError, match="STATISTICS-310"):
        perturbation_table(0, 1.0)


def test_the_possible_originals_are_those_with_positive_probability() -> None:
    table = perturbation_table(5, 3.0, 2)
    least, most = table.originals(np.array([0, 3, 4, 100]))
    assert least.tolist() == [0, 1, 1, 95]
    assert most.tolist() == [5, 8, 9, 105]
    # By hand: a published 3 can come from 1 … 8, weighed by p(i -> 3).
    weights = [table.probabilities[min(i, 8), 3 - i + 5] for i in range(9)]
    np.testing.assert_allclose(table.posterior(3), np.array(weights) / sum(weights))
    assert table.posterior(3).max() < 0.5
    with pytest.raises(StatisticsError, match="STATISTICS-309"):
        table.posterior(2)


def square(seed: int, size: int = 60) -> "tuple[np.ndarray, dict[str, list[str]]]":
    values = np.random.default_rng(seed).poisson(8, (size, size))
    return values, {"from": [f"o{i}" for i in range(size)], "to": [f"d{i}" for i in range(size)]}


def test_the_noise_has_the_asked_mean_and_variance_and_the_seed_decides_it() -> None:
    table = table_with_margins("moves", *square(1, 100))
    protected = protect(table, default_policy(), secret=SECRET)
    noise = (protected.values - table.values)[table.inner & (table.values > 0)]
    # 10 000 cells: 4 standard errors of the mean (√3/100) and, kurtosis below 4, of the variance (3·√3/100).
    assert abs(noise.mean()) < 4 * 0.0174
    assert abs(noise.var() - 3) < 4 * 0.052
    assert np.abs(noise).max() <= 5
    again = protect(table, default_policy(), secret=SECRET)
    np.testing.assert_array_equal(again.values, protected.values)
    other = protect(table, default_policy(), secret=OTHER)
    assert (other.values != protected.values).mean() > 0.5


def test_a_cell_has_the_same_noise_in_another_table_and_in_any_order() -> None:
    values, names = square(2, 12)
    two_way = protect(table_with_margins("moves", values, names), default_policy(), secret=SECRET)
    by_origin = table_with_margins("moves", values.sum(axis=1), {"from": names["from"]})
    one_way = protect(by_origin, default_policy(), secret=SECRET)
    np.testing.assert_array_equal(one_way.values, two_way.values[:, -1])
    turned = table_with_margins("moves", values.T[::-1], {"to": names["to"][::-1], "from": names["from"]})
    turned_keys = cell_keys(turned, SECRET)
    keys = cell_keys(table_with_margins("moves", values, names), SECRET)
    np.testing.assert_array_equal(turned_keys[:-1][::-1, :-1].T, keys[:-1, :-1])


def test_a_year_is_the_same_cell_as_dimension_and_as_fixed() -> None:
    by_year = table_with_margins("moves", [[7, 9]], {"year": ["2020"], "sex": ["f", "m"]})
    one_year = table_with_margins("moves", [7, 9], {"sex": ["f", "m"]}, fixed={"year": "2020"})
    np.testing.assert_array_equal(cell_keys(by_year, SECRET)[0], cell_keys(one_year, SECRET))


def test_an_unchanged_cell_keeps_its_noise_over_releases_and_a_changed_one_draws_anew() -> None:
    values, names = square(3)
    first = table_with_margins("moves", values, names, release="2020")
    later = with_release(table_with_margins("moves", values + 1, names), "2021")
    same = with_release(first, "2021")
    noise = protect(first, default_policy(), secret=SECRET).values - first.values
    np.testing.assert_array_equal(protect(same, default_policy(), secret=SECRET).values - same.values, noise)
    changed = protect(later, default_policy(), secret=SECRET).values - later.values
    # Large counts draw from one distribution: two independent draws agree in well under half of the cells.
    assert (changed == noise).mean() < 0.5


def test_the_same_contributors_have_the_same_noise_whatever_the_cell_is_called() -> None:
    frame = pl.DataFrame({"id": [f"r{i}" for i in range(40)], "sex": ["f"] * 40, "aimag": ["MN81"] * 40})
    sex, aimag = Dimension.with_total("sex", ["f", "m"]), Dimension.with_total("aimag", ["MN81", "MN82"])
    by_sex = protect(
        count_records("a", frame, [sex], record="id", secret=SECRET), default_policy(), secret=SECRET
    )
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    by_aimag = protect(
        count_records("b", shuffled, [aimag], record="id", secret=SECRET), default_policy(), secret=SECRET
    )
    assert by_sex.values[0] == by_aimag.values[0] == by_sex.values[-1]
    assert by_sex.values[1] == 0


def test_additive_margins_are_the_sums_of_the_changed_parts() -> None:
    table = table_with_margins("moves", *square(4, 8))
    additive = protect(table, CellKeyNoise(margins=Margins.ADDITIVE), secret=SECRET)
    np.testing.assert_array_equal(additive.values[-1, :-1], additive.values[:-1, :-1].sum(axis=0))
    assert additive.loss.additive
    independent = protect(table, default_policy(), secret=SECRET)
    assert not independent.loss.additive
    assert np.nanmax(np.abs(independent.values - table.values)) <= 5


@pytest.mark.parametrize(
    "values",
    [np.zeros((3, 3)), np.ones((1, 4)), np.array([[1.0]]), np.array([[0, 1, 2], [2, 1, 0]])],
    ids=["zeros", "one row", "one cell", "all small"],
)
def test_edge_tables_publish_no_negative_and_no_small_count(values: np.ndarray) -> None:
    names = {"a": [str(i) for i in range(values.shape[0])], "b": [str(i) for i in range(values.shape[1])]}
    table = table_with_margins("s", values, names)
    protected = protect(table, default_policy(), secret=SECRET)
    shown = protected.values[~np.isnan(protected.values)]
    assert not ((shown != 0) & (shown < 3)).any()
    assert (protected.values[(table.values == 0) & ~protected.suppressed] == 0).all()


def test_what_is_published_tells_no_secret() -> None:
    table = table_with_margins("moves", *square(5, 6))
    protected = protect(table, default_policy(), secret=SECRET)
    assert protected.method == "cell-key noise"
    assert protected.parameters["maximum_noise"] == 5
    assert set(protected.statement.text) == {"en", "mn"}
    assert SECRET.decode() not in repr(protected)
    assert not protected.values.flags.writeable
    frame = protected.to_frame()
    assert frame.columns == ["from", "to", "persons", "status"]
    assert set(frame["status"]) <= {"perturbed", "suppressed"}
    assert (protected.status != Status.PUBLISHED).all()


def test_the_secret_is_read_from_the_environment_or_a_file(tmp_path: "object") -> None:
    path = tmp_path / "key"  # type: ignore[operator]
    path.write_text("0123456789abcdef\n")
    assert read_secret({"NUUDEL_DISCLOSURE_KEY": "x" * 16}) == b"x" * 16
    assert read_secret({"NUUDEL_DISCLOSURE_KEY_FILE": str(path)}) == b"0123456789abcdef"
    for environment in (
        {},
        {"NUUDEL_DISCLOSURE_KEY": "short"},
        {"NUUDEL_DISCLOSURE_KEY_FILE": str(path) + "x"},
    ):
        with pytest.raises(StatisticsError, match="STATISTICS-311"):
            read_secret(environment)
    table = table_with_margins("moves", *square(6, 3))
    with pytest.raises(StatisticsError, match="STATISTICS-311"):
        protect(table, default_policy())


@pytest.mark.parametrize("margins", list(Margins))
def test_noise_too_small_for_the_width_demanded_is_refused(margins: Margins) -> None:
    weak = CellKeyNoise(maximum_noise=1, variance=0.5, never_published=0, margins=margins)
    table = table_with_margins("moves", [3, 2], {"sex": "fm"})
    with pytest.raises(StatisticsError, match="STATISTICS-320"):
        protect(table, weak, secret=SECRET)
