"""The part's own pages: a key for a phone, shown once; what somebody has to collect."""

from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.operations.keys import NewKey, make_key, settings_code
from nuudel.domains.displacement.quality.panel import questions_to
from nuudel.web.access.decisions import demand, visible
from nuudel.web.shell import records, sent
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import text_asked, user_of

LONGEST = 80
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names by which a machine calls itself: no phone reaches it by them."""


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Make a key for a phone; the page that answers is the only one that ever shows it."""
    user = user_of(request)
    pk = sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user, record_types()["displacement.assignment"], pk)
    demand(user, "displacement.device", "create", found)
    shown: dict[str, Any] = {"assignment": found, "closed": found.state != "active"}
    status = 200
    if request.method == "POST" and not shown["closed"]:
        shown["name"], shown["error"] = text_asked(request, "name", LONGEST, "displacement.key.name_missing")
        if not shown["error"]:
            shown |= told(request, make_key(user, found, shown["name"]))
        status = 422 if shown["error"] else 200
    response = render(request, "displacement/key.html", shown, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def told(request: HttpRequest, made: NewKey) -> dict[str, Any]:
    """What is shown of a new key: the code to scan, and the same in letters."""
    around = made.device.assignment.round
    address = request.build_absolute_uri(f"/collect/key/{made.secret}")
    code = settings_code(address, str(around))
    picture = segno.make(code, error="l", micro=False)
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return {
        "made": made,
        "only_here": host.strip("[]") in LOOPBACK,
        "over_tls": request.is_secure(),
        "address": request.build_absolute_uri(f"/collect/{around.key}"),
        "key_address": address,
        "picture": picture.png_data_uri(scale=4, border=4),
    }


@require_safe
def collecting(request: HttpRequest) -> HttpResponse:
    """The rounds in which somebody collects, what was sent, and how a phone is set up."""
    user = user_of(request)
    rows = visible(models.Assignment.objects.filter(holder=user), user, "displacement.assignment")
    shown = []
    for row in rows.select_related("round__operation").order_by("-pk")[:50]:
        came = visible(models.Submission.objects.filter(assignment=row), user, "displacement.submission")
        shown.append((row, came.exclude(state="replaced").count()))
    return render(request, "displacement/collecting.html", {"rows": shown, "questions": questions_to(user)})
