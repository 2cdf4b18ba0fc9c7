"""The part's own pages: sending the table of a list, and taking it along to be changed."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.served import MADE, read_list
from nuudel.domains.displacement.entities.filling import fill
from nuudel.domains.displacement.entities.known import HEAD, KNOWN, Known, choices
from nuudel.domains.displacement.entities.reading import CSV, kept, list_of
from nuudel.domains.displacement.entities.tables import ListError
from nuudel.domains.displacement.forms.keeping import MOST_FILE_BYTES
from nuudel.web.access.decisions import demand
from nuudel.web.shell import records, sent
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import say


def operation_asked(request: HttpRequest) -> models.Operation:
    """The operation that an address names, if the user may fill its lists."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user, record_types()["displacement.operation"], pk)
    demand(user, "displacement.entity", "create", found)
    return found  # type: ignore[no-any-return]


@shown_or_sent
def lists(request: HttpRequest) -> HttpResponse:
    """Send the table of a list of an operation; every fault is told with its line."""
    operation = operation_asked(request)
    names = lists_of(operation)
    asked = request.POST.get("list") or request.GET.get("list", "")
    page: dict[str, Any] = {"operation": operation, "names": names}
    page["chosen"] = asked if asked in names else names[0]
    if request.method == "POST":
        page |= filled(request, operation, page["chosen"])
    page["known"] = [(name, columns_of(known), known.example) for name, known in KNOWN.items()]
    page["there"] = [(name, count) for name in names if (count := kept(operation, name).count())]
    return render(request, "displacement/lists.html", page, status=422 if page.get("error") else 200)


def columns_of(known: Known) -> list[tuple[str, Sequence[str]]]:
    """Each column of a list with the codes that it takes, none where it takes any text."""
    codes = {name: choices(known.form, of) for name, of in known.codes.items()}
    return [(name, codes.get(name, ())) for name in (*HEAD, *known.columns)]


def lists_of(operation: models.Operation) -> Sequence[str]:
    """The lists that forms of the operation look up, those of the shipped forms first."""
    versions = models.FormVersion.objects.filter(form__operation=operation).values_list("files", flat=True)
    named = {list_of(name) for files in versions for name in files if name not in MADE} - {"", "itemsets"}
    return [*KNOWN, *sorted(named - set(KNOWN))]


def filled(request: HttpRequest, operation: models.Operation, list_name: str) -> dict[str, Any]:
    """That the list was filled, or what is wrong with what was sent."""
    file = request.FILES.get("file")
    if file is None:
        return {"error": say("displacement.upload.no_file")}
    if (file.size or 0) > MOST_FILE_BYTES:
        return {"error": say("displacement.upload.too_large")}
    try:
        fill(user_of(request), operation, list_name, file.read())
    except ListError as wrong:
        return {"error": say("displacement.list.wrong"), "faults": wrong.faults}
    return {"done": list_name}


@require_safe
def list_file(request: HttpRequest) -> HttpResponse:
    """A list as phones get it, to be changed and sent again; the reading is audited."""
    operation = operation_asked(request)
    name = request.GET.get("list", "")
    if not kept(operation, name).exists():
        raise Http404
    response = HttpResponse(b"\xef\xbb\xbf" + read_list(operation, name + CSV), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(name: str) -> str:
    """A list's name as a header takes it: that of an institution's own list may have any letters."""
    return f"{name}{CSV}" if name.isascii() and name.replace("_", "").isalnum() else f"list{CSV}"
