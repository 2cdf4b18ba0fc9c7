"""The list of a kind of record, and its export."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nuudel.web.access.decisions import demand, held, may
from nuudel.web.access.units import aimags_by_name
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.counts import STATE, count_of, ways_to_count
from nuudel.web.shell.forms import code_words
from nuudel.web.shell.lists import chosen, page_of, read_asked
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import value_of
from nuudel.web.shell.shown import cells, is_code, place_names
from nuudel.web.shell.states import CREATED
from nuudel.web.shell.views.asked import type_or_404, user_of
from nuudel.web.words import language, number, say

MOST_EXPORTED = 50_000
# What a spreadsheet may take for the beginning of a formula, full-width letters included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@require_safe
def record_list(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """A list with search and filters."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, "read")
    return render(request, "shell/list.html", list_page(request, record_type, user))


def list_page(request: HttpRequest, record_type: RecordType, user: User) -> dict[str, Any]:
    """What the page of a list shows; nothing personal, so that no reading is audited."""
    asked = read_asked(record_type, request.GET)
    page = page_of(user, record_type, asked)
    names = place_names(record.place for record in page.records)
    rows = [
        (record, names[record.place], cells(record_type, record, record_type.listed))
        for record in page.records
    ]
    return {
        "record_type": record_type,
        "asked": asked,
        "page": page,
        "rows": rows,
        "filters": filters_of(user, record_type, asked.filters),
        "places": places_of_filter(user, record_type),
        "may_create": record_type.made_by_people
        and not record_type.parent
        and may(user, record_type.key, CREATED),
        "counts": [(by, asked.query(by=by)) for by in ways_to_count(record_type)],
        "may_export": bool(record_type.exported) and may(user, record_type.key, "export"),
    }


def places_of_filter(user: User, record_type: RecordType) -> list[tuple[str, str]]:
    """The aimags among which a list can be narrowed: none for who sees only a part of the country."""
    if all(posting.place for posting, _ in held(user, record_type.key, "read")):
        return []
    return aimags_by_name(language())


def filters_of(
    user: User, record_type: RecordType, chosen_now: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Each filter with its codes in words, and which one is chosen."""
    found = []
    for name in record_type.filtered:
        if is_code(record_type.model, name):
            codes = [code for code, _ in getattr(record_type.model._meta.get_field(name), "choices", ())]
            named = [(code, code_words(record_type, name, code)) for code in codes]
        else:
            named = list(record_type.choosable(user, name)) if record_type.choosable else []
        found.append((name, [(code, words, chosen_now.get(name) == code) for code, words in named]))
    return found


@require_safe
def record_export(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """The list that is shown, as CSV: without personal fields, and audited."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, "export")
    if not record_type.exported:
        raise PermissionDenied
    asked = read_asked(record_type, request.GET)
    records = list(chosen(user, record_type, asked)[: MOST_EXPORTED + 1])
    if len(records) > MOST_EXPORTED:
        shown = list_page(request, record_type, user)
        shown["error"] = say("shell.list.too_many", count=number(MOST_EXPORTED))
        return render(request, "shell/list.html", shown, status=422)
    note_audit("export", record_type.key, [record.pk for record in records], record_type.exported)
    lines = [
        [record.pk, record.state, record.place, record.institution.code]
        + [value_of(record, name) for name in record_type.exported]
        for record in records
    ]
    columns = ["id", "state", "place", "institution", *record_type.exported]
    return csv_response(record_type.key.replace(".", "-"), columns, lines)


@require_safe
def record_counts(request: HttpRequest, domain: str, kind: str) -> HttpResponse:
    """How many records the list has, by aimag and a code; small counts are left out: it may be passed on."""
    record_type, user = type_or_404(domain, kind), user_of(request)
    demand(user, record_type.key, "read")
    by = request.GET.get("by", STATE)
    if by not in ways_to_count(record_type):
        raise Http404
    counted = count_of(user, record_type, read_asked(record_type, request.GET), by)
    note_audit("export", record_type.key, fields=["place", by])
    return csv_response(f"{record_type.key.replace('.', '-')}-counts", counted.columns, counted.rows())


def csv_response(name: str, columns: Sequence[str], lines: Iterable[Iterable[Any]]) -> HttpResponse:
    """A table as a file: it is kept nowhere on the way, and a spreadsheet finds no formula in it."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(columns)
    writer.writerows([harmless(value) for value in line] for line in lines)
    response = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{name}-{timezone.localdate()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def harmless(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    if isinstance(value, list | tuple):
        value = ";".join(map(str, value))
    text = "" if value is None else str(value)
    begins = text.lstrip(" \u00a0")[:1] in FORMULA and text.strip() != ""
    return f"'{text}" if begins and not is_number(text) else text


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
