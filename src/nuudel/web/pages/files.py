"""Files that people take with them: sent whole, or 304 to who has them."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from nuudel.web.pages.kept import ASK_FIRST


def file_response(request: HttpRequest, path: Path, media: str, name: str = "") -> HttpResponseBase:
    """A file of the release, byte for byte; with a ``name`` it is saved, without it is shown.

    Raises
    ------
    Http404
        Where there is no such file.
    """
    try:
        told = path.stat()
        response = FileResponse(
            path.open("rb"), as_attachment=bool(name), filename=name or path.name, content_type=media
        )
    except OSError:
        raise Http404 from None
    etag = f'"{told.st_mtime_ns:x}-{told.st_size:x}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = ASK_FIRST
    # A 304 takes over none of the file: it is closed with the response that is given up.
    answer: HttpResponseBase = get_conditional_response(request, etag=etag) or response
    if answer is not response:
        response.close()
    return answer
