"""What is answered where something is refused or fails: problem+json (RFC 9457) with the house's codes.

The texts are in the messages of this app, in the language that the request asks for; they name fields, never
what was in them.
"""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from nuudel.base.errors import NuudelError, WebError
from nuudel.base.tables import nearest
from nuudel.web.access.context import current
from nuudel.web.words import language, say

CONTENT_TYPE = "application/problem+json"
CODES: Mapping[str, tuple[str, int]] = {
    "token_missing": ("WEB-251", 401),
    "token_invalid": ("WEB-252", 401),
    "scope_missing": ("WEB-253", 403),
    "forbidden": ("WEB-254", 403),
    "not_found": ("WEB-255", 404),
    "method": ("WEB-256", 405),
    "key_missing": ("WEB-257", 400),
    "key_reused": ("WEB-258", 409),
    "key_busy": ("WEB-259", 409),
    "changed": ("WEB-260", 412),
    "match_missing": ("WEB-261", 428),
    "too_large": ("WEB-262", 413),
    "content_type": ("WEB-263", 415),
    "malformed": ("WEB-264", 400),
    "invalid": ("WEB-265", 422),
    "cursor": ("WEB-266", 400),
    "too_many": ("WEB-267", 429),
    "fault": ("WEB-268", 500),
    "no_figures": ("WEB-269", 503),
    "refused": ("WEB-270", 400),
    "taken": ("WEB-271", 409),
}
"""Each problem's code and its HTTP status."""

BY_STATUS = {
    401: "token_missing",
    403: "forbidden",
    404: "not_found",
    405: "method",
    413: "too_large",
    415: "content_type",
    429: "too_many",
}
NAME = re.compile(r"[A-Za-z_][\w.\-]{0,59}")


@dataclass(frozen=True)
class FieldError:
    """A field and why it is refused."""

    field: str
    reason: str


class ApiError(WebError):
    """A request that cannot be served; ``key`` is its entry of ``CODES``."""

    def __init__(
        self,
        key: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **slots: str,
    ) -> None:
        code, self.status = CODES[key]
        self.key = key
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.slots = slots
        super().__init__(
            int(code.removeprefix("WEB-")), *self.texts(), fields=tuple(error.field for error in self.errors)
        )

    def texts(self) -> tuple[str, str]:
        """What is wrong and what to do, in the active language."""
        return (
            say(f"api.problem.{self.key}.detail", **self.slots),
            say(f"api.problem.{self.key}.next", **self.slots),
        )


@dataclass(frozen=True)
class Report:
    """The members of a problem+json answer."""

    status: int
    code: str
    title: str
    detail: str
    next_step: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def report_of(problem: ApiError) -> Report:
    title = say(f"api.problem.{problem.key}.title")
    return Report(
        problem.status,
        problem.code,
        title,
        problem.problem,
        problem.next_step,
        problem.errors,
        problem.headers,
    )


def report_error(error: NuudelError, status: int) -> Report:
    """An error of another room, with its own words."""
    title = say("api.problem.refused.title")
    errors = tuple(FieldError(name, error.problem) for name in error.fields)
    return Report(status, error.code, title, error.problem, error.next_step, errors)


def answer(request: HttpRequest, report: Report) -> HttpResponse:
    """The report as an HTTP answer."""
    body = {
        "type": f"/api/v1/docs#{report.code}",
        "title": report.title,
        "status": report.status,
        "detail": report.detail,
        "code": report.code,
        "next_step": report.next_step,
        "fields": [error.field for error in report.errors],
        "errors": [{"field": error.field, "reason": error.reason} for error in report.errors],
        "request_id": request_id(request),
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=report.status, content_type=CONTENT_TYPE
    )
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept-Language"])
    for name, value in report.headers.items():
        response.headers[name] = value
    return response


def answer_status(request: HttpRequest, status: int) -> HttpResponse:
    """The answer for a bare status, where nothing more is known than that."""
    key = BY_STATUS.get(status, "fault" if status >= 500 else "refused")
    return answer(request, replace(report_of(plain(key)), status=status))


def plain(key: str) -> ApiError:
    """A problem of which nothing more is known than its kind."""
    return ApiError(key, errors=(), headers=None, **PLAIN_SLOTS.get(key, {}))


PLAIN_SLOTS: Mapping[str, Mapping[str, str]] = {
    "too_large": {"limit": "1 MB"},
    "too_many": {"seconds": "…"},
    "scope_missing": {"scope": "…"},
}
"""What fills the slots of a text where nothing more is known than its status."""


def request_id(request: HttpRequest) -> str:
    """What support asks for: the number under which the request is known to the audit and the logs."""
    known: str = getattr(request, "nuudel_request_id", "")
    if not known:
        try:
            known = current().request_id
        except WebError:
            known = ""
        known = known or uuid.uuid4().hex
        request.nuudel_request_id = known  # type: ignore[attr-defined]
    return known


def shown_name(name: object) -> str:
    """The name of an unknown field as far as it can be repeated: a name, never a value in its place."""
    text = str(name)
    return text if NAME.fullmatch(text) else "?"


def not_found(name: str, known: Iterable[str] = (), wanted: str = "") -> ApiError:
    """Something that a request names is not there; the nearest known names are told."""
    names = list(known)
    near = nearest(wanted, names) if names else ""
    errors = [FieldError(name, say("api.reason.not_known", near=near))] if name else []
    return ApiError("not_found", errors=errors)


def unknown_fields(names: Iterable[str], known: Iterable[str]) -> ApiError:
    """Fields that do not exist, each with the nearest that do."""
    listed = list(known)
    return ApiError(
        "invalid",
        errors=[
            FieldError(shown_name(name), say("api.reason.unknown", near=nearest(name[:60], listed)))
            for name in names
        ],
    )


def invalid(*errors: tuple[str, str]) -> ApiError:
    """Fields that are refused: name and the reason's key in the messages."""
    return ApiError(
        "invalid", errors=[FieldError(name, say(f"api.reason.{reason}")) for name, reason in errors]
    )
