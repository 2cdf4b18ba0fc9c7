"""An edge node and its centre: what is done without a link is in the register once, or kept for a person."""

import gzip
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils.timezone import localdate, now

from nuudel.base.errors import WebError
from nuudel.domains.campaigns.record_types import CAMPAIGN, MANUAL, PARTICIPANT, TRAINING
from nuudel.domains.campaigns.tests.given import a_training, days
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.verify import verify
from nuudel.web.facts.service import make_service
from nuudel.web.nodes import registry, syncing
from nuudel.web.nodes.files import hold
from nuudel.web.nodes.models import Link, Node, Operation, Received
from nuudel.web.nodes.receiving import decide
from nuudel.web.nodes.versions import version
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach, attachments, content_of
from nuudel.web.testing import close_connections

from . import nodes_given
from .nodes_given import (
    OTHER,
    PLACE,
    Office,
    Road,
    add_participant,
    chance,
    change,
    dump,
    here,
    joined,
    make_campaign,
    make_training,
    new_node,
    new_office,
    person_at,
    post,
    say_about,
    states,
    take,
)


class World:
    """A centre, its nodes, and somebody who works at both."""

    def __init__(self) -> None:
        self.centre = new_office()
        self.centre.enter()
        make_service("owner")
        self.email = person_at().email
        self.offices = [self.centre]

    def node(self, place: str = PLACE) -> Office:
        made = new_node(self.centre, place)
        self.offices.append(made)
        return made

    def at(self, office: Office) -> User:
        """Go to an office; the account there of who works at both."""
        office.enter()
        return here(self.email)

    def sync(self, node: Office, road: Road | None = None) -> syncing.Round:
        node.enter()
        with joined(self.centre, node, road or Road()):
            return syncing.sync()

    def same(self, node: Office) -> bool:
        """Whether both have the same records with the same histories; the test is at the node after it."""
        theirs = dump(self.at(self.centre))
        return dump(self.at(node)) == theirs


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    close_connections()
    for office in made.offices:
        office.platform.drop(office.name)


@pytest.fixture(scope="module")
def node(world: World) -> Office:
    return world.node()


def of_record(pk: Any) -> list[Operation]:
    return list(Operation.objects.filter(record_id=pk).order_by("turn"))


def test_what_is_done_on_a_node_is_at_the_centre_with_its_ids_and_times(world: World, node: Office) -> None:
    user = world.at(node)
    training = make_training(user)
    participant = add_participant(user, training, full_name="Канар Үгүй")
    change(user, TRAINING, training.pk, venue="Шинэ танхим")
    take(user, TRAINING, training.pk, "plan")
    take(user, TRAINING, training.pk, "hold")
    comment = say_about(user, TRAINING, training.pk, "Бүгд ирсэн.")
    made_at = Operation.objects.get(record_id=participant.pk).made_at
    assert states()["pending"] == 6

    done = world.sync(node)

    assert (done.sent, done.settled) == (6, 6)
    assert world.same(node)
    world.at(world.centre)
    assert PARTICIPANT.model.objects.count() == 0  # nobody acts: the database shows nothing
    with acting(here(world.email), "test"):
        kept = records.find(here(world.email), PARTICIPANT, participant.pk)
        assert (kept.full_name, kept.created_at) == ("Канар Үгүй", made_at)
        assert [c.pk for c in records.comments(TRAINING, training)] == [comment.pk]


def test_facts_are_entered_at_the_centre_alone_and_once(world: World, node: Office) -> None:
    user = world.at(node)
    before = facts_of(world.centre)
    training = make_training(user, counted_women=3, counted_men=4)
    take(user, TRAINING, training.pk, "plan")
    take(user, TRAINING, training.pk, "hold")
    assert facts_of(node) == 0
    world.sync(node)
    first = facts_of(world.centre)
    assert first > before
    world.sync(node)
    assert (facts_of(world.centre), facts_of(node)) == (first, 0)


def facts_of(office: Office) -> int:
    """How many facts there are, as the audit of each database tells: every one is entered with a note."""
    office.enter()
    rows = AuditEntry.objects.using("owner").filter(action="append", record_type="facts.fact")
    return sum(len(row.record_ids) for row in rows)


def test_a_file_goes_to_the_centre_and_comes_from_it(world: World, node: Office) -> None:
    user = world.at(node)
    training = make_training(user)
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    with acting(user, "test"):
        attach(user, TRAINING, training, SimpleUploadedFile("paper.pdf", pdf))
    world.sync(node)
    user = world.at(world.centre)
    with acting(user, "test"):
        [kept] = attachments(TRAINING, training)
        assert content_of(kept) == pdf
        attach(user, TRAINING, training, SimpleUploadedFile("answer.pdf", pdf + b"%\n"))
    world.sync(node)
    user = world.at(node)
    with acting(user, "test"):
        assert [content_of(file) for file in attachments(TRAINING, training)] == [pdf, pdf + b"%\n"]


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


def agreed_training(world: World, node: Office) -> Any:
    """A training that both have."""
    training = make_training(world.at(world.centre))
    world.sync(node)
    return training


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


def test_a_link_that_is_cut_at_random_loses_nothing(world: World, node: Office) -> None:
    """The message or its answer is lost every third time; in the end both have the same."""
    user = world.at(node)
    road = Road(chance(7, 0.33), chance(8, 0.33))
    for number in range(40):
        made = make_campaign(user) if number % 2 else make_training(user)
        kind = CAMPAIGN if number % 2 else TRAINING
        take(user, kind, made.pk, "plan")
        if number % 5 == 0:
            try_to_sync(world, node, road)
            user = world.at(node)
    for _ in range(60):
        if try_to_sync(world, node, road) and not states().get("pending"):
            break
    assert states().get("pending", 0) == 0
    assert world.same(node)


