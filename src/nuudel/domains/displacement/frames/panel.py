"""What the pages of areas and teams show beside the fields."""

from collections.abc import Mapping

from django.utils.timezone import localdate

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.frame import row_of
from nuudel.domains.displacement.frames.spread import spread_in
from nuudel.web.access.decisions import may, visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names

MOST = 50


def area(user: User, record: models.FrameArea) -> Mapping[str, object]:
    """How it stands, what was sent from it, and what its informants said."""
    rows = visible(models.Submission.objects.filter(round=record.round_id), user, "displacement.submission")
    sent = rows.filter(area=record.area).select_related("form", "assignment__holder").order_by("-pk")
    return {
        "area": record,
        "row": row_of(
            {
                "pk": record.pk,
                "area": record.area,
                "place": record.place,
                "name_mn": record.name_mn,
                "name_en": record.name_en,
                "level": record.level,
                "team": record.team_id,
                "team__name": record.team.name if record.team else "",
                "due": record.due,
                "priority": record.priority,
                "state": record.state,
                "done_at": record.done_at,
            },
            record.round,
            localdate(),
        ),
        "sent": sent[:MOST],
        "spread": spread_in(rows, record.area, str(record)),
    }


def team(user: User, record: models.Team) -> Mapping[str, object]:
    """Its lead, its areas, and the way to assign all of its members at once."""
    areas = visible(models.FrameArea.objects.filter(team=record), user, "displacement.area")
    count = areas.count()
    return {
        "team": record,
        "areas": areas.order_by("place", "area")[:MOST],
        "more": max(0, count - MOST),
        "may_assign": may(user, "displacement.assignment", "create", record)
        and record.round.state != "closed",
        "place": place_names([record.place])[record.place],
    }
