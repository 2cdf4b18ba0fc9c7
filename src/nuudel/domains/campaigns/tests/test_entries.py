"""From records to facts: what counts, what supersedes what, and that a figure follows its record."""

from pathlib import Path
from typing import Any

import pytest

from nuudel.domains.campaigns import entries, models, record_types, series
from nuudel.domains.campaigns.tests.given import (
    a_campaign,
    a_participant,
    change,
    counted,
    days,
    ledger_now,
    make,
    person,
    planned_training,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import institution

TRAINING, CAMPAIGN, REACH = record_types.TRAINING, record_types.CAMPAIGN, record_types.REACH
PARTICIPANT, MANUAL = record_types.PARTICIPANT, record_types.MANUAL


@pytest.fixture
def registrar(database: Addresses) -> User:
    return person(Role.REGISTRAR)


@pytest.fixture
def fresh(tmp_path: Path) -> "Growth":
    return Growth(tmp_path)


class Growth:
    """How much a series has grown since the test began: the tests of a module share a database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = {one.key: self.now(one) for one in series.ALL}

    def now(self, one: series.Series) -> dict[Any, tuple[int, float]]:
        return counted(self.folder, one, "kind", "sex", "quality")

    def __call__(self, one: series.Series) -> dict[tuple[Any, ...], tuple[int, float]]:
        """Events and persons by kind, sex and quality; what has not changed is left out."""
        before, now = self.before[one.key], self.now(one)
        grown = {}
        for key in {*before, *now}:
            was, being = before.get(key, (0, 0.0)), now.get(key, (0, 0.0))
            if was != being:
                grown[key] = (being[0] - was[0], being[1] - was[1])
        return grown


def officials(fresh: Growth) -> dict[str, float]:
    """Persons trained by sex."""
    return {sex: persons for (kind, sex, _), (_, persons) in fresh(series.OFFICIALS).items() if persons}


def trainings(fresh: Growth) -> dict[str, int]:
    """Trainings by kind."""
    return {kind: events for (kind, _, _), (events, _) in fresh(series.TRAININGS).items()}


def test_a_training_counts_those_who_were_there(registrar: User, fresh: Growth) -> None:
    people = [{"sex": "female"}, {"sex": "female"}, {"sex": "male"}, {"sex": "male", "attended": False}]
    training = planned_training(registrar, *people)
    assert trainings(fresh) == {}
    step(registrar, TRAINING, training, "hold")
    assert fresh(series.TRAININGS) == {("training_held", "all", "observed"): (1, 3.0)}
    assert officials(fresh) == {"female": 2.0, "male": 1.0}


def test_a_training_without_a_list_counts_what_was_counted(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, counted_women=22, counted_men=9)
    step(registrar, TRAINING, training, "hold")
    assert officials(fresh) == {"female": 22.0, "male": 9.0}


def test_the_list_goes_before_the_count(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, {"sex": "male"}, counted_women=22, counted_men=9)
    step(registrar, TRAINING, training, "hold")
    assert officials(fresh) == {"male": 1.0}


def test_a_training_at_which_nobody_was_is_not_held(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, {"attended": False}, counted_women=5)
    with pytest.raises(BrokenRulesError) as broken:
        step(registrar, TRAINING, training, "hold")
    assert [problem.message for problem in broken.value.problems] == ["campaigns.rule.nobody_present"]
    assert trainings(fresh) == {}


def test_counting_again_replaces_the_count(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, {"sex": "female"})
    step(registrar, TRAINING, training, "hold")
    late = make(registrar, PARTICIPANT, a_participant(training, sex="unknown"))
    assert officials(fresh) == {"female": 1.0}
    step(registrar, TRAINING, training, "recount")
    assert officials(fresh) == {"female": 1.0, "unknown": 1.0}
    step(registrar, PARTICIPANT, late, "withdraw")
    step(registrar, TRAINING, training, "recount")
    assert officials(fresh) == {"female": 1.0}
    assert trainings(fresh) == {"training_held": 1}


def test_a_change_of_a_held_training_is_a_correction(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, counted_women=22, counted_men=9)
    step(registrar, TRAINING, training, "hold")
    change(registrar, TRAINING, training, counted_women=21)
    assert officials(fresh) == {"female": 21.0, "male": 9.0}
    assert trainings(fresh) == {"training_held": 1}


def test_what_is_taken_back_counts_no_more_and_may_be_held_again(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, counted_women=22)
    step(registrar, TRAINING, training, "hold", "take_back")
    assert (trainings(fresh), officials(fresh)) == ({"training_taken_back": 1}, {})
    change(registrar, TRAINING, training, counted_women=20)
    assert trainings(fresh) == {"training_taken_back": 1}
    step(registrar, TRAINING, training, "hold")
    assert (trainings(fresh), officials(fresh)) == ({"training_held": 1}, {"female": 20.0})
    step(registrar, TRAINING, training, "take_back", "cancel")
    assert (trainings(fresh), officials(fresh)) == ({"training_taken_back": 1}, {})


def test_an_evaluation_leaves_the_count(registrar: User, fresh: Growth) -> None:
    training = planned_training(registrar, counted_men=4, follow_up_day=days(-2), follow_up="Сайн.")
    step(registrar, TRAINING, training, "hold", "evaluate")
    assert (trainings(fresh), officials(fresh)) == ({"training_held": 1}, {"male": 4.0})


def test_a_campaign_counts_from_its_start_until_that_is_taken_back(registrar: User, fresh: Growth) -> None:
    campaign = make(registrar, CAMPAIGN, a_campaign(result="Өссөн.", evidence="Судалгаа."))
    step(registrar, CAMPAIGN, campaign, "plan")
    assert fresh(series.CAMPAIGNS) == {}
    step(registrar, CAMPAIGN, campaign, "run", "take_back")
    assert fresh(series.CAMPAIGNS) == {("campaign_taken_back", "all", "observed"): (1, 0.0)}
    step(registrar, CAMPAIGN, campaign, "run", "close", "evaluate")
    assert fresh(series.CAMPAIGNS) == {("campaign_run", "all", "observed"): (1, 0.0)}


def test_reach_counts_when_it_was_counted_and_never_when_it_was_planned(
    registrar: User, fresh: Growth
) -> None:
    campaign = make(registrar, CAMPAIGN, a_campaign())
    step(registrar, CAMPAIGN, campaign, "plan", "run")
    given = {"campaign": campaign, "channel": "tv", "day": days(-31), "method": "survey", "place": "MN81"}
    make(registrar, REACH, models.Reach(persons=900, planned=True, **given))
    reach = make(registrar, REACH, models.Reach(persons=640, **given))
    assert fresh(series.REACH) == {("reach_counted", "all", "observed"): (1, 640.0)}
    change(registrar, REACH, reach, persons=460)
    assert fresh(series.REACH) == {("reach_counted", "all", "observed"): (1, 460.0)}
    step(registrar, REACH, reach, "withdraw")
    assert fresh(series.REACH) == {("reach_taken_back", "all", "observed"): (1, 0.0)}


def test_a_manual_counts_while_it_is_published(registrar: User, fresh: Growth) -> None:
    manual = make(registrar, MANUAL, models.Manual(title="Авлага", language="mn", version="1", place="MN81"))
    step(registrar, MANUAL, manual, "review")
    assert fresh(series.MANUALS) == {}
    step(registrar, MANUAL, manual, "publish")
    assert fresh(series.MANUALS) == {("manual_published", "all", "observed"): (1, 0.0)}
    step(registrar, MANUAL, manual, "withdraw")
    assert fresh(series.MANUALS) == {("manual_taken_back", "all", "observed"): (1, 0.0)}


def test_what_a_synthetic_institution_records_is_synthetic(database: Addresses, fresh: Growth) -> None:
    office = institution("made-up", synthetic=True)
    training = planned_training(person(Role.REGISTRAR, at=office), counted_women=6)
    step(person(Role.REGISTRAR, at=office), TRAINING, training, "hold")
    assert training.synthetic
    assert {quality for _, _, quality in fresh(series.OFFICIALS)} == {"synthetic"}


def test_a_fact_says_where_and_when(registrar: User, tmp_path: Path) -> None:
    training = planned_training(registrar, counted_women=6)
    step(registrar, TRAINING, training, "hold")
    wanted = entries.CHAINS.fact_id(training, "held", 3).bytes
    facts = ledger_now(tmp_path).facts("event").to_polars()
    [fact] = [row for row in facts.iter_rows(named=True) if row["id"] == wanted]
    said = {name: fact[name] for name in ("place", "start", "end", "institution", "series", "pseudonym")}
    assert said == {
        "place": "MN81",
        "start": training.start,
        "end": training.end,
        "institution": "test-office",
        "series": "campaigns-trainings",
        "pseudonym": None,
    }


def test_the_series_are_declared_with_what_they_count(registrar: User, tmp_path: Path) -> None:
    step(registrar, TRAINING, planned_training(registrar, counted_women=6), "hold")
    declared = ledger_now(tmp_path).manifest.series
    assert declared[series.OFFICIALS.key].concept == series.OFFICIALS.concept
    assert {frozenset(one.concept) for one in series.ALL} == {frozenset({"en", "mn"})}


def test_the_state_of_each_record_is_the_fold_of_its_history(registrar: User) -> None:
    training = planned_training(registrar, counted_women=6)
    step(registrar, TRAINING, training, "hold", "take_back", "hold", "recount")
    with acting(registrar, "test"):
        history = records.history(TRAINING, training)
        stored = models.Training.objects.get(pk=training.pk)
    assert [entry.state for entry in history] == [
        "draft", "planned", "held", "planned", "held", "held",
    ]  # fmt: skip
    assert records.folded_state(TRAINING, history) == stored.state == "held"


def test_an_action_that_enters_nothing_is_not_in_the_chain() -> None:
    from nuudel.web.shell.models import Action

    done = [Action(number=n, state=state) for n, state in enumerate("dphhpphd", start=1)]
    # Held, held, taken back; then nothing until it is held again, and taken back.
    assert [action.number for action in entries.CHAINS.entered(done, frozenset("h"))] == [3, 4, 5, 7, 8]
