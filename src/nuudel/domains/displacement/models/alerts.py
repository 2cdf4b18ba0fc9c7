"""Rules that watch what is entered, and the alerts that follow from them. Neither holds personal data."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuudel.domains.displacement.models.base import TITLE
from nuudel.domains.displacement.models.operations import Operation
from nuudel.web.access.models import Record
from nuudel.web.access.roles import Role
from nuudel.web.shell.codes import choices
from nuudel.web.words import say

SIGNALS = (
    "passages_hour",
    "passages_day",
    "passages_usual",
    "arrivals",
    "arrivals_share",
    "profile",
    "symptom",
    "event",
)
DIRECTIONS = ("in", "out")
TOLD = (
    Role.PLANNER,
    Role.POLICY_COORDINATOR,
    Role.ADMINISTRATOR,
    Role.CASE_WORKER,
    Role.BORDER_OFFICER,
    Role.REGISTRAR,
    Role.FIELD_ENUMERATOR,
)
"""Roles that can be told of an alert, at the institution of its rule and where it is."""

SPOT = 200


class AlertRule(Record):
    """What is watched in an operation, from which figure on somebody is told, and whom.

    Attributes
    ----------
    signal
        What is counted; see ``alerts/signals.py``.
    point, area
        A point's id, ``all`` for all together, or empty for each by itself; a place, or empty for each.
    alert_about
        What the signal looks for: ``children``, ``reason.health``, ``symptom.fever``, ``event.flood``.
    at_least
        The limit: persons, per cent, or how many times the usual.
    cases
        At least so many counted, before a share or a multiple says anything.
    days
        How many days are put together, today the last one.
    quiet_hours
        After an alert the same place alerts no more for so long.
    fault
        The code of what went wrong when it was looked at last; empty where it works.
    """

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="alert_rules")
    title = models.CharField(max_length=TITLE)
    signal = models.CharField(max_length=20, choices=choices(SIGNALS))
    point = models.CharField(max_length=SPOT, blank=True)
    area = models.CharField(max_length=40, blank=True)
    alert_direction = models.CharField(max_length=4, blank=True, choices=choices(DIRECTIONS))
    alert_about = models.CharField(max_length=60, blank=True)
    at_least = models.DecimalField(max_digits=9, decimal_places=1)
    cases = models.PositiveIntegerField(default=20)
    days = models.PositiveSmallIntegerField(default=1)
    quiet_hours = models.PositiveSmallIntegerField(default=12)
    roles_told = ArrayField(models.CharField(max_length=32, choices=choices(TOLD)), default=list, blank=True)
    people_told = ArrayField(models.BigIntegerField(), default=list, blank=True)
    fault = models.CharField(max_length=40, blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.title)


class Alert(Record):
    """A rule's limit was reached somewhere; whoever is told of it says what was done.

    Attributes
    ----------
    cause
        What reached the limit: spot, direction, day and hour. Unique among the rule's alerts that hold.
    causes
        All that reached it at the same spot in the quiet time, this one included.
    spot, spot_name
        A point's id and name, a place's code, or ``all``.
    day, hour
        Of what reached the limit; the last day where several are put together.
    value, limit, cases
        The highest figure, the rule's limit then, and how many it was counted from.
    sent_by
        Ids of the submissions that caused it, as texts.
    last_seen
        When it was reached last.
    """

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    cause = models.CharField(max_length=300)
    causes = ArrayField(models.CharField(max_length=300), default=list)
    signal = models.CharField(max_length=20, choices=choices(SIGNALS))
    alert_direction = models.CharField(max_length=4, blank=True, choices=choices(DIRECTIONS))
    alert_about = models.CharField(max_length=60, blank=True)
    spot = models.CharField(max_length=SPOT, blank=True)
    spot_name = models.CharField(max_length=SPOT, blank=True)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField(null=True)
    value = models.DecimalField(max_digits=12, decimal_places=1)
    limit = models.DecimalField(max_digits=9, decimal_places=1)
    cases = models.PositiveIntegerField(default=0)
    sent_by = ArrayField(models.CharField(max_length=36), default=list)
    last_seen = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "cause"],
                condition=~models.Q(state="lapsed"),
                name="displacement_alert_once",
            )
        ]

    def __str__(self) -> str:
        what = say(f"displacement.signal_code.{self.signal}")
        return f"{what}, {self.spot_name}, {self.day}" if self.spot_name else f"{what}, {self.day}"
