"""What every page of records begins with: the kind of record, the record, and who asks."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest
from django.views.decorators.http import require_http_methods

from nuudel.base.errors import WebError
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import RecordType, record_type_of
from nuudel.web.shell.records import find
from nuudel.web.words import number, say

shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])
"""A page that is shown, and sent back filled in; for a view."""

LONGEST_REASON = 500


def user_of(request: HttpRequest) -> User:
    """Who has signed in; the route's rule has let nobody else pass."""
    return cast(User, request.user)


def type_or_404(domain: str, kind: str) -> RecordType:
    try:
        return record_type_of(domain, kind)
    except WebError:
        raise Http404 from None


def record_or_404(
    request: HttpRequest, domain: str, kind: str, pk: UUID, *, to_change: bool = False
) -> tuple[RecordType, Record]:
    """The record of an address, if the user may read it."""
    record_type = type_or_404(domain, kind)
    return record_type, find(user_of(request), record_type, pk, to_change=to_change)


def text_asked(request: HttpRequest, name: str, most: int, missing: str) -> tuple[str, str]:
    """A text that was sent, and what is wrong with it: that it is empty (``missing``), or too long."""
    text = request.POST.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        return text, say(missing)
    if len(text) > most:
        return text, say("shell.too_long", most=number(most), count=number(len(text)))
    return text, ""
