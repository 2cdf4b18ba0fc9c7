"""A canary in every personal field of persons, households and documents is found nowhere it may not be."""

import logging
from datetime import date
from uuid import uuid4

import pytest

from nuudel.domains.registration.models import IdentityDocument, NameVariant
from nuudel.domains.registration.tests.made import household, person, registrar, settled
from nuudel.people.registration_numbers import number_for
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, signed_in, user_with

CANARY = "Канаршувуу"
BORN = date(1983, 6, 6)
NUMBER = number_for(BORN, "female", "КШ", 1)
DOCUMENT = "CANARY-7731"
OWN = "/mn/desk/registration"


def test_personal_data_are_in_no_log_list_title_history_or_audit(
    database: Addresses, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    officer = registrar()
    made = person(officer, given_name=CANARY, patronymic=CANARY, family_name=CANARY, birth_date=BORN,
                  birth_place=CANARY, registration_number=NUMBER)  # fmt: skip
    home = household(officer)
    settled(officer, made, home)
    with acting(officer, "test"):
        card = IdentityDocument(person=made, place=made.place, institution=institution(), number=DOCUMENT,
                                kind="identity_card", basis="witnesses", first_witness=CANARY,
                                second_witness=CANARY, witness_statement=CANARY)  # fmt: skip
        records.follow(officer, record_types()["registration.document"], card, "create")
    desk = signed_in(officer)
    secrets = (CANARY, CANARY.lower(), NUMBER, DOCUMENT)
    for kind in ("person", "household", "document"):
        listed = desk.get(f"{OWN}/{kind}/list/").content.decode()
        exported = desk.get(f"{OWN}/{kind}/export.csv").content.decode()
        assert not [word for word in secrets if word in listed + exported], kind
    shown = desk.get(f"{OWN}/person/{made.pk}/").content.decode()
    assert CANARY in shown
    assert NUMBER in shown
    assert CANARY not in shown.partition("</title>")[0]
    wrong = {"form_key": uuid4(), "given_name": CANARY, "registration_number": NUMBER, "birth_date": "x"}
    assert desk.post(f"{OWN}/person/new/", wrong).status_code == 422
    looked = {"number": NUMBER, "purpose": "registration at the counter"}
    assert desk.post(f"{OWN}/office/look-up/", looked).status_code == 200
    for record in (made, card, home, *NameVariant.objects.all()[:3]):
        assert not [word for word in secrets if word in f"{record!s}{record!r}"]
    with acting(officer, "test"):
        history = [f"{a.changes} {a.reason}" for a in Action.objects.all()]
    with acting(user_with(Role.AUDITOR), "test"):
        audit = [f"{e.fields} {e.reason} {e.record_ids}" for e in AuditEntry.objects.all()]
    assert len(audit) > 5
    assert not [word for word in secrets if any(word in line for line in (*history, *audit))]
    assert not [word for word in secrets if word in caplog.text]
    columns = NameVariant.objects.values_list("variant", "key")
    assert all(isinstance(value, int) for row in columns for value in row)


@pytest.mark.parametrize("kind", ["person", "household", "document", "dwelling"])
@pytest.mark.parametrize("lang", ["mn", "en"])
def test_lists_are_there_in_both_languages(database: Addresses, kind: str, lang: str) -> None:
    response = signed_in(registrar()).get(f"/{lang}/desk/registration/{kind}/list/")
    assert response.status_code == 200
