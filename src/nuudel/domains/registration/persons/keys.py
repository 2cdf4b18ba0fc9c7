"""Persons found by number and by name, in both scripts and in every spelling.

What is found here may lie beyond what the user may read: whoever calls has decided that the user may look
so far, hands on no more than is needed, and notes the reading in the audit.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import NameVariant, Person
from nuudel.domains.registration.models.persons import NO_LONGER
from nuudel.domains.registration.persons.name_keys import GIVEN, PATRONYMIC, name_key, variant_keys
from nuudel.people.names import similarity
from nuudel.people.registration_numbers import normalise
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index

__all__ = ["Match", "find_by_name", "find_by_number", "name_key"]

NUMBER = "registration_person.registration_number"
MOST_CANDIDATES = 500  # whose names are decrypted and compared
LEAST_SCORE = 0.6
GIVEN_WEIGHT = 0.55  # a given name tells more than a patronymic, which siblings share
SWAPPED = 0.95  # what a match is worth whose names stand in each other's place
ONE_MISSING = 0.8  # and one where the record or the question has no patronymic
YEAR_BESIDE = 0.9  # and one born in the year before or after


@dataclass(frozen=True)
class Match:
    """A person who may be meant, and how alike the names are, from 0 to 1."""

    person: Person = field(repr=False)
    score: float


@dataclass(frozen=True)
class Asked:
    """Whom somebody looks for."""

    given: str = field(repr=False)
    patronymic: str = field(default="", repr=False)
    birth_year: int | None = None


def find_by_number(user: User, number: str) -> Person | None:
    """The living or former resident with a registration number, wherever the person lives.

    A record that was merged leads to the one that was kept.
    """
    index = blind_index(NUMBER, normalise(number))
    with service_rights():
        rows = Person.objects.select_related("institution", "merged_into__institution")
        found = sorted(rows.filter(registration_number_index=index), key=lambda p: p.state in NO_LONGER)
        return kept(found[0]) if found else None


def kept(person: Person) -> Person:
    """The record that stands for a person, after all mergers."""
    with service_rights():
        while person.merged_into is not None:
            person = person.merged_into
    return person


def find_by_name(
    user: User,
    given: str,
    patronymic: str = "",
    birth_year: int | None = None,
    *,
    born: date | None = None,
    national: bool = False,
    most: int = 20,
) -> list[Match]:
    """Persons whose names are like these, the likest first; also where the two names are swapped.

    Parameters
    ----------
    given, patronymic
        In Cyrillic or Latin letters, in any spelling.
    birth_year
        Of the person, one year more or less.
    born
        The day of birth, exactly.
    national
        Among all persons; otherwise among those that the user may read.

    Raises
    ------
    PeopleError
        ``PEOPLE-101`` to ``PEOPLE-105`` where one of the two cannot be a name.
    """
    asked = Asked(given, patronymic, birth_year)
    with service_rights() if national else nullcontext():
        rows = Person.objects.exclude(state__in=NO_LONGER).select_related("institution")
        rows = rows if national else visible(rows, user, kinds.PERSON)
        if born is not None:
            rows = rows.filter(birth_date=born)
        elif birth_year is not None:
            rows = rows.filter(birth_date__range=(date(birth_year - 1, 1, 1), date(birth_year + 1, 12, 31)))
        found = {person.pk: person for named in ways(asked) for person in candidates(rows, named)}
        matches = [Match(person, score(asked, person)) for person in found.values()]
    likely = [match for match in matches if match.score >= LEAST_SCORE]
    return sorted(likely, key=lambda match: (-match.score, match.person.pk))[:most]


def ways(asked: Asked) -> Iterator[Q]:
    """The questions to the index of names: as said, without a patronymic, and swapped."""
    given = Q(given_key__in=known(GIVEN, asked.given))
    if not asked.patronymic:
        yield given
        yield Q(patronymic_key__in=known(PATRONYMIC, asked.given))
        return
    yield given & Q(patronymic_key__in=known(PATRONYMIC, asked.patronymic))
    yield given & Q(patronymic_key__isnull=True)
    swapped = Q(given_key__in=known(GIVEN, asked.patronymic))
    yield swapped & Q(patronymic_key__in=known(PATRONYMIC, asked.given))


def known(kind: str, name: str) -> list[int]:
    """The keys of all names of the register that share a variant with a name."""
    rows = NameVariant.objects.filter(kind=kind, variant__in=variant_keys(kind, name))
    return sorted(set(rows.values_list("key", flat=True)))


def candidates(rows: "QuerySet[Person]", named: Q) -> "QuerySet[Person]":
    return rows.filter(named)[:MOST_CANDIDATES]


def score(asked: Asked, person: Person) -> float:
    """How well a person fits what is asked, from 0 to 1."""
    given = likeness(asked.given, person.given_name, person.given_latin)
    if not asked.patronymic:
        turned = SWAPPED * likeness(asked.given, person.patronymic, person.patronymic_latin)
        found = max(given, turned * ONE_MISSING)
    elif person.patronymic:
        straight = both(given, likeness(asked.patronymic, person.patronymic, person.patronymic_latin))
        crossed = both(
            likeness(asked.patronymic, person.given_name, person.given_latin),
            likeness(asked.given, person.patronymic, person.patronymic_latin),
        )
        found = max(straight, SWAPPED * crossed)
    else:
        found = ONE_MISSING * given
    beside = asked.birth_year is not None and asked.birth_year != person.birth_date.year
    return found * (YEAR_BESIDE if beside else 1)


def both(given: float, patronymic: float) -> float:
    return GIVEN_WEIGHT * given + (1 - GIVEN_WEIGHT) * patronymic


def likeness(name: str, *spellings: str | None) -> float:
    """How alike a name is to the likest of several spellings."""
    return max((similarity(name, spelling) for spelling in spellings if spelling), default=0.0)
