"""The registers of residence and otor on a node: done without a link, they are the same at the centre."""

import gzip
import html
from datetime import date, timedelta
from uuid import uuid4

import msgspec
import pytest
from django.utils.timezone import localdate, now

from nuudel.base.errors import WebError
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import a_household as a_herd
from nuudel.domains.otor.tests.given import a_request, counted, make
from nuudel.domains.registration.documents.record_types import DOCUMENT
from nuudel.domains.registration.models import IdentityDocument, Move, Person, ResidenceEvent
from nuudel.domains.registration.moves.certificate import opened, verified
from nuudel.domains.registration.persons.keys import find_by_name, find_by_number
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.residence.correcting import correct, event_to_correct
from nuudel.domains.registration.residence.households import add_member, change_role
from nuudel.domains.registration.residence.record_types import HOUSEHOLD
from nuudel.web.access.context import acting
from nuudel.web.nodes.deciding import decide
from nuudel.web.nodes.models import Link, Node, Operation, Received
from nuudel.web.shell import records
from nuudel.web.testing import signed_in
from nuudel.web.words import LANGUAGES, say

from .nodes_given import (
    OTHER,
    PLACE,
    Office,
    World,
    change,
    facts_of,
    node,
    person_at,
    post,
    states,
    take,
    world,
)
from .nodes_register import (
    START,
    a_document,
    a_household,
    a_move,
    a_person,
    decides,
    enters,
    otor_of,
    register_of,
)

__all__ = ["node", "world"]


def test_a_household_is_registered_and_moves_without_a_link(world: World, node: Office) -> None:
    user = world.at(node)
    head = a_person(user)
    child = a_person(user, given_name="Бат", birth_date=date(2018, 9, 1), sex="male", patronymic="Туяа")
    home = a_household(user, "Алтай 3")
    enters(user, home, head)
    enters(user, home, child, "child")
    move = a_move(user, home, head, child)
    for action in ("verify", "approve"):
        decides(user, move, action)
    before = register_of(user)
    assert before["stock"] == 2

    world.sync(node)

    assert states() == {"done": len(Operation.objects.all())}
    after = register_of(world.at(node))
    theirs = register_of(world.at(world.centre))
    assert after == theirs
    assert before.keys() == theirs.keys()


def settle(world: World, node: Office) -> None:
    """Send everything; all of it is done, and both have the same."""
    world.sync(node)
    left = Operation.objects.exclude(state__in=("done", "taken"))
    assert [(row.problem, row.content) for row in left] == []
    after = register_of(world.at(node))
    assert after == register_of(world.at(world.centre))


def test_a_persons_names_are_found_on_both_sides_after_a_change(world: World, node: Office) -> None:
    user = world.at(node)
    person = a_person(user, given_name="Оюунчимэг")
    change(user, PERSON, person.pk, given_name="Оюунгэрэл")
    settle(world, node)
    for office in (node, world.centre):
        user = world.at(office)
        with acting(user, "test"):
            assert [match.person.pk for match in find_by_name(user, "Оюнгэрэл")] == [person.pk]


def test_what_was_decided_on_a_day_has_that_day_at_the_centre(world: World, node: Office) -> None:
    user = world.at(node)
    person = a_person(user)
    document = a_document(user, person)
    take(user, DOCUMENT, document.pk, "issue")
    then = now() - timedelta(days=5)  # the operations wait for the link since
    for row in Operation.objects.filter(state="pending"):
        told = msgspec.json.decode(row.content or "")
        row.content = msgspec.json.encode(told | {"made_at": then}).decode()
        row.save(update_fields=["content"])
    world.at(world.centre)
    Node.objects.update(joined_at=then - timedelta(days=1))
    world.sync(node)
    user = world.at(world.centre)
    with acting(user, "test"):
        kept = IdentityDocument.objects.get(pk=document.pk)
    assert kept.issued_on == localdate(then)
    settle(world, node)


def test_the_number_and_the_certificate_of_a_move_are_the_centres(world: World, node: Office) -> None:
    user = world.at(node)
    person = a_person(user)
    home = a_household(user, "Хангай 8")
    enters(user, home, person)
    move = a_move(user, home, person, address="Хангай 9")
    decides(user, move, "verify")
    decides(user, move, "approve")
    with acting(user, "test"):
        assert Move.objects.get(pk=move.pk).certificate == ""
    settle(world, node)
    user = world.at(node)
    with acting(user, "test"):
        kept = Move.objects.get(pk=move.pk)
        assert (kept.number, opened(kept)["number"]) == (move.number, move.number)
        assert verified(kept.number, kept.certificate, "en").verdict == "genuine"


def test_a_wrong_entry_is_corrected_without_a_link(world: World, node: Office) -> None:
    user = world.at(node)
    person = a_person(user)
    home = a_household(user, "Суварга 1")
    enters(user, home, person)
    with acting(user, "test"):
        change_role(user, home.pk, person.pk, "other")
        event = ResidenceEvent.objects.get(person=person)
        correct(user, event_to_correct(user, event.pk), "Өөр өдөр", day=date(2021, 3, 4))
    settle(world, node)
    user = world.at(world.centre)
    with acting(user, "test"):
        days = list(ResidenceEvent.objects.filter(person=person, direction=1).values_list("day", flat=True))
        assert sorted(days) == [START, date(2021, 3, 4)]


