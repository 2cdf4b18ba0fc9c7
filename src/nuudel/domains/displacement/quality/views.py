"""The part's own page: how the enumerators of a round work, for who supervises them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains.displacement.quality.enumerators import enumerators_of
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records, sent
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import user_of


@require_safe
def enumerators(request: HttpRequest) -> HttpResponse:
    """Interviews, minutes, digits and flags of each enumerator of a round; it is about people, so audited."""
    user = user_of(request)
    pk = sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user, record_types()["displacement.round"], pk)
    demand(user, "displacement.flag", "accept", found)
    note_audit("read", "displacement.flag", [found.pk], ["enumerator"])
    shown = {"round": found, "people": enumerators_of(user, found)}
    return render(request, "displacement/enumerators.html", shown)
