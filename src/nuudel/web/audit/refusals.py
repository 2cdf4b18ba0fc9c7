"""What leaves nothing behind is audited too: refused requests and failed sign-ins, after they were undone."""

import re

from django.http import HttpRequest, HttpResponse

from nuudel.web.access.context import Context, acting
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record

NUMBER_OR_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
FORBIDDEN = 403
FAILED_SIGN_IN = "nuudel_failed_sign_in"
"""Set on a request in which a sign-in failed: the number of the user it was tried for, or an empty text."""
REFUSED = "nuudel_refused"
"""Set on a request that is refused with another status, such as a 404 that says nothing of the record."""


def write_refusal(request: HttpRequest, response: HttpResponse, context: Context | None) -> None:
    """In a transaction of its own, once that of the request is undone."""
    match = request.resolver_match
    purpose = match.view_name if match else ""
    request_id = context.request_id if context else ""
    failed = getattr(request, FAILED_SIGN_IN, None)
    if failed is not None:
        with acting(None, purpose, request_id):
            record("sign_in_failed", "accounts.user", [failed] if failed else [])
    if response.status_code != FORBIDDEN and not getattr(request, REFUSED, False):
        return
    user = who_asked(request, context)
    if user is not None:
        with acting(user, purpose, request_id):
            record("refused", "access.route", asked_for(request))


def who_asked(request: HttpRequest, context: Context | None) -> User | None:
    """Whose token or session it was."""
    if context is not None and context.user is not None:
        return context.user
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_authenticated else None


def asked_for(request: HttpRequest) -> list[str]:
    """The numbers and codes in the address, such as a record's; nothing that could be free text."""
    match = request.resolver_match
    values = [str(value) for value in match.kwargs.values()] if match else []
    return [value for value in values if NUMBER_OR_CODE.fullmatch(value)]
