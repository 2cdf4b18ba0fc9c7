"""The part's own pages: starting a rehearsal, and ending it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.rehearsal import making
from nuudel.web.shell import records, sent
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import say


def operation_asked(request: HttpRequest) -> models.Operation:
    pk = sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user_of(request), record_types()[making.OPERATION], pk, to_change=True)
    operation: models.Operation = found
    return operation


@require_POST
def rehearse(request: HttpRequest) -> HttpResponse:
    """Make a rehearsal of an operation, and show it."""
    operation = operation_asked(request)
    try:
        made = making.rehearse(user_of(request), operation)
    except WebError as error:
        return refused(request, operation, error)
    return redirect("record", "displacement", "operation", made.pk)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End a rehearsal."""
    operation = operation_asked(request)
    try:
        making.end(user_of(request), operation)
    except WebError as error:
        return refused(request, operation, error)
    return redirect("record", "displacement", "operation", operation.pk)


def refused(request: HttpRequest, operation: models.Operation, error: WebError) -> HttpResponse:
    number = error.code.rpartition("-")[2]
    page = {"operation": operation, "error": say(f"displacement.rehearsal.error_{number}")}
    return render(request, "displacement/rehearsal.html", page, status=422)
