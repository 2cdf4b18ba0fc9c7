"""The list of a kind of record, and its export."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nuudel.web.access.decisions import demand, may
from nuudel.web.access.models import Place
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.forms import code_words
from nuudel.web.shell.lists import chosen, page_of, read_asked
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import note_reading
from nuudel.web.shell.shown import cell, place_names
from nuudel.web.shell.states import CREATED
from nuudel.web.shell.views.asked import type_or_404, user_of
from nuudel.web.words import language

MOST_EXPORTED = 50_000


@require_safe
def record_list(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """A list with search and filters."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, "read")
    asked = read_asked(record_type, request.GET)
    page = page_of(user, record_type, asked)
    note_reading(record_type, page.records)
    names = place_names(record.place for record in page.records)
    rows = [
        (record, names[record.place], [cell(record_type, record, name) for name in record_type.listed])
        for record in page.records
    ]
    shown = {
        "record_type": record_type,
        "asked": asked,
        "page": page,
        "rows": rows,
        "filters": filters_of(record_type, asked.filters),
        "places": Place.objects.filter(level="aimag").order_by(f"name_{language()}"),
        "may_create": not record_type.parent and may(user, record_type.key, CREATED),
        "may_export": bool(record_type.exported) and may(user, record_type.key, "export"),
    }
    return render(request, "shell/list.html", shown)


def filters_of(record_type: RecordType, chosen_now: Any) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Each filter with its codes in words, and which one is chosen."""
    found = []
    for name in record_type.filtered:
        codes = [code for code, _ in record_type.model._meta.get_field(name).choices or ()]
        entries = [
            (code, code_words(record_type, name, code), chosen_now.get(name) == code) for code in codes
        ]
        found.append((name, entries))
    return found


@require_safe
def record_export(request: HttpRequest, domain: str, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The list that is shown, as CSV: without personal fields, and audited."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, "export")
    if not record_type.exported:
        raise PermissionDenied
    asked = read_asked(record_type, request.GET)
    records = list(chosen(user, record_type, asked)[:MOST_EXPORTED])
    note_audit("export", record_type.key, [record.pk for record in records], record_type.exported)
    lines = csv.writer(Echo())
    header = ["id", "state", "place", "institution", *record_type.exported]

    def rows() -> Iterator[str]:
        yield "\ufeff" + lines.writerow(header)
        for record in records:
            values = [getattr(record, name) for name in record_type.exported]
            line = [record.pk, record.state, record.place, record.institution.code, *values]
            yield lines.writerow([harmless(value) for value in line])

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    name = f"{record_type.key.replace('.', '-')}-{timezone.localdate()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        return text


def harmless(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    if isinstance(value, list | tuple):
        value = ";".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number(text) else text


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
