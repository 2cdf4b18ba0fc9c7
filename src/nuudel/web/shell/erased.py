"""Words about a record that were erased when their time was over: that there were some stays to be seen."""

from uuid import UUID

from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action, Comment
from nuudel.web.words import say

ERASED = "\u2205"
"""Stands for a text that was erased; the database lets nothing else be written over one."""


def erase_words(record_type: str, keys: list[UUID], reason: str) -> int:
    """Erase the comments on some records and the reasons of their steps; how many there were.

    Whoever calls has decided, by a dated rule, that the time of these records is over.
    """
    with service_rights():
        reasons = Action.objects.filter(record_type=record_type, record_id__in=keys)
        comments = Comment.objects.filter(record_type=record_type, record_id__in=keys)
        found = [
            (reasons.exclude(reason__in=("", ERASED, reason)), "reason"),
            (comments.exclude(text=ERASED), "text"),
        ]
        count = 0
        for rows, field in found:
            about = sorted(set(rows.values_list("record_id", flat=True)))
            if about:
                note_audit(
                    "erase", record_type, about, ["reason" if field == "reason" else "comment"], reason
                )
                count += rows.update(**{field: ERASED})
    return count


def said(text: str) -> str:
    """A text as people read it: that it was erased is said in words."""
    return say("shell.erased") if text == ERASED else text
