"""Two versions of a record: a person chooses, at the office or at the centre, and the first choice holds."""

from datetime import timedelta
from typing import Any

import msgspec
from django.utils.timezone import localdate

from nuudel.domains.campaigns.record_types import TRAINING
from nuudel.domains.campaigns.tests.given import days
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Posting
from nuudel.web.nodes.deciding import decide
from nuudel.web.nodes.models import Operation, Received
from nuudel.web.shell import records

from .nodes_given import (
    Office,
    World,
    add_participant,
    agreed_training,
    change,
    here,
    make_training,
    node,
    of_record,
    person_at,
    states,
    take,
    world,
)

__all__ = ["node", "world"]


def test_both_changed_it_and_a_person_takes_what_the_office_wrote(world: World, node: Office) -> None:
    training = agreed_training(world, node)
    user = world.at(node)
    change(user, TRAINING, training.pk, venue="Албаны")
    take(user, TRAINING, training.pk, "plan")
    change(world.at(world.centre), TRAINING, training.pk, venue="Төвийн")

    world.sync(node)

    user = world.at(node)
    first, second = of_record(training.pk)[-2:]
    assert (first.state, first.problem["key"], second.state) == ("conflict", "changed_since", "waiting")
    assert msgspec.json.decode(first.theirs or "")["values"] == {"venue": "Төвийн"}
    with acting(user, "test"):  # what was written here stays until somebody decides
        assert records.find(user, TRAINING, training.pk).venue == "Албаны"  # type: ignore[attr-defined]
    user = world.at(world.centre)
    with acting(user, "test"):
        decide(user, Received.objects.get(pk=first.pk), "mine")
    world.sync(node)
    assert world.same(node)
    user = world.at(node)
    with acting(user, "test"):
        kept: Any = records.find(user, TRAINING, training.pk)
    assert (kept.venue, kept.state) == ("Албаны", "planned")
    assert [row.state for row in of_record(training.pk)[-2:]] == ["taken", "done"]


def test_both_changed_it_and_a_person_on_the_node_keeps_what_the_centre_has(
    world: World, node: Office
) -> None:
    training = agreed_training(world, node)
    user = world.at(node)
    change(user, TRAINING, training.pk, venue="Албаны")
    change(world.at(world.centre), TRAINING, training.pk, venue="Төвийн")
    world.sync(node)
    user = world.at(node)
    [*_, row] = of_record(training.pk)
    row.decision, row.decided_by = "theirs", user
    row.save(update_fields=["decision", "decided_by"])
    world.sync(node)
    assert world.same(node)
    [*_, row] = of_record(training.pk)
    assert (row.state, row.content, row.theirs) == ("dropped", None, None)
    with acting(user, "test"):
        kept: Any = records.find(user, TRAINING, training.pk)
    assert kept.venue == "Төвийн"


def test_the_first_decision_holds(world: World, node: Office) -> None:
    training = agreed_training(world, node)
    change(world.at(node), TRAINING, training.pk, venue="Албаны")
    change(world.at(world.centre), TRAINING, training.pk, venue="Төвийн")
    world.sync(node)
    user = world.at(node)
    [*_, row] = of_record(training.pk)
    row.decision, row.decided_by = "mine", user
    row.save(update_fields=["decision", "decided_by"])
    user = world.at(world.centre)
    with acting(user, "test"):
        decide(user, Received.objects.get(pk=row.pk), "theirs")
    world.sync(node)
    assert of_record(training.pk)[-1].state == "dropped"
    assert world.same(node)


def test_what_a_rule_of_the_centre_refuses_is_kept_and_can_be_done_later(world: World, node: Office) -> None:
    training = agreed_training(world, node)
    take(world.at(node), TRAINING, training.pk, "plan")
    # Meanwhile the only posting of who did it ended at the centre.
    world.at(world.centre)
    posting = Posting.objects.filter(user__email=world.email)
    Posting.objects.using("owner").filter(pk__in=posting.values("pk")).update(valid_to=days(-1))
    made = person_at()
    world.sync(node)
    [*_, row] = of_record(training.pk)
    assert (row.state, row.problem["key"]) == ("refused", "not_posted")
    assert row.content
    node.enter()
    assert not here(world.email).current_postings  # who works here no more signs in, and has no rights
    world.centre.enter()
    Posting.objects.using("owner").filter(user__email=world.email).update(valid_to=None)
    world.sync(node)
    user = world.at(node)
    assert user.current_postings
    row.refresh_from_db()
    row.decision, row.decided_by = "mine", here(made.email)
    row.save(update_fields=["decision", "decided_by"])
    world.sync(node)
    row.refresh_from_db()
    assert row.state == "taken"
    assert world.same(node)


def test_a_new_record_that_is_given_up_is_gone_from_the_node(world: World, node: Office) -> None:
    user = world.at(node)
    training = make_training(user)
    add_participant(user, training)
    [row] = Operation.objects.filter(record_id=training.pk)
    told = msgspec.json.decode(row.content or "")
    told["values"]["start"] = str(localdate() + timedelta(days=9))  # as a node with other rules might send it
    told["values"]["end"] = str(localdate())
    row.content = msgspec.json.encode(told).decode()
    row.save(update_fields=["content"])
    world.sync(node)
    row.refresh_from_db()
    assert (row.state, row.problem["key"]) == ("refused", "broken_rules")
    assert [r["field"] for r in row.problem["rules"]] == ["end"]
    for kept in Operation.objects.filter(state__in=("refused", "waiting")).order_by("turn"):
        kept.refresh_from_db()
        kept.decision, kept.decided_by = "theirs", user
        kept.save(update_fields=["decision", "decided_by"])
        world.sync(node)
    for kept in Operation.objects.filter(state="refused"):  # what belonged to it, now that it is given up
        kept.decision, kept.decided_by = "theirs", user
        kept.save(update_fields=["decision", "decided_by"])
    world.sync(node)
    assert states().keys() <= {"done", "taken", "dropped"}
    assert world.same(node)
    with acting(world.at(node), "test"):
        assert not TRAINING.model.objects.filter(pk=training.pk).exists()
