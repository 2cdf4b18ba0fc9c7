"""The parts of a message: the submission's XML and the files that come with it, within limits."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from nuudel.base.errors import WebError
from nuudel.domains.displacement.collect.answers import MOST_BYTES
from nuudel.domains.displacement.collect.refusals import Refused, too_large, unreadable

XML_PART = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"
MOST_XML_BYTES = 4_000_000
MOST_FILES = 120
"""ODK Collect sends up to 101 in one message."""
LONGEST_NAME = 200
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Parts:
    """What came.

    Attributes
    ----------
    xml
        The submission, byte for byte.
    files
        By the name under which the answers name them.
    incomplete
        Whether more files follow in other messages.
    """

    xml: bytes = field(repr=False)
    files: "Mapping[str, UploadedFile[bytes]]" = field(repr=False)
    incomplete: bool = False


def demand_length(request: HttpRequest) -> None:
    """Refuse what says that it is too large, before any of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise unreadable()
    if int(length) > MOST_BYTES:
        raise too_large(MOST_BYTES)


def length_of(request: HttpRequest) -> int:
    """The bytes of a message that was read."""
    return int(request.META.get("CONTENT_LENGTH") or "0")


def read_parts(request: HttpRequest) -> Parts:
    """Read a message.

    Raises
    ------
    Refused
        400 no XML part, odd names, or not to be read; 413 too large; 415 not multipart.
    """
    if request.content_type != "multipart/form-data":
        raise Refused(415, WebError(517, "the message is no multipart/form-data.", "Use ODK Collect."))
    put_aside(request)
    try:
        fields, files = request.POST, request.FILES
    except TooManyFilesSent:
        raise too_many() from None
    except RequestDataTooBig:
        raise too_large(MOST_XML_BYTES) from None
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation, ValueError):
        raise unreadable() from None
    if any(len(several) > 1 for _, several in files.lists()):
        raise unreadable()
    xml = xml_of(fields, files)
    named = {
        name: upload
        for name, upload in files.items()
        if name != XML_PART and isinstance(upload, UploadedFile)
    }
    named |= without_file_name(fields)
    if len(named) > MOST_FILES:
        raise too_many()
    for name in named:
        demand_name(name)
    return Parts(xml, named, fields.get(INCOMPLETE, "").lower() == "yes")


def put_aside(request: HttpRequest) -> None:
    """A body that comes in chunks is read first, as far as it may be: Django reads none without a length."""
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return
    spool: Any = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115  read after this
    length = 0
    while chunk := request.META["wsgi.input"].read(CHUNK):
        length += len(chunk)
        if length > MOST_BYTES:
            spool.close()
            raise too_large(MOST_BYTES)
        spool.write(chunk)
    spool.seek(0)
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = spool


def xml_of(fields: Any, files: Any) -> bytes:
    """The XML part: a file, or a field where the client gave it no file name."""
    upload = files.get(XML_PART)
    if upload is not None:
        if upload.size > MOST_XML_BYTES:
            raise too_large(MOST_XML_BYTES)
        return bytes(upload.read())
    text = fields.get(XML_PART, "")
    if not text or "\ufffd" in text:
        raise Refused(400, WebError(512, "the message has no XML part.", "Send it from the form's program."))
    return str(text).encode()


def without_file_name(fields: Any) -> "dict[str, UploadedFile[bytes]]":
    """Files that a client sent under their names alone, which reads as fields: text, byte for byte."""
    found: dict[str, UploadedFile[bytes]] = {}
    for name, text in fields.items():
        if name in (XML_PART, INCOMPLETE) or "." not in name:
            continue
        if "\ufffd" in text:
            raise Refused(
                400, WebError(529, "a file came without a file name.", "Send it from the form's program.")
            )
        found[name] = SimpleUploadedFile(name, str(text).encode())
    return found


def demand_name(name: str) -> None:
    """A name that answers can hold: no path, no control letters. Any script will do."""
    odd = not name.strip(". ") or len(name) > LONGEST_NAME or "/" in name or "\\" in name
    if odd or not name.isprintable():
        raise Refused(400, WebError(514, "a file has a name that cannot be.", "Rename the file."))


def too_many() -> Refused:
    return Refused(
        400, WebError(516, f"a message has {MOST_FILES} files at most.", "Send them in several messages.")
    )
