"""What a person's page shows beside the fields: names in both scripts, the photo, the household, the past."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import CivilNotice, Household, Move, Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.persons.photo import photo_of
from nuudel.domains.registration.residence import events
from nuudel.people.names import transliterate
from nuudel.web.access.decisions import held, may
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.shown import place_names


@dataclass(frozen=True)
class Name:
    """A name in both scripts; ``kept``: its Latin spelling is that of a document, else the standard's."""

    part: str
    written: str = field(repr=False)
    latin: str = field(repr=False)
    kept: bool = False


@dataclass(frozen=True)
class Line:
    """A stay in words: where, from when, until when."""

    where: str
    bagh: str
    begun: date
    ended: date | None
    how: str
    household: Household | None


def content(user: User, person: Person) -> Mapping[str, object]:
    """The panel of a person's page for a reader."""
    officer = bool(held(user, kinds.PERSON, "create"))
    return {
        "person": person,
        "names": names_of(person),
        "photo": photo_of(person),
        "may_photo": may(user, kinds.PERSON, "comment", person),
        "officer": officer,
        "may_change": may(user, kinds.PERSON, "change", person),
        "household": readable_household(user, person),
        "members": others(user, person),
        "lines": lines_of(user, person),
        "moves": linked(user, kinds.MOVE, Move, members__person=person),
        "notices": linked(user, kinds.NOTICE, CivilNotice, person=person),
        "kept": person.merged_into,
        "has_account": person.holder_id is not None,
    }


def names_of(person: Person) -> list[Name]:
    """Each name as it is written and in Latin letters, by the standard where none is kept."""
    rows = (
        ("family_name", person.family_name, None),
        ("patronymic", person.patronymic, person.patronymic_latin),
        ("given_name", person.given_name, person.given_latin),
    )
    return [Name(part, text, kept or transliterate(text), bool(kept)) for part, text, kept in rows if text]


def readable_household(user: User, person: Person) -> Household | None:
    """The household of now, where the reader may open it."""
    if person.household_id is None or not may(user, kinds.HOUSEHOLD, "read"):
        return None
    rows = records.readable(user, record_types()[kinds.HOUSEHOLD])
    found = rows.filter(pk=person.household_id).first()
    return found if isinstance(found, Household) else None


def others(user: User, person: Person) -> list[Person]:
    """Who lives in the same household, as far as the reader may see; their reading is audited."""
    if person.household_id is None:
        return []
    record_type = record_types()[kinds.PERSON]
    rows: Any = records.readable(user, record_type)
    living = rows.filter(household=person.household_id)
    found: list[Person] = list(living.exclude(pk=person.pk).order_by("birth_date", "pk"))
    records.note_reading(record_type, found, NAMED)
    return found


def lines_of(user: User, person: Person) -> list[Line]:
    """Where the person lived, the latest stay first."""
    spells = events.lived(person)
    names = place_names(spell.place for spell in spells)
    rows: Any = records.readable(user, record_types()[kinds.HOUSEHOLD])
    open_to = rows.in_bulk([spell.household_id for spell in spells]) if spells else {}
    return [
        Line(
            where=names[spell.place],
            bagh=bagh_words(spell.place, spell.bagh),
            begun=spell.begun,
            ended=spell.ended,
            how=spell.began.kind,
            household=open_to.get(spell.household_id),
        )
        for spell in reversed(spells)
    ]


def linked(user: User, key: str, model: Any, **condition: object) -> list[Any]:
    """Records of another kind that concern the person, as far as the reader may see them."""
    if not may(user, key, "read"):
        return []
    rows: Any = records.readable(user, record_types()[key])
    return list(rows.filter(**condition).distinct().order_by("-id"))
