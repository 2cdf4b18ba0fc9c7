"""Weights of interviews in the ledger: a chain of facts, each once, taken back as any other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.points import weighing
from nuudel.domains.displacement.tests import test_facts
from nuudel.domains.displacement.tests.given import given, new_instance, sent_xml, step, submissions_of
from nuudel.domains.displacement.tests.test_facts import Counting
from nuudel.domains.displacement.tests.watches import Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses

WEIGHED = (
    test_facts.MAPPING
    + """      weight: {{context: weight}}
measures:
  layout: traveller
  area: {{context: place}}
  day: {{context: received_on}}
  values: {{}}
"""
)


def facts_of(around: Counting) -> list[Any]:
    """Persons, weight and quality of the facts that nothing supersedes."""
    with psycopg.connect(around.database.backup) as reader:
        return reader.execute(
            "SELECT persons, weight, quality FROM ledger_presence f WHERE series = %s AND NOT EXISTS "
            "(SELECT 1 FROM ledger_presence g WHERE g.supersedes = f.id) ORDER BY weight, persons",
            (around.series,),
        ).fetchall()


def test_the_ledger_has_the_newest_weight_of_each_interview_once(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_facts, "MAPPING", WEIGHED)
    around = Counting("test-weights", database)
    first, second = new_instance(), new_instance()
    assert around.send(sent_xml(first, persons=1)) == 201
    assert around.send(sent_xml(second, persons=1)) == 201
    enter_facts()
    one, two = submissions_of(around.given)
    monkeypatch.setattr(weighing, "weights_of", lambda _: {str(one.pk): 25.0})
    assert weighing.weigh_closed() == 0
    step(around.given.planner, "round", around.given.round, "close")
    assert weighing.weigh_closed() == 1
    assert weighing.weigh_closed() == 0
    monkeypatch.setattr(weighing, "weights_of", lambda _: {str(one.pk): 10.0, str(two.pk): 10.0})
    # Nothing has changed: the round is not looked at.
    assert weighing.weigh_closed() == 0
    step(around.given.planner, "round", models_round(around), "reopen")
    assert weighing.weigh_closed() == 0
    step(around.given.planner, "round", models_round(around), "close")
    assert weighing.weigh_closed() == 2
    assert [(p, w) for p, w, _ in facts_of(around) if p] == [(1, 10.0), (1, 10.0)]
    step(around.given.planner, "submission", around.states()[first], "reject")
    assert weighing.weigh_closed() == 0
    assert [(p, w) for p, w, _ in facts_of(around) if p] == [(1, 10.0)]
    # A correction takes the place of what is weighted, and is weighted itself.
    step(around.given.planner, "round", models_round(around), "reopen")
    assert around.send(sent_xml(new_instance(), persons=2, replaces=second)) == 201
    enter_facts()
    assert [(p, w, q) for p, w, q in facts_of(around) if p] == [(2, 1.0, "observed")]


def models_round(around: Counting) -> models.Round:
    with acting(around.given.planner, "test"):
        return models.Round.objects.get(pk=around.given.round.pk)


@pytest.mark.parametrize("asked", [(5, 5), (4, 5)])
def test_weights_are_the_passages_of_those_asked(database: Addresses, asked: tuple[int, int]) -> None:
    entered = Entered(given())
    day = timezone.localdate() - timedelta(days=1)
    began = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    for point, count, number in zip(("a", "b"), (100, 50), asked, strict=True):
        entered.point(point, point)
        entered.told("point", day, {"point": point, "opens": "08:00", "closes": "12:00", "status": "open"})
        entered.watch(day, passed(9, count), point=point)
        for _ in range(number):
            told = {"point": point, "agreed": "yes", "direction": "in", "mode": "car"}
            entered.told("traveller", day, told, began_at=began)
    with acting(entered.given.planner, "test"):
        weights = weighing.weights_of(entered.given.round)
    assert sorted(weights.values()) == ([10.0] * 5 + [20.0] * 5 if asked[0] == 5 else [10.0] * 5)