@contextmanager
def suppress_cut() -> Iterator[None]:
    try:
        yield
    except WebError as error:
        if error.code != "WEB-487":
            raise


def try_to_sync(world: World, node: Office, road: Road) -> bool:
    """Whether a round went through; what cut it off is the link, and nothing else."""
    with suppress_cut():
        world.sync(node, road)
        return True
    return False


def test_two_nodes_of_a_place_meet_at_the_centre(world: World, node: Office) -> None:
    second = world.node()
    training = agreed_training(world, node)
    world.sync(second)
    change(world.at(node), TRAINING, training.pk, venue="Нэг")
    change(world.at(second), TRAINING, training.pk, trainers="Хоёр")
    own = make_training(world.at(second))
    world.sync(node)
    world.sync(second)
    [*_, row] = of_record(training.pk)
    assert row.state == "conflict"
    user = world.at(world.centre)
    with acting(user, "test"):
        decide(user, Received.objects.get(pk=row.pk), "mine")
    world.sync(second)
    world.sync(node)
    assert world.same(node)
    assert world.same(second)
    with acting(user := world.at(node), "test"):
        kept: Any = records.find(user, TRAINING, training.pk)
        assert (kept.venue, kept.trainers) == ("Нэг", "Хоёр")
        assert records.find(user, TRAINING, own.pk)


def test_a_node_of_another_place_gets_nothing_of_this_one(world: World, node: Office) -> None:
    world.at(world.centre)
    person = person_at(OTHER)
    other = world.node(OTHER)
    other.enter()
    assert not User.objects.filter(email=world.email).exists()
    assert dump(here(person.email)) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM campaigns_training")
        assert cursor.fetchone()[0] == 0
    for table in (TRAINING, PARTICIPANT, MANUAL):
        assert table.model.objects.using("owner").count() == 0


def change_past_the_steps(user: User, training: Any) -> None:
    with acting(user, "test"):
        found: Any = records.find(user, TRAINING, training.pk, to_change=True)
        found.venue = "Шууд"
        found.save()


def test_what_cannot_be_sent_is_not_done(world: World, node: Office) -> None:
    user = world.at(node)
    training = make_training(user)
    with pytest.raises(WebError, match="WEB-483"):
        change_past_the_steps(user, training)
    local = User.objects.db_manager("owner").create_user("local@example.org", name="Local")
    office = Institution.objects.get(code="test-office").pk
    Posting.objects.using("owner").create(
        user_id=local.pk, role="registrar", institution_id=office, place=PLACE
    )
    with pytest.raises(WebError, match="WEB-484"):
        make_training(User.objects.get(pk=local.pk))
    Posting.objects.using("owner").filter(user_id=local.pk).delete()
    world.sync(node)
    assert world.same(node)


def test_rows_that_differ_are_found_by_comparing(world: World, node: Office) -> None:
    """Whatever was changed behind the program's back on a node is put right, a few rows a round."""
    training = agreed_training(world, node)
    node.enter()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_training DISABLE TRIGGER campaigns_training_audited")
        cursor.execute("UPDATE campaigns_training SET venue = 'changed' WHERE id = %s", [training.pk])
        cursor.execute("ALTER TABLE campaigns_training ENABLE TRIGGER campaigns_training_audited")
    assert not world.same(node)
    for _ in range(12):
        world.sync(node)
    assert world.same(node)


def test_both_audits_verify_and_the_centre_names_the_node(world: World, node: Office) -> None:
    for office in (node, world.centre):
        office.enter()
        assert verify("owner", []).sound
    short = str(Node.objects.order_by("made_at").first())
    rows = AuditEntry.objects.using("owner").filter(purpose=f"node {short}", action="plan")
    person = here(world.email)
    assert rows.count() > 0
    assert person.pk in {row.user_id for row in rows}
    assert None not in {row.user_id for row in rows}


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


def test_a_revoked_node_is_heard_no_more(world: World) -> None:
    node = world.node()
    make_training(world.at(node))
    world.centre.enter()
    registry.revoke(str(Node.objects.order_by("-made_at").first()))
    with pytest.raises(WebError, match="WEB-482"):
        world.sync(node)
    assert (states()["pending"], Link.objects.get().fault) == (1, "WEB-482")


def test_a_code_works_once_and_not_for_ever(world: World, node: Office) -> None:
    world.centre.enter()
    _, code = registry.register(PLACE, "Once")
    registry.join(code)
    with pytest.raises(WebError, match="WEB-481"):
        registry.join(code)
    made, late = registry.register(PLACE, "Late")
    Node.objects.filter(pk=made.pk).update(code_expires_at=now())
    with pytest.raises(WebError, match="WEB-481"):
        registry.join(late)
    with pytest.raises(WebError, match="WEB-489"):
        registry.register("MN99999", "Nowhere")
    with pytest.raises(WebError, match="WEB-490"):
        registry.revoke("nobody")


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


def test_only_a_new_installation_joins(world: World, node: Office) -> None:
    node.enter()
    with pytest.raises(WebError, match="WEB-488"):
        syncing.join("https://centre.example", "code")
    fresh = new_office()
    world.offices.append(fresh)
    fresh.enter()
    with pytest.raises(WebError, match="WEB-491"):
        syncing.join("http://centre.example", "code")
    with pytest.raises(WebError, match="WEB-488"):
        syncing.sync()
    user = person_at()
    with acting(user, "test"):
        records.create(
            user, TRAINING, a_training(institution=Institution.objects.get(code="test-office"), place=PLACE)
        )
    with pytest.raises(WebError, match="WEB-495"):
        syncing.join("https://centre.example", "code")
