"""What somebody must look into: pairs that may be one person, residents without registration, legal holds."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.words import say


class Pair(Registered):
    """Two persons of the register who may be one; a person decides, never names alone."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    probability = models.FloatField()  # of being the same person, by the linkage
    found_by = models.CharField(max_length=CODE, choices=codes.choices(codes.PAIR_SOURCES))
    agreeing = models.JSONField(default=list)  # names of the fields that agree
    evidence = models.CharField(max_length=TEXT, blank=True)  # which birth, which document decided

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["first", "second"], name="pair_once")]

    def __str__(self) -> str:
        return say("registration.pair.named", first=self.first.code, second=self.second.code)


class UnregisteredHousehold(Registered):
    """People who live at a place without being registered there, as a round or a service has found them."""

    source = models.CharField(max_length=CODE, choices=codes.choices(codes.UNREGISTERED_SOURCES))
    round = models.CharField(max_length=NAME, blank=True)
    bagh = models.CharField(max_length=CODE)
    found_on = models.DateField()
    persons = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField(null=True, blank=True)
    came_from = models.CharField(max_length=32, blank=True)  # place code
    hindrances = models.JSONField(default=list, blank=True)  # codes.HINDRANCES
    contact_name = EncryptedTextField(null=True, blank=True)
    contact_phone = EncryptedTextField(null=True, blank=True)
    note = models.CharField(max_length=TEXT, blank=True)

    def __str__(self) -> str:
        return say("registration.unregistered.named", code=self.code)


class Hold(Registered):
    """A legal hold: nothing of this person is erased while it is active."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    ground = models.CharField(max_length=NAME)  # the court's or the authority's number
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return say("registration.hold.named", code=self.code)
