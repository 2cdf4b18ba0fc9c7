"""Whose account reads what is about a person: record, documents, moves, events and their histories.

All of it follows the link. An account that a person is no longer linked to reads nothing of the person any
more, not even a move that was reported from it: the record is the system's then, and the history says who
reported.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import IdentityDocument, Move, MoveMember, Person, ResidenceEvent
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.shell import records
from nuudel.web.shell.models import Action, Attachment, Comment
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

HOLDER = "holder"


def hold(user: User, person: Person, account: User | None, reason: str) -> None:
    """Let what is about a locked person be an account's, or nobody's."""
    former = person.holder_id
    with service_rights():
        moves = moves_of(person, former)
        members = MoveMember.objects.filter(Q(person=person) | Q(move__in=moves, holder=former))
        keys = {
            kinds.PERSON: [person.pk],
            kinds.DOCUMENT: list(IdentityDocument.objects.filter(person=person).values_list("pk", flat=True)),
            kinds.MOVE: moves,
            kinds.MOVE_MEMBER: list(members.values_list("pk", flat=True)),
        }
    for kind, found in keys.items():
        rows: Iterable[Record] = (
            [person] if kind == kinds.PERSON else records.locked(record_types()[kind], found)
        )
        for row in rows:
            give(user, kind, row, former, account, reason)
        give_parts(kind, found, account, reason)
    give_events(person, account, reason)


def moves_of(person: Person, former: int | None) -> list[UUID]:
    """The person's moves that the former account follows; where there was none, those that nobody follows."""
    mine = Move.objects.filter(members__person=person, holder=former)
    return list(mine.order_by("pk").values_list("pk", flat=True))


def give(user: User, kind: str, row: Record, former: int | None, account: User | None, reason: str) -> None:
    """One record: its holder, and its maker where that was the former account."""
    before: dict[str, object] = {}
    if row.holder_id != (account.pk if account else None):
        before[HOLDER] = row.holder_id
        row.holder = account
    if former is not None and row.created_by_id == former and made_by_citizen(row):
        before["created_by"] = former
        row.created_by = account or service_user()
    if before:
        records.follow(user, record_types()[kind], row, CHANGED, before=before, reason=reason)


def made_by_citizen(row: Record) -> bool:
    """Whether a record was made in the own account: a move that a citizen reported, and who moves in it."""
    if isinstance(row, MoveMember):
        with service_rights():
            return row.move.reported_by == "citizen"
    return isinstance(row, Move) and row.reported_by == "citizen"


def give_parts(kind: str, keys: list[UUID], account: User | None, reason: str) -> None:
    """Histories, comments and files; the audit names the records."""
    if not keys:
        return
    note_audit(CHANGED, kind, keys, [HOLDER], reason)
    with service_rights():
        for part in (Action, Comment, Attachment):
            part.objects.filter(record_type=kind, record_id__in=keys).update(holder=account)


def give_events(person: Person, account: User | None, reason: str) -> None:
    """Events of residence have no history of their own; the audit tells."""
    with service_rights():
        rows = ResidenceEvent.objects.filter(person=person)
        keys = list(rows.values_list("pk", flat=True))
        if keys:
            note_audit(CHANGED, kinds.RESIDENCE, keys, [HOLDER], reason)
            rows.update(holder=account)
