"""The addresses that phones ask, under a round's key or with a phone's key in the path."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import parse_http_date_safe
from django.views.decorators.csrf import csrf_exempt

from nuudel.base.errors import NuudelError, WebError
from nuudel.domains.displacement.collect import lists, parts, pulling, quota, sign_in
from nuudel.domains.displacement.collect.answers import headers, refusal, said
from nuudel.domains.displacement.collect.receiving import receive
from nuudel.domains.displacement.collect.refusals import Refused, unknown
from nuudel.domains.displacement.collect.sign_in import Caller
from nuudel.domains.displacement.submissions.entering import name_of
from nuudel.domains.displacement.submissions.stored import forget
from nuudel.surveys.cells import is_plausible
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import may
from nuudel.web.words import language, say

READS = frozenset({"GET", "HEAD"})
ATTEMPTS = 3
Handler = Callable[..., HttpResponse]


def openrosa(handler: Handler) -> Handler:
    """A way for phones: refusals in words that they show, the headers that they ask for, no session."""

    @csrf_exempt
    @wraps(handler)
    def view(request: HttpRequest, round_key: str = "", key: str = "", **names: object) -> HttpResponse:
        lang = language()
        try:
            parts.demand_length(request)
            caller = sign_in.caller_of(request, round_key, key)
            lang = caller.user.language
            if not may(caller.user, "displacement.submission", "create"):
                raise unknown()
            with translation.override(lang):
                response = handler(request, caller, **names)
        except Refused as refused:
            response = refusal(refused, lang)
            if refused.guessed:
                sign_in.count_failure(refused.guessed)
        except (PermissionDenied, NuudelError, DatabaseError, OSError) as error:
            response = refusal(failed(error), lang)
        for name, value in headers().items():
            response.headers.setdefault(name, value)
        return response

    return view


def failed(error: Exception) -> Refused:
    """What went wrong here, in words that phones show: they keep what they have and send it again."""
    if isinstance(error, PermissionDenied):
        return Refused(403, WebError(526, "this phone may not do this.", "Ask who runs the operation."))
    logging.getLogger(__name__).error("a phone was not served: %s", name_of(error))
    return Refused(
        503, WebError(527, "the server could not do this now.", "Send it again later."), {"Retry-After": "60"}
    )


def reading(handler: Handler) -> Handler:
    """A way on which something is got, in the caller's name."""

    @wraps(handler)
    def view(request: HttpRequest, caller: Caller, **names: object) -> HttpResponse:
        if request.method not in READS:
            raise wrong_method("GET, HEAD")
        with acting(caller.user, "collect"):
            return handler(request, caller, **names)

    return openrosa(view)


def wrong_method(allowed: str) -> Refused:
    return Refused(405, WebError(519, "this is not done here.", "Use ODK Collect."), {"Allow": allowed})


@reading
def form_list(request: HttpRequest, caller: Caller) -> HttpResponse:
    return lists.form_list(request, caller)


@reading
def form_xml(request: HttpRequest, caller: Caller, pk: UUID) -> HttpResponse:
    return lists.form_xml(caller, pk)


@reading
def manifest(request: HttpRequest, caller: Caller, pk: UUID) -> HttpResponse:
    return lists.manifest(caller, pk)


@reading
def form_file(request: HttpRequest, caller: Caller, pk: UUID, number: int) -> HttpResponse:
    return lists.form_file(caller, pk, number)


@reading
def pull_list(request: HttpRequest, caller: Caller) -> HttpResponse:
    return pulling.pull_list(request, caller)


@reading
def pull(request: HttpRequest, caller: Caller) -> HttpResponse:
    return pulling.pull(request, caller)


@reading
def pull_file(request: HttpRequest, caller: Caller, pk: UUID) -> HttpResponse:
    return pulling.pull_file(caller, pk)


@openrosa
def submission(request: HttpRequest, caller: Caller) -> HttpResponse:
    """HEAD: may be sent here. POST: a submission; it is committed before the answer is made."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    if request.method != "POST":
        raise wrong_method("HEAD, POST")
    came = parts.read_parts(request)
    quota.take(caller, parts.length_of(request))
    keep(caller, came, clock_of(request))
    return said(say("displacement.received"), 201, "submit_success")


def keep(caller: Caller, came: parts.Parts, device_at: datetime | None) -> None:
    """Keep what came, in a transaction of its own; files of one that failed are removed."""
    for attempt in range(ATTEMPTS):
        stored: list[Path] = []
        received = False
        try:
            with acting(None, "collect"):
                receive(caller, came, device_at, stored)
                received = True
            return
        except OperationalError:
            # Once it was received, it may be committed and the answer lost: then the files stay. In any case
            # what is there now is read anew.
            forget([] if received else stored)
            if attempt == ATTEMPTS - 1:
                raise
        except IntegrityError:
            # Somebody else has just kept the same: what is there now is read anew.
            forget(stored)
            if attempt == ATTEMPTS - 1:
                raise
        except BaseException:
            forget(stored)
            raise


def clock_of(request: HttpRequest) -> datetime | None:
    """The phone's clock as it tells it; a wrong one is no fault."""
    seconds = parse_http_date_safe(request.headers.get("Date", ""))
    try:
        told = datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (OverflowError, ValueError, OSError):
        return None
    return told if told is not None and is_plausible(told) else None
