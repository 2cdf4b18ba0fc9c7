"""Files of records: sent and fetched; never shown inside a page of ours."""

import logging
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.attachments import attach, attachments, content_of
from nuudel.web.shell.views.asked import record_or_404, user_of
from nuudel.web.shell.views.pages import page_of
from nuudel.web.words import say

# Whatever a file holds, a browser that opens it runs none of it.
SANDBOX = "default-src 'none'; sandbox"
WORDS = {
    "WEB-221": "shell.file.error_221",
    "WEB-222": "shell.file.error_222",
    "WEB-223": "shell.file.error_223",
    "WEB-224": "shell.file.error_224",
    "WEB-225": "shell.file.error_225",
}
log = logging.getLogger(__name__)


@require_POST
def record_attach(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Keep a file with a record."""
    record_type, found = record_or_404(request, domain, kind, pk)
    demand(user_of(request), record_type.key, "comment", found)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise WebError(225, "no file was sent.", "Choose a file.", ("file",))
        attach(user_of(request), record_type, found, upload)
    except WebError as error:
        shown = page_of(request, record_type, found) | {"file_error": words_of(error)}
        return render(request, "shell/record.html", shown, status=422)
    return redirect(f"{reverse('record', args=[domain, kind, pk])}#attachments")


def words_of(error: WebError) -> str:
    return say(WORDS[error.code])


@require_safe
def record_file(request: HttpRequest, domain: str, kind: str, pk: UUID, file: UUID) -> HttpResponse:
    """Fetch a file of a record."""
    record_type, found = record_or_404(request, domain, kind, pk)
    kept = attachments(record_type, found).filter(pk=file).first()
    if kept is None:
        raise Http404
    try:
        content = content_of(kept)
    except WebError as error:
        log.error("%s attachment %s", error.code, kept.pk)
        shown = page_of(request, record_type, found) | {"file_error": words_of(error)}
        return render(request, "shell/record.html", shown, status=409)
    note_audit("read", record_type.key, [found.pk], ["attachment"])
    response = HttpResponse(content, content_type=kept.media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    return response
