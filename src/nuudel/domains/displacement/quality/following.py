"""What follows from steps with flags, limits and submissions, for each other."""

from collections.abc import Collection, Sequence
from uuid import UUID

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.many import note_many, save_many
from nuudel.domains.displacement.quality.states import OPEN
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.shell import records
from nuudel.web.shell.models import Action
from nuudel.web.shell.notices import tell
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED
from nuudel.web.words import say

FLAG, SUBMISSION, ROUND = "displacement.flag", "displacement.submission", "displacement.round"
DIGITS = "digits"
"""The finding that is about all interviews of somebody: no single one closes it."""


def flag(user: User, record: models.Flag, action: str) -> None:
    """A question makes the flag the enumerator's, an answer reaches who asked, a refusal the submission."""
    if action == "ask":
        record.holder = record.enumerator
        record.save(update_fields=["holder"])
    elif action == "answer":
        tell_asker(record, action)
    elif action == "reject" and record.submission.state == "received":
        reject(user, record)


def reject(user: User, record: models.Flag) -> None:
    """Reject the submission by its own step, which takes back its facts; the reason names the finding."""
    kind = record_types()[SUBMISSION]
    found = records.find(user, kind, record.submission_id, to_change=True)
    reason = say("displacement.flag.rejected_for", finding=str(record))
    records.transition(user, kind, found, "reject", reason=reason)


def tell_asker(record: models.Flag, action: str) -> None:
    """Tell who asked last."""
    rows = Action.objects.filter(record_type=FLAG, record_id=record.pk, action="ask").order_by("-number")
    last = rows.values_list("created_by", flat=True).first()
    if last is not None:
        tell([last], record_types()[FLAG], record, action)


def submission(user: User, record: models.Submission, action: str) -> None:
    """Flags of a rejected submission need nobody any more."""
    if action == "reject":
        with service_rights():
            rows = models.Flag.objects.filter(submission=record, state__in=OPEN).exclude(finding=DIGITS)
            close(user, list(rows.select_related("institution").select_for_update(of=("self",))), "drop")


def close(user: User, found: Sequence[models.Flag], action: str) -> None:
    """Take flags to where a step leads that nobody takes by hand."""
    kind = record_types()[FLAG]
    step = kind.states.step(action)
    assert step is not None
    asked = [row for row in found if row.state == "asked"]
    for row in found:
        row.state = step.end
    save_many(kind, found, ("state",))
    note_many(user, kind, found, action)
    for row in asked:
        tell_asker(row, action)


def limit(user: User, record: models.Limit, action: str) -> None:
    """Another limit: all rounds of the operation that are still going on are looked at anew."""
    if action in (CREATED, "end"):
        rounds = models.Round.objects.filter(operation=record.operation_id)
        look_again(list(rounds.exclude(checked_at=None).values_list("pk", flat=True)))


def look_again(rounds: Collection[UUID]) -> None:
    """Look at rounds anew as a whole."""
    if rounds:
        with service_rights():
            models.Round.objects.filter(pk__in=rounds).update(checked_at=None)
        note_audit("check", ROUND, rounds, ["checked_at"])


def close_corrected(around: UUID) -> None:
    """Close the flags of submissions that were corrected since, or rejected."""
    for state, action in (("replaced", "correct"), ("rejected", "drop")):
        rows = models.Flag.objects.filter(round=around, state__in=OPEN, submission__state=state)
        found = list(
            rows.exclude(finding=DIGITS).select_related("institution").select_for_update(of=("self",))
        )
        if found:
            close(service_user(), found, action)
