"""Erasure when the time is over: personal fields are emptied, events and counts stay.

What the register keeps of a person is the record without name and number, the year of birth, and where
somebody of that sex lived. The ledger's facts lose the pseudonym, their soum becomes the aimag, their day the
year. Files go from the disk once the transaction is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import (
    CivilNotice,
    Hold,
    IdentityDocument,
    Move,
    MoveDraft,
    MoveMember,
    Pair,
    Person,
)
from nuudel.domains.registration.retention.due import CLOSED_MOVES, ENDS, active_on, due_on
from nuudel.domains.registration.retention.rules import Rules, rules
from nuudel.people.pseudonyms import pseudonym
from nuudel.web.access.context import acting
from nuudel.web.access.models import Record
from nuudel.web.access.units import aimags
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.erasure import erase as erase_facts
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.operations.keys import read_key
from nuudel.web.shell import records
from nuudel.web.shell.attachments import folder
from nuudel.web.shell.erased import erase_words
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

BATCH = 200
REASON = "retention: the time is over"
EMPTIED: dict[str, dict[str, object]] = {
    kinds.PERSON: {
        "registration_number": None,
        "family_name": None,
        "patronymic": None,
        "given_name": "",
        "patronymic_latin": None,
        "given_latin": None,
        "birth_place": "",
        "birth_date_quality": "estimated",
    },
    kinds.DOCUMENT: {
        "number": None,
        "first_witness": None,
        "second_witness": None,
        "witness_statement": "",
    },
    kinds.NOTICE: {"content": None, "done": None, "subject": None, "other_subject": None},
    kinds.MOVE: {"phone": None},
    kinds.UNREGISTERED: {"contact_name": None, "contact_phone": None, "note": ""},
}
"""Of each record type the fields that an erasure empties; of persons the birth keeps its year, too."""
OF_MOVE: dict[str, object] = {"certificate_content": None, "appeal": ""}
"""What goes of a move with one of those who moved: its certificate names them all. The seal stays."""
OF_PAIR: dict[str, object] = {"evidence": ""}
"""What goes of a pair with one of the two: it may say more than it should."""
RECORD_OF = {
    "notice_content": kinds.NOTICE,
    "move_phone": kinds.MOVE,
    "unregistered_contact": kinds.UNREGISTERED,
}


@dataclass(frozen=True)
class Erased:
    """What an erasure did, or would do: records by rule, and what went with them.

    Attributes
    ----------
    records
        By the rule's name.
    held
        Persons whose time is over and whom a legal hold keeps.
    facts, files, words
        Facts that were made coarse, files that were removed, comments and reasons that were erased; 0 in a
        dry run.
    """

    records: dict[str, int]
    held: int
    facts: int = 0
    files: int = 0
    words: int = 0


def erase_due(today: date | None = None, *, given: Rules | None = None, dry_run: bool = False) -> Erased:
    """Erase what the rules say, in the system's name, a part at a time.

    Parameters
    ----------
    today
        The day that counts; the day it is where it is not given.
    given
        Rules; the installation's own where they are not given.
    dry_run
        Count only.
    """
    user, day = service_user(), today or localdate()
    with acting(user, "retention"):
        due = due_on(day, given or rules())
    if dry_run:
        return Erased(due.counts, due.held)
    facts = files = words = 0
    for name, keys in due.found.items():
        for start in range(0, len(keys), BATCH):
            part = keys[start : start + BATCH]
            with acting(user, "retention"):
                if name.startswith("person_"):
                    made, gone, said = erase_persons(user, part)
                    facts, files, words = facts + made, files + gone, words + said
                elif name == "move_draft":
                    erase_drafts(part)
                else:
                    empty_all(user, RECORD_OF[name], part)
                    words += erase_said(name, part)
    with acting(user, "retention"):
        words += erase_moves(user, once_held())
    return Erased(due.counts, due.held, facts, files, words)


def erase_persons(user: User, keys: Sequence[UUID]) -> tuple[int, int, int]:
    """Empty persons and what is about them; numbers of facts, files, and comments and reasons."""
    keys = without_hold(keys)
    about = about_persons(keys)
    empty_all(user, kinds.PERSON, keys)
    empty_all(user, kinds.DOCUMENT, about[kinds.DOCUMENT])
    empty_all(user, kinds.NOTICE, about[kinds.NOTICE])
    empty_all(user, kinds.PAIR, about[kinds.PAIR], OF_PAIR)
    words = erase_moves(user, moves_of(Move.objects.filter(members__person__in=keys)))
    words += sum(erase_words(kind, found, REASON) for kind, found in about.items())
    files = remove_files({kind: about[kind] for kind in (kinds.PERSON, kinds.DOCUMENT)})
    secret = read_key("pseudonym")
    above = aimags()
    facts = erase_facts(
        [pseudonym(secret, key) for key in keys], lambda code: above.get(code, code), reason=REASON
    )
    return facts, files, words


def about_persons(keys: Sequence[UUID]) -> dict[str, list[UUID]]:
    """The records that are about some persons, by kind, without those that are about somebody on hold too."""
    mine = Q(first__in=keys) | Q(second__in=keys)
    held = held_persons()
    with service_rights():
        rows: dict[str, QuerySet[Any]] = {
            kinds.DOCUMENT: IdentityDocument.objects.filter(person__in=keys),
            kinds.NOTICE: CivilNotice.objects.filter(person__in=keys),
            kinds.MOVE_MEMBER: MoveMember.objects.filter(person__in=keys),
            kinds.PAIR: Pair.objects.filter(mine).exclude(Q(first__in=held) | Q(second__in=held)),
        }
        found = {kind: list(of_kind.values_list("pk", flat=True)) for kind, of_kind in rows.items()}
    return {kinds.PERSON: list(keys), **found}


def moves_of(rows: "QuerySet[Move]") -> list[UUID]:
    """Moves that are decided and in which nobody is on hold."""
    with service_rights():
        free = rows.filter(state__in=CLOSED_MOVES).exclude(members__person__in=held_persons())
        return sorted(set(free.values_list("pk", flat=True)))


def once_held() -> list[UUID]:
    """Moves of people who were erased while somebody else in them was on hold, and is no longer."""
    gone = [state for state, _ in ENDS.values()]
    erased = Person.objects.filter(state__in=gone, given_key=None, registration_number=None)
    return moves_of(Move.objects.filter(members__person__in=erased, certificate_content__isnull=False))


def erase_moves(user: User, keys: list[UUID]) -> int:
    """Empty the certificates and appeals of moves, and erase what was said about them; how many words."""
    empty_all(user, kinds.MOVE, keys, OF_MOVE)
    return erase_words(kinds.MOVE, keys, REASON)


def erase_said(name: str, keys: list[UUID]) -> int:
    """What was said about records whose content goes; of a move only the telephone number goes."""
    return 0 if name == "move_phone" else erase_words(RECORD_OF[name], keys, REASON)


def without_hold(keys: Sequence[UUID]) -> list[UUID]:
    """Those whom no hold keeps now: one may have come since the list was made."""
    with service_rights():
        return sorted(set(keys) - set(held_persons().filter(person__in=keys)))


def held_persons() -> "QuerySet[Hold, Any]":
    """The persons whom a hold keeps now."""
    return Hold.objects.filter(active_on(localdate())).values_list("person", flat=True)


def empty_all(
    user: User, kind: str, keys: Sequence[UUID], values: Mapping[str, object] | None = None
) -> None:
    """Empty the personal fields of records: all of their kind, or those that are named."""
    for record in records.locked(record_types()[kind], keys):
        empty(user, kind, record, EMPTIED[kind] if values is None else values)


def empty(user: User, kind: str, record: Record, emptied: Mapping[str, object]) -> None:
    """Empty a record's personal fields; the history says which, and not what they were."""
    values = dict(emptied)
    if isinstance(record, Person):
        values["birth_date"] = record.birth_date.replace(month=1, day=1)
    before = {name: getattr(record, name) for name in values if getattr(record, name) != values[name]}
    for name in before:
        setattr(record, name, values[name])
    if before:
        records.follow(user, record_types()[kind], record, CHANGED, before=before, reason=REASON)


def erase_drafts(keys: Sequence[UUID]) -> None:
    """Empty drafts: they have no history, so that the audit alone tells of it."""
    with service_rights():
        for draft in MoveDraft.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
            draft.answers = None
            note_audit("erase", kinds.MOVE_DRAFT, [draft.pk], ["answers"], REASON)
            draft.save(update_fields=["answers", "changed_at"])


def remove_files(owners: dict[str, Any]) -> int:
    """Remove the files of some records from the disk once this is committed; how many there are."""
    count = 0
    for kind, keys in owners.items():
        rows = Attachment.objects.filter(record_type=kind, record_id__in=keys)
        with service_rights():
            stored = list(rows.values_list("stored", "record_id"))
        if stored:
            note_audit("erase", kind, sorted({key for _, key in stored}), ["attachment"], REASON)
        for name, _ in stored:
            transaction.on_commit(partial((folder() / name).unlink, missing_ok=True))
        count += len(stored)
    return count
