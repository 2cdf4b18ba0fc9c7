"""Limits on what one address may ask for: how much at once, and how often where an answer is dear.

The interfaces have limits of their own (``nuudel.web.api.limits``). Pages have none: they are put together
from files in about a millisecond, and a whole office may stand behind one address.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from nuudel.web.api.limits import Limit, address_of
from nuudel.web.refusals import refused

DEAR = "/download/"
LIMITED_THEMSELVES = "/collect/"
"""Addresses of phones, which are told in their own words what is too large, before any of it is read."""

MOST_BYTES = 25_000_000
DOWNLOADS = Limit(per_minute=120, burst=60)


class LimitsMiddleware:
    """Answers 413 to what is too large and 429, with ``Retry-After``, to who downloads too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        too_large = not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES
        if too_large and not request.path.startswith(LIMITED_THEMSELVES):
            return refused(request, 413)
        wait = DOWNLOADS.take(address_of(request)) if DEAR in request.path else 0.0
        if wait:
            response = refused(request, 429)
            response.headers["Retry-After"] = str(int(wait) + 1)
            return response
        return self.get_response(request)
