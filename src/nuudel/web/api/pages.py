"""The API's description, as OpenAPI and as a page for people."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from nuudel.web.api.operations import api
from nuudel.web.api.problems import CODES, answer, not_found, plain, report_of
from nuudel.web.api.statistics.answers import matches


@dataclass(frozen=True)
class Parameter:
    """A parameter as the page shows it."""

    name: str
    where: str
    required: bool
    text: str


@dataclass(frozen=True)
class Shown:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    token: bool
    parameters: tuple[Parameter, ...]
    fields: tuple[Parameter, ...]
    statuses: tuple[str, ...]


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI description; it does not change while the program runs."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@cache
def schema_text() -> tuple[bytes, str]:
    """The description as JSON, and its tag."""
    body = json.dumps(schema(), ensure_ascii=False).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """To the description in the reader's language; what follows # goes along."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("api-description"))
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    body, tag = schema_text()
    if matches(request.headers.get("If-None-Match", ""), tag):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The description for people: every operation, grouped, without scripts."""
    groups: dict[str, list[Shown]] = {}
    for tag, operation in shown_operations():
        groups.setdefault(tag, []).append(operation)
    problems = [report_of(plain(key)) for key in CODES]
    found = {"groups": groups.items(), "problems": problems}
    return render(request, "api/description.html", found)


def shown_operations() -> Iterator[tuple[str, Shown]]:
    """Each operation with its group."""
    for address, methods in schema()["paths"].items():
        for method, operation in methods.items():
            parameters = tuple(
                Parameter(p["name"], p["in"], p["required"], p.get("description", ""))
                for p in operation["parameters"]
            )
            yield (
                operation.get("tags", ["api"])[0],
                Shown(
                    operation["operationId"],
                    method.upper(),
                    address,
                    operation["summary"],
                    operation.get("description", ""),
                    bool(operation.get("security")),
                    parameters,
                    tuple(body_fields(operation)),
                    tuple(sorted(str(status) for status in operation["responses"])),
                ),
            )


def body_fields(operation: dict[str, Any]) -> Iterator[Parameter]:
    """The fields of a request's body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    model = schema()["components"]["schemas"].get(name, {})
    for field, about in model.get("properties", {}).items():
        yield Parameter(field, "body", field in model.get("required", ()), about.get("description", ""))


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """An address that the API does not have."""
    return answer(request, report_of(not_found("")))
