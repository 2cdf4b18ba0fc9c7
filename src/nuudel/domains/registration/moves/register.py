"""What the register knows of a move: from records to a ``Case``, for the checks.

Both ends are read with the system's rights; what leaves here are the checks' answers, and on the page of the
case the names of those who move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max, Q
from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import (
    CivilNotice,
    Dwelling,
    IdentityDocument,
    Move,
    MoveMember,
    Person,
    ResidenceEvent,
)
from nuudel.domains.registration.models.residence import plain
from nuudel.domains.registration.moves import parameters
from nuudel.domains.registration.moves.checks import Case, Mover
from nuudel.domains.registration.moves.codes import PAPERS, PENDING
from nuudel.people.ages import age_on
from nuudel.web.access.decisions import path_of
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Attachment

CARDS = ("identity_card", "temporary_certificate")
VERIFIED = ("verified", "approved", "appealed")
"""States in which the destination has verified; an appeal is decided by somebody who looks at everything."""


@dataclass(frozen=True)
class Moving:
    """Somebody who is to move, and who is responsible where it is a child without its parents."""

    person: Person
    guardian: UUID | None = None
    agreed: str = ""


def moving(move: Move) -> list[Moving]:
    """Who moves with a move, as the register has them now."""
    with service_rights():
        rows = MoveMember.objects.filter(move=move).select_related("person").order_by("person_id")
        return [Moving(row.person, row.guardian_id, row.agreed) for row in rows]


def with_ends(move: Move) -> Move:
    """The move with the households and dwellings at both ends, which few may read by themselves."""
    with service_rights():
        for name in ("household", "from_dwelling", "dwelling", "joins", "entered"):
            getattr(move, name)
    return move


def case_of(move: Move, movers: Sequence[Moving], today: date | None = None) -> Case:
    """A move as its checks see it."""
    now = today or localdate()
    ids = [one.person.pk for one in movers]
    with service_rights():
        with_ends(move)
        known = Known.of(move, ids)
        return Case(
            day=move.day,
            today=now,
            reported_on=now if move._state.adding else localdate(move.created_at),
            reason=move.reason,
            origin=tuple(path_of(move.other_place)),
            destination=tuple(path_of(move.place)),
            movers=tuple(mover_of(move, one, movers, known) for one in movers),
            same_place=is_same_place(move),
            joins=move.joins_id is not None,
            verified=move.state in VERIFIED,
            consent=move.consent_of_owner,
            papers=papers_of(move),
            seen=frozenset(move.seen),
            dwelling=move.dwelling_id,
            capacity=move.dwelling.capacity if move.dwelling else None,
            residents=residents_beside(move.dwelling, ids),
            left_alone=children_left_alone(move, ids, now),
        )


@dataclass(frozen=True)
class Known:
    """Answers of the registers about all who move, by person."""

    last_events: dict[UUID, date]
    pending: frozenset[UUID]
    cards: frozenset[UUID]
    births: frozenset[UUID]
    joined: frozenset[UUID]  # who lives in the household that is entered

    @classmethod
    def of(cls, move: Move, ids: Sequence[UUID]) -> "Known":
        standing = ResidenceEvent.objects.filter(person__in=ids, reverses=None, reversed_by=None)
        others = MoveMember.objects.filter(person__in=ids, move__state__in=PENDING).exclude(move=move.pk)
        valid = Q(expires_on=None) | Q(expires_on__gte=move.day)
        issued = IdentityDocument.objects.filter(valid, person__in=ids, state="issued")
        certified = issued.filter(kind="birth_certificate").values_list("person", flat=True)
        notified = CivilNotice.objects.filter(person__in=ids, kind="birth").values_list("person", flat=True)
        living = Person.objects.filter(household=move.joins_id, state="living") if move.joins_id else ()
        return cls(
            dict(standing.values_list("person").annotate(last=Max("day"))),
            frozenset(others.values_list("person", flat=True)),
            frozenset(issued.filter(kind__in=CARDS).values_list("person", flat=True)),
            frozenset(certified) | frozenset(key for key in notified if key is not None),
            frozenset(person.pk for person in living),
        )


def mover_of(move: Move, one: Moving, movers: Sequence[Moving], known: Known) -> Mover:
    person = one.person
    return Mover(
        sex=person.sex,
        birth_date=person.birth_date,
        living=person.state == "living",
        at_origin=person.household_id == move.household_id and person.place == move.other_place,
        last_event=known.last_events.get(person.pk),
        pending=person.pk in known.pending,
        has_card=person.pk in known.cards,
        birth_known=person.pk in known.births,
        parent=has_parent(move, person, movers, known),
        guardian=one.guardian is not None,
        agreed=bool(one.agreed),
    )


def has_parent(move: Move, child: Person, movers: Sequence[Moving], known: Known) -> bool:
    """Whether a parent moves too or is there already.

    Where the register names no parent, the head or the spouse of the household stands for one.
    """
    parents = {child.mother_id, child.father_id} - {None}
    along = {one.person.pk for one in movers if is_adult(one.person, move.day)}
    if parents:
        return bool(parents & (along | known.joined))
    return any(
        one.person.household_role in ("head", "spouse") and one.person.pk in along
        for one in movers
        if one.person.pk != child.pk
    )


def is_adult(person: Person, on: date) -> bool:
    return age_on(person.birth_date, on) >= parameters.value("adult_from", on)


def is_same_place(move: Move) -> bool:
    """Whether the move leads to where the household lives, or into itself."""
    if move.joins_id == move.household_id:
        return True
    if move.joins_id is not None:
        return False
    if move.dwelling_id is not None:
        return move.dwelling_id == move.from_dwelling_id
    here = move.from_dwelling.address if move.from_dwelling else ""
    there = (move.place, plain(move.bagh), plain(move.address))
    return there == (move.other_place, plain(move.from_bagh), plain(here))


def dwelling_at(place: str, bagh: str, address: str) -> Dwelling | None:
    """The dwelling that the register has at an address."""
    with service_rights():
        rows = Dwelling.objects.filter(place=place, address_key=plain(address), state="in_use")
        alike = list(rows.filter(bagh__iexact=bagh.strip()).select_related("institution"))
    here = [row for row in alike if row.address == address] or alike
    return here[0] if len(here) == 1 else None


def residents_beside(dwelling: Dwelling | None, ids: Sequence[UUID]) -> int:
    """How many live in a dwelling already, without those who move."""
    if dwelling is None:
        return 0
    there = Person.objects.filter(household__dwelling=dwelling, state="living")
    return there.exclude(pk__in=ids).count()


def children_left_alone(move: Move, ids: Sequence[UUID], on: date) -> bool:
    """Whether children stay in the old household and no adult does."""
    staying = Person.objects.filter(household=move.household_id, state="living").exclude(pk__in=ids)
    adults = [is_adult(person, on) for person in staying]
    return bool(adults) and not any(adults)


def papers_of(move: Move) -> frozenset[str]:
    """The kinds of paper that have been sent: the names of files begin with them."""
    names = Attachment.objects.filter(record_type=kinds.MOVE, record_id=move.pk).values_list(
        "name", flat=True
    )
    return frozenset(kind for name in names for kind in PAPERS if name.startswith(kind))
