"""The part's own pages: a list as a file, the end of a case, and counts for planning."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.unregistered import cases, lists
from nuudel.domains.registration.unregistered.counts import COLUMNS, open_cases
from nuudel.domains.registration.unregistered.forms import ListForm
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.errors import WrongStateError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import as_uuid
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.shell.views.pages import page_of
from nuudel.web.words import number, say

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 5


@shown_or_sent
def list_load(request: HttpRequest) -> HttpResponse:
    """Read a list of a round or a service, and say what became of each row."""
    user = user_of(request)
    demand(user, kinds.UNREGISTERED, "create")
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
    user, kind = user_of(request), record_types()[kinds.UNREGISTERED]
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
        note_audit("export", kinds.UNREGISTERED, fields=["place", "bagh", "hindrances"])
        lines = [[place or "total", bagh, *cells] for place, bagh, cells in rows]
        return csv_response("registration-unregistered", ["place", "bagh", *COLUMNS], lines)
    names = place_names(place for place, _, _ in rows if place)
    named = [
        (
            ", ".join(
                part
                for part in (
                    names.get(place, say("registration.unregistered.all")),
                    bagh_words(place, bagh),
                )
                if part
            ),
            cells,
        )
        for place, bagh, cells in rows
    ]
    return render(request, "registration/unregistered_counts.html", counts_page(named))


def counts_page(rows: Sequence[tuple[str, Sequence[int | None]]]) -> dict[str, Any]:
    """Places and hindrances of which something can be told as a table, the others by their names."""
    titles = [say(f"registration.hindrances_code.{name}") for name in COLUMNS]
    named = [any(cells[at] != 0 for _, cells in rows) for at in range(len(COLUMNS))]
    told = [(name, cells) for name, cells in rows if any(cells)]
    lines = [
        (
            name,
            [
                (title, cell, number(cell))
                for title, cell, shown in zip(titles, cells, named, strict=True)
                if shown
            ],
        )
        for name, cells in told
    ]
    return {
        "titles": [title for title, shown in zip(titles, named, strict=True) if shown],
        "lines": lines,
        "few": [name for name, cells in rows if not any(cells)],
        "nobody": [title for title, shown in zip(titles, named, strict=True) if not shown],
    }
