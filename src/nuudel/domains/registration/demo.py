"""A synthetic register for the demonstration: some households in three soums, and work in every stage.

Everything is made as people make it, with history, events, facts and audit; nobody of these names and
numbers is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.utils.timezone import localdate

from nuudel.domains.registration import kinds, models
from nuudel.domains.registration.demo_cases import (
    make_documents,
    make_moves,
    make_notices,
    make_pair,
    make_unregistered,
)
from nuudel.domains.registration.residence.events import Cause, begin, open_household
from nuudel.people.synthetic import persons
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

PURPOSE = "demo"
PLACES = ("MN18101", "MN18104", "MN18107")  # soums of the aimag in which the demonstration's registrar works
HOUSEHOLDS, PERSONS, SEED = 60, 200, 2026
OPENED_BEFORE = 700  # days


@dataclass(frozen=True)
class Home:
    """A household of the demonstration with its members, the head first."""

    household: models.Household
    members: Sequence[models.Person]


def make_demo(users: Mapping[Role, User], institution: Institution) -> None:
    """Make the register: households, documents, moves, notices, a pair to review, unregistered residents."""
    assert institution.synthetic, "only a synthetic institution makes synthetic records"
    registrar, citizen = users[Role.REGISTRAR], users[Role.CITIZEN]
    today = localdate()
    homes = make_homes(registrar, citizen, institution, today - timedelta(days=OPENED_BEFORE))
    families = [home.members for home in homes]
    make_documents(registrar, families, institution, today)
    make_moves(registrar, citizen, families, today)
    make_notices(registrar, families, institution, today)
    make_pair(registrar, families)
    make_unregistered(registrar, institution, PLACES, today)


def make_homes(registrar: User, citizen: User, institution: Institution, opened: date) -> list[Home]:
    """The households, larger ones first; the head of the first is the demonstration's citizen."""
    places = dict.fromkeys(PLACES, 1.0)
    drawn = persons(PERSONS, HOUSEHOLDS, SEED, places, opened).persons.with_row_index("row")
    groups = drawn.partition_by("household")
    found = []
    for number, rows in enumerate(sorted(groups, key=len, reverse=True)):
        with acting(registrar, PURPOSE):
            found.append(make_home(registrar, institution, rows, opened, citizen if number == 0 else None))
    return found


def make_home(
    registrar: User, institution: Institution, rows: pl.DataFrame, opened: date, citizen: User | None
) -> Home:
    """A dwelling, a household in it, and its members from the day of opening on."""
    first = rows.row(0, named=True)
    where = {"place": first["place"], "institution": institution}
    dwelling = models.Dwelling(
        **where, bagh=first["bagh"], address=f"{first['household'] + 1}", kind="house", capacity=12
    )
    records.create(registrar, record_types()[kinds.DWELLING], dwelling)
    household = open_household(registrar, first["place"], first["bagh"], dwelling, institution)
    cause = Cause(kinds.HOUSEHOLD, household.pk)
    members: dict[int, models.Person] = {}
    # Parents before their children, who name them.
    for row in rows.sort("birth_date").iter_rows(named=True):
        person = models.Person(**fields_of(row), **where, holder=citizen if row["role"] == "head" else None)
        person.mother, person.father = members.get(row["mother"]), members.get(row["father"])
        records.create(registrar, record_types()[kinds.PERSON], person)
        begin(registrar, person, household, kind="opening", day=max(opened, row["birth_date"]), cause=cause)
        members[row["row"]] = person
    ordered = sorted(members.values(), key=lambda one: (one.household_role != "head", one.birth_date))
    return Home(household, ordered)


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a person from a row of the synthetic population."""
    names = ("family_name", "patronymic", "given_name", "birth_date", "sex")
    quality = "estimated" if row["birth_estimated"] else "documented"
    return {name: row[name] for name in names} | {
        "registration_number": row["number"],
        "household_role": row["role"],
        "birth_date_quality": quality,
    }
