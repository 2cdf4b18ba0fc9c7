"""Public pages kept as they were answered: compressed once, sent again until the figures change.

Kept is only what every visitor gets alike: a page whose route has no database, that read no session and
varies by no header. Such a page holds nothing secret beside what a visitor typed, so that its compressed
size tells nobody anything (BREACH needs a secret in the page); pages with a form's token or with a person's
records are never compressed here.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import brotli
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils.cache import get_conditional_response

from nuudel.base.errors import WebError
from nuudel.web.access.middleware import namespaced
from nuudel.web.access.tables import route_tables
from nuudel.web.explorer.published import published
from nuudel.web.explorer.release import release

MOST_BYTES = 32_000_000
LONGEST_QUERY = 500  # a longer address is nobody's way of reading, and would fill the memory itself
THEMES = ("light", "dark")
METHODS = ("GET", "HEAD")
HTML = "text/html"
# Stored by browsers and proxies, but asked about each time: new figures are seen at once.
PLAIN = "plain"
ASK_FIRST = "public, no-cache"
BROTLI_QUALITY, GZIP_LEVEL = 6, 6
NO_RELEASE, RETRY_SECONDS = "WEB-331", "60"
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class KeptPage:
    """An answer: its page, its headers, and the route that made it.

    Attributes
    ----------
    gzip
        The page, compressed; the other forms are made of it when somebody asks for them.
    tag
        Tells this content from all others.
    """

    gzip: bytes
    tag: str
    headers: Mapping[str, str]
    match: ResolverMatch

    @property
    def plain(self) -> bytes:
        return gzip.decompress(self.gzip)

    @cached_property
    def br(self) -> bytes:
        return bytes(brotli.compress(self.plain, quality=BROTLI_QUALITY))

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes in both forms."""
        return 2 * len(self.gzip)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page in the form that the browser reads, or 304 where it has it."""
        form = encoding_for(request)
        response = HttpResponse(getattr(self, form), headers=dict(self.headers))
        response.headers["Content-Length"] = str(len(response.content))
        if form != PLAIN:
            response.headers["Content-Encoding"] = form
        etag = f'"{self.tag}-{form}"'
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = ASK_FIRST
        response.headers["Vary"] = "Accept-Encoding, Cookie"
        return get_conditional_response(request, etag=etag, response=response) or response


class KeptPagesMiddleware:
    """Answers a page again from memory; what may be kept, it keeps on the way back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self.bytes = 0
        self.lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        page = self.find(key) if key else None
        if page is None:
            response = self.get_response(request)
            if key is None or key != key_of(request) or not is_for_all(request, response):
                return response
            page = page_of(request, response)
            self.keep(key, page)
        request.resolver_match = page.match
        return page.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 in words while the first release is being computed."""
        if not isinstance(exception, WebError) or exception.code != NO_RELEASE:
            return None
        response = render(request, "pages/waiting.html", status=503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    def find(self, key: Key) -> KeptPage | None:
        with self.lock:
            if key in self.pages:
                self.pages.move_to_end(key)
            return self.pages.get(key)

    def keep(self, key: Key, page: KeptPage) -> None:
        with self.lock:
            if key in self.pages:
                return
            self.pages[key] = page
            self.bytes += page.size
            while self.bytes > MOST_BYTES:
                self.bytes -= self.pages.popitem(last=False)[1].size


def key_of(request: HttpRequest) -> Key | None:
    """What an answer depends on: all that is published, the address, and the colours that were chosen."""
    if request.method not in METHODS:
        return None
    try:
        stamp = f"{release().stamp} {published().stamp}"
    except WebError:
        return None
    theme = request.COOKIES.get("theme", "")
    query = request.META.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        return None
    return (stamp, request.path, query, theme if theme in THEMES else "")


def is_for_all(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether everybody would get this answer."""
    match = request.resolver_match
    name = match.view_name if match else ""
    rule = route_tables().get(name) or namespaced(name)
    return (
        rule is not None
        and rule.public
        and not rule.database
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not (hasattr(request, "session") and request.session.accessed)
        and "Vary" not in response.headers
        and "Content-Encoding" not in response.headers
        and "Cache-Control" not in response.headers
        and response.headers.get("Content-Type", "").startswith(HTML)
    )


def page_of(request: HttpRequest, response: HttpResponse) -> KeptPage:
    """An answer as it is kept."""
    match, content = request.resolver_match, response.content
    assert match is not None
    tag = hashlib.sha256(content).hexdigest()[:24]
    return KeptPage(gzip.compress(content, GZIP_LEVEL, mtime=0), tag, dict(response.headers), match)


def encoding_for(request: HttpRequest) -> str:
    """``br``, ``gzip`` or ``plain``, as the browser reads them; one that it refuses (``q=0``) is not sent."""
    read = {}
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, rest = part.strip().partition(";")
        read[name.strip()] = rest.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if read.get(name)), PLAIN)
