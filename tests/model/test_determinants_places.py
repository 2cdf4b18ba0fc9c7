"""Effects for plain words, and comparisons between places, on data where the answer is known."""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from nuudel.base.errors import ModelError
from nuudel.model.determinants.between_places import PlaceCharacteristic, between_places, rates
from nuudel.model.determinants.characteristics import mean_over_years, mean_temperature, place_characteristics
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.determinants.leavers import MOVES_BEFORE, Specification, determinants
from nuudel.statistics.internal_migration import InternalMigration

YEARS = np.arange(1990, 2011)
PLACES = tuple(f"P{k:02d}" for k in range(20))


def margins(came: np.ndarray, left: np.ndarray) -> InternalMigration:
    return InternalMigration(YEARS, PLACES, came, left, np.full(len(YEARS), np.nan))


@pytest.fixture(scope="module")
def known() -> tuple[InternalMigration, Exposure]:
    """Losses of this year raise leavers by 40 per cent a unit, of last year by 70; arrivals ignore them."""
    rng = np.random.default_rng(21)
    losses = rng.gamma(0.4, 0.5, size=(len(YEARS) + 1, len(PLACES)))
    base = rng.normal(7, 0.8, len(PLACES)) + rng.normal(0, 0.3, (len(YEARS), 1))
    left = rng.poisson(np.exp(base + np.log(1.4) * losses[1:] + np.log(1.7) * losses[:-1]))
    came = rng.poisson(np.exp(base + rng.normal(0, 0.1, base.shape)))
    exposure = Exposure("million_head", "one million animals", np.arange(1989, 2011), PLACES, losses)
    return margins(came.astype(float), left.astype(float)), exposure


def test_known_effects_are_told_in_per_cent(known: tuple[InternalMigration, Exposure]) -> None:
    table, exposure = known
    main = Specification((1991, 2010), year_effects=True, trends=False, capital=True)
    without = Specification((1991, 2010), year_effects=False, trends=False, capital=True)
    found = determinants(table, exposure, main=main, others=[without], natural_experiment=["out"], draws=199)
    effects = {(e.side, e.determinant): e for e in found.effects}
    now, before = effects["out", "losses_this_year"], effects["out", "losses_last_year"]
    assert now.percent == pytest.approx(40, abs=3)
    assert before.percent == pytest.approx(70, abs=3)
    assert now.low < 40 < now.high
    assert before.low < 70 < before.high
    assert (now.sure, before.sure) == ("clear", "clear")
    assert (now.reading, now.unit) == ("natural_experiment", "one million animals")
    assert now.lowest <= now.percent <= now.highest
    assert now.largest_seen == pytest.approx(exposure.values[2:].max())
    arrivals = effects["in", "losses_this_year"]
    assert arrivals.low < 0 < arrivals.high
    assert arrivals.reading == "correlation"
    moves = effects["out", MOVES_BEFORE]
    assert (moves.unit, moves.reading) == ("a doubling", "correlation")
    # Two specifications, two sides, three determinants.
    assert found.curve.height == 12
    assert found.curve["main"].sum() == 6
    assert found.to_frame()["quality"].unique().to_list() == ["estimated"]


def test_the_capital_is_left_out_where_a_specification_says_so(
    known: tuple[InternalMigration, Exposure],
) -> None:
    table, exposure = known
    main = Specification((1995, 2010), year_effects=True, trends=False, capital=False)
    found = determinants(table, exposure, main=main, capital="P03", draws=0)
    assert "P03" not in found.fits["out"].places
    assert found.effects[0].places == 19


def exact(slope: float) -> tuple[InternalMigration, np.ndarray, list[PlaceCharacteristic]]:
    """Leavers are exactly population x 0.02 x exp(slope x z) in all years."""
    rng = np.random.default_rng(4)
    z, other = rng.normal(size=(2, len(PLACES)))
    population = rng.uniform(20_000, 100_000, len(PLACES))
    left = np.tile(population * 0.02 * np.exp(slope * z), (len(YEARS), 1))
    said = [PlaceCharacteristic("z", "one", z), PlaceCharacteristic("other", "one", other)]
    return margins(left[:, ::-1], left), population, said


def test_an_exact_law_is_found_again() -> None:
    table, population, said = exact(0.3)
    found = between_places(table, "out", population, said, years=[2000, 2001], draws=99)
    per_deviation = 100 * np.expm1(0.3 * said[0].values.std(ddof=1))
    assert found.percent[1] == pytest.approx([per_deviation, 0.0], abs=1e-6)
    assert found.percent[0, 0] == pytest.approx(per_deviation)
    np.testing.assert_allclose(found.high[1] - found.low[1], 0.0, atol=1e-5)
    assert found.same_sign[1, 0] == 1.0
    assert found.turns[1, 0] == 0
    assert found.correlation[0, 1] == pytest.approx(np.corrcoef(said[0].values, said[1].values)[0, 1])
    frame = found.to_frame()
    assert frame["held_equal"].to_list() == ["nothing", "nothing", "all others", "all others"]
    assert frame["reading"].unique().to_list() == ["correlation"]


