"""The part's own pages: a workbook with its mapping, a file of a form, an instrument with one click."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nuudel.base.errors import NuudelError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.tables import ListError
from nuudel.domains.displacement.forms.instruments import keys, uploaded
from nuudel.domains.displacement.forms.keeping import MOST_BYTES, Uploaded, keep, keep_file
from nuudel.web.access.decisions import demand
from nuudel.web.shell import records, sent
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import record_or_404, user_of
from nuudel.web.words import language, say

READ = ["GET", "HEAD", "POST"]
DOMAIN = "displacement"
MOST_MAPPING_BYTES = 500_000
REASONS = {
    "SURVEY-103": "no_xml",
    "SURVEY-121": "too_large",
    "SURVEY-122": "no_workbook",
    "SURVEY-123": "too_large",
    "SURVEY-124": "not_utf8",
}
"""What a file is that is no form at all; what is wrong inside a form is told at its cells."""


@require_http_methods(READ)
def upload(request: HttpRequest) -> HttpResponse:
    """Send a workbook for an operation, or for a form of it; every fault is told at its cell."""
    user = user_of(request)
    operation, form = asked_for(request)
    demand(user, "displacement.version", "create", form or operation)
    shown: dict[str, Any] = {"operation": operation, "form": form, "instruments": keys()}
    if request.method != "POST":
        return render(request, "displacement/upload.html", shown)
    try:
        version = keep(user, operation, asked_upload(request))
        if form is not None and version.form_id != form.pk:
            raise MissingError("other_form")
    except NuudelError as error:
        shown["faults"] = [fault.sentence(language()) for fault in getattr(error, "faults", ())]
        shown["error"] = refusal_of(error)
        return render(request, "displacement/upload.html", shown, status=422)
    except MissingError as missing:
        shown["error"] = say(f"displacement.upload.{missing}")
        return render(request, "displacement/upload.html", shown, status=422)
    return redirect("record", DOMAIN, "form", version.form_id)


class MissingError(Exception):
    """Nothing, or the wrong thing, was sent; its text is the end of a message's key."""


def refusal_of(error: NuudelError) -> str:
    """Why an upload was not taken, in the reader's words."""
    number = error.code.rpartition("-")[2]
    known = {"520", "521", "522", "523", "524", "525", "530"}
    if error.code.startswith("WEB-") and number in known:
        return say(f"displacement.upload.error_{number}")
    if error.code in REASONS:
        return say(f"displacement.upload.{REASONS[error.code]}")
    return f"{say('displacement.upload.not_read')} ({error.code})"


def asked_for(request: HttpRequest) -> tuple[models.Operation, models.Form | None]:
    """The operation, and the form where the address names one."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    types = record_types()
    form: Any = records.readable(user, types["displacement.form"]).filter(pk=pk).first()
    found: Any = records.find(user, types["displacement.operation"], form.operation_id if form else pk)
    return found, form


def asked_upload(request: HttpRequest) -> Uploaded:
    """What was sent: an instrument's key, or a workbook and perhaps a mapping."""
    key = request.POST.get("instrument", "")
    if key:
        if key not in keys():
            raise MissingError("no_file")
        return uploaded(key)
    file, mapping = request.FILES.get("file"), request.FILES.get("mapping")
    if file is None:
        raise MissingError("no_file")
    if (file.size or 0) > MOST_BYTES or (mapping is not None and (mapping.size or 0) > MOST_MAPPING_BYTES):
        raise MissingError("too_large")
    try:
        text = mapping.read().decode("utf-8") if mapping is not None else ""
    except UnicodeDecodeError:
        raise MissingError("mapping_no_text") from None
    return Uploaded(file.name or "", file.read(), text)


@require_http_methods(READ)
def table(request: HttpRequest) -> HttpResponse:
    """Send a file that a form names."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    form: Any = records.find(user, record_types()["displacement.form"], pk)
    demand(user, "displacement.table", "create", form)
    shown: dict[str, Any] = {"form": form}
    if request.method != "POST":
        return render(request, "displacement/table.html", shown)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise MissingError("no_file")
        entities = request.POST.get("entities") == "yes"
        keep_file(user, form, file.name or "", file.read(), entities=entities)
    except MissingError as missing:
        shown["error"] = say(f"displacement.upload.{missing}")
    except NuudelError as error:
        shown["error"] = refusal_of(error)
        shown["faults"] = error.faults if isinstance(error, ListError) else ()
    else:
        return redirect("record", DOMAIN, "form", form.pk)
    return render(request, "displacement/table.html", shown, status=422)


@require_safe
def workbook(request: HttpRequest, pk: Any) -> HttpResponse:
    """The workbook of a version, as it was sent."""
    _, found = record_or_404(request, DOMAIN, "version", pk)
    version: Any = found
    demand(user_of(request), "displacement.version", "create", version)
    if not version.workbook:
        raise Http404
    response = HttpResponse(bytes(version.workbook), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="form-{version.pk.hex[-8:]}.xlsx"'
    return response
