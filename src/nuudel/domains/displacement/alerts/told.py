"""Whom an alert reaches, and in which words; none of them are about a person."""

from datetime import date

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.words import sentence, spot_words
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import Posting, User
from nuudel.web.words import number, say


def recipients(rule: models.AlertRule, alert: models.Alert, today: date) -> list[User]:
    """Colleagues at the rule's institution who have a role, or are named, and may open the alert."""
    posts = Posting.objects.filter(institution=rule.institution_id, user__is_active=True)
    posts = posts.select_related("user").order_by("user_id")
    wanted = {
        post.user_id: post.user
        for post in posts
        if post.holds(today) and (post.role in rule.roles_told or post.user_id in rule.people_told)
    }
    return [user for user in wanted.values() if may(user, "displacement.alert", "read", alert)]


def mail(alert: models.Alert) -> tuple[str, str]:
    """Subject and first line of the mail, in the active language."""
    rule = alert.rule
    return (
        say("displacement.alert_mail.subject", what=say(f"displacement.signal_code.{alert.signal}")),
        say(
            "displacement.alert_mail.text",
            rule=rule.title,
            what=sentence(rule),
            where=spot_words(alert),
            day=alert.day,
            value=number(float(alert.value), 0 if alert.value % 1 == 0 else 1),
        ),
    )
