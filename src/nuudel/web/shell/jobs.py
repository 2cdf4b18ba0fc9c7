"""Jobs of the shell: mail for notices."""

from django.core.mail import send_mail
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuudel.web.words import say


@app.task(name="shell.send_notice", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=10))
def send_notice(notice: int) -> None:
    """Mail that something was done; what and with whose record is behind the sign-in."""
    from nuudel.web.shell.models import Notice

    row = Notice.objects.select_related("user").filter(pk=notice).first()
    if row is None or row.seen_at is not None or not row.user.is_active:
        return
    lang = row.user.language
    send_mail(say("shell.mail.subject", lang=lang), say("shell.mail.text", lang=lang), None, [row.user.email])
