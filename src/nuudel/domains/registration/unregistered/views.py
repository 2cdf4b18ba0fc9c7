"""The part's own pages: a list as a file, the end of a case, and counts for planning."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.registration.unregistered import cases, lists
from nuudel.domains.registration.unregistered.counts import COLUMNS, open_cases
from nuudel.domains.registration.unregistered.forms import ListForm
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.errors import WrongStateError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import as_uuid
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import user_of
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.shell.views.pages import page_of
from nuudel.web.words import number, say

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 5


@require_http_methods(["GET", "HEAD", "POST"])
def list_load(request: HttpRequest) -> HttpResponse:
    """Read a list of a round or a service, and say what became of each row."""
    user = user_of(request)
    demand(user, cases.KEY, "create")
    form = ListForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"form": form, "columns": ", ".join(lists.COLUMNS), "most": MOST_MEGABYTES}
    if request.method != "POST":
        return render(request, "registration/unregistered_list.html", shown)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            text = text_of(sent["file"])
            loaded = lists.load(user, text, source=sent["source"], round_=sent["round"])
        except WebError as error:
            form.add_error("file", say(f"registration.list_error.{error.code[-3:]}"))
        else:
            shown["loaded"] = loaded
            shown["rejects"] = [(r, say(f"registration.list_reject.{r.why}")) for r in loaded.rejects]
            return render(request, "registration/unregistered_list.html", shown)
    return render(request, "registration/unregistered_list.html", shown, status=422)


def text_of(upload: Any) -> str:
    """The text of a file; ``WEB-434`` where it is too long or none in UTF-8."""
    try:
        if upload.size <= MOST_MEGABYTES * MEGABYTE:
            text: str = upload.read().decode("utf-8-sig")
            return text
    except UnicodeDecodeError:
        pass
    raise WebError(434, "the file is too long, or no text in UTF-8.", "Save it as CSV in UTF-8.", ("file",))


@require_POST
def settled(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a case with the household that was registered."""
    user, kind = user_of(request), record_types()[cases.KEY]
    found = records.find(user, kind, pk)
    household = as_uuid(request.POST.get("household", ""))
    try:
        if household is None:
            raise WebError(433, "no household was chosen.", "Choose one.", ("household",))
        cases.registered(user, pk, household)
    except WebError as error:
        status = 409 if isinstance(error, WrongStateError) else 422
        page = page_of(request, kind, found)
        words = "shell.conflict" if status == 409 else "registration.unregistered.no_household"
        page["panel"] |= {"error": say(words)}
        return render(request, "shell/record.html", page, status=status)
    return redirect("record", "registration", "unregistered", pk)


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Open cases by bagh or khoroo and hindrance; as CSV where that is asked for."""
    rows = open_cases()
    if request.GET.get("as") == "csv":
        note_audit("export", cases.KEY, fields=["place", "bagh", "hindrances"])
        lines = [[place or "total", bagh, *cells] for place, bagh, cells in rows]
        return csv_response("registration-unregistered", ["place", "bagh", *COLUMNS], lines)
    names = place_names(place for place, _, _ in rows if place)
    titles = [say(f"registration.hindrances_code.{name}") for name in COLUMNS]
    told = [
        (names.get(place, say("registration.unregistered.all")), bagh, [number(cell) for cell in cells])
        for place, bagh, cells in rows
    ]
    shown = {"titles": titles, "lines": [(n, b, list(zip(titles, c, strict=True))) for n, b, c in told]}
    return render(request, "registration/unregistered_counts.html", shown)
