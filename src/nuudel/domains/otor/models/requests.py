"""A request of otor: one record from the question to the household's return."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import localdate

from nuudel.domains.otor import codes, parameters
from nuudel.domains.otor.models.base import CODE, NAME, TEXT, Animals
from nuudel.domains.otor.models.households import HerderHousehold, OfHousehold
from nuudel.web.shell.codes import choices
from nuudel.web.words import say

HAZARDS = ("dzud", "drought")
"""Reasons for which an answer cannot wait."""


class OtorRequest(Animals, OfHousehold):
    """A household asks to take its animals to another soum for some time.

    ``place`` is the soum that is to receive it, ``other_place`` the soum it comes from. ``answer_by`` is the
    day until which the receiving soum must answer. ``arrived_on`` and ``left_on`` are what happened,
    ``first_day`` and ``last_day`` what was asked for. ``without_permit``: it came before there was an
    agreement; that is recorded as it was.
    """

    household = models.ForeignKey(HerderHousehold, on_delete=models.PROTECT, related_name="requests")
    persons = models.PositiveSmallIntegerField()  # who goes along
    school_children = models.PositiveSmallIntegerField(default=0)  # of them
    first_day = models.DateField()
    last_day = models.DateField()
    pasture = models.CharField(max_length=NAME, blank=True)
    reason = models.CharField(max_length=CODE, choices=choices(codes.REASONS))
    services = ArrayField(
        models.CharField(max_length=CODE, choices=choices(codes.SERVICES)), default=list, blank=True
    )
    answer_by = models.DateField(editable=False)
    answered_on = models.DateField(null=True, editable=False)
    overdue_told = models.DateField(null=True, editable=False)
    fee_mnt = models.PositiveIntegerField(null=True, blank=True)  # tögrög
    conditions = models.TextField(max_length=TEXT, blank=True)
    host_signed_on = models.DateField(null=True, editable=False)
    home_signed_on = models.DateField(null=True, editable=False)
    extend_until = models.DateField(null=True, blank=True)
    arrived_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    without_permit = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["household"], name="otor_request_household"),
            models.Index(fields=["place", "state", "first_day"], name="otor_request_here"),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding:
            within = "answer_within_hazard" if self.reason in HAZARDS else "answer_within"
            today = localdate()
            self.answer_by = today + timedelta(days=parameters.days(within, today))
        super().save(*args, **options)

    def __str__(self) -> str:
        return say("otor.request.named", code=self.code)
