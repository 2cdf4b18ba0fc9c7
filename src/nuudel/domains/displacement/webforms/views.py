"""The pages for who fills forms in a browser, and what these pages load."""

import secrets
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import lists, served
from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.domains.displacement.collect.sign_in import Caller
from nuudel.domains.displacement.webforms import handed
from nuudel.domains.displacement.webforms.browsers import assignment_of
from nuudel.web.access.decisions import visible
from nuudel.web.headers import CONTENT_SECURITY_POLICY, HEADERS
from nuudel.web.shell.lists import as_id
from nuudel.web.shell.views.asked import user_of

MOST_SENT = 20


@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """The open forms of the own assignments, and what was sent last."""
    user = user_of(request)
    mine = models.Assignment.objects.filter(holder=user, state="active", round__state="open")
    rows = visible(mine, user, "displacement.assignment").select_related("round__operation").order_by("pk")
    found = [(row, list(served.versions(row.round))) for row in rows]
    sent = models.Submission.objects.filter(assignment__in=[row for row, _ in found])
    last = visible(sent, user, "displacement.submission").select_related("form", "version", "assignment")
    shown = {
        "rows": found,
        "sent": last.exclude(state="replaced").order_by("-pk")[:MOST_SENT],
        "handed": handed.of_list(request, user, found),
    }
    return render(request, "displacement/webforms.html", shown)


@require_safe
def form(request: HttpRequest, assignment: UUID, version: UUID) -> HttpResponse:
    """One form, to be filled; or one that was sent, to be corrected."""
    user = user_of(request)
    own, filled = own_or_404(request, assignment, version)
    corrected = sent_or_404(request, own, filled)
    nonce = secrets.token_urlsafe(16)
    shown = {
        "assignment": own,
        "form": filled.form,
        "corrected": corrected,
        "handed": handed.of_form(request, user, own, filled, corrected) | {"nonce": nonce},
    }
    response = render(request, "displacement/webform.html", shown)
    response.headers["Content-Security-Policy"] = policy(nonce)
    # A form may ask where one is, and for a picture; it asks the browser, which asks the person.
    response.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace(
        "geolocation=()", "geolocation=(self)"
    )
    return response


def policy(nonce: str) -> str:
    """What the library needs beyond other pages: its styles, its parser of formulas, media from the form.

    The parser is WebAssembly, out of a data address.
    """
    wider = {
        "style-src 'self'": f"style-src 'self' 'nonce-{nonce}'",
        "script-src 'self'": "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self'": "connect-src 'self' data: blob:",
    }
    rules = [wider.get(rule, rule) for rule in CONTENT_SECURITY_POLICY.split("; ")]
    return "; ".join([*rules, "media-src 'self' blob:", "worker-src 'self' blob:"])


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its own address says for which pages it stands in."""
    response = HttpResponse(handed.worker_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def form_xml(request: HttpRequest, assignment: UUID, version: UUID) -> HttpResponse:
    return HttpResponse(
        bytes(own_or_404(request, assignment, version)[1].xml), content_type="text/xml; charset=utf-8"
    )


@require_safe
def form_file(request: HttpRequest, assignment: UUID, version: UUID, number: int) -> HttpResponse:
    own, filled = own_or_404(request, assignment, version)
    browser = Caller(models.Device(assignment=own), "")
    try:
        return lists.form_file(browser, filled.pk, number)
    except Refused:
        raise Http404 from None


def own_or_404(
    request: HttpRequest, assignment: UUID, version: UUID
) -> tuple[models.Assignment, models.FormVersion]:
    """The person's own assignment, and a version of a form of its operation."""
    try:
        own = assignment_of(user_of(request), assignment)
    except Refused:
        raise Http404 from None
    filled = served.version_of(own.round, version)
    if filled is None:
        raise Http404
    return own, filled


def sent_or_404(request: HttpRequest, own: models.Assignment, filled: models.FormVersion) -> Any:
    """The submission that is corrected, where the address names one; of the same version, not encrypted."""
    pk = as_id(request.GET.get("correct", ""))
    if pk is None:
        return None
    rows = models.Submission.objects.filter(pk=pk, assignment=own, version=filled, encrypted=False)
    found = visible(rows, user_of(request), "displacement.submission").filter(state="received").first()
    if found is None:
        raise Http404
    return found
