"""Capacities, loads and their values: hand-made cases, accounting and bad input."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.base.provenance import Quality
from nuudel.model.pasture.ground import Ground, ground_of, overview, season_of
from nuudel.model.pasture.load import load
from nuudel.model.pasture.parameters import Parameters, parameters_of, pasture_parameters
from nuudel.model.pasture.units import sheep_units
from nuudel.model.pasture.wave import wave_of

from .pasture_cases import FACTORS, ground

ON = date(2026, 1, 1)


@pytest.fixture(scope="module")
def mongolia() -> Ground:
    return ground_of(load_pack("mongolia"), FACTORS, ON)


def test_a_herd_in_sheep_units() -> None:
    # 2 x 5 + 3 x 7 + 4 x 6 + 100 + 50 x 0.9
    herd = {"camels": 2, "horses": 3, "cattle": 4, "sheep": 100, "goats": 50}
    assert sheep_units(herd, FACTORS) == pytest.approx(200)


def test_a_species_without_a_factor_is_named() -> None:
    with pytest.raises(ModelError, match=r"MODEL-763: .*'sheeps'.*: sheep"):
        sheep_units({"sheeps": 1}, FACTORS)


@pytest.mark.parametrize("number", [-1, float("nan"), float("inf")])
def test_no_number_of_animals(number: float) -> None:
    with pytest.raises(ModelError, match="MODEL-764"):
        sheep_units({"sheep": number}, FACTORS)


def test_the_load_is_the_sum_of_its_parts() -> None:
    found = load(ground([600], [1000]), "S0", "cold", guests=300, away=100, what_if=450)
    assert found.parts == {"resident": 600, "guests": 300, "away": -100, "what_if": 450}
    assert (found.sheep_units, found.ratio, found.free) == (1250, 1.25, -250)
    assert found.exceeded
    assert (found.without().sheep_units, found.without().exceeded) == (800, False)


def test_just_full_is_not_too_full() -> None:
    assert not load(ground([600], [1000]), "S0", "warm", what_if=400).exceeded
    assert load(ground([600], [1000]), "S0", "warm", what_if=400.5).exceeded


def test_what_the_administration_says_takes_the_place_of_the_estimates() -> None:
    found = load(ground([600], [1000]), "S0", "warm", counted=500, overrides={"S0": 2000})
    assert (found.sheep_units, found.capacity, found.quality) == (500, 2000, Quality.OBSERVED)
    half = load(ground([600], [1000]), "S0", "warm", overrides={"S0": 2000})
    assert (half.sheep_units, half.quality) == (600, Quality.ESTIMATED)


def test_more_herds_away_than_were_counted_leave_nothing() -> None:
    found = load(ground([600], [1000]), "S0", "warm", away=700)
    assert (found.sheep_units, found.ratio) == (0, 0)


def test_land_that_carries_nothing() -> None:
    assert load(ground([0], [0]), "S0", "warm").ratio == 0
    assert load(ground([0], [0]), "S0", "warm", guests=1).ratio == float("inf")


@pytest.mark.parametrize(
    ("place", "season", "given", "code"),
    [
        ("S9", "warm", {}, "MODEL-765"),
        ("S0", "winter", {}, "MODEL-766"),
        ("S0", "warm", {"guests": -1.0}, "MODEL-764"),
        ("S0", "warm", {"away": float("nan")}, "MODEL-764"),
        ("S0", "warm", {"counted": -5.0}, "MODEL-764"),
    ],
)
def test_bad_input(place: str, season: str, given: dict[str, float], code: str) -> None:
    with pytest.raises(ModelError, match=code):
        load(ground([600], [1000]), place, season, **given)  # type: ignore[arg-type]


def test_the_halves_of_the_year() -> None:
    days = [(5, 31, "cold"), (6, 1, "warm"), (11, 30, "warm"), (12, 1, "cold"), (1, 15, "cold")]
    assert [season_of(date(2026, month, day)) for month, day, _ in days] == [s for *_, s in days]


def test_the_country_has_its_area_its_herd_and_its_capacity(mongolia: Ground) -> None:
    # Outside references: 156.4 million hectares of land, 67 068 486 animals in December 2020, and a herd
    # of "almost three times" what the land carries.
    assert mongolia.hectares.sum() / 0.8 == pytest.approx(156.4e6, rel=0.002)
    assert np.nansum(mongolia.heads) == 67_068_486
    year = mongolia.capacity.mean(axis=1).sum()
    assert np.nansum(mongolia.resident) / year == pytest.approx(3, rel=1e-6)


def test_what_grows_agrees_with_the_level_that_is_set(mongolia: Ground) -> None:
    # Two ways that share only the area: a third of the herd, and forage by zone over the need of a sheep.
    found = overview(mongolia, parameters_of(load_pack("mongolia")), ON)
    assert found["grown"] / found["capacity"] == pytest.approx(0.91, abs=0.02)


def test_the_mix_of_species_is_that_of_the_country(mongolia: Ground) -> None:
    # (472.9 x 5 + 4093.9 x 7 + 4732.0 x 6 + 30049.4 + 27720.3 x 0.9) / 67068.5
    assert mongolia.units_per_head == pytest.approx(1.70589, abs=1e-5)


def test_the_east_has_room_and_the_capital_has_none(mongolia: Ground) -> None:
    # Dornod is where herders go on otor; around Ulaanbaatar pasture is most crowded.
    above = np.array(mongolia.above)
    standing = {
        code: np.nansum(mongolia.resident[above == code]) / mongolia.capacities("warm")[above == code].sum()
        for code in ("MN21", "MN11", "MN62")
    }
    assert standing["MN21"] < 1 < standing["MN62"] < standing["MN11"]


def test_the_same_land_in_other_units_has_the_same_load(mongolia: Ground) -> None:
    doubled = ground_of(load_pack("mongolia"), {k: 2 * v for k, v in FACTORS.items()}, ON)
    ratio = mongolia.resident / mongolia.capacities("cold")
    np.testing.assert_allclose(doubled.resident / doubled.capacities("cold"), ratio)


def test_average_herds_by_largest_remainders() -> None:
    # 7 households over 10, 20 and 30: 1.17, 2.33 and 3.5; the last remainder is the largest.
    country = ground([100, 400, 900], [0, 0, 0], [10, 20, 30])
    herds = wave_of(country, ["S0", "S1", "S2"], 7)
    assert [herd.home for herd in herds] == ["S0", *["S1"] * 2, *["S2"] * 4]
    assert {herd.home: herd.sheep_units for herd in herds} == {"S0": 10, "S1": 20, "S2": 30}
    assert len({herd.key for herd in herds}) == 7


def test_no_soum_sends_more_than_it_has() -> None:
    country = ground([100, 400], [0, 0], [10, 20])
    assert len(wave_of(country, ["S0", "S1"], 30)) == 30
    with pytest.raises(ModelError, match=r"MODEL-776: 31 households are more than .*\(30\)"):
        wave_of(country, ["S0", "S1"], 31)
    assert wave_of(replace(country, resident=np.array([np.nan, 0.0])), ["S0", "S1"], 0) == []


FILE = """
depth:
  unit: {en: m, mn: м}
  about: {en: Depth, mn: Гүн}
  values:
    - {from: 2010-01-01, value: 3, quality: assumed, source: a}
    - {from: 2000-01-01, value: 2, quality: published, source: b}
