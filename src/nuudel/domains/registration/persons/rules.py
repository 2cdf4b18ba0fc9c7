"""What a person's entry must keep: names that can be names, a number that agrees with birth and sex."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.base.errors import PeopleError
from nuudel.domains.registration.models import IdentityDocument, Person
from nuudel.domains.registration.models.persons import NO_LONGER
from nuudel.domains.registration.persons.keys import NUMBER
from nuudel.people.names import to_cyrillic, transliterate
from nuudel.people.registration_numbers import birth_date_of, is_registration_number, normalise, sex_of
from nuudel.web.access.context import current
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, WRITTEN

OLDEST_BIRTH = date(1900, 1, 1)
CITIZENSHIP = re.compile(r"[A-Z]{2}|stateless")
CYRILLIC = ("given_name", "patronymic", "family_name")
SAID_BY_DOCUMENTS = ("registration_number", "birth_date", "sex", "given_name", "patronymic", "family_name")
LATIN = ("given_latin", "patronymic_latin")


def person(record: Person, action: str) -> Sequence[Problem]:
    """The shell's entrance: what is wrong with the fields, and whether the number is there already."""
    if action not in WRITTEN:
        return []
    # Programs send it as it was typed: two spellings of a number are one.
    record.registration_number = normalise(record.registration_number or "") or None
    problems = list(person_problems(record, localdate()))
    if action == CHANGED:
        problems += change_problems(record, current().user)
    if record.registration_number and not any(p.field == "registration_number" for p in problems):
        problems += number_taken(record)
    return problems


def change_problems(record: Person, user: User | None) -> Iterator[Problem]:
    """Nobody changes the own record, and what documents say is changed once these are withdrawn."""
    if user is not None and record.holder_id == user.pk:
        yield Problem("", "registration.person.rule_own")
    with service_rights():
        before = Person.objects.get(pk=record.pk)
        issued = IdentityDocument.objects.filter(person=record, state="issued").exists()
    for name in SAID_BY_DOCUMENTS if issued else ():
        if (getattr(record, name) or "") != (getattr(before, name) or ""):
            yield Problem(name, "registration.person.rule_documents_first")


def person_problems(record: Person, today: date) -> Iterator[Problem]:
    """What is wrong with the fields, taken by themselves."""
    for name in (*CYRILLIC, *LATIN):
        text = getattr(record, name)
        if text:
            yield from name_problems(name, text, record.citizenship)
    yield from birth_problems(record, today)
    if not CITIZENSHIP.fullmatch(record.citizenship):
        yield Problem("citizenship", "registration.person.rule_citizenship")
    number = record.registration_number
    if number:
        yield from number_problems(number, record.birth_date, record.sex, today)


def name_problems(field: str, text: str, citizenship: str) -> Iterator[Problem]:
    """A name of letters; citizens' names in Cyrillic, those of travel documents in Latin letters."""
    try:
        latin = transliterate(text)
        reading = to_cyrillic(text)
    except PeopleError as error:
        yield Problem(field, f"registration.person.rule_{error.code.lower().replace('-', '_')}")
        return
    if field in LATIN and latin != " ".join(text.split()):
        yield Problem(field, "registration.person.rule_latin", {"latin": latin})
    if field in CYRILLIC and citizenship == "MN" and reading != " ".join(text.split()):
        yield Problem(field, "registration.person.rule_cyrillic", {"reading": reading})


def birth_problems(record: Person, today: date) -> Iterator[Problem]:
    if record.birth_date > today:
        yield Problem("birth_date", "registration.person.rule_birth_to_come")
    elif record.birth_date < OLDEST_BIRTH:
        yield Problem("birth_date", "registration.person.rule_birth_too_early")


def number_problems(number: str, birth_date: date, sex: str, today: date) -> Iterator[Problem]:
    """A registration number against its form, and against the day of birth and the sex that are entered."""
    if not is_registration_number(number, today):
        yield Problem("registration_number", "registration.person.rule_number_form")
        return
    if birth_date_of(number) != birth_date:
        yield Problem("birth_date", "registration.person.rule_number_birth")
    if sex_of(number) != sex:
        yield Problem("sex", "registration.person.rule_number_sex")


def number_taken(record: Person) -> Iterator[Problem]:
    """Another record with the number, wherever that person lives; its code is what the officer needs."""
    index = blind_index(NUMBER, record.registration_number or "")
    with service_rights():
        rows = Person.objects.filter(registration_number_index=index).exclude(state__in=NO_LONGER)
        other = rows.exclude(pk=record.pk).only("id").first()
    if other is not None:
        yield Problem("registration_number", "registration.person.number_taken", {"code": other.code})
