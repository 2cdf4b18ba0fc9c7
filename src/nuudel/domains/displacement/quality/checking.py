"""The job: what has come is checked, flags are made, and closed where their cause is gone."""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.many import create_many, save_many
from nuudel.domains.displacement.quality.following import FLAG, ROUND, close, close_corrected
from nuudel.domains.displacement.quality.reading import Touched, limits_of, tables_of
from nuudel.domains.displacement.quality.states import LAPSED, OPEN
from nuudel.statistics.survey_quality import check
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.shell.record_types import record_types

PURPOSE = "checks of submissions"
MARGIN = timedelta(minutes=2)
"""What was written so long before the last check may have been committed after it: it is checked again."""
AFTER_CLOSING = timedelta(days=30)
"""How long a closed round is still looked at."""


def check_new() -> int:
    """Check all rounds in which something has come or was decided; how many."""
    with acting(service_user(), PURPOSE):
        lately = Q(state="open") | Q(state="closed", changed_at__gt=timezone.now() - AFTER_CLOSING)
        sent = models.Submission.objects.filter(round=OuterRef("pk"), mapped_at__isnull=False)
        fresh = Exists(sent.filter(changed_at__gt=OuterRef("checked_at") - MARGIN))
        rounds = models.Round.objects.filter(lately)
        waiting = list(rounds.filter(Q(checked_at=None) & Exists(sent) | fresh).values_list("pk", flat=True))
    for pk in waiting:
        try:
            check_round(pk)
        except Exception as error:  # one round keeps no other back
            told = error.code if isinstance(error, NuudelError) else type(error).__name__
            logging.getLogger(__name__).warning("a round could not be checked: %s", told)
    return len(waiting)


def check_round(pk: UUID) -> int:
    """Check what is new in a round, in one transaction; how many flags were made."""
    with acting(service_user(), PURPOSE):
        around = models.Round.objects.select_related("operation", "institution").get(pk=pk)
        began = timezone.now()
        close_corrected(pk)
        made = 0
        for layout, touched in touched_in(around).items():
            made += check_layout(around, layout, touched)
        models.Round.objects.filter(pk=pk).update(checked_at=began)
        note_audit("check", ROUND, [pk], ["checked_at"])
    return made


def touched_in(around: models.Round) -> dict[str, Touched]:
    """What has changed since the last check, by layout."""
    rows = models.Submission.objects.filter(round=around, mapped_at__isnull=False).exclude(layout="")
    if around.checked_at is not None:
        rows = rows.filter(changed_at__gt=around.checked_at - MARGIN)
    found: dict[str, tuple[set[str], set[str]]] = {}
    for layout, area, holder in rows.values_list("layout", "area", "holder").distinct():
        areas, people = found.setdefault(layout, (set(), set()))
        areas.add(area)
        people.add(str(holder))
    return {name: Touched(frozenset(areas), frozenset(people)) for name, (areas, people) in found.items()}


def check_layout(around: models.Round, layout: str, touched: Touched) -> int:
    """Check a layout of a round, and bring the flags of what was touched up to date."""
    tables = tables_of(around, layout, touched)
    scope = touched.scope(tables.now)
    limits = limits_of(around.operation, timezone.localdate())
    found = check(layout, tables, limits).filter(pl.col("submission").is_in(scope))
    wanted = {(row["submission"], row["finding"]): row for row in found.iter_rows(named=True)}
    rows = models.Flag.objects.filter(round=around, submission__layout=layout).select_related("institution")
    known = {(str(row.submission_id), row.finding): row for row in rows if str(row.submission_id) in scope}
    fresh = [new_flag(around, row) for key, row in wanted.items() if key not in known]
    fill(around, fresh)
    create_many(service_user(), record_types()[FLAG], fresh)
    gone = [row for key, row in known.items() if row.state in OPEN and key not in wanted]
    back = [row for key, row in known.items() if row.state == LAPSED and key in wanted]
    close(service_user(), locked(gone, OPEN), "lapse")
    close(service_user(), locked(back, (LAPSED,)), "return")
    refresh([row for key, row in known.items() if row.state == "new" and key in wanted], wanted)
    return len(fresh)


def locked(rows: Collection[models.Flag], states: Collection[str]) -> list[models.Flag]:
    """Flags as they are now, locked, without those that somebody has decided about meanwhile."""
    if not rows:
        return []
    found = models.Flag.objects.filter(pk__in=[row.pk for row in rows], state__in=states).order_by("pk")
    return list(found.select_related("institution").select_for_update(of=("self",)))


def new_flag(around: models.Round, row: Mapping[str, Any]) -> models.Flag:
    flag = models.Flag(round=around, submission_id=UUID(row["submission"]), finding=row["finding"])
    put(flag, row)
    return flag


def put(flag: models.Flag, row: Mapping[str, Any]) -> None:
    """What the check says of it now."""
    flag.severity, flag.score = str(row["severity"]), round(row["score"], 3)
    flag.other_id = UUID(row["other"]) if row["other"] else None
    flag.figures = {one["name"]: rounded(one["value"]) for one in row["values"]}


def rounded(value: float | None) -> float:
    return 0.0 if value is None else round(value, 2)


def fill(around: models.Round, fresh: list[models.Flag]) -> None:
    """Place, institution and enumerator of flags: those of their submissions."""
    rows = models.Submission.objects.filter(pk__in={flag.submission_id for flag in fresh})
    columns: Any = rows.values_list("pk", "place", "institution", "holder")
    told = {pk: rest for pk, *rest in columns}
    offices = {around.institution_id: around.institution}
    for flag in fresh:
        place, office, holder = told[flag.submission_id]
        if office not in offices:
            offices[office] = Institution.objects.get(pk=office)
        flag.place, flag.institution, flag.enumerator_id = place, offices[office], holder


def refresh(rows: Collection[models.Flag], wanted: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Figures of flags with which nobody has dealt yet follow what is found now."""
    changed = []
    for flag in rows:
        before = (flag.figures, flag.score, flag.severity, flag.other_id)
        put(flag, wanted[str(flag.submission_id), flag.finding])
        if (flag.figures, flag.score, flag.severity, flag.other_id) != before:
            changed.append(flag)
    fresh = locked(changed, ("new",))
    for flag in fresh:
        put(flag, wanted[str(flag.submission_id), flag.finding])
    if fresh:
        note_audit("change", FLAG, [flag.pk for flag in fresh], ["figures"])
        save_many(record_types()[FLAG], fresh, ("figures", "score", "severity", "other"))
