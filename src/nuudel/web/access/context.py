"""In whose name the database is used: every transaction with protected tables runs inside ``acting``.

The user's number is set for the transaction (``nuudel.user``); row-level security reads it. With none set a
query of a protected table returns no rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from nuudel.base.errors import WebError

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User


@dataclass
class Context:
    """Who acts now, for what, and what is to be written before the commit.

    Attributes
    ----------
    user
        The person; None: nobody has signed in.
    purpose
        Why: the route, the job or the command, without personal data.
    notes
        What the audit writes before the commit; see ``nuudel.web.audit``.
    held
        What was looked up once and holds until the transaction ends.
    paths, below
        Places that were looked up already, each with the codes from the country down to it, and with the
        codes of itself and of all below it.
    """

    user: "User | None"
    purpose: str
    request_id: str = ""
    notes: list[Any] = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, list[str]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)


BEFORE_COMMIT: list[Callable[[Context], None]] = []
"""Called in order before each commit of ``acting``; an exception rolls everything back."""

_current: ContextVar[Context | None] = ContextVar("nuudel_context", default=None)


def current() -> Context:
    """The context of now; ``WEB-101`` outside of ``acting``."""
    context = _current.get()
    if context is None:
        raise WebError(101, "personal data was asked for in nobody's name.", "Report this as a fault.")
    return context


def known_paths() -> dict[str, list[str]]:
    """The places that the running request or job has looked up; a new one outside of ``acting``."""
    context = _current.get()
    return {} if context is None else context.paths


def known_below() -> dict[str, list[str]]:
    """The same, for what lies below a place."""
    context = _current.get()
    return {} if context is None else context.below


def running() -> Context | None:
    """The context of now, or None."""
    return _current.get()


def set_user(user: "User | None") -> None:
    """Tell the database who acts, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nuudel.user', %s, true)", [str(user.pk) if user else ""])


def become(user: "User", *, told: bool = False) -> None:
    """From here on act as this user: for a token that is read inside a request.

    Inside of the service's rights the database is told when they end.

    Parameters
    ----------
    told
        Whether another statement of this transaction has told the database already.
    """
    context = current()
    context.user = user
    if not told and not context.held.get("service_rights"):
        set_user(user)


@contextmanager
def acting(user: "User | None", purpose: str, request_id: str = "") -> Iterator[Context]:
    """One transaction in a person's name: committed with its audit, or not at all.

    Whoever calls ``transaction.set_rollback(True)`` inside undoes everything, audit included.
    """
    context = Context(user, purpose, request_id)
    before_context = _current.get()
    before = _current.set(context)
    try:
        with transaction.atomic():
            # The setting ends with its transaction: where nobody acts, there is nothing to set at the outset.
            if user is not None or before_context is not None:
                set_user(user)
            yield context
            if not transaction.get_rollback():
                for hook in BEFORE_COMMIT:
                    hook(context)
    finally:
        _current.reset(before)
        outer = _current.get()
        if outer is not None and connection.in_atomic_block and not connection.needs_rollback:
            set_user(outer.held["service"] if outer.held.get("service_rights") else outer.user)
