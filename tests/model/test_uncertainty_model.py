"""Draws of the error model: their moments, their prefixes, what is known already, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.base.results import read_result, write_result
from nuudel.model.projection.inputs import AGES, SEXES, Feedback
from nuudel.model.projection.uncertainty import ErrorModel, learn_errors
from nuudel.model.projection.uncertainty_model import COMPONENTS, life_expectancy, life_expectancy_slope
from nuudel.model.projection.uncertainty_process import ErrorProcess

from .outlook_cases import case

START, RATES, FEEDBACK = case(years=12)


def model(**changed: object) -> ErrorModel:
    """Errors of three places; national innovations go together at 0.5."""
    size = len(COMPONENTS)
    errors = ErrorModel(
        fertility=ErrorProcess(0.95, 0.3, 0.05),
        life_expectancy=ErrorProcess(1.0, 0.0, 0.4),
        net_migration=ErrorProcess(0.9, 0.0, 60.0),
        mobility=ErrorProcess(0.5, 0.0, 0.15, settled=True),
        correlation=np.full((size, size), 0.5) + 0.5 * np.eye(size),
        target_weight=0.0,
        places=RATES.places,
        leaving=ErrorProcess(0.8, 0.0, 1.0, settled=True),
        pull=ErrorProcess(0.7, 0.0, 1.0, settled=True),
        leaving_scales=np.array([0.1, 0.2, 0.3]),
        pull_scales=np.array([0.3, 0.2, 0.1]),
        leaving_pull=0.4,
        corridor=ErrorProcess(0.9, 0.0, 0.05),
        known_until=(2025, 2024),
        source="past",
        past=(),
        united_nations=(),
        problems=(),
    )
    return replace(errors, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def drawn():
    return model().draw(RATES, FEEDBACK, 6000, 7)


@pytest.fixture(scope="module")
def learnt():
    return learn_errors(load_pack("mongolia"))


def test_a_draw_is_the_same_for_any_number_of_draws():
    few, many = (model().draw(RATES, FEEDBACK, n, 3) for n in (2, 5))
    for name in ("dying", "bearing", "leaving", "pull", "emigrating", "immigrating"):
        assert np.array_equal(getattr(few, name), getattr(many, name)[:2]), name
    assert not np.array_equal(many.leaving[0], many.leaving[1])


def test_a_year_is_the_same_for_any_last_year():
    yearly = (
        "years",
        "dying",
        "dying_newborn",
        "bearing",
        "boys",
        "leaving_level",
        "emigrating_level",
        "immigrants",
    )
    short = replace(RATES, **{name: getattr(RATES, name)[:5] for name in yearly})
    early, late = (model().draw(rates, FEEDBACK, 3, 3) for rates in (short, RATES))
    for name in ("dying", "bearing", "leaving", "pull", "emigrating"):
        assert getattr(early, name) == pytest.approx(getattr(late, name)[:, :5], abs=1e-12), name


def test_another_seed_draws_other_numbers():
    first, second = (model().draw(RATES, FEEDBACK, 2, seed) for seed in (1, 2))
    assert not np.array_equal(first.leaving, second.leaving)


def test_known_years_have_no_error(drawn):
    """National rates are known until 2025, moves until 2024; the projection begins in 2024."""
    assert np.all(drawn.bearing[:, :2] == 0)
    assert np.all(drawn.dying[:, :2] == 0)
    assert np.all(drawn.emigrating[:, :2] == 0)
    assert np.all(drawn.leaving[:, :1] == 0)
    assert np.all(drawn.pull[:, :1] == 0)
    assert np.all(drawn.bearing[:, 2:] != 0)
    assert np.all(drawn.leaving[:, 1:] != 0)


def test_years_that_are_all_known_stay_without_error():
    found = model(known_until=(2050, 2050)).draw(RATES, FEEDBACK, 2, 1)
    assert not any(np.any(getattr(found, n)) for n in ("dying", "bearing", "leaving", "pull", "emigrating"))


def test_variances_and_autocorrelations_are_those_of_the_process(drawn):
    process = model().fertility
    errors = drawn.bearing[:, 2:, 0]
    assert errors.var(axis=0) == pytest.approx(process.variance(10), rel=0.08)
    expected = process.covariance(5, 9) / np.sqrt(process.variance(9)[4] * process.variance(9)[8])
    assert np.corrcoef(errors[:, 4], errors[:, 8])[0, 1] == pytest.approx(expected, abs=0.03)
    pulls = drawn.pull[:, 1:, 0]
    assert pulls.std(axis=0) == pytest.approx(0.3 / np.sqrt(1 - 0.49), rel=0.05)
    assert np.corrcoef(pulls[:, 3], pulls[:, 5])[0, 1] == pytest.approx(0.49, abs=0.03)


def test_components_go_together_as_the_model_says(drawn):
    """First errors are innovations: 0.5 between fertility and life expectancy, 0.4 in a place."""
    living = drawn.dying[:, 2] * life_expectancy_slope(RATES)[2]
    assert living.std() == pytest.approx(0.4, rel=0.05)
    assert np.corrcoef(drawn.bearing[:, 2, 0], living)[0, 1] == pytest.approx(0.5, abs=0.04)
    own = model(mobility=ErrorProcess(0.5, 0.0, 0.0, settled=True)).draw(RATES, FEEDBACK, 4000, 7)
    assert np.corrcoef(own.leaving[:, 1, 2], own.pull[:, 1, 2])[0, 1] == pytest.approx(0.4, abs=0.04)
    assert np.corrcoef(own.leaving[:, 1, 2], own.pull[:, 1, 1])[0, 1] == pytest.approx(0, abs=0.05)


def test_moves_lie_around_the_mean_of_ten_years(drawn):
    """Ten years of an autoregression: their mean lies above the median of a later one, as in the draws."""
    process = ErrorProcess(0.7, 0.0, 0.3, settled=True)
    years = np.exp(process.errors(np.random.default_rng(1).standard_normal((40_000, 10))))
    apart = np.log(years).mean(axis=1) - np.log(years.mean(axis=1))
    assert np.median(drawn.pull[:, 5, 0]) == pytest.approx(apart.mean(), abs=0.015)
    assert np.median(drawn.bearing[:, 5, 0]) == pytest.approx(0, abs=0.01)


def test_net_migration_errs_by_persons():
    """Where as many come as go, the net moves by the error that was drawn."""
    alone = model(corridor=ErrorProcess(0.9, 0.0, 0.0))
    found = alone.draw(RATES, FEEDBACK, 4000, 1)
    coming = RATES.immigrants[None]
    net = (coming * (np.exp(found.immigrating) - np.exp(found.emigrating))).sum(axis=2)
    assert net[:, 2:].std(axis=0) == pytest.approx(np.sqrt(alone.net_migration.variance(10)), rel=0.06)


def test_life_expectancy_moves_by_years():
    slope = life_expectancy_slope(RATES)
    assert np.all(slope < 0)
    up = np.full(12, 1.0) / slope
    moved = life_expectancy(
        RATES.dying * np.exp(RATES.dying_response * up[:, None, None]), RATES.dying_newborn
    )
    gained = moved - life_expectancy(RATES.dying, RATES.dying_newborn)
    assert gained == pytest.approx(np.ones(12), rel=0.03)


def test_life_expectancy_by_hand():
    """Nobody dies before 100, then half of them each year: 100 years and 1.5 more, less what is before."""
    dying = np.zeros((1, len(SEXES), AGES))
    dying[..., -1] = 0.5
    assert life_expectancy(dying, np.zeros((1, 2))) == pytest.approx([0.5 + 100 + 2 - 0.5])


def test_a_country_without_immigrants_or_response_is_drawn_all_the_same():
    rates = replace(RATES, immigrants=np.zeros_like(RATES.immigrants), dying_response=np.zeros((2, AGES)))
    found = model().draw(rates, FEEDBACK, 3, 1)
    assert np.isfinite(found.emigrating).all()
    assert np.all(found.dying == 0)


def test_units_take_the_errors_of_the_place_that_they_lie_in():
    units = replace(RATES, places=("a", "b", "c"))
    parents = ("MN100", "MN100", "MN101")
    found = model().draw(units, FEEDBACK, 2, 1, parents=parents)
    upper = model().draw(RATES, FEEDBACK, 2, 1)
    assert np.array_equal(found.pull, upper.pull[:, :, [0, 0, 1]])


def test_scaled_multiplies_spreads():
    twice = model().scaled(fertility=2.0, places=0.5)
    assert twice.fertility.scale == pytest.approx(0.1)
    assert twice.pull_scales == pytest.approx([0.15, 0.1, 0.05])
    assert twice.mobility == model().mobility


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: model().draw(RATES, FEEDBACK, 0, 1), "MODEL-664"),
        (lambda: model().draw(RATES, FEEDBACK, 1, -1), "MODEL-664"),
        (lambda: model(places=("MN100", "MN101", "XX")).draw(RATES, FEEDBACK, 1, 1), "MODEL-665"),
        (lambda: learn_errors(load_pack("mongolia"), source="hearsay"), "MODEL-666"),
        (lambda: learn_errors(load_pack("usa")), "MODEL-662"),
        (lambda: learn_errors(load_pack("mongolia"), until=1900), "MODEL-663"),
        (lambda: learn_errors(load_pack("mongolia"), until=1991), "MODEL-661"),
    ],
)
def test_what_cannot_be_drawn_or_learnt_is_refused(call, code):
    with pytest.raises(ModelError) as refused:
        call()
    assert refused.value.code == code


def test_the_united_nations_intervals_are_met(learnt):
    """WPP 2024: 80 % of total fertility in 2050 is 1.573 to 2.437 of 1.991; life expectancy 73.7 to 81.3."""
    theirs = learn_errors(load_pack("mongolia"), source="united_nations")
    spread = np.sqrt(theirs.fertility.variance(27)[-1])
    assert spread == pytest.approx(np.log(2.437 / 1.573) / (2 * 1.2816), rel=0.06)
    assert np.sqrt(theirs.life_expectancy.variance(27)[-1]) == pytest.approx(7.57 / 2 / 1.2816, rel=0.06)
    past = learn_errors(load_pack("mongolia"), source="past")
    both, here, there = (m.fertility.variance(20)[-1] for m in (learnt, past, theirs))
    assert both == pytest.approx(np.sqrt(here * there), rel=0.1)


def test_what_mongolia_teaches(learnt):
    assert learnt.known_until == (2023, 2022)
    assert len(learnt.places) == 22
    assert 0 < learnt.leaving.rho < 1
    assert learnt.leaving.settled
    assert np.linalg.eigvalsh(learnt.correlation).min() > 0
    frame = learnt.to_frame()
    assert set(frame["quality"]) == {"estimated"}
    # The two sources of fertility's spread, and the outlook's between them.
    lowest, middle, highest = sorted(
        frame.row(0, named=True)[n] for n in ("united_nations25", "sd25", "past25")
    )
    assert lowest < middle == frame["sd25"][0] < highest
    assert learnt.correlation_frame().height == 7


def test_only_what_was_known_teaches():
    """The model of 2009 does not change when later years are cut from nothing but its sight."""
    then = learn_errors(load_pack("mongolia"), until=2009, source="past")
    assert then.known_until == (2009, 2009)
    assert then.pull_scales.mean() > learn_errors(load_pack("mongolia"), source="past").pull_scales.mean()


def test_the_model_is_kept_and_read_back(learnt, tmp_path):
    write_result(learnt, tmp_path / "errors")
    again = read_result(ErrorModel, tmp_path / "errors")
    first, second = (
        m.draw(replace(RATES, places=("MN11", "MN21", "MN85")), FEEDBACK, 2, 1) for m in (learnt, again)
    )
    assert np.array_equal(first.leaving, second.leaving)


def test_capacities_have_no_error():
    found = model().draw(RATES, FEEDBACK, 2, 1)
    assert found.capacity.shape == (2, 12, len(FEEDBACK.names), 3)
    assert not np.any(found.capacity)
    none = Feedback((), np.zeros((0, 2, AGES)), np.ones((12, 0, 3)), np.zeros(0), np.zeros(0))
    assert model().draw(RATES, none, 2, 1).capacity.shape == (2, 12, 0, 3)
