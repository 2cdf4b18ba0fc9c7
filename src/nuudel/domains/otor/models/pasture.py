"""What the administration says a soum's pasture carries."""

from typing import ClassVar

from django.db import models

from nuudel.domains.otor.models.base import CODE, TEXT, Registered
from nuudel.web.words import say

HALVES = ("warm", "cold")
"""June to November, December to May; as ``model.pasture.ground.SEASONS``."""
METHODS = ("survey", "weather_institute", "decision", "other")


class PastureCapacity(Registered):
    """Sheep units that the pasture of a soum (``place``) carries in half a year, from a day on.

    It takes the place of the estimate. What is no longer so is followed by a newer one; what was wrong is
    withdrawn.
    """

    half = models.CharField(max_length=CODE, choices=[(half, half) for half in HALVES])
    sheep_units = models.PositiveIntegerField()
    valid_from = models.DateField()
    method = models.CharField(max_length=CODE, choices=[(method, method) for method in METHODS])
    source = models.TextField(max_length=TEXT)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "half", "valid_from"], name="otor_capacity_from")]

    def __str__(self) -> str:
        return say("otor.capacity.named", half=say(f"otor.half_code.{self.half}"), day=self.valid_from)