"""


def read(folder: Path, old: str = "", new: str = "") -> Parameters:
    assert old in FILE
    (folder / "pasture.yaml").write_text(FILE.replace(old, new, 1) if old else FILE, "utf-8")
    return pasture_parameters(folder)


def test_the_value_of_a_day(tmp_path: Path) -> None:
    values = read(tmp_path)
    found = [values.number("depth", date(*day)) for day in ((2000, 1, 1), (2009, 12, 31), (2010, 1, 1))]
    assert found == [2, 2, 3]
    assert values.in_force("depth", date(2005, 1, 1)).source == "b"


@pytest.mark.parametrize(
    ("name", "day", "message"),
    [
        ("depth", date(1999, 12, 31), "MODEL-761: .*for 1999-12-31"),
        ("dept", ON, "MODEL-761: .*: depth"),
    ],
)
def test_a_value_that_there_is_not(tmp_path: Path, name: str, day: date, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read(tmp_path).number(name, day)


def test_a_number_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="MODEL-762"):
        read(tmp_path).table("depth", ON)
    with pytest.raises(ModelError, match="MODEL-762"):
        parameters_of(load_pack("mongolia")).number("forage", ON)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2010-01-01", "2000-01-01", "MODEL-760: .*line 2: depth has no value, or two"),
        ("value: 3", "value: -3", "MODEL-760: .*0 or more"),
        ("value: 3", "value: .nan", "MODEL-760: .*0 or more"),
        ("value: 3", "value: three", "MODEL-734: .*line 2.*expected"),
        ("source: a", "source: ' '", "MODEL-760: .*without its source"),
        ("unit:", "units:", "MODEL-733: .*'units'.*: unit"),
        ("quality: assumed", "quality: guessed", "MODEL-734"),
        ("depth:", "depth", "MODEL-731"),
    ],
)
def test_a_faulty_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read(tmp_path, old, new)


def test_every_value_of_mongolia_has_both_languages() -> None:
    for name, entry in parameters_of(load_pack("mongolia")).entries.items():
        assert set(entry.unit) == set(entry.about) == {"en", "mn"}, name
    aimags = set(parameters_of(load_pack("mongolia")).table("forage", ON))
    assert aimags == set(ground_of(load_pack("mongolia"), FACTORS, ON).above)
