"""What pages show of flags: beside a flag, a submission, a round and a limit."""

from collections.abc import Mapping

from django.db.models import Count

from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.states import OPEN
from nuudel.statistics.survey_quality.limits import known
from nuudel.web.access.decisions import may, visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names

KEY = "displacement.flag"
MOST_QUESTIONS = 50


def flag(user: User, record: models.Flag) -> Mapping[str, object]:
    """The submission, what it is compared with, and how it can be corrected, for who sent it."""
    sent = visible(models.Submission.objects.all(), user, "displacement.submission")
    found = sent.select_related("form", "round").filter(pk=record.submission_id).first()
    area = found.area if found is not None else ""
    return {
        "flag": record,
        "submission": found,
        "other": sent.filter(pk=record.other_id).first() if record.other_id else None,
        "area": place_names([area.partition("-")[0]]).popitem()[1] if area else "",
        "asked": record.state == "asked" and record.holder_id == user.pk,
    }


def limit(user: User, record: models.Limit) -> Mapping[str, object]:
    """The usual value, its unit and its source."""
    usual = known()[record.limit]
    return {"usual": usual.values[-1], "unit": usual.unit, "about": usual.about}


def flags_of(user: User, record: models.Submission) -> list[models.Flag]:
    """The flags of a submission that a user may read, the gravest first."""
    rows = visible(models.Flag.objects.filter(submission=record), user, KEY)
    return list(rows.order_by("-severity", "pk"))


def counts_of(user: User, record: models.Round) -> Mapping[str, object]:
    """How many open flags a round has, by severity; nothing for who decides about none."""
    if not may(user, KEY, "accept", record):
        return {}
    rows = visible(models.Flag.objects.filter(round=record, state__in=OPEN), user, KEY)
    found = dict(rows.order_by().values_list("severity").annotate(count=Count("pk")))
    return {
        "flags": [(severity, found.get(severity, 0)) for severity in models.quality.SEVERITIES],
        "flags_total": sum(found.values()),
        "checked_at": record.checked_at,
    }


def questions_to(user: User) -> list[models.Flag]:
    """What somebody was asked and has not answered, the oldest first."""
    rows = visible(models.Flag.objects.filter(holder=user, state="asked"), user, KEY)
    return list(rows.order_by("pk")[:MOST_QUESTIONS])
