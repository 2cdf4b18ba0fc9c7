"""What checks find doubtful about submissions and what became of it; limits that an operation sets itself."""

from typing import ClassVar

from django.db import models

from nuudel.domains.displacement.models.operations import Operation, Round
from nuudel.domains.displacement.models.submissions import Submission
from nuudel.statistics.survey_quality.limits import known
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.codes import choices
from nuudel.web.words import number, say

FINDINGS = (
    "sum_ages",
    "sum_ages_less",
    "sum_status",
    "sum_households",
    "sum_arrived",
    "sum_arrivals_rows",
    "sum_departures_rows",
    "sum_settlements",
    "sum_watch",
    "sum_passing_rows",
    "sum_moved_rows",
    "sum_moved_households",
    "sum_children",
    "age_class",
    "hour_outside",
    "watch_length",
    "jump_persons",
    "jump_displaced",
    "unlike_register",
    "unlike_neighbours",
    "household_size",
    "informants_apart",
    "too_fast",
    "at_night",
    "digits",
    "twice",
    "watched_twice",
    "alike",
    "travellers_alike",
    "clock",
    "times_turned",
    "day_ahead",
    "day_old",
    "outside",
)
"""The findings of ``statistics.survey_quality``; each has its message in quality.{en,mn}.toml."""

SEVERITIES = ("3", "2", "1")
"""3 cannot be as it was sent, 2 doubtful, 1 worth knowing."""


class Flag(Record):
    """Something doubtful about a submission: what was found, and the figures that were compared.

    Attributes
    ----------
    other
        The other submission, where two tell the same.
    enumerator
        Who sent it. The record is this person's (``holder``) only once a question was asked.
    severity
        See ``SEVERITIES``; lists are sorted by it.
    score
        From 0 to 1: how far beyond the limit.
    figures
        Numbers by the names that the message has for them.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="flags")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="flags")
    other = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    enumerator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=24, choices=choices(FINDINGS))
    severity = models.CharField(max_length=1, choices=choices(SEVERITIES))
    score = models.FloatField()
    figures = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "finding"], name="displacement_flag_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["round", "state", "-severity"], name="displacement_flags"),
        ]

    def __str__(self) -> str:
        told = {name: told_number(value) for name, value in self.figures.items()}
        return say(f"displacement.finding.{self.finding}", **told)

    @property
    def enumerator_name(self) -> str:
        """Name of the colleague; it stands in lists as makers of records do."""
        return str(self.enumerator.name)


def told_number(value: float) -> str:
    return number(value, 0 if float(value).is_integer() or abs(value) >= 100 else 1)


class Limit(Record):
    """A limit of the checks as an operation wants it, from a day on."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="limits")
    limit = models.CharField(max_length=24, choices=choices(known()))
    start = models.DateField()
    value = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operation", "limit", "start"], name="displacement_limit_once")
        ]

    def __str__(self) -> str:
        return say(
            "displacement.limit.named", limit=say(f"displacement.limit_code.{self.limit}"), value=self.value
        )
