"""Messages of a node: late, repeated, permuted, forged or of another version."""

import gzip
import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.domains.campaigns.record_types import TRAINING
from nuudel.web.access.context import acting
from nuudel.web.nodes import registry
from nuudel.web.nodes.files import hold
from nuudel.web.nodes.models import Link, Node, Operation, Received
from nuudel.web.nodes.versions import version
from nuudel.web.shell import records

from . import nodes_given
from .nodes_given import (
    OTHER,
    Office,
    World,
    add_participant,
    change,
    make_training,
    node,
    person_at,
    post,
    say_about,
    states,
    take,
    world,
)

__all__ = ["node", "world"]


def raw_operation(world: World, node: Office, **other: Any) -> tuple[dict[str, Any], str]:
    """An operation as the node would send it, changed; and the node's token."""
    world.at(node)
    row = Operation.objects.filter(state="pending").order_by("turn").last()
    assert row is not None
    told = msgspec.json.decode(row.content or "")
    token = Link.objects.get().token
    return {**told, "id": str(uuid4()), "entry": str(uuid4()), **other}, token


@pytest.fixture
def pending(world: World, node: Office) -> Iterator[Any]:
    """A training that the node has made and not sent."""
    made = make_training(world.at(node))
    yield made
    world.sync(node)


def sent(world: World, token: str, *operations: Any) -> list[dict[str, Any]]:
    world.centre.enter()
    answer = post("push", msgspec.json.encode({"operations": operations}), token)
    assert answer.status_code == 200
    results = msgspec.json.decode(gzip.decompress(answer.content))["results"]
    return [results[str(operation["id"])] for operation in operations]


def test_a_node_sends_nothing_for_another_place_or_person(world: World, node: Office, pending: Any) -> None:
    told, token = raw_operation(world, node, record=str(uuid4()))
    world.centre.enter()
    stranger = person_at(OTHER)
    elsewhere = {**told, "id": str(uuid4()), "values": {**told["values"], "place": OTHER}}
    other = {**told, "id": str(uuid4()), "person": stranger.pk}
    nobody = {**told, "id": str(uuid4()), "person": 10**9}
    keys = [answer["problem"]["key"] for answer in sent(world, token, elsewhere, other, nobody)]
    assert keys == ["other_place", "not_posted", "not_posted"]


def test_unknown_fields_and_values_are_refused_and_kept(world: World, node: Office, pending: Any) -> None:
    told, token = raw_operation(world, node, record=str(uuid4()))
    world.centre.enter()
    more = {**told, "id": str(uuid4()), "rights": "all"}
    column = {**told, "id": str(uuid4()), "values": {**told["values"], "state": "evaluated"}}
    code = {**told, "id": str(uuid4()), "values": {**told["values"], "subject": "no-such-code"}}
    kind = {**told, "id": str(uuid4()), "record_type": "accounts.user"}
    action = {**told, "id": str(uuid4()), "action": "no_such_step"}
    answers = sent(world, token, more, column, code, kind, action)
    assert [answer["problem"]["key"] for answer in answers] == [
        "unreadable",
        "no_value",
        "no_value",
        "unknown_kind",
        "unknown_kind",
    ]
    assert answers[2]["problem"]["fields"] == ["subject"]
    assert Received.objects.filter(state="refused", content__isnull=False).count() >= 5


def test_the_same_id_with_other_content_changes_nothing(world: World, node: Office, pending: Any) -> None:
    told, token = raw_operation(world, node, record=str(uuid4()))
    [first, again] = [sent(world, token, told)[0] for _ in range(2)]
    other = {**told, "values": {**told["values"], "venue": "Өөр"}}
    [refused] = sent(world, token, other)
    assert (first["state"], again["state"], refused["problem"]["key"]) == ("done", "done", "other_content")
    user = world.at(world.centre)
    with acting(user, "test"):
        assert records.find(user, TRAINING, told["record"]).venue == "Танхим"  # type: ignore[attr-defined]
        assert len(records.history(TRAINING, records.find(user, TRAINING, told["record"]))) == 1


