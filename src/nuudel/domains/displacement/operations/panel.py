"""What the pages of operations, rounds and assignments show beside the fields."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import Count, Max

from nuudel.domains.displacement import models
from nuudel.domains.displacement.forms.instruments import keys
from nuudel.domains.displacement.quality.panel import counts_of
from nuudel.domains.displacement.setups.checklist import checklist
from nuudel.web.access.decisions import may, visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights


def operation(user: User, record: models.Operation) -> Mapping[str, object]:
    """What is still to do, the rehearsals, and ways to get a form in."""
    uploads = may(user, "displacement.form", "create", record)
    rehearsals = visible(record.rehearsals.all(), user, "displacement.operation")
    return {
        "operation": record,
        "uploads": uploads,
        "instruments": keys() if uploads else (),
        "tasks": checklist(user, record),
        "rehearses": may(user, "displacement.operation", "rehearse", record),
        "rehearsals": rehearsals.order_by("-pk")[:5],
    }


def round_(user: User, record: models.Round) -> Mapping[str, object]:
    """The address for phones, and how much has come from where."""
    # How much came is the round's figure: it says the same to all who read the round, what came is for some.
    with service_rights():
        rows = models.Submission.objects.filter(round=record)
        counts = rows.exclude(state="replaced").order_by().values_list("assignment")
        came = dict(counts.annotate(count=Count("id")))
        last = rows.aggregate(last=Max("created_at"))["last"]
    assigned = visible(models.Assignment.objects.filter(round=record), user, "displacement.assignment")
    told = [(one, came.get(one.pk, 0)) for one in assigned.select_related("holder").order_by("place", "pk")]
    return {
        "round": record,
        **counts_of(user, record),
        "frames": may(user, "displacement.area", "create", record),
        "address": f"/collect/{record.key}",
        "over_tls": settings.TLS,
        "came": told,
        "total": sum(came.values()),
        "last": last,
    }


def assignment(user: User, record: models.Assignment) -> Mapping[str, object]:
    """Who, where, how much was sent, and the way to a key for a phone."""
    rows = visible(models.Submission.objects.filter(assignment=record), user, "displacement.submission")
    return {
        "assignment": record,
        "sent": rows.exclude(state="replaced").count(),
        "may_key": record.state == "active" and may(user, "displacement.device", "create", record),
    }
