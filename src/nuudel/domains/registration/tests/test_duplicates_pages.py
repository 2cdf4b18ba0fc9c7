"""The page of a pair: what it shows, what it refuses, who may name one."""

import re
from typing import Any

import pytest
from django.db import connections

from nuudel.domains.registration import models
from nuudel.domains.registration.duplicates.comparing import compared
from nuudel.domains.registration.tests.given_civil import number
from nuudel.domains.registration.tests.given_pairs import BORN, now, pair_of, twice
from nuudel.domains.registration.tests.made import ASGAT, ULIASTAI, person, registrar
from nuudel.people.names import similarity
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, user_with


@pytest.fixture
def shown(user: User) -> tuple[Any, models.Pair, list[models.Person]]:
    two = twice(user)
    officer = registrar(ULIASTAI)
    return signed_in(officer), pair_of(user, *two), two


def test_the_page_shows_both_and_marks_what_differs(shown: Any) -> None:
    client, pair, _ = shown
    page = client.get(f"/en/desk/registration/pair/{pair.pk}/").content.decode()
    assert "Цэцэгма" in page
    assert "<mark>а</mark>" in page
    assert "Tsetsegma" in page
    assert "the registration number, but for one sign" in page
    assert "Merge the records" in page
    # The decision is taken beside the comparison, with its grounds: the shell offers no second button for it.
    assert "/step/" not in page


def test_reading_a_pair_is_in_the_audit_of_both(shown: Any, database: Addresses) -> None:
    client, pair, two = shown
    client.get(f"/en/desk/registration/pair/{pair.pk}/")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT record_ids FROM audit_auditentry WHERE action = 'read'"
            " AND record_type = 'registration.person' AND record_ids @> %s",
            [sorted(str(one.pk) for one in two)],
        )
        assert cursor.fetchall()


def test_the_page_merges_and_refuses_in_words(shown: Any) -> None:
    client, pair, (first, _second) = shown
    address = f"/en/desk/registration/pair/{pair.pk}/"
    page = client.get(address).content.decode()
    target = next(part.partition('"')[0] for part in page.split('action="') if "/decide/" in part[:120])
    version = re.search(r'name="version" value="(\w+)"', page)[1]  # type: ignore[index]
    sent = {
        "decision": "merge",
        "kept": str(first.pk),
        "ground": "document",
        "evidence": "Seen.",
        "version": version,
    }
    refused = client.post(target, sent)
    assert refused.status_code == 422
    assert "The two have no document of the same number." in refused.content.decode()
    empty = client.post(target, {"decision": "keep_apart", "version": version})
    assert empty.status_code == 422
    assert "Say how you know." in empty.content.decode()
    stale = client.post(target, sent | {"ground": "number", "version": "1"})
    assert stale.status_code == 409
    merged = client.post(target, sent | {"ground": "number"})
    assert merged.status_code == 302
    again = client.post(target, sent | {"ground": "number"})
    assert again.status_code == 409
    assert client.get(address).status_code == 200


def test_an_officer_names_a_pair_by_number_or_address(user: User) -> None:
    first, second = person(user, registration_number=number(BORN, "male"), birth_date=BORN), person(user)
    client = signed_in(registrar(ULIASTAI))
    address = "/en/desk/registration/pair/new/"
    key = "018f0000-0000-7000-8000-%012d"
    told = {"first_person": now(user, first).registration_number, "second_person": f"/en/x/{second.pk}/"}
    made = client.post(address, told | {"form_key": key % 1})
    assert made.status_code == 302
    twice_named = client.post(address, told | {"form_key": key % 2})
    assert "This pair is there already" in twice_named.content.decode()
    same = client.post(
        address, {"first_person": str(first.pk), "second_person": str(first.pk), "form_key": key % 3}
    )
    assert "Name two different records." in same.content.decode()
    nobody = client.post(address, told | {"second_person": "ЙЙ99999999", "form_key": key % 4})
    assert "There is no such person within your reach." in nobody.content.decode()
    far = person(user, ASGAT)
    beyond = client.post(address, told | {"second_person": str(far.pk), "form_key": key % 5})
    assert "There is no such person within your reach." in beyond.content.decode()


def test_the_letters_that_differ_are_marked() -> None:
    first, second, verdict = compared("Цэцэгмаа", "Цэцэгма")
    assert [(piece.text, piece.differs) for piece in second] == [("Цэцэгма", False)]
    assert "".join(piece.text for piece in first if piece.differs) == "а"
    assert verdict == "differs"
    assert compared("Бат", "БАТ")[2] == "agrees"
    assert compared("", "Бат")[2] == "one_side"
    assert compared("", "")[2] == ""
    assert similarity("Цэцэгмаа", "Цэцэгма") > 0.9


def test_a_citizen_sees_no_pair(user: User) -> None:
    from nuudel.web.access.roles import Role

    citizen = user_with(Role.CITIZEN, at=institution())
    pair = pair_of(user, *twice(user))
    with acting(citizen, "test"):
        assert not models.Pair.objects.filter(pk=pair.pk).exists()
    assert signed_in(citizen).get(f"/en/desk/registration/pair/{pair.pk}/").status_code == 404
