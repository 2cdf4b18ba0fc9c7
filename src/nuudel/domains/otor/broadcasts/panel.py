"""What stands beside a message: the text, its parts, how many households it reaches, what became of it."""

from collections.abc import Mapping

from nuudel.domains.otor.broadcasts.recipients import households
from nuudel.domains.otor.broadcasts.sending import results
from nuudel.domains.otor.broadcasts.texts import parts, radio_of, text_of
from nuudel.domains.otor.models import Message
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights


def content(user: User, record: Message) -> Mapping[str, object]:
    """What the panel shows."""
    text = text_of(record)
    with service_rights():
        reached = households(record)
        with_phone = reached.exclude(phone_index=None).count()
        return {
            "text": text,
            "letters": len(text),
            "parts": parts(text),
            "radio": radio_of(record),
            "households": reached.count() if record.state == "draft" else record.recipients,
            "without_phone": reached.count() - with_phone if record.state == "draft" else None,
            "results": results(record),
            "draft": record.state == "draft",
        }
