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
from django.utils.timezone import localdate

from nuudel.domains.registration.models import (
    CivilNotice,
    Hold,
    IdentityDocument,
    Move,
    MoveDraft,
    Person,
)
from nuudel.domains.registration.retention.due import active_on, due_on
from nuudel.domains.registration.retention.rules import Rules, rules
from nuudel.people.pseudonyms import pseudonym
from nuudel.web.access.context import acting
from nuudel.web.access.models import Place, Record
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.erasure import erase as erase_facts
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.operations.keys import read_key
from nuudel.web.shell import records
from nuudel.web.shell.attachments import folder
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

BATCH = 200
AIMAG = 1
"""Where an aimag stands in the path of a place, after the country."""
REASON = "retention: the time is over"
EMPTIED: dict[str, dict[str, object]] = {
    "registration.person": {
        "registration_number": None,
        "family_name": None,
        "patronymic": None,
        "given_name": "",
        "patronymic_latin": None,
        "given_latin": None,
        "birth_place": "",
        "birth_date_quality": "estimated",
    },
    "registration.document": {
        "number": None,
        "first_witness": None,
        "second_witness": None,
        "witness_statement": "",
    },
    "registration.notice": {"content": None, "done": None, "subject": None, "other_subject": None},
    "registration.move": {"phone": None},
    "registration.unregistered": {"contact_name": None, "contact_phone": None, "note": ""},
}
"""Of each record type the fields that an erasure empties; of persons the birth keeps its year, too."""
CERTIFICATE: dict[str, object] = {"certificate_content": None}
"""What goes of a move with one of those who moved: its certificate names them all. The seal stays."""
RECORD_OF = {
    "notice_content": "registration.notice",
    "move_phone": "registration.move",
    "unregistered_contact": "registration.unregistered",
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
    facts, files
        Facts that were made coarse, and files that were removed; 0 in a dry run.
    """

    records: dict[str, int]
    held: int
    facts: int = 0
    files: int = 0


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
    facts = files = 0
    for name, keys in due.found.items():
        for start in range(0, len(keys), BATCH):
            part = keys[start : start + BATCH]
            with acting(user, "retention"):
                if name.startswith("person_"):
                    made, gone = erase_persons(user, part)
                    facts, files = facts + made, files + gone
                elif name == "move_draft":
                    erase_drafts(part)
                else:
                    empty_all(user, RECORD_OF[name], part)
    return Erased(due.counts, due.held, facts, files)


def erase_persons(user: User, keys: Sequence[UUID]) -> tuple[int, int]:
    """Empty persons, their documents and the notices about them; numbers of facts and files."""
    keys = without_hold(keys)
    with service_rights():
        documents = list(IdentityDocument.objects.filter(person__in=keys).values_list("pk", flat=True))
        notices = list(CivilNotice.objects.filter(person__in=keys).values_list("pk", flat=True))
    with service_rights():
        moves = list(Move.objects.filter(members__person__in=keys).distinct().values_list("pk", flat=True))
    empty_all(user, "registration.person", keys)
    empty_all(user, "registration.move", moves, CERTIFICATE)
    empty_all(user, "registration.document", documents)
    empty_all(user, "registration.notice", notices)
    files = remove_files({"registration.person": keys, "registration.document": documents})
    secret = read_key("pseudonym")
    paths = dict(Place.objects.values_list("code", "path"))
    facts = erase_facts(
        [pseudonym(secret, key) for key in keys],
        lambda code: paths[code][min(AIMAG, len(paths[code]) - 1)] if code in paths else code,
        reason=REASON,
    )
    return facts, files


def without_hold(keys: Sequence[UUID]) -> list[UUID]:
    """Those whom no hold keeps now: one may have come since the list was made."""
    with service_rights():
        held = Hold.objects.filter(active_on(localdate()), person__in=keys).values_list("person", flat=True)
        return sorted(set(keys) - set(held))


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
            note_audit("erase", "registration.move_draft", [draft.pk], ["answers"], REASON)
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
