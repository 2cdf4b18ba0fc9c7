"""What every page of records begins with: the kind of record, the record, and who asks."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest

from nuudel.base.errors import WebError
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import RecordType, record_type_of
from nuudel.web.shell.records import find


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
