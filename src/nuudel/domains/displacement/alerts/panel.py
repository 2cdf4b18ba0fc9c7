"""What the pages of rules and of alerts show beside the fields."""

from collections.abc import Mapping

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.spots import ALL
from nuudel.domains.displacement.alerts.words import (
    AREAS,
    about_words,
    is_asked,
    number_words,
    sentence,
    spot_words,
)
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.points.words import label
from nuudel.web.access.decisions import may, visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

MOST = 50
SHARES = ("arrivals_share", "profile")
OF_CASES = (*SHARES, "symptom")


def rule(user: User, record: models.AlertRule) -> Mapping[str, object]:
    """What is watched, in a sentence; whom it tells; its last alerts."""
    alerts = visible(models.Alert.objects.filter(rule=record), user, "displacement.alert")
    people = User.objects.filter(pk__in=record.people_told).order_by("name")
    return {
        "rule": record,
        "sentence": sentence(record),
        "asked": is_asked(record.alert_about),
        "where": where(user, record),
        "direction": direction_words(record.alert_direction),
        "roles": record.roles_told,
        "people": [person.name for person in people],
        "alerts": alerts.order_by("-pk")[:MOST],
    }


def where(user: User, record: models.AlertRule) -> str:
    """The chosen point or area in words."""
    if record.signal in AREAS:
        if not record.area:
            return say("displacement.alert_rule.each_area")
        return place_names([record.area])[record.area]
    if not record.point:
        return say("displacement.alert_rule.each_point")
    if record.point == ALL:
        return say("displacement.alert_rule.all_points")
    named = points_of(record.operation).get(record.point)
    return named.name if named else record.point


def alert(user: User, record: models.Alert) -> Mapping[str, object]:
    """What reached which limit, where and when, and the submissions that caused it, if they may be read."""
    sent = models.Submission.objects.filter(pk__in=record.sent_by)
    # Who is told of an alert may be posted below the place of its rule, which says nothing personal.
    with service_rights():
        rule = models.AlertRule.objects.get(pk=record.rule_id)
    return {
        "alert": record,
        "opens_rule": may(user, "displacement.alert_rule", "read", rule),
        "rule": rule,
        "operation": rule.operation_id,
        "sentence": sentence(rule),
        "asked": is_asked(record.alert_about),
        "where": spot_words(record),
        "about": about_words(record.alert_about) if record.alert_about else "",
        "direction": direction_words(record.alert_direction),
        "value": value_words(record, record.value),
        "limit": value_words(record, record.limit),
        "sent": visible(sent, user, "displacement.submission").order_by("pk")[:MOST],
        "of_cases": record.signal in OF_CASES,
        "at_point": record.signal not in AREAS,
    }


def direction_words(direction: str) -> str:
    return label("direction", direction) if direction else ""


def value_words(record: models.Alert, value: object) -> str:
    """A figure with its unit."""
    if record.signal in SHARES:
        return say("displacement.alert.percent", value=number_words(value))
    if record.signal == "passages_usual":
        return say("displacement.alert.times", value=number_words(value))
    return number_words(value)