@pytest.mark.parametrize("told_at", ["2017-06-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_nothing_was_done_before_the_node_joined_or_in_the_future(
    world: World, node: Office, pending: Any, told_at: str
) -> None:
    told, token = raw_operation(world, node, record=str(uuid4()), made_at=told_at)
    assert [answer["state"] for answer in sent(world, token, told)] == ["done"]
    user = world.at(world.centre)
    with acting(user, "test"):
        (made,) = records.history(TRAINING, records.find(user, TRAINING, told["record"]))
    joined_at = Node.objects.latest("joined_at").joined_at
    assert joined_at is not None
    assert joined_at <= made.created_at <= timezone.now()


@pytest.mark.parametrize("seed", range(3))
def test_late_repeated_and_permuted_messages_give_the_same_register(
    world: World, node: Office, seed: int
) -> None:
    """Operations come one by one in any order, some three times: each is done once, in its record's order."""
    luck = random.Random(seed)
    user = world.at(node)
    trainings = [make_training(user) for _ in range(2)]
    for step in ("plan", "hold")[: 1 + seed % 2]:
        for training in trainings:
            add_participant(user, training)
            change(user, TRAINING, training.pk, venue=f"Танхим {luck.random()}")
            take(user, TRAINING, training.pk, step)
            say_about(user, TRAINING, training.pk, step)
    rows = Operation.objects.filter(state="pending")
    told = [msgspec.json.decode(row.content or "") for row in rows]
    token = Link.objects.get().token
    waiting = told * 2
    rounds = 0
    while waiting:
        luck.shuffle(waiting)
        rounds += 1
        answers = [sent(world, token, operation)[0] for operation in waiting]
        assert {answer["state"] for answer in answers} <= {"done", "waiting"}
        waiting = [
            operation
            for operation, answer in zip(waiting, answers, strict=True)
            if answer["state"] == "waiting"
        ]
        assert rounds < 40
    world.sync(node)
    assert states().get("pending", 0) == 0
    assert world.same(node)


def test_a_step_waits_for_the_parts_on_which_its_rule_depends(world: World, node: Office) -> None:
    """No training is held without participants: the step that comes before them waits, and is not refused."""
    user = world.at(node)
    training = make_training(user, counted_women=None)
    take(user, TRAINING, training.pk, "plan")
    for _ in range(3):
        add_participant(user, training)
    take(user, TRAINING, training.pk, "hold")
    rows = Operation.objects.filter(state="pending").order_by("turn")
    told = [msgspec.json.decode(row.content or "") for row in rows]
    token = Link.objects.get().token
    states_of = [answer["state"] for answer in sent(world, token, *reversed(told))]
    assert states_of == ["waiting"] * 5 + ["done"]
    world.sync(node)
    assert states().get("refused", 0) == 0
    assert world.same(node)


def test_other_versions_are_refused_and_nothing_is_lost(
    world: World, node: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_training(world.at(node))
    monkeypatch.setattr(nodes_given, "post", lambda what, body, token: post(what, body, token, "0-old"))
    with pytest.raises(WebError, match="WEB-486"):
        world.sync(node)
    monkeypatch.undo()
    assert (states()["pending"], Link.objects.get().fault) == (1, "WEB-486")
    world.sync(node)
    assert world.same(node)


def test_what_is_no_message_is_refused(world: World, node: Office) -> None:
    world.at(node)
    token = Link.objects.get().token
    world.centre.enter()
    head = {"Nuudel-Version": version(), "Authorization": f"Node {token}"}
    for body in (b"", b"no gzip", b"\x1f\x8b"):
        answer = Client().post("/nodes/v1/push", body, content_type="application/json", headers=head)
        assert answer.status_code == 422
    many = {"operations": [{"id": str(uuid4())}] * 201}
    assert post("push", msgspec.json.encode(many), token).status_code == 422
    assert post("push", msgspec.json.encode({"more": 1}), token).status_code == 422
    assert post("push", msgspec.json.encode({}), "no-token").status_code == 403
    assert post(f"file/{'0' * 64}", b"content", token).status_code == 422
    with pytest.raises(WebError, match="WEB-485"):
        hold(registry.node_of(token), "0" * 64, b"content")
