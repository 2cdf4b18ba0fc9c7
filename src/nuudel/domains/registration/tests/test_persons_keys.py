"""Keys of names: the same in every spelling, found with an error of typing, and one number one record."""

import threading
from datetime import date

import pytest
from django.db import connection

from nuudel.domains.registration.models import NameVariant, Person
from nuudel.domains.registration.persons.errors import NumberTakenError
from nuudel.domains.registration.persons.keys import find_by_name, find_by_number
from nuudel.domains.registration.persons.name_keys import GIVEN, PATRONYMIC, name_key, variant_rows
from nuudel.domains.registration.tests.made import ASGAT, BAYANGOL, ULIASTAI, person, registrar
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import number_for
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution

BORN = date(1991, 11, 30)


def test_a_key_is_that_of_the_spelling_s_skeleton_and_of_its_kind(database: Addresses) -> None:
    assert name_key(GIVEN, skeleton("Мөнхцэцэг")) == name_key(GIVEN, skeleton("Munkhtsetseg"))
    assert name_key(GIVEN, "bat") != name_key(PATRONYMIC, "bat")
    assert -(2**63) <= name_key(GIVEN, "bat") < 2**63
    assert name_key(GIVEN, "bat", bytes(32)) != name_key(GIVEN, "bat"), "keyed"


def test_variants_lead_to_the_name_with_the_spelling_of_its_document(database: Addresses) -> None:
    rows = variant_rows(GIVEN, "Бат", ["Patt"])
    assert {key for _, key in rows} == {name_key(GIVEN, "bat")}
    assert name_key(GIVEN, "at") in {variant for variant, _ in rows}
    assert name_key(GIVEN, skeleton("Patt")) in {variant for variant, _ in rows}


def test_saving_fills_the_keys_and_the_table_holds_no_name(officer: User) -> None:
    made = person(officer, given_name="Хонгорзул", patronymic="Лхагва")
    assert made.given_key == name_key(GIVEN, skeleton("Хонгорзул"))
    with acting(officer, "test"):
        record_type = record_types()["registration.person"]
        found = Person.objects.get(pk=made.pk)
        before, found.given_name = found.given_name, "Хонгор"
        records.change(officer, record_type, found, {"given_name": before}, records.version_of(found))
        assert Person.objects.get(pk=made.pk).given_key == name_key(GIVEN, skeleton("Хонгор"))
        (row,) = NameVariant.objects.filter(variant=made.given_key, key=made.given_key, kind=GIVEN)
        assert {f.name for f in row._meta.fields} == {"id", "kind", "variant", "key"}


@pytest.mark.parametrize(
    ("given", "patronymic"),
    [
        ("Дэлгэрмаа", "Осорхүү"),  # as it is
        ("Delgermaa", "Osorkhüü"),  # by the standard
        ("DELGERMAA", "OSORHUU"),  # as people type
        ("Дэлгэрма", "Осорхүү"),  # a letter less
        ("Дэлгэрмаа", "Осорхуу"),  # ү as у
        ("Дэгэлрмаа", "Осорхүү"),  # two letters exchanged
        ("Осорхүү", "Дэлгэрмаа"),  # the two names exchanged
        ("Дэлгэрмаа", ""),
    ],
)
def test_a_person_is_found_in_every_spelling(officer: User, given: str, patronymic: str) -> None:
    made = person(officer, given_name="Дэлгэрмаа", patronymic="Осорхүү", birth_date=BORN)
    with acting(officer, "test"):
        first, *_ = [m for m in find_by_name(officer, given, patronymic, 1991) if m.person.pk == made.pk]
        assert first.score >= 0.7
        assert find_by_name(officer, given, patronymic, 1975) == []
    with acting(officer, "test"):
        assert not any(m.person.pk == made.pk for m in find_by_name(officer, "Болормаа", "Осорхүү"))


def test_names_are_searched_where_one_reads_and_numbers_everywhere(officer: User) -> None:
    there = registrar(BAYANGOL)
    number = number_for(BORN, "male", "БГ", 7)
    made = person(there, BAYANGOL, given_name="Идэрмөнх", registration_number=number)
    with acting(officer, "test"):
        assert find_by_name(officer, "Идэрмөнх", "Дорж") == []
        (match,) = find_by_name(officer, "Идэрмөнх", "Дорж", national=True)
        assert match.person.pk == made.pk
        found = find_by_number(officer, f" {number.lower()} ")
        assert found is not None
        assert found.pk == made.pk
        assert find_by_number(officer, number_for(BORN, "male", "БГ", 8)) is None
        assert not Person.objects.filter(pk=made.pk).exists(), "the wider reach ends with the look-up"


def test_a_merged_record_leads_to_the_one_that_was_kept(officer: User) -> None:
    number = number_for(BORN, "male", "МК", 7)
    old, kept = person(officer, registration_number=number), person(officer)
    with acting(officer, "test"):
        old.merged_into = kept
        record_type = record_types()["registration.person"]
        records.follow(officer, record_type, old, "merge", before={"merged_into": None})
    with acting(officer, "test"):
        found = find_by_number(officer, number)
        assert found is not None
        assert found.pk == kept.pk


def test_of_two_who_enter_a_number_at_once_one_wins(officer: User, database: Addresses) -> None:
    number = number_for(BORN, "female", "ХХ", 1)
    barrier = threading.Barrier(8)
    outcomes: list[str] = []
    users = [registrar(ULIASTAI if turn % 2 else ASGAT) for turn in range(8)]
    places = [ULIASTAI if turn % 2 else ASGAT for turn in range(8)]
    office = institution()

    def enter(user: User, place: str) -> None:
        made = Person(given_name="Хулан", birth_date=BORN, sex="female", registration_number=number,
                      place=place, institution=office)  # fmt: skip
        try:
            with acting(user, "test"):
                barrier.wait()
                records.create(user, record_types()["registration.person"], made)
            outcomes.append("entered")
        except NumberTakenError as error:
            outcomes.append(error.code)
        except records.BrokenRulesError as error:
            outcomes.append(error.problems[0].message)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=pair) for pair in zip(users, places, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("entered") == 1
    assert set(outcomes) <= {"entered", "WEB-401", "registration.person.number_taken"}
    assert len(outcomes) == 8
