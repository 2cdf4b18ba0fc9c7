"""The API as django-ninja sees it: strict parameters, problems instead of errors, and its own description."""

import inspect
import logging
import re
import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from psycopg.errors import UniqueViolation
from pydantic import BaseModel

from nuudel import __version__
from nuudel.base.errors import NuudelError
from nuudel.base.tables import nearest
from nuudel.web.api.problems import (
    CONTENT_TYPE,
    ApiError,
    FieldError,
    answer,
    not_found,
    report_error,
    report_of,
    request_id,
    shown_name,
    unknown_fields,
)
from nuudel.web.api.reading import FORBIDDEN, read_json
from nuudel.web.words import say

log = logging.getLogger("nuudel.api")
STATUS_OF = {
    "WEB-212": 409,
    "WEB-213": 409,
    "WEB-331": 503,
    "PUBLICATION-322": 503,
    "PUBLICATION-323": 404,
    "PUBLICATION-324": 404,
}
"""Statuses of other rooms' errors; those that no request causes are faults (500)."""
OF_DOMAINS = re.compile(r"(?:WEB-4|MODEL-7)\d\d")
"""What domains and the models they ask say against a step: refused, not failed (422)."""
REASONS = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_big",
    "literal_error": "not_listed",
    "enum": "not_listed",
}


class StrictParser(Parser):
    """Bodies by our own reader."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return read_json(request)


class CompactRenderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}  # noqa: RUF012


class Description(OpenAPISchema):
    """The description of an API; a model is described once, however many operations have it."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self.described: dict[Any, Any] = {}
        super().__init__(api, path_prefix)

    def _create_schema_from_model(self, model: Any, *options: Any, **named: Any) -> Any:
        key = (model, options, *sorted(named.items()))
        if key not in self.described:
            self.described[key] = super()._create_schema_from_model(model, *options, **named)
        return self.described[key]


class Interface(NinjaAPI):
    """NinjaAPI whose errors are described as problem+json."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """The errors as ninja tells them; an unknown field with the names that are known in its place."""
        error = super().validation_error_from_error_contexts(error_contexts)
        models = {context.model.__ninja_param_source__: context.model for context in error_contexts}
        for found in error.errors:
            if found["type"] == "extra_forbidden":
                found["known"] = known_at(models[found["loc"][0]], found["loc"][1:-1])
        return error

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        schema = Description(self, prefix)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {CONTENT_TYPE: response["content"]["application/json"]}
        return schema


def known_at(model: Any, path: Sequence[str | int]) -> list[str]:
    """The names of the fields of a model inside of another."""
    for part in path:
        annotation = model.model_fields[part].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)


def strict(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse parameters that the operation does not have, that come twice, or that hold odd characters."""
    operation = inspect.unwrap(run).__self__
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(run)
    def checked(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            check_query(request, known, path)
        except ApiError as problem:
            return answer(request, report_of(problem))
        return run(request, **path)

    return checked


def check_query(request: HttpRequest, known: set[str], path: dict[str, Any]) -> None:
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise unknown_fields(unknown, sorted(known))
    texts = [value for values in request.GET.lists() for value in values[1]] + [str(v) for v in path.values()]
    if any(FORBIDDEN.search(text) for text in texts):
        raise ApiError("malformed")
    twice = [name for name, values in request.GET.lists() if len(values) > 1]
    if twice:
        raise ApiError("invalid", errors=[FieldError(shown_name(n), say("api.reason.twice")) for n in twice])


def on_error(request: HttpRequest, error: Any) -> HttpResponse:
    """An error of the house, with the status that belongs to it."""
    if isinstance(error, ApiError):
        return answer(request, report_of(error))
    default = 422 if OF_DOMAINS.fullmatch(error.code) else 500
    status = STATUS_OF.get(error.code, getattr(error, "status", default))
    if status == 503:
        return answer(request, report_of(ApiError("no_figures", headers={"Retry-After": "60"})))
    if status >= 500:
        return on_fault(request, error)
    return answer(request, report_error(error, status))


def on_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Parameters or a body that do not fit the description."""
    errors = []
    for found in error.errors:
        # Behind the source stands the argument's name; of a body's fields it says nothing to the client.
        inside = found["loc"][2 if found["loc"][0] == "body" else 1 :]
        name = ".".join(shown_name(part) if isinstance(part, str) else str(part) for part in inside)
        reason = REASONS.get(found["type"], "not_valid")
        slots = {"near": nearest(str(inside[-1])[:60], found["known"])} if reason == "unknown" else {}
        errors.append(FieldError(name or str(found["loc"][0]), say(f"api.reason.{reason}", **slots)))
    return answer(request, report_of(ApiError("invalid", errors=errors)))


def on_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    """ninja's own errors; a body that our reader refused is one of them."""
    cause = error.__cause__ or error.__context__
    problem = cause if isinstance(cause, ApiError) else ApiError("malformed")
    return answer(request, report_of(problem))


def on_denied(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(request, report_of(ApiError("forbidden")))


def on_missing(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(request, report_of(not_found("")))


def on_taken(request: HttpRequest, error: Any) -> HttpResponse:
    """Two writes at once of what there may be once: the database has let the other one through."""
    if not isinstance(error.__cause__, UniqueViolation):
        return on_fault(request, error)
    return answer(request, report_of(ApiError("taken")))


def on_fault(request: HttpRequest, error: Any) -> HttpResponse:
    """A fault of ours: the log gets the lines of the program, not the error's text, which may hold values."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    log.error("request %s failed: %s\n%s", request_id(request), type(error).__name__, lines)
    return answer(request, report_of(ApiError("fault")))


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    NuudelError: on_error,
    ValidationError: on_invalid,
    HttpError: on_http_error,
    PermissionDenied: on_denied,
    Http404: on_missing,
    IntegrityError: on_taken,
    Exception: on_fault,
}


def make_interface() -> Interface:
    """An API without operations; routers are added to it."""
    api = Interface(
        title="Nuudel",
        version="1",
        urls_namespace="api-v1",
        docs_url=None,
        openapi_url=None,
        parser=StrictParser(),
        renderer=CompactRenderer(),
        openapi_extra={"info": {"x-program-version": __version__, "license": {"name": "EUPL-1.2"}}},
    )
    api.add_decorator(strict, mode="view")
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)
    return api
