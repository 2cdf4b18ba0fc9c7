"""The weights of a closed round's interviews in the ledger: each fact is superseded by itself, weighted."""

from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.reading import opening, whole_days
from nuudel.domains.displacement.points.travellers import interviews
from nuudel.domains.displacement.submissions.entering import KEY, post
from nuudel.domains.displacement.submissions.mapped import given_by
from nuudel.domains.displacement.submissions.measured import UNCOUNTED, counting, measured, measured_rows
from nuudel.statistics.flow_points import undoubled, weigh
from nuudel.web.access.context import acting
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user

PURPOSE, LAYOUT, ROUND = "weights of interviews", "traveller", "displacement.round"
DIGITS = 6
"""Decimals of a weight; a smaller difference is none."""


def weigh_closed() -> int:
    """Weigh the interviews of closed rounds in which something has changed since; how many changed weight."""
    with acting(service_user(), PURPOSE):
        sent = models.Submission.objects.filter(round=OuterRef("pk"))
        came = Exists(sent.filter(changed_at__gt=OuterRef("weighed_at")))
        fresh = Q(weighed_at=None) | Q(changed_at__gt=F("weighed_at")) | Q(came)
        rounds = models.Round.objects.filter(fresh, Exists(sent.filter(layout=LAYOUT)), state="closed")
        found = list(rounds.values_list("pk", flat=True))
    return sum(weigh_round(pk) for pk in found)


def weigh_round(pk: UUID) -> int:
    """Weigh the interviews of one round in a transaction of its own."""
    with acting(service_user(), PURPOSE):
        around = models.Round.objects.select_for_update(of=("self",)).get(pk=pk)
        if around.state != "closed":
            return 0
        weights = weights_of(around)
        rows = counting(models.Submission.objects.filter(round=around, layout=LAYOUT, void=False))
        rows = rows.exclude(mapped_at=None).exclude(facts=0).order_by("pk")
        changed = []
        for row in rows.select_for_update(of=("self",)).select_related("institution", "round__operation"):
            weight = weights.get(str(row.pk))
            if row.state in UNCOUNTED or weight == row.weight:
                continue
            row.weight, row.weighings = weight, row.weighings + 1
            changed.append(row)
        if changed:
            note_audit("weigh", KEY, [row.pk for row in changed], ["weight"])
            post([(row, given_by(row)) for row in changed])
            for row in changed:
                row.save(update_fields=["weight", "weighings", "changed_at"])
        models.Round.objects.filter(pk=pk).update(weighed_at=timezone.now())
        note_audit("weigh", ROUND, [pk], ["weighed_at"])
        return len(changed)


def weights_of(around: models.Round) -> dict[str, float]:
    """The passages that each interview of a round stands for; those without counts are left out."""
    own = models.Submission.objects.filter(round=around)
    asked = interviews(measured(own, LAYOUT)).drop_nulls("day")
    if not len(asked):
        return {}
    first, last = asked["day"].min(), asked["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    # Its own watches: where rounds share days, each tells what was passed in its own.
    rows = own.filter(day__lte=last)
    watches = measured(rows, "watch").filter(pl.col("point").is_not_null()).rename({"submission": "watch"})
    passing = measured_rows(rows, "watch", "passing").drop("area", "day").rename({"submission": "watch"})
    passing = undoubled(watches, passing.join(watches.select("watch", "point", "day"), on="watch"))
    timed = watches.drop_nulls(["from", "to"])
    if not len(timed):
        return {}
    flows = whole_days(timed, passing.drop_nulls("persons"), opening(rows), (first, last))
    weighted = weigh(asked, flows.strata).interviews.drop_nulls("weight")
    return {key: round(weight, DIGITS) for key, weight in weighted.select("interview", "weight").iter_rows()}
