"""Whose data are to be erased on a day: what the rules say, less what a legal hold keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.timezone import localdate

from nuudel.domains.registration.models import (
    CivilNotice,
    Hold,
    Move,
    MoveDraft,
    Person,
    UnregisteredHousehold,
)
from nuudel.domains.registration.retention.rules import Rules
from nuudel.people.ages import years_after
from nuudel.web.facts.service import service_rights

ENDS = {"person_deceased": ("deceased", "death"), "person_emigrated": ("emigrated", "emigration")}
"""Rules of persons: the state, and the event of residence from which the years are counted."""
CLOSED_MOVES = ("approved", "refused", "upheld", "withdrawn", "reversed")
CLOSED_CASES = ("registered", "gone")


@dataclass
class Due:
    """Ids of what is to be erased, by rule, and how many persons a hold keeps."""

    found: dict[str, list[UUID]] = field(default_factory=dict)
    held: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(keys) for name, keys in self.found.items()}


def due_on(today: date, rules: Rules) -> Due:
    """What is to be erased on a day; reads with the system's rights and hands on ids alone."""
    due = Due()
    with service_rights():
        for name, (state, kind) in ENDS.items():
            keys = persons_due(state, kind, today, rules[name].years(today))
            holds = Hold.objects.filter(person=OuterRef("pk")).filter(active_on(today))
            kept = set(Person.objects.filter(pk__in=keys).filter(Exists(holds)).values_list("pk", flat=True))
            due.held += len(kept)
            due.found[name] = [key for key in keys if key not in kept]
        for name, rows in others(today).items():
            years = rules[name].years(today)
            due.found[name] = [] if years is None else over(rows, years, today)
    return due


def active_on(day: date) -> Q:
    """Holds that stand against an erasure on a day: its last day is one of them."""
    return Q(state="active") & (Q(until=None) | Q(until__gte=day))


def persons_due(state: str, kind: str, today: date, years: int | None) -> list[UUID]:
    """Persons whose years are over since they died or left; those that were erased already are not."""
    if years is None:
        return []
    rows = (
        Person.objects.filter(state=state)
        .filter(Q(given_key__isnull=False) | Q(registration_number__isnull=False))
        .annotate(last=Max("residence__day", filter=Q(residence__kind=kind, residence__reverses=None)))
        .order_by("pk")
        .values_list("pk", "last", "changed_at")
    )
    return over([(key, last or changed) for key, last, changed in rows], years, today)


def others(today: date) -> dict[str, list[tuple[UUID, date | datetime]]]:
    """Of each other rule what there is to erase, with the day from which its years are counted."""
    holds = Hold.objects.filter(person=OuterRef("person")).filter(active_on(today))
    notices = CivilNotice.objects.filter(content__isnull=False).exclude(state__in=("received", "held"))
    members = Hold.objects.filter(person__moves__move=OuterRef("pk")).filter(active_on(today))
    moves = Move.objects.filter(phone__isnull=False, state__in=CLOSED_MOVES)
    cases = UnregisteredHousehold.objects.filter(state__in=CLOSED_CASES)
    contact = Q(contact_name__isnull=False) | Q(contact_phone__isnull=False)
    return {
        "notice_content": list(notices.exclude(Exists(holds)).values_list("pk", "created_at")),
        "move_phone": list(moves.exclude(Exists(members)).values_list("pk", "changed_at")),
        "move_draft": list(MoveDraft.objects.filter(answers__isnull=False).values_list("pk", "changed_at")),
        "unregistered_contact": list(cases.filter(contact).values_list("pk", "changed_at")),
    }


def over(rows: Iterable[tuple[UUID, date | datetime]], years: int, today: date) -> list[UUID]:
    """Those whose years are over on a day: that day itself is the first one."""
    days = [(key, localdate(day) if isinstance(day, datetime) else day) for key, day in rows]
    return sorted(key for key, day in days if years_after(day, years) <= today)
