"""Flags follow what was found: made, closed where their cause is gone, back where it is again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import polars as pl

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.many import create_many, save_many
from nuudel.domains.displacement.quality.bringing import Brought
from nuudel.domains.displacement.quality.following import DIGITS, FLAG, close
from nuudel.domains.displacement.quality.states import LAPSED, OPEN
from nuudel.statistics.survey_quality import Checked
from nuudel.web.accounts.models import Institution
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.shell.record_types import record_types

Key = tuple[str, str]
Found = Mapping[str, Any]


def settle(around: models.Round, layout: str, brought: Brought, before: Checked | None) -> int:
    """Bring the flags of a layout up to date with what was found; how many were made.

    Parameters
    ----------
    before
        What was found the last time, where all flags follow it: then only what differs is looked at, and
        what is new. Figures of a flag are those of then, or of when its submission was changed last.
    """
    found = brought.checked.found.filter(pl.col("finding") != DIGITS)
    flags = models.Flag.objects.filter(round=around, submission__layout=layout)
    single = flags.exclude(finding=DIGITS)
    if before is not None:
        scope = sorted(differing(found, before.found) | brought.fresh)
        found = found.filter(pl.col("submission").is_in(scope))
        single = single.filter(submission__in=[UUID(pk) for pk in scope])
    known = {key_of(row): row for row in single.select_related("institution")}
    wanted: dict[Key, Found] = {
        (row["submission"], row["finding"]): row for row in found.iter_rows(named=True)
    }
    of_people = list(flags.filter(finding=DIGITS).exclude(state__in=("corrected", "rejected")).order_by("pk"))
    wanted |= wanted_of_people(brought.checked, of_people)
    known |= {key_of(row): row for row in of_people}
    return settle_flags(around, known, wanted)


def differing(now: pl.DataFrame, before: pl.DataFrame) -> set[str]:
    """The submissions of which something else is found than before."""
    keys = ["submission", "finding", "other"]
    before = before.filter(pl.col("finding") != DIGITS)
    new, old = now.join(before, on=keys, how="anti"), before.join(now, on=keys, how="anti")
    return {*new["submission"], *old["submission"]}


def wanted_of_people(checked: Checked, flags: Sequence[models.Flag]) -> dict[Key, Found]:
    """What was found about all interviews of somebody: it stays with the flag that he has.

    A flag stands at a submission. Where this one counts no longer, the flag goes over to the first that does.
    """
    people = dict(checked.now.select("submission", "enumerator").iter_rows())
    held = {str(flag.enumerator_id): flag for flag in flags}
    taken = {str(flag.submission_id) for flag in flags}
    wanted: dict[Key, Found] = {}
    moved = []
    for row in checked.found.filter(pl.col("finding") == DIGITS).iter_rows(named=True):
        flag, first = held.get(people[row["submission"]]), row["submission"]
        if flag is None:
            wanted[first, DIGITS] = row
            continue
        if str(flag.submission_id) not in people and first not in taken:
            flag.submission_id = UUID(first)
            moved.append(flag)
        wanted[key_of(flag)] = row
    if moved:
        note_audit("change", FLAG, [flag.pk for flag in moved], ["submission"])
        save_many(record_types()[FLAG], moved, ("submission",))
    return wanted


def settle_flags(around: models.Round, known: Mapping[Key, models.Flag], wanted: Mapping[Key, Found]) -> int:
    """Make what is new, close what is no longer so, and bring figures up to date."""
    fresh = [new_flag(around, row) for key, row in wanted.items() if key not in known]
    fill(around, fresh)
    create_many(service_user(), record_types()[FLAG], fresh)
    gone = [row for key, row in known.items() if row.state in OPEN and key not in wanted]
    back = [row for key, row in known.items() if row.state == LAPSED and key in wanted]
    close(service_user(), locked(gone, OPEN), "lapse")
    close(service_user(), locked(back, (LAPSED,)), "return")
    refresh([row for key, row in known.items() if row.state == "new" and key in wanted], wanted)
    return len(fresh)


def key_of(flag: models.Flag) -> Key:
    return str(flag.submission_id), str(flag.finding)


def locked(rows: Collection[models.Flag], states: Collection[str]) -> list[models.Flag]:
    """Flags as they are now, locked, without those that somebody has decided about meanwhile."""
    if not rows:
        return []
    found = models.Flag.objects.filter(pk__in=[row.pk for row in rows], state__in=states).order_by("pk")
    return list(found.select_related("institution").select_for_update(of=("self",)))


def new_flag(around: models.Round, row: Found) -> models.Flag:
    flag = models.Flag(round=around, submission_id=UUID(row["submission"]), finding=row["finding"])
    put(flag, row)
    return flag


def put(flag: models.Flag, row: Found) -> None:
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


def refresh(rows: Collection[models.Flag], wanted: Mapping[Key, Found]) -> None:
    """Figures of flags with which nobody has dealt yet follow what is found now."""
    changed = []
    for flag in rows:
        before = (flag.figures, flag.score, flag.severity, flag.other_id)
        put(flag, wanted[key_of(flag)])
        if (flag.figures, flag.score, flag.severity, flag.other_id) != before:
            changed.append(flag)
    fresh = locked(changed, ("new",))
    for flag in fresh:
        put(flag, wanted[key_of(flag)])
    if fresh:
        note_audit("change", FLAG, [flag.pk for flag in fresh], ["figures"])
        save_many(record_types()[FLAG], fresh, ("figures", "score", "severity", "other"))
