"""Entering the facts of submissions into the ledger, in batches; each once, however often it is tried."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import DataError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.changing import change_lists, forget_rejected
from nuudel.domains.displacement.frames.following import follow
from nuudel.domains.displacement.submissions.mapped import NOTHING, Given, given_by, void_of
from nuudel.domains.displacement.submissions.measured import MEASURED, keep_measures
from nuudel.ledger.series import Series
from nuudel.web.access.context import acting
from nuudel.web.access.prepared import preparing
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.facts.store import append

KEY = "displacement.submission"
BATCH = 200
PURPOSE = "facts of submissions"
COUNTS = ["mapped_at", "void", "facts", "left_out", "unread", "changed_at", *MEASURED]
Waiting = tuple[models.Submission, Given]
PASSING = (OperationalError, InterfaceError, MemoryError)
"""Faults that go by themselves: the batch is undone and entered the next time."""


def enter_all() -> int:
    """Enter what waits, batch by batch, each in a transaction of its own; how many submissions."""
    with acting(service_user(), PURPOSE):
        forget_rejected(service_user())
    total = 0
    while count := enter_batch():
        total += count
    return total


def enter_batch() -> int:
    """Enter the oldest that wait; who else is at work on some of them keeps them."""
    with acting(service_user(), PURPOSE):
        rows = models.Submission.objects.filter(mapped_at=None).order_by("pk")
        rows = rows.select_related("institution", "form", "round__operation", "replaces")
        found = in_order(held(rows))
        if not found:
            return 0
        note_audit("enter", KEY, [row.pk for row in found], ["xml"])
        waiting = [(row, read(row)) for row in found]
        try:
            with transaction.atomic():
                post(waiting)
        except PASSING:
            raise
        except Exception:  # whatever is wrong with one keeps no other back
            for row in found:
                settle(row, alone(row))
        else:
            for row, given in waiting:
                settle(row, given)
        fill_lists(found)
        settle_areas(found)
        return len(found)


def held(rows: QuerySet[models.Submission]) -> list[models.Submission]:
    """The oldest, locked; where a row cannot be read, the others without it."""
    locked = rows.select_for_update(of=("self",), skip_locked=True)
    try:
        with transaction.atomic():
            return list(locked[:BATCH])
    except DataError:
        found: list[models.Submission] = []
    for pk in list(rows.values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                found += locked.filter(pk=pk)
        except DataError as error:
            tell("a submission cannot be read", error)
    return found


def in_order(found: Sequence[models.Submission]) -> list[models.Submission]:
    """Without corrections of what waits elsewhere: an original whose row somebody holds comes first."""
    kept: dict[UUID, models.Submission] = {}
    for row in found:
        earlier = row.replaces
        if earlier is not None and earlier.mapped_at is None:
            if earlier.pk not in kept:
                continue
            # The same object: what is found out about the original holds for its correction too.
            row.replaces = kept[earlier.pk]
        kept[row.pk] = row
    return list(kept.values())


def settle(row: models.Submission, given: Given) -> None:
    """Write down that a submission was entered, and what it gave."""
    row.mapped_at = timezone.now()
    row.facts, row.left_out, row.unread, row.void = len(given.rows), given.left_out, given.unread, given.void
    keep_measures(row, given.measures)
    with preparing():
        row.save(update_fields=COUNTS)


def read(row: models.Submission) -> Given:
    """What a submission gives; where it cannot be read, what takes back the facts of what it corrects."""
    try:
        given = given_by(row)
    except PASSING:
        raise
    except Exception as error:  # whatever is wrong with one keeps no other back
        tell("a submission gives no facts", error)
        given = emptying(row)
    row.void = given.void
    return given


def emptying(row: models.Submission) -> Given:
    """What takes back the facts of what a submission corrects, if that can be read."""
    try:
        return void_of(row)
    except PASSING:
        raise
    except Exception as error:
        tell("a submission takes nothing back", error)
        return replace(NOTHING, void=True)


def alone(row: models.Submission) -> Given:
    """A submission by itself, after a fact of its batch was refused: one bad one keeps no other back.

    It is read anew: what it corrects may just have been refused.
    """
    row.void = False
    given = read(row)
    if is_posted(row, given):
        return given
    left_out = given.left_out + len(given.rows)
    row.void, given = True, emptying(row)
    return replace(given if is_posted(row, given) else replace(NOTHING, void=True), left_out=left_out)


def is_posted(row: models.Submission, given: Given) -> bool:
    """Append the facts of one submission; false where one of them is refused."""
    try:
        with transaction.atomic():
            post([(row, given)])
    except PASSING:
        raise
    except Exception as error:
        tell("the facts of a submission were refused", error)
        return False
    return True


def fill_lists(found: Sequence[models.Submission]) -> None:
    """What the submissions change in lists that phones look up; a bad one keeps no other back."""
    user = service_user()
    for row in found:
        try:
            change_lists(user, row)
        except PASSING:
            raise
        except Exception as error:
            tell("a submission changes no list", error)


def settle_areas(found: Sequence[models.Submission]) -> None:
    """What the submissions cover of their rounds' frames; a fault there keeps no fact back."""
    try:
        with transaction.atomic():
            follow(service_user(), found)
    except PASSING:
        raise
    except Exception as error:
        tell("areas do not follow their submissions", error)


def tell(what: str, error: Exception) -> None:
    logging.getLogger(__name__).warning("%s: %s", what, name_of(error))


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
