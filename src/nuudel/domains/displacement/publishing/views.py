"""The page on which a round is published."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing.publish import KEY, problem_of, publish
from nuudel.web.access.decisions import may
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import say


@require_http_methods(["GET", "HEAD", "POST"])
def publish_round(request: HttpRequest) -> HttpResponse:
    """What publishing means, what was published, and the step."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    kind = record_types()["displacement.round"]
    around: Any = records.find(user, kind, pk, to_change=request.method == "POST")
    if not may(user, KEY, "create", around):
        raise PermissionDenied
    problem = problem_of(around)
    if request.method == "POST":
        try:
            made = publish(user, around)
            return redirect("displacement_published_round", made.pk)
        except BrokenRulesError as error:
            problem = error.problems[0].message
    rows = models.Publication.objects.filter(round=around).order_by("-version")
    page = {"round": around, "problem": say(problem) if problem else "", "versions": rows}
    status = 422 if request.method == "POST" else 200
    return render(request, "displacement/publish.html", page, status=status)
