"""What the queue of a browser asks: who has signed in now, and to keep a submission, once."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.displacement.collect import parts, quota
from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.domains.displacement.collect.views import keep
from nuudel.domains.displacement.webforms.browsers import assignment_of, caller_of
from nuudel.surveys.cells import is_plausible
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import say


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Who has signed in, and the token that a sending shows: asked right before the queue is sent."""
    answer = JsonResponse({"user": str(user_of(request).pk), "token": get_token(request)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@csrf_exempt  # `kept` asks for the token, once the length is known
def send(request: HttpRequest, assignment: UUID) -> HttpResponse:
    """A submission, as from phones: what says that it is too large is refused before it is read."""
    try:
        parts.demand_length(request)
        return kept(request, assignment)
    except Refused as refused:
        words = say(f"displacement.refused.{refused.number}")
        answer = JsonResponse({"message": words, "code": refused.error.code}, status=refused.status)
        for name, value in refused.headers.items():
            answer.headers[name] = value
        return answer


@csrf_protect
@require_POST
def kept(request: HttpRequest, assignment: UUID) -> HttpResponse:
    user = user_of(request)
    came = parts.read_parts(request)
    if request.POST.get("user", "") != str(user.pk):
        raise Refused(403, WebError(535, "somebody else has filled this form.", "Sign in as that person."))
    caller = caller_of(user, assignment_of(user, assignment))
    quota.take(caller, parts.length_of(request))
    keep(caller, came, clock_of(request))
    return JsonResponse({"message": say("displacement.received")}, status=201)


def clock_of(request: HttpRequest) -> datetime | None:
    """The computer's clock as the page tells it; a wrong one is no fault."""
    try:
        told = parse_datetime(request.POST.get("device_at", ""))
    except ValueError:
        return None
    return told if told is not None and is_plausible(told) else None
