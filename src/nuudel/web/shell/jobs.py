"""Jobs of the shell: mail for notices."""

from typing import TYPE_CHECKING

from django.core.mail import send_mail
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuudel.web.words import say

if TYPE_CHECKING:
    from nuudel.web.shell.models import Notice


@app.task(name="shell.send_notice", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=10))
def send_notice(notice: int) -> None:
    """Mail that something was done; what and with whose record is behind the sign-in."""
    from nuudel.web.shell.models import Notice

    row = Notice.objects.select_related("user").filter(pk=notice).first()
    if row is None or row.seen_at is not None or not row.user.is_active:
        return
    subject, text = words_of(row)
    send_mail(subject, text, None, [row.user.email])


def words_of(notice: "Notice") -> tuple[str, str]:
    """Subject and text in the language of who is told; of the record only what its type lets mails say."""
    from nuudel.web.access.context import acting
    from nuudel.web.facts.service import service_user
    from nuudel.web.shell.record_types import record_types

    lang = notice.user.language
    subject, text = say("shell.mail.subject", lang=lang), say("shell.mail.text", lang=lang)
    kind = record_types().get(notice.record_type)
    if kind is None or kind.mail is None:
        return subject, text
    with acting(service_user(), "shell.send_notice"), override(lang):
        record = kind.model._default_manager.filter(pk=notice.record_id).first()
        if record is None:
            return subject, text
        subject, first = kind.mail(record)
        return subject, f"{first}\n\n{text}"
