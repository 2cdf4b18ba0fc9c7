"""A move: reported, checked, decided; both ends change in one transaction."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.domains.registration.models.residence import Dwelling, Household
from nuudel.domains.registration.moves.codes import AGREED, OFFICERS, REFUSALS
from nuudel.ledger.ids import new_id
from nuudel.web.access.models import Protected
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class Move(Registered):
    """A household, or a part of it, moves. ``place`` is the destination, ``other_place`` the origin.

    ``number`` is what the citizen follows the case by. ``household`` is the one that they leave; ``joins``
    the one that they enter, where it is there already; ``entered`` the one in which they live once the move
    is approved. ``seen`` names the checks whose paper the registrar has seen without a file of it;
    ``officers`` marks what one officer has decided alone.
    """

    number = models.CharField(max_length=20, unique=True, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="moves", editable=False)
    from_bagh = models.CharField(max_length=CODE, editable=False)
    from_dwelling = models.ForeignKey(
        Dwelling, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    whole = models.BooleanField(default=True)
    day = models.DateField()
    reason = models.CharField(max_length=CODE, choices=choices(codes.MOVE_REASONS))
    bagh = models.CharField(max_length=CODE)
    address = models.CharField(max_length=NAME)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    joins = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    consent_of_owner = models.BooleanField(default=False)
    phone = EncryptedTextField(null=True, blank=True)
    reported_by = models.CharField(
        max_length=CODE, choices=choices(codes.REPORTERS), default="officer", editable=False
    )
    fee_mnt = models.PositiveIntegerField(null=True, blank=True, editable=False)  # tögrög
    seen = models.JSONField(default=list, editable=False)
    due_on = models.DateField(null=True, editable=False)  # by when whoever is to act next has to
    decided_on = models.DateField(null=True, editable=False)
    refusal = models.CharField(max_length=CODE, blank=True, choices=choices(REFUSALS), editable=False)
    appeal = models.TextField(max_length=TEXT, blank=True, editable=False)
    officers = models.CharField(max_length=CODE, blank=True, choices=choices(OFFICERS), editable=False)
    certificate = models.CharField(max_length=64, blank=True, editable=False)  # seal of the certificate
    certificate_content = EncryptedTextField(null=True, editable=False)  # what the seal is made of, JSON

    class Meta:
        indexes: ClassVar = [models.Index(fields=["household"], name="move_household")]

    def __str__(self) -> str:
        return say("registration.move.named", number=self.number)


class MoveMember(Registered):
    """Somebody who moves with a move; ``agreed``: how somebody of age has agreed to it, empty while asked."""

    move = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="moves")
    guardian = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # who is responsible for a child that moves without its parents
    agreed = models.CharField(max_length=CODE, blank=True, choices=choices(AGREED), editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["move", "person"], name="move_member_once")]

    def __str__(self) -> str:
        # The person's code, from the id alone: the office of the destination may not read the person yet.
        letters = self.person_id.hex.upper()
        return say("registration.move_member.named", code=f"{letters[-10:-5]}-{letters[-5:]}")


class MoveDraft(Protected):
    """What somebody has answered so far of a report; kept between its pages, one for each user."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    answers = EncryptedTextField(null=True)  # JSON
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["created_by"], name="move_draft_once")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