def test_every_event_of_residence_has_its_fact_at_the_centre_alone(world: World, node: Office) -> None:
    user = world.at(node)
    person = a_person(user)
    home = a_household(user, "Баян 4")
    with acting(user, "test"):
        add_member(user, home.pk, person.pk, role="head", kind="late_registration", day=START)
    settle(world, node)
    assert facts_of(node) == 0
    before = facts_of(world.centre)
    assert before > 0
    world.sync(node)
    assert facts_of(world.centre) == before


def test_what_concerns_another_office_is_refused_with_the_next_step(world: World, node: Office) -> None:
    """A family of another place wants to move here: the persons are not on the node."""
    user = world.at(world.centre)
    elsewhere = person_at(OTHER)
    person = a_person(elsewhere, place=OTHER)
    home = a_household(elsewhere, "Улаан 2", OTHER)
    enters(elsewhere, home, person)
    move = a_move(elsewhere, home, person, place=PLACE, address="Тэнд 1")
    world.sync(node)
    user = world.at(node)
    client = signed_in(user)
    client.raise_request_exception = False
    page = client.get(f"/en/desk/registration/move/{move.pk}/")
    assert page.status_code == 409
    assert say("accounts.refused.centre.title", lang="en") in page.content.decode()
    with acting(user, "test"), pytest.raises(WebError, match="another office") as caught:
        records.locked(PERSON, [person.pk])
    assert caught.value.code == "WEB-483"
    with acting(user, "test"):
        assert find_by_number(user, str(person.registration_number)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_country_is_not_searched_on_a_node(world: World, node: Office, lang: str) -> None:
    client = signed_in(world.at(node))
    asked = {
        "number": "",
        "given": "Бат",
        "birth_year": "1990",
        "national": "on",
        "patronymic": "",
        "purpose": "Бичиг баримт олох",
    }
    page = client.post(f"/{lang}/desk/registration/office/look-up/", asked)
    assert say("registration.look_up.not_here", lang=lang) in html.unescape(page.content.decode())


def test_a_household_changed_at_both_ends_waits_for_a_person(world: World, node: Office) -> None:
    user = world.at(node)
    home = a_household(user, "Шар 6")
    person = a_person(user)
    settle(world, node)
    enters(world.at(node), home, person)
    change(world.at(world.centre), HOUSEHOLD, home.pk, herder=True)
    world.sync(node)
    user = world.at(node)
    row = Operation.objects.get(state="conflict")
    assert row.problem["key"] == "changed_since"
    client = signed_in(user)
    for lang in LANGUAGES:
        page = client.get(f"/{lang}/desk/nodes/{row.pk}/").content.decode()
        assert say("nodes.command.add_member", lang=lang) in html.unescape(page)
    user = world.at(world.centre)
    with acting(user, "test"):
        decide(user, Received.objects.get(pk=row.pk), "mine")
    world.sync(node)
    assert register_of(world.at(node)) == register_of(world.at(world.centre))
    with acting(world.at(node), "test"):
        assert Person.objects.get(pk=person.pk).household_id == home.pk


def test_herds_are_registered_and_a_request_is_answered_without_a_link(world: World, node: Office) -> None:
    world.centre.enter()
    at_home = person_at(OTHER)
    herder = a_herd(at_home)
    counted(at_home, herder)
    request = make(at_home, REQUEST, a_request(herder, place=PLACE))
    world.sync(node)
    user = world.at(node)
    mine = a_herd(user, bagh="2")
    counted(user, mine)
    for action in ("accept_above_capacity", "sign_host"):
        take(user, REQUEST, request.pk, action, "test")
    world.sync(node)
    assert [
        row.problem for row in Operation.objects.exclude(state="done").filter(record_type__startswith="otor")
    ] == []
    kept = otor_of(world.at(node))
    assert kept == otor_of(world.at(world.centre))
    assert str(mine.pk) in kept
    assert [act[1] for act in kept[str(request.pk)][1]] == ["create", "accept_above_capacity", "sign_host"]


def test_a_forged_function_is_refused(world: World, node: Office) -> None:
    user = world.at(node)
    a_household(user, "Хөх 1")
    row = Operation.objects.filter(state="pending").latest("turn")
    told = msgspec.json.decode(row.content or "")
    token = Link.objects.get().token
    forged = [
        told | {"id": str(uuid4()), "command": "registration.no_such"},
        told | {"id": str(uuid4()), "action": "read"},
        told | {"id": str(uuid4()), "values": told["values"] | {"place": OTHER}},
        told | {"id": str(uuid4()), "values": told["values"] | {"rights": "all"}},
        told | {"id": str(uuid4()), "values": {}},
    ]
    world.centre.enter()
    answer = post("push", msgspec.json.encode({"operations": forged}), token)
    results = msgspec.json.decode(gzip.decompress(answer.content))["results"]
    keys = [results[one["id"]]["problem"]["key"] for one in forged]
    assert keys == ["unknown_kind", "unknown_kind", "not_permitted", "no_value", "no_value"]
    world.sync(node)
