"""The page of a record: what it says, what was done, what can be done; making, changing, steps."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuudel.web.access.decisions import demand, may
from nuudel.web.access.models import Record
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attachments
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.forms import RecordForm, form_of
from nuudel.web.shell.lists import parts_of
from nuudel.web.shell.models import SentForm
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.shown import cell, place_names
from nuudel.web.shell.states import CHANGED, CREATED
from nuudel.web.shell.views.asked import record_or_404, type_or_404, user_of
from nuudel.web.words import say

READ = ["GET", "HEAD", "POST"]


@require_safe
def record(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Everything about a record that the user may see."""
    record_type, found = record_or_404(request, domain, kind, pk)
    records.note_reading(record_type, [found])
    return render(request, "shell/record.html", page_of(request, record_type, found))


def page_of(request: HttpRequest, record_type: RecordType, found: Record) -> dict[str, Any]:
    """What the page of a record shows."""
    user = user_of(request)
    parts = [part_list(request, record_types()[key], found) for key in record_type.parts]
    return {
        "record_type": record_type,
        "record": found,
        "version": records.version_of(found),
        "title": str(found),
        "place": place_names([found.place])[found.place],
        "parent": parent_of(record_type, found),
        "cells": [cell(record_type, found, name) for name in record_type.fields],
        "history": records.history(record_type, found),
        "steps": records.possible(user, record_type, found),
        "may_change": records.changeable(user, record_type, found),
        "may_comment": may(user, record_type.key, "comment", found),
        "comments": records.comments(record_type, found),
        "attachments": attachments(record_type, found),
        "parts": [part for part in parts if part],
    }


def parent_of(record_type: RecordType, found: Record) -> dict[str, Any] | None:
    """The record that this one belongs to, and its kind."""
    if not record_type.parent:
        return None
    parent = getattr(found, record_type.parent)
    kind = next(t for t in record_types().values() if isinstance(parent, t.model))
    return {"record": parent, "record_type": kind}


def part_list(request: HttpRequest, part: RecordType, parent: Record) -> dict[str, Any] | None:
    """The records of a kind that belong to another record; None where the user may not read them."""
    user = user_of(request)
    if not may(user, part.key, "read"):
        return None
    found = parts_of(user, part, parent)
    rows = [(row, [cell(part, row, name) for name in part.listed]) for row in found]
    open_parent = parent.state not in record_type_of_record(parent).states.fixed
    return {"record_type": part, "rows": rows, "may_create": open_parent and may(user, part.key, CREATED)}


def record_type_of_record(found: Record) -> RecordType:
    return next(t for t in record_types().values() if type(found) is t.model)


