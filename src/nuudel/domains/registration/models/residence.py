"""Where people live: dwellings, households, and the events of residence that say who lived where."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.ledger.ids import new_id
from nuudel.web.access.models import Protected
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


def plain(text: str) -> str:
    """An address without what does not tell two of them apart: its small letters and digits."""
    return "".join(letter for letter in text.lower() if letter.isalnum())[:NAME]


class Dwelling(Registered):
    """A dwelling at an address: ``place`` is the soum or district, ``bagh`` the bagh or khoroo in it."""

    bagh = models.CharField(max_length=CODE)
    address = models.CharField(max_length=NAME)
    kind = models.CharField(max_length=CODE, choices=choices(codes.DWELLING_KINDS))
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)  # persons
    latitude = models.FloatField(null=True, blank=True)  # degrees north
    longitude = models.FloatField(null=True, blank=True)  # degrees east
    # ``plain`` of the address, by which it is found: row security keeps an index on an expression from use.
    address_key = models.CharField(max_length=NAME, editable=False, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "address_key"], name="dwelling_address")]

    def __str__(self) -> str:
        return f"{bagh_words(self.place, self.bagh)}, {self.address}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Save with the address as it is looked up."""
        fields = None if update_fields is None else set(update_fields)
        if fields is None or "address" in fields:
            self.address_key = plain(self.address)
            fields = fields and fields | {"address_key"}
        super().save(*args, update_fields=fields, **options)


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
    # Found by its index with the day: one of its own would only have to be kept.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residence", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="residence")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, related_name="residence")
    bagh = models.CharField(max_length=CODE)
    kind = models.CharField(max_length=CODE, choices=choices(codes.RESIDENCE_KINDS))
    direction = models.SmallIntegerField()
    day = models.DateField()  # from which, or until which, it holds
    cause_type = models.CharField(max_length=80)
    cause_id = models.UUIDField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    synthetic = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "day"], name="residence_person"),
            models.Index(fields=["place", "day"], name="residence_place"),
        ]

    def __str__(self) -> str:
        return f"residence event {self.pk}"
