"""PxWeb, versions 1 and 2, over the tables of the release: routes to ``nuudel.publication.formats.pxweb``."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from nuudel.publication.formats.pxweb import Answer, Catalogue, Limits, catalogue, handle_v1, handle_v2
from nuudel.publication.formats.pxweb.answers import json_answer
from nuudel.web.api.limits import Limit, address_of
from nuudel.web.api.problems import ApiError, Report, report_of
from nuudel.web.api.reading import body_of
from nuudel.web.api.statistics.answers import ANSWERS, CORS, current_release, give, keep

ADDRESS = "/api/pxweb/v2"
LIMITS = Limits()
CALLS = Limit(per_minute=LIMITS.calls * 60 // LIMITS.seconds, burst=LIMITS.calls)
"""By address: answers that have to be put together first."""


@lru_cache(maxsize=1)
def catalogue_of(folder: Path, stamp: int) -> Catalogue:
    """The tables of a release; made again when there is another one."""
    return catalogue(current_release().tables.values(), address=ADDRESS, limits=LIMITS)


@csrf_exempt
def version1(request: HttpRequest, lang: str, rest: str = "") -> HttpResponse:
    """``/api/pxweb/v1/<lang>/nuudel/<folder>/<table>``."""
    return served(
        request,
        lambda known, query, body: handle_v1(known, lang, rest.split("/"), method_of(request), query, body),
        lambda report: {"error": f"{report.code}: {report.detail} {report.next_step}"},
    )


@csrf_exempt
def version2(request: HttpRequest, rest: str = "") -> HttpResponse:
    """``/api/pxweb/v2/tables/<table>/data`` and its neighbours."""
    return served(
        request,
        lambda known, query, body: handle_v2(known, rest.split("/"), method_of(request), query, body),
        lambda report: {
            "type": report.code,
            "title": report.title,
            "status": report.status,
            "detail": f"{report.code}: {report.detail} {report.next_step}",
        },
    )


def method_of(request: HttpRequest) -> str:
    return "GET" if request.method == "HEAD" else str(request.method)


def served(
    request: HttpRequest,
    handle: Callable[[Catalogue, dict[str, str], bytes], Answer],
    told: Callable[[Report], dict[str, object]],
) -> HttpResponse:
    """The answer, from those that are kept where it is one to GET; our own refusals in PxWeb's form."""
    reading, kept = method_of(request) == "GET", None
    try:
        now = current_release()
        key = (now.folder, now.stamp, request.get_full_path())
        kept = ANSWERS.get(key) if reading else None
        if kept is None:
            CALLS.demand(address_of(request))
            query = {name: ",".join(values) for name, values in request.GET.lists()}
            made = handle(catalogue_of(now.folder, now.stamp), query, body_of(request))
            response = HttpResponse(made.body, status=made.status, content_type=made.content_type)
            if reading and made.status == 200:
                kept = keep(response)
                ANSWERS.put(key, kept)
    except ApiError as problem:
        report = report_of(problem)
        refused = json_answer(told(report), report.status)
        response = HttpResponse(refused.body, status=refused.status, content_type=refused.content_type)
        set_headers(response, report.headers)
    if kept is not None:
        response = give(request, kept)
    if reading:
        set_headers(response, CORS)
    return response


def set_headers(response: HttpResponse, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        response.headers[name] = value
