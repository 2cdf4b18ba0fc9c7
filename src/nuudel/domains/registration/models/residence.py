"""Where people live: dwellings, households, and the events of residence that say who lived where."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.ledger.ids import new_id
from nuudel.web.access.models import Protected
from nuudel.web.words import say


class Dwelling(Registered):
    """A dwelling at an address: ``place`` is the soum or district, ``bagh`` the bagh or khoroo in it."""

    bagh = models.CharField(max_length=CODE)
    address = models.CharField(max_length=NAME)
    kind = models.CharField(max_length=CODE, choices=codes.choices(codes.DWELLING_KINDS))
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)  # persons
    latitude = models.FloatField(null=True, blank=True)  # degrees north
    longitude = models.FloatField(null=True, blank=True)  # degrees east

    def __str__(self) -> str:
        return f"{self.bagh}, {self.address}"


class Household(Registered):
    """A household: who lives together in a dwelling; its state is the fold of its residence events."""

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="households", null=True)
    bagh = models.CharField(max_length=CODE)
    herder = models.BooleanField(default=False)

    def __str__(self) -> str:
        return say("registration.household.named", code=self.code)


class ResidenceEvent(Protected):
    """A person begins or ends to live in a household at a place; never changed, only reversed by another.

    ``direction`` is +1 where the person enters the place's stock and -1 where the person leaves it. A move
    within a place is two events of that place. ``cause`` is the record (move, notice, correction) that led to
    it, ``reverses`` an event that was entered in error: a reversed event and its reversal count for nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residence")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="residence")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, related_name="residence")
    bagh = models.CharField(max_length=CODE)
    kind = models.CharField(max_length=CODE, choices=codes.choices(codes.RESIDENCE_KINDS))
    direction = models.SmallIntegerField()
    day = models.DateField()  # from which, or until which, it holds
    cause_type = models.CharField(max_length=80)
    cause_id = models.UUIDField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    synthetic = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "day"], name="residence_person"),
            models.Index(fields=["household"], name="residence_household"),
            models.Index(fields=["dwelling"], name="residence_dwelling"),
            models.Index(fields=["place", "day"], name="residence_place"),
        ]

    def __str__(self) -> str:
        return f"residence event {self.pk}"