@require_http_methods(READ)
def record_new(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """Make a record; a part of another one names it by ``?of=``."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, CREATED)
    parent = parent_asked(request, record_type)
    form = form_of(record_type, user, request.POST if request.method == "POST" else None, parent=parent)
    if request.method != "POST":
        return render(request, "shell/form.html", form_page(record_type, form, parent=parent))
    already = sent_before(request, record_type, form)
    if already is not None:
        return redirect("record", domain, kind, already)
    if form.is_valid():
        try:
            made = records.create(user, record_type, form.filled())
        except BrokenRulesError as broken:
            form.show_problems(broken)
        else:
            remember(request, record_type, form, made)
            return redirect_to(record_type, made, parent)
    return render(request, "shell/form.html", form_page(record_type, form, parent=parent), status=422)


def parent_asked(request: HttpRequest, record_type: RecordType) -> Record | None:
    """The record to which a new part is to belong."""
    if not record_type.parent:
        return None
    model = record_type.model._meta.get_field(record_type.parent).related_model
    owner = next(t for t in record_types().values() if t.model is model)
    try:
        return records.find(user_of(request), owner, UUID(request.GET.get("of", "")))
    except ValueError:
        raise Http404 from None


def sent_before(request: HttpRequest, record_type: RecordType, form: RecordForm) -> UUID | None:
    """The record that the same form has made already: a double click, or a resend after a lost answer."""
    key = form_key(form)
    if key is None:
        return None
    sent = SentForm.objects.filter(key=key, user=user_of(request), record_type=record_type.key).first()
    return sent.record_id if sent else None


def form_key(form: RecordForm) -> UUID | None:
    try:
        return UUID(str(form.data.get("form_key", "")))
    except ValueError:
        return None


def remember(request: HttpRequest, record_type: RecordType, form: RecordForm, made: Record) -> None:
    key = form_key(form)
    if key is not None:
        SentForm.objects.create(
            key=key, user=user_of(request), record_type=record_type.key, record_id=made.pk
        )


def redirect_to(record_type: RecordType, made: Record, parent: Record | None) -> HttpResponse:
    """To the new record; from a part back to the record it belongs to."""
    if parent is None:
        return redirect("record", record_type.domain, record_type.kind, made.pk)
    owner = record_type_of_record(parent)
    address = reverse("record", args=[owner.domain, owner.kind, parent.pk])
    return redirect(f"{address}#{record_type.kind}")


def form_page(
    record_type: RecordType, form: RecordForm, *, parent: Record | None = None, found: Record | None = None
) -> dict[str, Any]:
    owner = record_type_of_record(parent) if parent is not None else None
    return {"record_type": record_type, "form": form, "parent": parent, "owner": owner, "record": found}


@require_http_methods(READ)
def record_change(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Change a record; who comes second sees what the first one did, and keeps what he typed."""
    writing = request.method == "POST"
    record_type, found = record_or_404(request, domain, kind, pk, to_change=writing)
    user = user_of(request)
    demand(user, record_type.key, CHANGED, found)
    records.note_reading(record_type, [found])
    form = form_of(record_type, user, request.POST if writing else None, record=found)
    if not writing:
        return render(request, "shell/form.html", form_page(record_type, form, found=found))
    status = 422
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            records.change(user, record_type, form.filled(), form.before(), version)
        except BrokenRulesError as broken:
            form.show_problems(broken)
        except (ConflictError, WrongStateError):
            status = 409
            form.add_error(None, say("shell.conflict"))
        else:
            return redirect("record", domain, kind, pk)
    shown = form_page(record_type, form, found=found)
    if status == 409:
        fresh = records.find(user, record_type, pk)
        shown["there_now"] = [cell(record_type, fresh, name) for name in record_type.fields]
        shown["last"] = records.history(record_type, fresh)[-1]
    return render(request, "shell/form.html", shown, status=status)


@require_http_methods(READ)
def record_step(request: HttpRequest, domain: str, kind: str, pk: UUID, action: str) -> HttpResponse:
    """A step to the next state, with a page that asks before it is taken."""
    writing = request.method == "POST"
    record_type, found = record_or_404(request, domain, kind, pk, to_change=writing)
    step = record_type.states.step(action)
    if step is None:
        raise Http404
    demand(request.user, record_type.key, action, found)  # type: ignore[arg-type]
    shown: dict[str, Any] = {"record_type": record_type, "record": found, "step": step, "errors": []}
    shown["version"] = records.version_of(found)
    shown["reason"] = reason = request.POST.get("reason", "").replace("\0", "").strip()[:500]
    if not writing:
        return render(request, "shell/step.html", shown)
    if step.reason and not reason:
        shown["errors"] = [say("shell.step.reason_missing")]
        return render(request, "shell/step.html", shown, status=422)
    version = request.POST.get("version", "")
    try:
        records.transition(
            user_of(request), record_type, found, action, reason=reason, version=version or "none"
        )
    except BrokenRulesError as broken:
        shown["errors"] = [say(problem.message, **problem.slots) for problem in broken.problems]
        return render(request, "shell/step.html", shown, status=422)
    except (ConflictError, WrongStateError):
        shown["errors"] = [say("shell.conflict")]
        return render(request, "shell/step.html", shown, status=409)
    return redirect("record", domain, kind, pk)


@require_POST
def record_comment(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Write about a record."""
    record_type, found = record_or_404(request, domain, kind, pk)
    text = request.POST.get("text", "").replace("\0", "").strip()[:4000]
    if text:
        records.comment(user_of(request), record_type, found, text)
    return redirect(f"{reverse('record', args=[domain, kind, pk])}#comments")
