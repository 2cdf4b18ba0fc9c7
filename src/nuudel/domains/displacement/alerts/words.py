"""Rules and alerts in sentences."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.answers import ANSWERED
from nuudel.domains.displacement.alerts.spots import ALL
from nuudel.domains.displacement.points.words import label
from nuudel.web.shell.shown import place_names
from nuudel.web.words import number, say

LISTS = {
    "reason": "purpose",
    "citizenship": "citizenship",
    "mode": "mode",
    "direction": "direction",
    "symptom": "symptom",
    "event": "event",
}
"""The list of choices that the codes of a trait are of."""

AREAS = ("arrivals", "arrivals_share", "event")
"""Signals that look at areas; the others look at points."""


def about_words(about: str) -> str:
    """What a signal looks for."""
    trait, _, code = about.partition(".")
    if not code:
        return say(f"displacement.alert_trait.{trait}") if trait else say("displacement.alert_trait.any")
    return label(LISTS[trait], code)


def is_asked(about: str) -> bool:
    """Whether travellers are asked for it, so that it is known of a sample."""
    return about.partition(".")[0] in ANSWERED


def sentence(rule: models.AlertRule) -> str:
    """What a rule watches, in one sentence."""
    told = "profile_answered" if is_asked(rule.alert_about) else rule.signal
    return say(
        f"displacement.alert_sentence.{told}",
        limit=number_words(rule.at_least),
        about=about_words(rule.alert_about),
        days=rule.days,
        cases=number(rule.cases),
    )


def number_words(value: object) -> str:
    figure = float(str(value))
    return number(figure, 0 if figure == int(figure) else 1)


def spot_words(alert: models.Alert) -> str:
    """Where it is: the point's name, the place's name, or all points."""
    if alert.spot == ALL:
        return say("displacement.alert.all_points")
    if alert.signal in AREAS and not alert.spot_name:
        return place_names([alert.spot])[alert.spot]
    return str(alert.spot_name or alert.spot)
