"""Forms that are sent twice: by a double click, a resend after a lost answer, or two browsers at once."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import QueryDict
from django.utils.crypto import salted_hmac

from nuudel.web.accounts.models import User
from nuudel.web.shell.models import SentForm

NOT_CONTENT = ("csrfmiddlewaretoken", "form_key", "version")


@dataclass(frozen=True)
class Sending:
    """A form as it comes in.

    Attributes
    ----------
    key
        Of the form and its sender; None where the form has none.
    digest
        Keyed hash of its content, which gives nothing away of what was typed.
    before
        The same form as it was sent before, if it was.
    """

    key: UUID | None
    digest: str
    before: SentForm | None

    @property
    def twin(self) -> SentForm | None:
        """The sending before, where its content was the same."""
        return self.before if self.before is not None and self.before.digest == self.digest else None


def sending_of(user: User, what: str, data: QueryDict) -> Sending:
    """What was sent; where the same form is being saved now, waits until that is done.

    Parameters
    ----------
    what
        The kind of thing that the form makes, such as ``campaigns.training``.
    """
    digest = digest_of(data)
    form = as_uuid(data.get("form_key", ""))
    if form is None:
        return Sending(None, digest, None)
    # Another user who sends the same key finds nothing of this one's.
    key = uuid.uuid5(form, f"{user.pk} {what}")
    lock(key)
    return Sending(key, digest, SentForm.objects.filter(key=key, user=user).first())


def remember(sending: Sending, user: User, what: str, record_id: UUID) -> None:
    """Note what the form has made."""
    if sending.key is not None:
        SentForm.objects.create(
            key=sending.key, user=user, record_type=what, record_id=record_id, digest=sending.digest
        )


def digest_of(data: QueryDict) -> str:
    content: Iterable[tuple[str, list[str]]] = data.lists()
    kept = sorted((name, values) for name, values in content if name not in NOT_CONTENT)
    return salted_hmac("nuudel.shell.sent", json.dumps(kept), algorithm="sha256").hexdigest()


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def lock(key: UUID) -> None:
    """Until the end of the transaction nobody else goes past here with the same key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(key)])


def lock_number(key: UUID) -> int:
    """The number of an advisory lock of PostgreSQL that stands for a key."""
    return int.from_bytes(key.bytes[:8], "big", signed=True)
