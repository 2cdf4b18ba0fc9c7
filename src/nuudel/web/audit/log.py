"""What is to be audited is noted here while a request or job works; it is written before the commit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nuudel.base.errors import WebError
from nuudel.web.access.context import current

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
LONGEST = 500  # characters of an id or a reason


@dataclass(frozen=True)
class Note:
    """One read or write that happens in the current transaction; see ``models.AuditEntry``."""

    action: str
    record_type: str
    record_ids: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    reason: str = ""


def record(
    action: str,
    record_type: str,
    record_ids: Iterable[object] = (),
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Note a read or write of records; it is committed together with it, or neither is.

    Parameters
    ----------
    action
        The action of the permission table: ``read``, ``write``, ``export`` …
    record_type
        Such as ``campaigns.training``.
    record_ids
        The records concerned, all of a list that was shown.
    fields
        The names of the fields that were read or changed.
    reason
        Why, in the words of who did it, without personal data.

    Raises
    ------
    WebError
        ``WEB-101`` in nobody's name; ``WEB-141`` where an action, a type or a field is no name.
    """
    current().notes.append(note(action, record_type, record_ids, fields, reason))


def note(
    action: str,
    record_type: str,
    record_ids: Iterable[object] = (),
    fields: Iterable[str] = (),
    reason: str = "",
) -> Note:
    """A checked note: names are names, so that no value of a person's gets in by mistake."""
    named = tuple(fields)
    for name in (action, record_type, *named):
        if not NAME.fullmatch(name):
            raise WebError(
                141,
                "an audit entry was to hold something else than the names of an action, a type and fields.",
                "Report this as a fault.",
            )
    return Note(action, record_type, tuple(clean(str(i)) for i in record_ids), named, clean(reason)[:LONGEST])


def clean(text: str) -> str:
    """What PostgreSQL can keep: neither a NUL nor half of a pair of code units; cut if endless."""
    return text[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
