"""The bundle's files for scripts: named by the content, so that a browser keeps them for good."""

import gzip
import json
import re
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from nuudel.web.explorer.published import shown

FILE = re.compile(r"(index|series|(shapes|flows|indicator|place)-[A-Za-z0-9_]+)\.json")
FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def figures(request: HttpRequest, build: str, file: str) -> HttpResponse:
    """One file of the bundle that is shown now; of another one there is nothing."""
    if build != shown().build or not FILE.fullmatch(file):
        raise Http404
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(content_of(build, file, packed), content_type="application/json")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = FOR_GOOD
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@lru_cache(maxsize=512)
def content_of(build: str, file: str, packed: bool) -> bytes:
    """The bytes of a file, compressed once for a build."""
    bundle = shown()
    try:
        beside = bundle.beside.get(file)
        content = json.dumps(beside).encode() if beside else (bundle.folder / file).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    return gzip.compress(content, 9, mtime=0) if packed and bundle.build == build else content
