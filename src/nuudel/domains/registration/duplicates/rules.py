"""What may stand against a decision on a pair. Names alone never decide."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.duplicates.evidence import grounds
from nuudel.domains.registration.duplicates.parameters import second_officer_for_paper
from nuudel.domains.registration.duplicates.reach import missing_office, proposer
from nuudel.domains.registration.models import MoveMember, Pair, Person, ResidenceEvent
from nuudel.domains.registration.models.persons import NO_LONGER
from nuudel.web.access.context import current
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED

OPEN_MOVES = ("reported", "verified", "papers_asked", "appealed")
PAPER = "paper"
SAID = "registration.pair.rule"


def pair(record: Pair, action: str) -> Sequence[Problem]:
    """The shell's entrance."""
    with service_rights():
        if action == CREATED:
            return list(creation_problems(record))
        if action in ("propose", "merge"):
            return list(merger_problems(record, action))
        if action == "unmerge":
            return list(return_problems(record))
    return ()


def creation_problems(record: Pair) -> Iterator[Problem]:
    if record.first_id == record.second_id:
        yield Problem("second_person", f"{SAID}.same_person")
    elif Pair.objects.filter(first_id=record.first_id, second_id=record.second_id).exists():
        yield Problem("second_person", f"{SAID}.known")


def sides(record: Pair) -> tuple[Person, Person]:
    """The record that is to be kept and the one that is to be merged into it."""
    first, second = record.first, record.second
    return (first, second) if record.kept_id == first.pk else (second, first)


def merger_problems(record: Pair, action: str) -> Iterator[Problem]:
    """What is missing, what does not hold, and what is open on the record that would go."""
    if record.kept_id not in (record.first_id, record.second_id):
        yield Problem("kept", f"{SAID}.kept_missing")
        return
    kept, merged = sides(record)
    if not record.evidence.strip():
        yield Problem("evidence", f"{SAID}.evidence_missing")
    if not record.ground:
        yield Problem("ground", f"{SAID}.ground_missing")
    elif record.ground not in grounds(record, record.first, record.second):
        yield Problem("ground", f"{SAID}.ground_{record.ground}")
    elif action == "merge" and record.ground == PAPER and not is_proposed_by_another(record):
        yield Problem("ground", f"{SAID}.second_officer")
    if kept.state == "merged":
        yield Problem("kept", f"{SAID}.kept_merged", {"code": kept.code})
    if merged.state == "merged":
        yield Problem("kept", f"{SAID}.merged_before", {"code": merged.code})
    elif merged.state != "living":
        yield Problem("kept", f"{SAID}.not_living", {"code": merged.code})
    if MoveMember.objects.filter(person=merged, move__state__in=OPEN_MOVES).exists():
        yield Problem("kept", f"{SAID}.open_move", {"code": merged.code})
    user = current().user
    if user is not None and user.pk in (kept.holder_id, merged.holder_id):
        yield Problem("kept", f"{SAID}.own_record")
    if action == "merge" and missing_office(current().user, record, kept, merged):
        yield Problem("kept", f"{SAID}.other_office")


def is_proposed_by_another(record: Pair) -> bool:
    """Whether another officer has proposed the merger, where two are asked for."""
    if not second_officer_for_paper(localdate()):
        return True
    before, user = proposer(record) if record.state == "proposed" else None, current().user
    return before is not None and user is not None and before.pk != user.pk


def return_problems(record: Pair) -> Iterator[Problem]:
    """Why a merger cannot be taken back now: later steps stand on it."""
    kept, merged = sides(record)
    if kept.state == "merged":
        yield Problem("kept", f"{SAID}.merged_since", {"code": kept.code})
    number = merged.registration_number_index  # type: ignore[attr-defined]
    same = Person.objects.filter(registration_number_index=number).exclude(state__in=NO_LONGER)
    if number is not None and same.exists():
        yield Problem("kept", f"{SAID}.number_taken", {"code": merged.code})
    if "stay" in record.carried:
        begun = standing_events(record).filter(person=kept).first()
        later = begun and ResidenceEvent.objects.filter(
            person=kept, created_at__gt=begun.created_at, reverses=None, reversed_by=None
        )
        if begun is None or (later and later.exists()):
            yield Problem("kept", f"{SAID}.moved_since", {"code": kept.code})


def standing_events(record: Pair) -> "QuerySet[ResidenceEvent]":
    """The events of residence that the merger entered and nobody has reversed."""
    rows = ResidenceEvent.objects.filter(
        cause_type=kinds.PAIR, cause_id=record.pk, reverses=None, reversed_by=None
    )
    return rows.select_related("person", "household", "dwelling", "institution")
