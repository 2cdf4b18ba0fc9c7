"""The page of the auditors: the list of entries, and the same as a file. Reading it is audited as well."""

import csv
import io
import tempfile
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from nuudel.web.access.context import current
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.search import PAGE, PERIOD_DAYS, SearchForm, after, cursor_of, found, lines
from nuudel.web.words import say

EXPORT_ROWS = 100_000
EXPORTED = (
    "at",
    "chain",
    "number",
    "user_id",
    "roles",
    "institutions",
    "action",
    "record_type",
    "record_ids",
    "fields",
    "purpose",
    "reason",
    "request_id",
)


def entries(request: HttpRequest) -> HttpResponse:
    """The entries of a period, newest first."""
    demand(current().user, "audit.entry", "read")
    form = SearchForm(request.GET)
    told: dict[str, Any] = {"form": form, "days": PERIOD_DAYS, "lines": []}
    if form.is_valid():
        rows = list(page_of(request, form.cleaned_data))
        told["lines"] = lines(rows[:PAGE])
        asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
        told["query"] = urlencode(asked)
        if len(rows) > PAGE:
            told["next"] = urlencode(asked | {"after": cursor_of(rows[PAGE - 1])})
        record("read", "audit.entry", [name_of(row) for row in rows[:PAGE]], sorted(asked))
    return render(request, "audit/entries.html", told)


def page_of(request: HttpRequest, asked: dict[str, Any]) -> Any:
    """One entry more than a page holds, so that it is known whether there are more."""
    rows = found(asked)
    cursor = request.GET.get("after", "")
    if cursor:
        try:
            rows = after(rows, cursor)
        except (ValueError, OverflowError):
            raise Http404 from None
    return rows[: PAGE + 1]


def export(request: HttpRequest) -> HttpResponseBase:
    """All entries that were asked for, as CSV; too many are refused, not cut."""
    demand(current().user, "audit.entry", "export")
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/entries.html", {"form": form, "days": PERIOD_DAYS}, status=400)
    rows = found(form.cleaned_data)
    if rows[EXPORT_ROWS : EXPORT_ROWS + 1]:
        form.add_error("first", say("audit.error.many", rows=f"{EXPORT_ROWS:,}"))
        return render(request, "audit/entries.html", {"form": form, "days": PERIOD_DAYS}, status=400)
    asked = sorted(name for name, value in form.cleaned_data.items() if value)
    record("export", "audit.entry", fields=asked)
    # Written before the answer begins: afterwards nobody acts, and no row would be seen.
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(EXPORTED)
    for row in rows.iterator(2_000):
        writer.writerow([cell(getattr(row, name)) for name in EXPORTED])
    text.detach()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="audit.csv", content_type="text/csv")


def name_of(entry: AuditEntry) -> str:
    return f"{entry.chain}/{entry.number}"


def cell(value: Any) -> str:
    """A value as a cell: lists with spaces between; what a spreadsheet would compute is marked as text."""
    if value is None:
        return ""
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
