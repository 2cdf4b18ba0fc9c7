"""Tables to take along: a frame as it is sent back changed, and the codes of places."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.states import OUT
from nuudel.domains.displacement.frames.table import COLUMNS
from nuudel.domains.displacement.frames.views import AREA, round_asked
from nuudel.domains.displacement.operations.forms import LEVELS
from nuudel.web.access.decisions import demand
from nuudel.web.access.models import Place
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.views.asked import user_of
from nuudel.web.shell.views.lists import csv_response

CODES = ("code", "level", "parent", "name_mn", "name_en")


@require_safe
def frame_table(request: HttpRequest) -> HttpResponse:
    """The frame of a round in the columns that its page takes."""
    around = round_asked(request)
    demand(user_of(request), AREA, "export", around)
    rows = list(around.areas.exclude(state=OUT).select_related("team").order_by("place", "area"))
    note_audit("export", AREA, [row.pk for row in rows], COLUMNS)
    return csv_response("frame", COLUMNS, (line_of(row) for row in rows))


def line_of(row: models.FrameArea) -> list[str]:
    """An area; ``baghs`` stays empty, since each of them has its own line."""
    due = row.due.isoformat() if row.due else ""
    return [row.area, row.name_mn, row.name_en, "", row.team.name if row.team else "", due, row.priority]


@require_safe
def place_codes(request: HttpRequest) -> HttpResponse:
    """The country, its aimags and its soums with their codes."""
    rows = sorted(Place.objects.filter(level__in=LEVELS), key=lambda row: row.path)
    lines = ([row.code, row.level, row.parent, row.name_mn, row.name_en] for row in rows)
    return csv_response("places", CODES, lines)
