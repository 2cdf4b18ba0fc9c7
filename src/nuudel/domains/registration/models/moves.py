"""A move: reported, checked, decided; both ends change in one transaction."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.domains.registration.models.residence import Dwelling, Household
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.words import say


class Move(Registered):
    """A household, or a part of it, moves. ``place`` is the destination, ``other_place`` the origin.

    ``number`` is what the citizen follows the case by. ``household`` is the one that they leave; ``joins``
    the one that they enter, where it is there already; else a new one is made at the destination.
    """

    number = models.CharField(max_length=20, unique=True, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="moves", editable=False)
    whole = models.BooleanField(default=True)
    day = models.DateField()
    reason = models.CharField(max_length=CODE, choices=codes.choices(codes.MOVE_REASONS))
    bagh = models.CharField(max_length=CODE)
    address = models.CharField(max_length=NAME)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    joins = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    consent_of_owner = models.BooleanField(default=False)
    phone = EncryptedTextField(null=True, blank=True)
    reported_by = models.CharField(
        max_length=CODE, choices=codes.choices(codes.REPORTERS), default="officer", editable=False
    )
    fee_mnt = models.PositiveIntegerField(null=True, blank=True, editable=False)  # tögrög
    decided_on = models.DateField(null=True, editable=False)
    appeal = models.TextField(max_length=TEXT, blank=True, editable=False)
    certificate = models.CharField(max_length=64, blank=True, editable=False)  # seal of the certificate

    class Meta:
        indexes: ClassVar = [models.Index(fields=["household"], name="move_household")]

    def __str__(self) -> str:
        return say("registration.move.named", number=self.number)


class MoveMember(Registered):
    """Somebody who moves with a move."""

    move = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="moves")
    guardian = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # who is responsible for a child that moves without its parents

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["move", "person"], name="move_member_once")]

    def __str__(self) -> str:
        return say("registration.move_member.named", code=self.person.code)
