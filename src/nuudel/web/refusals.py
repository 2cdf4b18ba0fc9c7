"""What a refused or failed request answers: a page in the reader's language, never details.

Under ``/api/`` its middleware turns these into problem+json.

The pages stand alone: they use neither the database nor the session, so that they work when nothing else
does.
"""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, get_language_from_request

from nuudel.web.nodes.commands import needs_centre
from nuudel.web.words import LANGUAGES, say


def refused(request: HttpRequest, status: int, words: str = "") -> HttpResponse:
    """The answer with a status; ``words`` names its text where that is not the status."""
    lang = language_of(request)
    key = f"accounts.refused.{words or status}"
    parts = ("title", "text")
    shown = {part: say(f"{key}.{part}", lang=lang) for part in parts}
    shown |= {"lang": lang, "name": say("web.frame.name", lang=lang)}
    shown["home"] = say("accounts.refused.home", lang=lang)
    return HttpResponse(render_to_string("refused.html", shown), status=status)


def language_of(request: HttpRequest) -> str:
    """The language of the address, else the one that the browser asks for."""
    lang = get_language_from_path(request.path_info) or get_language_from_request(request)
    return lang if lang in LANGUAGES else LANGUAGES[0]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    if needs_centre(sys.exc_info()[1]):
        return refused(request, 409, "centre")
    return refused(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refused(request, 403, "csrf")
