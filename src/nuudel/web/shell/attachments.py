"""Files of records: of few kinds, told by their content; kept outside of what the web server shows."""

import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from nuudel.base.errors import WebError
from nuudel.web.access.decisions import may
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.file_kinds import SUFFIXES, kind_of
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import AFTER_ACTION, part_of
from nuudel.web.shell.sent import lock

MOST_BYTES = 10_000_000
MOST_FILES = 20


def attach(user: User, record_type: RecordType, record: Record, upload: "UploadedFile[bytes]") -> Attachment:
    """Keep a file with a record.

    Raises
    ------
    PermissionDenied
        The user may not.
    WebError
        ``WEB-221`` it is empty or too large, ``WEB-222`` of another kind, ``WEB-223`` there are too many.
    """
    if not may(user, record_type.key, "comment", record):
        raise PermissionDenied
    if not upload.size or upload.size > MOST_BYTES:
        raise WebError(
            221, f"a file may have 1 to {MOST_BYTES:,} bytes.", "Send a smaller file, or in parts.", ("file",)
        )
    lock(record.pk)  # two at once are counted one after the other
    if attachments(record_type, record).count() >= MOST_FILES:
        raise WebError(
            223, f"a record holds {MOST_FILES} files at most.", "Put several pages into one file.", ("file",)
        )
    stored = secrets.token_hex(16)
    path = folder() / stored
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
    try:
        media_type = kind_of(path)
        kept = Attachment(
            **part_of(user, record_type, record),
            name=safe_name(upload.name or "", media_type),
            stored=stored,
            media_type=media_type,
            size=upload.size,
            sha256=digest.hexdigest(),
        )
        note_audit("attach", record_type.key, [record.pk])
        kept.save(force_insert=True)
        for hook in AFTER_ACTION:
            hook(user, record_type, record, kept)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return kept


def folder() -> Path:
    """Where files lie; whatever a rolled back request left there is known to no record."""
    path = Path(settings.MEDIA_ROOT)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def safe_name(name: str, media_type: str) -> str:
    """A file's name for people: no path, no control letters, the ending of its kind."""
    plain = "".join(letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable())
    plain = plain.strip(". ")
    return (plain.rpartition(".")[0].strip(". ") or plain or "file")[:100] + SUFFIXES[media_type]


def attachments(record_type: RecordType, record: Record) -> "QuerySet[Attachment]":
    """The files of a record, the oldest first."""
    rows = Attachment.objects.filter(record_type=record_type.key, record_id=record.pk)
    return rows.select_related("created_by").order_by("created_at", "id")


def content_of(attachment: Attachment) -> bytes:
    """A file's content; ``WEB-224`` where it is gone or changed."""
    path = folder() / attachment.stored
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise WebError(
            224, "the file is not what was kept.", "Restore the attachments from a backup.", ("file",)
        )
    return content
