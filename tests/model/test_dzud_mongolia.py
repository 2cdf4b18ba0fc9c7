"""Mongolia's losses, against what is known of its dzuds, and how little could be told beforehand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.model.dzud import risk as risks
from nuudel.model.dzud.history import History, history_of
from nuudel.model.dzud.risk import Risk, risk_of
from nuudel.model.pasture.ground import Ground, ground_of

from .pasture_cases import FACTORS


@pytest.fixture(scope="module")
def known() -> History:
    return history_of(load_pack("mongolia"))


@pytest.fixture(scope="module")
def ground() -> Ground:
    return ground_of(load_pack("mongolia"), FACTORS, date(2026, 1, 1))


@pytest.fixture(scope="module")
def risk(ground: Ground) -> Risk:
    return risk_of(load_pack("mongolia"), ground, seed=1)


def test_the_years_of_the_known_dzuds_lost_most(known: History) -> None:
    # An outside reference: the dzuds that every account of Mongolia names.
    total = dict(zip(known.years.tolist(), np.nansum(known.losses, axis=1), strict=True))
    assert {*sorted(total, key=total.__getitem__)[-5:]} == {2000, 2001, 2010, 2023, 2024}


def test_most_aimags_were_hit_in_the_great_dzuds_and_few_in_quiet_years(known: History) -> None:
    hit = dict(zip(known.years.tolist(), np.nansum(known.severe, axis=1), strict=True))
    assert all(hit[year] >= 20 for year in (2001, 2010, 2023, 2024))
    assert all(hit[year] <= 1 for year in (2004, 2007, 2012, 2025))


def test_who_borders_on_whom(known: History) -> None:
    at = known.places.index
    assert known.beside[at("MN21"), at("MN22")]
    assert not known.beside[at("MN21"), at("MN83")]
    assert (known.beside == known.beside.T).all()
    # The capital lies within Tuv, which surrounds it.
    assert known.beside[at("MN11"), at("MN41")]


def test_the_north_west_is_colder_than_the_gobi(known: History) -> None:
    at = known.places.index
    assert known.winter[at("MN85")] < known.winter[at("MN46")] - 8


def test_the_model_is_not_better_than_the_frequency_and_the_result_says_so(risk: Risk) -> None:
    skill = risk.skill
    assert skill.years == (1995, 2025)
    assert skill.against["climatology"].value == pytest.approx(-0.074, abs=0.01)
    assert skill.against["climatology"].low < 0
    assert (risk.method, risk.tells_more) == ("frequency", False)
    assert list(skill.dzuds) == ["dzud_1999_2002", "dzud_2009_2010", "dzud_2023_2024"]
    assert skill.dzuds["dzud_2009_2010"].hit == 32
    frame = risk.to_frame()
    assert set(frame["quality"]) == {"estimated"}
    assert set(frame["method"]) == {"frequency"}
    assert frame["skill"][0] == skill.against["climatology"].value


def test_every_soum_with_animals_has_a_chance_within_its_range(risk: Risk, ground: Ground) -> None:
    there = ground.resident > 0
    np.testing.assert_array_equal(np.isfinite(risk.chance), there)
    assert risk.year == 2026
    assert (risk.low[there] < risk.chance[there]).all()
    assert (risk.chance[there] < risk.high[there]).all()
    assert (risk.low[there] > 0).all()
    assert (risk.high[there] < 1).all()


def test_the_fuller_soum_of_an_aimag_is_in_more_danger(risk: Risk, ground: Ground) -> None:
    inside = np.flatnonzero(np.array(ground.above) == "MN62")
    order = np.argsort(ground.resident[inside] / ground.capacities("cold")[inside])
    assert (np.diff(risk.chance[inside][order]) >= -1e-12).all()


def test_the_factors_cancel_out(risk: Risk) -> None:
    other = ground_of(load_pack("mongolia"), {**FACTORS, "cattle": 8.0}, date(2026, 1, 1))
    np.testing.assert_allclose(risk_of(load_pack("mongolia"), other, seed=1).chance, risk.chance)


def test_a_regression_that_were_surely_better_would_be_used(
    risk: Risk, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    better = {name: replace(score, low=0.01) for name, score in risk.skill.against.items()}
    monkeypatch.setattr(risks, "backtest", lambda *_: replace(risk.skill, against=better))
    monkeypatch.setattr(risks, "REFITS", 20)
    found = risk_of(load_pack("mongolia"), ground, seed=1)
    assert (found.method, found.tells_more) == ("regression", True)
    there = np.isfinite(found.chance)
    assert (found.low[there] <= found.chance[there] + 1e-9).all()
    assert not np.allclose(found.chance[there], risk.chance[there])


def test_a_pack_without_losses() -> None:
    with pytest.raises(ModelError, match="MODEL-773"):
        history_of(load_pack("austria"))
