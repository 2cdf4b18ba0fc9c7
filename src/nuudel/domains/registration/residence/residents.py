"""Who lived there on a day, for pages: how many, by bagh, and whom of them the reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Sum
from django.http import Http404
from django.utils.timezone import make_aware

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Dwelling, Household, Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.residence.events import Spell, events_at, residents_of
from nuudel.web.access.decisions import held, may, visible
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import as_uuid
from nuudel.web.shell.shown import place_names

KINDS = ("household", "dwelling")


@dataclass(frozen=True)
class Residents:
    """Who lived there.

    Attributes
    ----------
    count
        How many at the end of the day.
    by_bagh
        Of a place: the baghs or khoroos, each with its number.
    people
        Of a household or dwelling: those whom the reader may see.
    elsewhere
        How many of them the reader may not see, since they live at another place now.
    """

    day: date
    known: date | None
    place: str
    count: int
    by_bagh: Sequence[tuple[str, int]] = ()
    people: Sequence[Person] = field(default=(), repr=False)
    elsewhere: int = 0


@dataclass(frozen=True)
class StayLine:
    """A stay on the page of corrections, and which of its two events the officer may correct."""

    spell: Spell
    where: str
    may_begin: bool
    may_end: bool


def asked_for(user: User, query: Mapping[str, str]) -> Household | Dwelling | None:
    """The household or dwelling of an address; 404 where it is none that the user may read."""
    for kind in KINDS:
        if kind in query:
            pk = as_uuid(query[kind])
            if pk is None:
                raise Http404
            found = records.find(user, record_types()[f"registration.{kind}"], pk)
            assert isinstance(found, Household | Dwelling)
            return found
    return None


def residents(user: User, where: str | Household | Dwelling, asked: Mapping[str, Any]) -> Residents:
    """Who lived there on a day; the reading of their names is audited."""
    day, known = asked["day"], asked["known"]
    known_at = make_aware(datetime.combine(known + timedelta(days=1), time())) if known else None
    if isinstance(where, str):
        demand_place(user, where)
        rows = visible(events_at(where, known_at), user, kinds.RESIDENCE).filter(day__lte=day)
        sums = rows.values("bagh").annotate(count=Sum("direction")).filter(count__gt=0).order_by("bagh")
        by_bagh = [(bagh_words(where, row["bagh"]), row["count"]) for row in sums]
        note_audit("read", kinds.RESIDENCE, [], ["place", "day"])
        place = place_names([where])[where]
        return Residents(day, known, place, sum(count for _, count in by_bagh), by_bagh)
    ids = residents_of(where, day, known_at)
    readable: Any = records.readable(user, record_types()[kinds.PERSON])
    people = list(readable.filter(pk__in=ids).order_by("birth_date", "pk"))
    records.note_reading(record_types()[kinds.PERSON], people, NAMED)
    note_audit("read", kinds.RESIDENCE, [where.pk], ["person", "day"])
    place = place_names([where.place])[where.place]
    return Residents(day, known, place, len(ids), people=people, elsewhere=len(ids) - len(people))


def demand_place(user: User, place: str) -> None:
    """Refuse a place at which the user has no posting; 404, as of a record that is not there."""
    path = Place.objects.filter(code=place).values_list("path", flat=True).first() or []
    if not any(
        not posting.place or posting.place in path for posting, _ in held(user, kinds.RESIDENCE, "create")
    ):
        raise Http404


def stays_of(user: User, spells: Sequence[Spell]) -> list[StayLine]:
    """Stays with their places, the latest first."""
    names = place_names(spell.place for spell in spells)
    return [
        StayLine(
            spell,
            names[spell.place],
            may(user, kinds.RESIDENCE, "create", spell.began),
            spell.ends is not None and may(user, kinds.RESIDENCE, "create", spell.ends),
        )
        for spell in reversed(spells)
    ]
