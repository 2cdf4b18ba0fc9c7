"""The work of the demonstration's registrar: moves, documents, notices, a pair, unregistered residents."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from nuudel.domains.registration import kinds, models
from nuudel.domains.registration.documents.witnesses import ask_by_witnesses, witness_named
from nuudel.domains.registration.duplicates.found import note_pair
from nuudel.domains.registration.moves.agreeing import adults_of, note_agreed
from nuudel.domains.registration.moves.report import Report, report_move
from nuudel.domains.registration.notices.receive import receive
from nuudel.people.ages import age_on
from nuudel.people.registration_numbers import number_for
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

PURPOSE = "demo"
PAPERS = ["identity_cards", "birth_certificates", "military", "dwelling_right", "guardian"]
MOVES = (
    ("employment", ()),
    ("education", ("verify",)),
    ("herding", ("verify", "approve")),
    ("family", ("ask_for_papers",)),
    ("housing", ("refuse",)),
)
"""Reasons of the moves, and the steps that each has taken; the first is the citizen's."""

FOUND = (("dtm_round", 4, 2, "no_papers"), ("school", 3, 1, "distance"), ("clinic", 2, 0, "owner_refuses"))
ADULT = 18  # years
Family = Sequence[models.Person]


def make_moves(registrar: User, citizen: User, families: Sequence[Family], today: date) -> None:
    """Whole households move to the next place, each as far as its steps lead."""
    for number, (reason, steps) in enumerate(MOVES):
        family = families[number]
        first = family[0]
        places = sorted({one[0].place for one in families})
        report = Report(
            household=household_of(first),
            persons=frozenset(one.pk for one in family),
            place=places[(places.index(first.place) + 1) % len(places)],
            bagh="1",
            address=f"10-{number + 1}",
            day=today - timedelta(days=3),
            reason=reason,
            consent=True,
        )
        by = citizen if number == 0 else registrar
        with acting(by, PURPOSE):
            move = report_move(by, report, reporter=first if number == 0 else None)
        for action in steps:
            walk_move(registrar, move, action)


def household_of(person: models.Person) -> Any:
    assert person.household_id is not None, "the demonstration moves whole households"
    return person.household_id


def walk_move(registrar: User, move: models.Move, action: str) -> None:
    with acting(registrar, PURPOSE):
        found: Any = records.find(registrar, record_types()[kinds.MOVE], move.pk, to_change=True)
        found.seen = PAPERS
        if action == "verify":
            note_agreed(registrar, found, [str(member.pk) for member in adults_of(found)])
        if action == "refuse":
            found.refusal = "other"
        records.transition(registrar, record_types()[kinds.MOVE], found, action, reason="Жишээ.")


def make_documents(
    registrar: User, families: Sequence[Family], institution: Institution, today: date
) -> None:
    """Identity cards of the first families; and a request by somebody without papers, with two witnesses."""
    kind = record_types()[kinds.DOCUMENT]
    adults = [one for family in families[:5] for one in family if age_on(one.birth_date, today) >= ADULT]
    for number, person in enumerate(adults):
        with acting(registrar, PURPOSE):
            card = models.IdentityDocument(
                person=person,
                place=person.place,
                institution=institution,
                kind="identity_card",
                basis="first",
                number=f"ЖЖ{number:06}",
                holder=person.holder,
            )
            records.create(registrar, kind, card)
            records.transition(registrar, kind, card, "issue")
    with acting(registrar, PURPOSE):
        nobody = models.Person(
            given_name="Жишээ",
            patronymic="Баримтгүй",
            birth_date=date(1971, 1, 1),
            birth_date_quality="stated",
            sex="male",
            place=adults[0].place,
            institution=institution,
        )
        records.create(registrar, record_types()[kinds.PERSON], nobody)
        first, second = (witness_named(registrar, one.registration_number or "") for one in adults[:2])
        assert not isinstance(first, str), first
        assert not isinstance(second, str), second
        ask_by_witnesses(registrar, nobody, "temporary_certificate", (first, second), "Жишээ мэдүүлэг.")


def make_notices(registrar: User, families: Sequence[Family], institution: Institution, today: date) -> None:
    """A birth and a death that are applied, and a birth that is held: nobody knows the mother's number."""
    day = today - timedelta(days=10)
    mother = next(
        one
        for family in families[10:]
        for one in family
        if one.sex == "female" and ADULT <= age_on(one.birth_date, today) <= 40
    )
    oldest = min((one for family in families[10:] for one in family), key=lambda one: one.birth_date)
    unknown = number_for(date(1995, 5, 5), "female", "ЯЯ", 1)
    lines = [
        birth(1, day, mother.place, mother.registration_number or "", number_for(day, "female", "ЯЯ", 2)),
        birth(2, day, mother.place, unknown, number_for(day, "female", "ЯЯ", 3)),
        told(3, "death", day, oldest.place, person=oldest.registration_number),
    ]
    receive(registrar, lines, institution=institution, simulated=True)


def birth(number: int, day: date, place: str, mother: str, child: str) -> str:
    names = {"given_name": "Жишээ", "patronymic": "Жишээ", "sex": "female"}
    return told(number, "birth", day, place, mother=mother, child=child, **names)


def told(number: int, kind: str, day: date, place: str, **fields: Any) -> str:
    """A notice of the simulated civil registration as a line."""
    head = {
        "format": "nuudel-civil-notice/1",
        "kind": kind,
        "sender": "demo-simulator",
        "message_id": f"demo-{number}",
        "day": day.isoformat(),
        "place": place,
    }
    return json.dumps(head | fields, ensure_ascii=False)


def make_pair(registrar: User, families: Sequence[Family]) -> None:
    """Somebody who was entered twice, the second time with a letter too few and a number mistyped."""
    known = families[6][0]
    number = known.registration_number or ""
    with acting(registrar, PURPOSE):
        again = models.Person(
            registration_number=f"Ю{number[1:]}",
            patronymic=known.patronymic,
            given_name=known.given_name[:-1],
            birth_date=known.birth_date,
            sex=known.sex,
            place=known.place,
            institution=known.institution,
        )
        records.create(registrar, record_types()[kinds.PERSON], again)
        agreeing = ["birth_date", "given_name_nearly", "number_nearly", "sex"]
        note_pair(registrar, known, again, found_by="batch", agreeing=agreeing, probability=0.97)


def make_unregistered(registrar: User, institution: Institution, places: Sequence[str], today: date) -> None:
    """Households that were found living without registration, one of them contacted already."""
    kind = record_types()[kinds.UNREGISTERED]
    for place, (source, people, children, hindrance) in zip(places, FOUND, strict=True):
        with acting(registrar, PURPOSE):
            found = models.UnregisteredHousehold(
                place=place,
                institution=institution,
                source=source,
                bagh="1",
                found_on=today - timedelta(days=30),
                persons=people,
                children=children,
                hindrances=[hindrance],
            )
            records.create(registrar, kind, found)
            if source == "school":
                records.transition(registrar, kind, found, "contact")
