"""Entering the facts of submissions into the ledger, in batches; each once, however often it is tried."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions.mapped import NOTHING, Given, given_by
from nuudel.domains.displacement.submissions.measured import MEASURED, keep_measures
from nuudel.ledger.series import Series
from nuudel.web.access.context import acting
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.facts.store import append

KEY = "displacement.submission"
BATCH = 200
PURPOSE = "facts of submissions"
COUNTS = ["mapped_at", "facts", "left_out", "unread", "changed_at", *MEASURED]
Waiting = tuple[models.Submission, Given]


def enter_all() -> int:
    """Enter what waits, batch by batch, each in a transaction of its own; how many submissions."""
    total = 0
    while count := enter_batch():
        total += count
    return total


def enter_batch() -> int:
    """Enter the oldest that wait; who else is at work on some of them keeps them."""
    with acting(service_user(), PURPOSE):
        rows = models.Submission.objects.filter(mapped_at=None).order_by("pk")
        rows = rows.select_related("institution", "round__operation", "replaces")
        found = list(rows.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        if not found:
            return 0
        note_audit("enter", KEY, [row.pk for row in found], ["xml"])
        waiting = [(row, read(row)) for row in found]
        try:
            with transaction.atomic():
                post(waiting)
        except Exception:  # whatever is wrong with one keeps no other back
            waiting = [(row, alone(row, given)) for row, given in waiting]
        for row, given in waiting:
            row.mapped_at = timezone.now()
            row.facts, row.left_out, row.unread = len(given.rows), given.left_out, given.unread
            keep_measures(row, given.measures)
            row.save(update_fields=COUNTS)
        return len(found)


def read(row: models.Submission) -> Given:
    """What a submission gives; nothing where it was rejected or cannot be read by its form."""
    if row.state == "rejected":
        return NOTHING
    try:
        return given_by(row)
    except Exception as error:
        logging.getLogger(__name__).warning("a submission gives no facts: %s", name_of(error))
        return NOTHING


def alone(row: models.Submission, given: Given) -> Given:
    """A submission by itself, after a fact of its batch was refused: one bad one keeps no other back."""
    try:
        with transaction.atomic():
            post([(row, given)])
    except Exception as error:
        logging.getLogger(__name__).warning("the facts of a submission were refused: %s", name_of(error))
        return replace(given, rows=(), left_out=given.left_out + len(given.rows))
    return given


def name_of(error: Exception) -> str:
    """What of an error may be logged."""
    return error.code if isinstance(error, NuudelError) else type(error).__name__


def post(waiting: Sequence[Waiting]) -> None:
    """Append the facts, those of one series and institution together, in the order in which they came."""
    grouped: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    series: dict[tuple[str, str, str], Series] = {}
    for row, given in waiting:
        for fact in given.rows:
            key = (fact.fact, fact.series, row.institution.code)
            series[key] = given.series[fact.series]
            grouped[key].append(dict(fact.row))
    for key, rows in grouped.items():
        append(key[0], rows, series[key], key[2])
