"""A submission's XML and its files, for who may read it; each reading is audited."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nuudel.domains.displacement.submissions.stored import content_of
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.views.asked import record_or_404

SANDBOX = "default-src 'none'; sandbox"


@require_safe
def sent_xml(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The XML, byte for byte."""
    record_type, found = record_or_404(request, "displacement", "submission", pk)
    submission: Any = found
    records.note_reading(record_type, [found])
    return kept_apart(submission.content, f"submission-{pk.hex[-8:]}.xml")


@require_safe
def sent_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file, to be saved; it is never shown as a page."""
    _, found = record_or_404(request, "displacement", "file", pk)
    file: Any = found
    note_audit("read", "displacement.file", [file.pk], ["stored"])
    ending = "".join(letter for letter in file.name.rpartition(".")[2] if letter.isalnum())[:8]
    return kept_apart(content_of(file), f"file-{pk.hex[-8:]}.{ending or 'bin'}")


def kept_apart(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
