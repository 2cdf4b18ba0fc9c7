"""An edge node and its centre: what is done without a link is in the register, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils.timezone import now

from nuudel.base.errors import WebError
from nuudel.domains.campaigns.record_types import CAMPAIGN, MANUAL, PARTICIPANT, TRAINING
from nuudel.domains.campaigns.tests.given import a_training
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.verify import verify
from nuudel.web.nodes import registry, syncing
from nuudel.web.nodes.deciding import decide
from nuudel.web.nodes.models import Link, Node, Operation, Received
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach, attachments, content_of

from .nodes_given import (
    OTHER,
    PLACE,
    Office,
    Road,
    World,
    add_participant,
    agreed_training,
    chance,
    change,
    dump,
    facts_of,
    here,
    make_campaign,
    make_training,
    new_office,
    node,
    of_record,
    person_at,
    say_about,
    states,
    take,
    world,
)

__all__ = ["node", "world"]


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
