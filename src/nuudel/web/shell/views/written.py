"""Forms of records: making one and changing one; whatever is refused keeps what was typed."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from nuudel.web.access.decisions import demand
from nuudel.web.access.models import Record
from nuudel.web.nodes.needing import all_here
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.forms import RecordForm, form_of
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.shown import shown
from nuudel.web.shell.states import CHANGED, CREATED
from nuudel.web.shell.views.asked import record_or_404, shown_or_sent, type_or_404, user_of
from nuudel.web.shell.views.pages import parent_of, type_of_record
from nuudel.web.words import say


@shown_or_sent
def record_new(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """Make a record; a part of another one names it by ``?of=``."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, CREATED)
    if record_type.made_at:
        query = urlencode(request.GET)
        return redirect(reverse(record_type.made_at) + (f"?{query}" if query else ""))
    parent = parent_asked(request, record_type)
    if request.method != "POST":
        form = form_of(record_type, user, parent=parent)
        return render(request, "shell/form.html", form_page(record_type, form, parent=parent))
    sending = sent.sending_of(user, record_type.key, request.POST)
    if sending.twin is not None:
        return redirect_to(record_type, sending.twin.record_id, parent)
    form = form_of(record_type, user, request.POST, parent=parent)
    if sending.before is not None:
        return sent_with_other_content(request, form, sending.before.record_id, parent)
    if form.is_valid():
        try:
            with all_here():
                made = records.create(user, record_type, form.filled())
        except BrokenRulesError as broken:
            form.show_problems(broken)
        else:
            sent.remember(sending, user, record_type.key, made.pk)
            return redirect_to(record_type, made.pk, parent)
    return render(request, "shell/form.html", form_page(record_type, form, parent=parent), status=422)


def parent_asked(request: HttpRequest, record_type: RecordType) -> Record | None:
    """The record to which a new part is to belong."""
    if not record_type.parent:
        return None
    model = record_type.model._meta.get_field(record_type.parent).related_model
    owner = next(t for t in record_types().values() if t.model is model)
    pk = sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    return records.find(user_of(request), owner, pk)


def sent_with_other_content(
    request: HttpRequest, form: RecordForm, made: UUID, parent: Record | None
) -> HttpResponse:
    """Somebody went back to a form that was saved, and wrote something else into it: nothing is lost."""
    form.put("form_key", str(uuid4()))
    form.is_valid()
    form.add_error(None, say("shell.form.sent_already"))
    page = form_page(form.record_type, form, parent=parent) | {"made": made}
    return render(request, "shell/form.html", page, status=409)


def redirect_to(record_type: RecordType, made: UUID, parent: Record | None) -> HttpResponse:
    """To the new record; from a part back to the record it belongs to."""
    if parent is None:
        return redirect("record", record_type.domain, record_type.kind, made)
    owner = type_of_record(parent)
    address = reverse("record", args=[owner.domain, owner.kind, parent.pk])
    return redirect(f"{address}#{record_type.kind}")


def form_page(
    record_type: RecordType, form: RecordForm, *, parent: Record | None = None, found: Record | None = None
) -> dict[str, Any]:
    """What the page of a form shows."""
    page: dict[str, Any] = {"record_type": record_type, "form": form, "record": found}
    if found is not None:
        page |= {"title": str(found), "parent": parent_of(record_type, found)}
    elif parent is not None:
        owner = type_of_record(parent)
        page["parent"] = {"record": parent, "record_type": owner, "title": str(parent)}
    return page


@shown_or_sent
def record_change(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Change a record; who comes second sees what the first one did, and keeps what was typed."""
    writing = request.method == "POST"
    record_type, found = record_or_404(request, domain, kind, pk, to_change=writing)
    user = user_of(request)
    demand(user, record_type.key, CHANGED, found)
    records.note_reading(record_type, [found])
    form = form_of(record_type, user, request.POST if writing else None, record=found)
    page = form_page(record_type, form, found=found)
    page["closed"] = found.state in record_type.states.fixed
    if not writing:
        return render(request, "shell/form.html", page)
    status = 422
    if form.is_valid():
        before = form.before()
        try:
            with all_here():
                records.change(user, record_type, form.filled(), before, form.cleaned_data["version"])
        except BrokenRulesError as broken:
            form.show_problems(broken)
        except WrongStateError:
            status = 409
        except ConflictError:
            if not before:  # a double click, or both wrote the same
                return redirect("record", domain, kind, pk)
            status = 409
            show_conflict(form, record_type, records.find(user, record_type, pk), page)
        else:
            return redirect("record", domain, kind, pk)
    return render(request, "shell/form.html", page, status=status)


def show_conflict(form: RecordForm, record_type: RecordType, fresh: Record, page: dict[str, Any]) -> None:
    """Beside each field that differs what is there now; who sends again has seen it."""
    differing = [name for name in form.changed_data if name in form.own_fields]
    page["there_now"] = {name: shown(record_type, name, getattr(fresh, name)) for name in differing}
    page["last"] = records.history(record_type, fresh)[-1]
    form.put("version", records.version_of(fresh))
    form.add_error(None, say("shell.conflict"))
