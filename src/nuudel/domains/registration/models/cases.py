"""What somebody must look into: pairs that may be one person, residents without registration, legal holds."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.domains.registration.models.residence import Household
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class Pair(Registered):
    """Two persons of the register who may be one; a person decides, never names alone.

    ``place`` and ``other_place`` are those of the two, so that both offices reach it. ``kept`` is the record
    that stays, ``ground`` what besides the names shows that they are one, ``evidence`` says it in words and
    ``paper`` names the file that shows it.
    """

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    probability = models.FloatField()  # of being the same person, by the linkage
    found_by = models.CharField(max_length=CODE, choices=choices(codes.PAIR_SOURCES))
    agreeing = models.JSONField(default=list)  # names of the fields that agree
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ground = models.CharField(max_length=CODE, choices=choices(codes.PAIR_GROUNDS), blank=True)
    evidence = models.CharField(max_length=TEXT, blank=True)
    paper = models.CharField(max_length=NAME, blank=True)
    carried = models.JSONField(default=dict, editable=False)  # what the kept record got, for the way back

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        # By the ids alone: one of the two may be beyond the reader's reach.
        codes_of = [Person(pk=pk).code for pk in (self.first_id, self.second_id)]
        return say("registration.pair.named", first=codes_of[0], second=codes_of[1])


class UnregisteredHousehold(Registered):
    """People who live at a place without being registered there, as a round or a service has found them.

    ``reference`` is the source's own number: a list that is read twice lists nobody twice. ``household`` is
    the one that they have been registered in.
    """

    source = models.CharField(max_length=CODE, choices=choices(codes.UNREGISTERED_SOURCES))
    round = models.CharField(max_length=NAME, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    bagh = models.CharField(max_length=CODE)
    found_on = models.DateField()
    persons = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField(null=True, blank=True)
    came_from = models.CharField(max_length=32, blank=True)  # place code
    hindrances = ArrayField(
        models.CharField(max_length=CODE, choices=choices(codes.HINDRANCES)), default=list, blank=True
    )
    contact_name = EncryptedTextField(null=True, blank=True)
    contact_phone = EncryptedTextField(null=True, blank=True)
    note = models.CharField(max_length=TEXT, blank=True)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "round", "reference"],
                condition=~models.Q(reference=""),
                name="unregistered_once",
            )
        ]

    def __str__(self) -> str:
        return say("registration.unregistered.named", code=self.code)


class Hold(Registered):
    """A legal hold: nothing of this person is erased while it is active."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    ground = models.CharField(max_length=NAME)  # the court's or the authority's number
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return say("registration.hold.named", code=self.code)
