"""Under ``/api/`` every refusal is a problem+json, also those of the frame and of a broken commit."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from nuudel.web.api.problems import CONTENT_TYPE, answer_status

PXWEB = "/api/pxweb/"
JSON = "application/json"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Stands before all that answers; PxWeb's own errors keep the form that its clients know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith("/api/"):
            return response
        kind = response.headers.get("Content-Type", "")
        if kind.startswith(CONTENT_TYPE) or (request.path.startswith(PXWEB) and kind.startswith(JSON)):
            return response
        plain = answer_status(request, response.status_code)
        for name in KEPT:
            if name in response.headers:
                plain.headers[name] = response.headers[name]
        return plain
