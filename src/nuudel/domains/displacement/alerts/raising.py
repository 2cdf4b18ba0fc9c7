"""Making alerts, adding to those that are there, and closing those whose cause was corrected away."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.spots import ALL, Reached
from nuudel.domains.displacement.alerts.states import LAPSED, OPEN
from nuudel.domains.displacement.alerts.told import recipients
from nuudel.domains.displacement.alerts.words import AREAS
from nuudel.domains.displacement.points.listed import point_names
from nuudel.web.access.decisions import path_of
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.shell import records
from nuudel.web.shell.notices import tell
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED

ALERT = "displacement.alert"
KEPT_DAYS = 30
"""How long an alert is watched for corrections."""

MOST_CASES, MOST_VALUE, DAY_HOURS = 2**31 - 1, 10**10, 24
"""What an alert can hold: an absurd figure still alerts, and keeps no other back."""

MOST_NAMED = 200
"""Submissions that an alert names; more are not looked through."""


class Raising:
    """The alerts of one rule, which is locked."""

    def __init__(self, rule: models.AlertRule, now: datetime) -> None:
        self.rule, self.now = rule, now
        self.kind = record_types()[ALERT]
        rows = models.Alert.objects.filter(rule=rule).exclude(state=LAPSED)
        self.known = list(rows.select_related("institution").order_by("pk"))

    def lapse(self, causes: set[str]) -> None:
        """Alerts none of whose causes reaches the limit any more are closed, and who was told hears of it."""
        for alert in [one for one in self.known if one.state in OPEN and self.is_watched(one)]:
            if not causes.intersection(alert.causes):
                records.follow(service_user(), self.kind, alert, "lapse")
                self.known.remove(alert)
                self.tell(alert, "lapse")

    def is_watched(self, alert: models.Alert) -> bool:
        """Whether the rule still asks what it asked when the alert was made; a changed one closes nothing."""
        rule = self.rule
        asks = (alert.signal, alert.alert_direction, alert.limit)
        about = rule.alert_about in ("", alert.alert_about)
        chosen = rule.area if rule.signal in AREAS else rule.point
        spot = alert.spot == chosen or (not chosen and alert.spot != ALL)
        lately = alert.day >= timezone.localdate(self.now) - timedelta(days=KEPT_DAYS)
        return asks == (rule.signal, rule.alert_direction, rule.at_least) and about and spot and lately

    def raise_for(self, found: Sequence[Reached]) -> int:
        """An alert for each spot where something new reached the limit; how many."""
        old = {cause for alert in self.known for cause in alert.causes}
        fresh: dict[tuple[str, str], list[Reached]] = defaultdict(list)
        for one in found:
            if self.cause(one) not in old:
                fresh[one.spot, one.kind].append(one)
        names = point_names(self.rule.operation) if fresh else {}
        made = 0
        for (spot, kind), several in fresh.items():
            try:
                with transaction.atomic():
                    made += self.alert_at(spot, kind, several, names)
            except DataError as error:  # a figure that no alert can hold keeps no other back
                logging.getLogger(__name__).warning("an alert was not made: %s", type(error).__name__)
        return made

    def alert_at(self, spot: str, kind: str, several: Sequence[Reached], names: Mapping[str, str]) -> int:
        """One new alert, or none where one of the spot in its quiet time takes the causes."""
        quiet = self.quiet_alert(spot, kind)
        if quiet is None:
            return self.make(several, "" if self.rule.signal in AREAS else names.get(spot, ""))
        self.add(quiet, several)
        return 0

    def cause(self, one: Reached) -> str:
        return one.cause(self.rule.alert_direction)

    def quiet_alert(self, spot: str, kind: str) -> models.Alert | None:
        """An alert of the same spot in whose quiet time we are."""
        since = self.now - timedelta(hours=self.rule.quiet_hours)
        same = (one for one in self.known if one.spot == spot and one.cause.split("|")[4] == kind)
        return next((one for one in same if one.created_at > since), None)

    def make(self, several: Sequence[Reached], name: str) -> int:
        highest = max(several, key=lambda one: one.value)
        rule = self.rule
        alert = models.Alert(
            rule=rule,
            cause=self.cause(highest),
            causes=sorted(self.cause(one) for one in several),
            signal=rule.signal,
            alert_direction=rule.alert_direction,
            alert_about=f"event.{highest.kind}" if highest.kind else rule.alert_about,
            spot=highest.spot,
            spot_name=name,
            limit=rule.at_least,
            place=self.place_of(highest),
            institution=rule.institution,
            **figures_of(highest, several),
            last_seen=self.now,
        )
        try:
            # Beside the lock on the rule: whoever got round it finds the unique constraint.
            with transaction.atomic():
                records.create(service_user(), self.kind, alert)
        except IntegrityError:
            return 0
        self.known.append(alert)
        self.tell(alert, CREATED)
        return 1

    def add(self, alert: models.Alert, several: Sequence[Reached]) -> None:
        """In the quiet time nobody is told again; the alert holds the highest figure."""
        highest = max(several, key=lambda one: one.value)
        alert.causes = sorted({*alert.causes, *(self.cause(one) for one in several)})
        alert.last_seen = self.now
        alert.sent_by = named(alert.sent_by, several)
        if highest.value > alert.value:
            alert.value, alert.cases = decimal(highest.value), min(highest.cases, MOST_CASES)
            alert.day, alert.hour = highest.day, hour_of(highest)
        alert.save()
        note_audit("change", ALERT, [alert.pk], ["value", "causes"])

    def place_of(self, one: Reached) -> str:
        """The point's or area's place, where it lies in the rule's; else the rule's."""
        place = one.place.partition("-")[0]
        return place if place and self.rule.place in path_of(place) else self.rule.place

    def tell(self, alert: models.Alert, action: str) -> None:
        people = recipients(self.rule, alert, timezone.localdate(self.now))
        tell([user.pk for user in people], self.kind, alert, action)


def figures_of(highest: Reached, several: Sequence[Reached]) -> dict[str, object]:
    day: date = highest.day
    return {
        "day": day,
        "hour": hour_of(highest),
        "value": decimal(highest.value),
        "cases": min(highest.cases, MOST_CASES),
        "sent_by": named([], several),
    }


def named(before: Sequence[str], several: Sequence[Reached]) -> list[str]:
    """The submissions that caused it, each once."""
    told = dict.fromkeys((*before, *(pk for one in several for pk in one.submissions)))
    return list(told)[:MOST_NAMED]


def decimal(value: float) -> Decimal:
    return Decimal(f"{min(value, MOST_VALUE):.1f}")


def hour_of(one: Reached) -> int | None:
    """The hour, where it is one: a form of an institution may tell anything."""
    return one.hour if one.hour is not None and 0 <= one.hour < DAY_HOURS else None