def test_rates_maximise_the_poisson_likelihood() -> None:
    rng = np.random.default_rng(9)
    design = np.column_stack([np.ones(15), rng.normal(size=(15, 2))])
    offset, counts = rng.normal(3, 1, 15), rng.poisson(50, 15).astype(float)
    weights = rng.integers(0, 3, (2, 15)).astype(float)
    found = rates(design, counts, offset, weights)
    for slopes, weight in zip(found, weights, strict=True):

        def loss(b: np.ndarray, weight: np.ndarray = weight) -> float:
            linear = offset + design @ b
            return float(weight @ (np.exp(linear) - counts * linear))

        assert loss(slopes) <= minimize(loss, slopes, method="BFGS").fun + 1e-6
        np.testing.assert_allclose(
            design.T @ (weight * (counts - np.exp(offset + design @ slopes))), 0, atol=1e-5
        )


def test_intervals_between_places_cover_the_truth() -> None:
    inside = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        z = rng.normal(size=len(PLACES))
        population = rng.uniform(20_000, 100_000, len(PLACES))
        left = population * 0.02 * np.exp(0.2 * z + rng.normal(0, 0.25, len(PLACES)))
        table = margins(np.tile(left, (len(YEARS), 1)), np.tile(left, (len(YEARS), 1)))
        said = [PlaceCharacteristic("z", "one", z)]
        found = between_places(table, "out", population, said, years=[2000], draws=199, seed=seed)
        inside += found.low[0, 0] < 100 * np.expm1(0.2 * z.std(ddof=1)) < found.high[0, 0]
    assert inside >= 26


def test_comparisons_that_cannot_be() -> None:
    table, population, said = exact(0.3)
    flat = PlaceCharacteristic("flat", "one", np.ones(len(PLACES)))
    short = PlaceCharacteristic("short", "one", np.ones(3))
    rare = PlaceCharacteristic("rare", "one", np.where(np.arange(len(PLACES)) < 6, said[0].values, np.nan))
    for wrong, code in ((flat, "MODEL-442"), (short, "MODEL-442"), (rare, "MODEL-441")):
        with pytest.raises(ModelError, match=code):
            between_places(table, "out", population, [*said, wrong], years=[2000])
    left = between_places(table, "out", population, said, years=[2000], leave_out=["P00"], draws=9)
    assert len(left.places) == 19


def test_steps_between_places_that_do_not_settle_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuudel.model.determinants.between_places.STEPS", 1)
    table, population, said = exact(0.3)
    with pytest.raises(ModelError, match="MODEL-443"):
        between_places(table, "out", population, said, years=[2000], draws=9)


INDICATORS = pl.DataFrame(
    {
        "year": [2019, 2020, 2019, 2018],
        "place": ["A", "A", "B", "B"],
        "resident_population": [1000, 1048, 4096, None],
        "herder_households": [100, 156, 512, None],
        "livestock_head": [20_000, 31_200, 51_200, None],
        "poverty_headcount_percent": [None, None, None, 30.0],
    }
)


def test_characteristics_by_hand() -> None:
    places = ("A", "B")
    np.testing.assert_allclose(mean_over_years(INDICATORS, "resident_population", places), [1024, 4096])
    found = place_characteristics(INDICATORS, {"A": (0.0, 0.0), "B": (0.0, 1.0)}, places, "A")
    values = {c.name: c.values for c in found}
    np.testing.assert_allclose(values["herder_households"], [12.5, 12.5])
    np.testing.assert_allclose(values["livestock_per_herder"], [200.0, 100.0])
    np.testing.assert_allclose(values["population"], [10.0, 12.0])
    # One degree on the equator is 111.195 km.
    np.testing.assert_allclose(values["distance_to_capital"], [0.0, 1.11195], rtol=1e-5)
    assert np.isnan(values["poverty"][0])
    assert values["poverty"][1] == 30.0
    with pytest.raises(ModelError, match="MODEL-444: B has no coordinates"):
        place_characteristics(INDICATORS, {"A": (0.0, 0.0)}, places, "A")


def test_winter_is_the_mean_of_the_stations() -> None:
    normals = pl.DataFrame(
        {
            "station": ["1", "1", "2", "3", "1"],
            "place": ["s1", "s1", "s2", "s3", "s1"],
            "month": [1, 12, 1, 1, 7],
            "mean_temperature_c": [-20.0, -10.0, -25.0, -40.0, 20.0],
        }
    )
    found = mean_temperature(normals, {"s1": "A", "s2": "A", "s3": "C"}, ("A", "B"), (12, 1, 2))
    assert found[0] == pytest.approx((-15 - 25) / 2)
    assert np.isnan(found[1])
