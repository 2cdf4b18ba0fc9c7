"""The report of an operation's points and their tables, to take along."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.day import point_days
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.points.reading import SHOWN_DAYS, counted
from nuudel.domains.displacement.points.report import FlowDay, flow_pdf
from nuudel.domains.displacement.points.table import WHY, exact_points, protected_points
from nuudel.domains.displacement.points.travellers import profile
from nuudel.domains.displacement.points.views import asked_day, asked_operation
from nuudel.domains.displacement.results.export import written
from nuudel.domains.displacement.results.workbook import XLSX, workbook
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import language, say


@require_safe
def flow_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report of a day, in the language of the page."""
    user, operation, day = user_of(request), asked_operation(request, pk), asked_day(request)
    found = counted(user, operation, day)
    told = FlowDay(operation, found, point_days(found, points_of(operation)), profile(user, operation, found))
    note_audit("export", "displacement.operation", [pk], ["flow_report"])
    response = HttpResponse(flow_pdf(told), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="points-{day}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def flow_table(request: HttpRequest, pk: UUID, kind: str, ending: str) -> HttpResponse:
    """Two weeks of the points as a table: exact for who runs the operation, or protected, to be passed on."""
    user, operation, day = user_of(request), asked_operation(request, pk), asked_day(request)
    found = counted(user, operation, day)
    note_audit("export", "displacement.operation", [pk], [f"flow_{kind}"])
    make = exact_points if kind == "exact" else protected_points
    made = make(operation, found, point_days(found, points_of(operation)))
    if ending == "xlsx":
        names = (say("displacement.points.table.rows"), say("displacement.points.report.method"))
        response = HttpResponse(workbook(made, names, notes_of(operation, kind)), content_type=XLSX)
    else:
        response = HttpResponse(written(made), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="points-{day}-{kind}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def notes_of(operation: models.Operation, kind: str) -> list[tuple[str, str]]:
    """What the columns mean, in the reader's language."""
    slots = {"days": str(SHOWN_DAYS), "institution": operation.institution.name(language())}
    how = [
        (say(f"displacement.points.how.{part}"), say(f"displacement.points.how.{part}_about", **slots))
        for part in ("passages", "whole")
    ]
    records, codes = (
        (say(f"displacement.points.table.{part}"), say(f"displacement.points.table.{part}_about"))
        for part in ("records", "codes")
    )
    none = say("displacement.points.table.why")
    why = [(f"why = {code}", f"{none} {say(f'displacement.points.why.{code}')}") for code in WHY]
    counts = say(f"displacement.points.table.counts_{kind}")
    return [(str(operation), counts), *how, records, *why, codes]
