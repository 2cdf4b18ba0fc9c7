"""Answers on published figures are made once for each release, compressed once, and given as they are."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from nuudel.base.errors import WebError
from nuudel.publication.explorer.read import Bundle
from nuudel.web.api.limits import STRANGERS, address_of
from nuudel.web.api.problems import ApiError, answer, report_of
from nuudel.web.explorer.published import published, with_published
from nuudel.web.explorer.release import Release, release

KEPT_BYTES = 64_000_000
SMALLEST = 800  # bytes; below, compression gains nothing
MAX_AGE = 300  # seconds; then the client asks again, with the ETag
CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

LONGEST_ADDRESS = 1_000  # longer ones are answered, not kept: they would fill the memory themselves


@dataclass(frozen=True)
class Kept:
    """An answer, plain and compressed."""

    content_type: str
    etag: str
    bodies: dict[str, bytes]
    headers: dict[str, str]

    @property
    def size(self) -> int:
        return sum(len(body) for body in self.bodies.values())


class Answers:
    """The answers of this process, the longest unused forgotten first."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self.limit = limit
        self._kept: OrderedDict[tuple[object, ...], Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], kept: Kept) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += kept.size - (before.size if before else 0)
            self._kept[key] = kept
            while self._size > self.limit and self._kept:
                self._size -= self._kept.popitem(last=False)[1].size


ANSWERS = Answers()


def served(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the kept answer of the release, or make it; 304 where the client has it."""

    @wraps(run)
    def view(request: HttpRequest, **path: Any) -> HttpResponse:
        response = find_answer(run, request, path)
        for name, value in CORS.items():
            response.headers[name] = value
        return response

    return view


def find_answer(run: Callable[..., HttpResponse], request: HttpRequest, path: dict[str, Any]) -> HttpResponse:
    try:
        now = current_release()
        key = (now.folder, now.stamp, published().stamp, request.get_full_path())
        kept = ANSWERS.get(key)
        if kept is None:
            STRANGERS.demand(address_of(request))
    except ApiError as problem:
        return answer(request, report_of(problem))
    if kept is None:
        response = run(request, **path)
        if response.status_code != 200:
            return response
        kept = keep(response)
        if len(request.get_full_path()) <= LONGEST_ADDRESS:
            ANSWERS.put(key, kept)
    return give(request, kept)


def current_release() -> Release:
    """The release of now; ``WEB-269`` where there is none yet."""
    try:
        return release()
    except WebError:
        raise ApiError("no_figures", headers={"Retry-After": "60"}) from None


def keep(response: HttpResponse) -> Kept:
    """An answer with its compressed forms."""
    body = response.content
    bodies = {"identity": body}
    if len(body) >= SMALLEST:
        bodies["gzip"] = gzip.compress(body, 6, mtime=0)
        bodies["br"] = brotli.compress(body, quality=5)
    headers = {
        name: value for name, value in response.items() if name not in {"Content-Type", "Content-Length"}
    }
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Kept(response.headers["Content-Type"], etag, bodies, headers)


def give(request: HttpRequest, kept: Kept) -> HttpResponse:
    """A kept answer in the coding that the client takes."""
    coding = coding_for(request.headers.get("Accept-Encoding", ""), kept)
    if matches(request.headers.get("If-None-Match", ""), kept.etag):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(kept.bodies[coding], content_type=kept.content_type)
        if coding != "identity":
            response.headers["Content-Encoding"] = coding
        for name, value in kept.headers.items():
            response.headers[name] = value
    # One tag for all codings is a weak one (RFC 9110, 8.8.3.3).
    response.headers["ETag"] = f"W/{kept.etag}"
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def coding_for(accepted: str, kept: Kept) -> str:
    """The best coding that the client accepts and that there is."""
    wanted = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        wanted[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if wanted.get(name) and name in kept.bodies), "identity")


def matches(header: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names this answer; weak comparison."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or header.strip() == "*"


def current_bundle() -> Bundle:
    """The explorer's content of now, with what domains publish; ``WEB-269`` as ``current_release``."""
    return with_published(current_release().bundle, published())
