"""Services granted to a household on otor, and conflicts with their mediation."""

from typing import Any

from django.db import models

from nuudel.domains.otor import codes
from nuudel.domains.otor.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.otor.models.requests import OtorRequest
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class Service(Registered):
    """A service that the receiving soum grants: a place in school, a visit of the vet."""

    request = models.ForeignKey(OtorRequest, on_delete=models.PROTECT, related_name="granted")
    kind = models.CharField(max_length=CODE, choices=choices(codes.SERVICES))
    persons = models.PositiveSmallIntegerField(null=True, blank=True)  # for how many; none for animals
    provider = models.CharField(max_length=NAME)  # the school, the clinic
    day = models.DateField(null=True, blank=True)  # planned, then delivered

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding:
            self.other_place, self.holder_id = self.request.other_place, self.request.holder_id
        super().save(*args, **options)

    def __str__(self) -> str:
        return say("otor.service.named", kind=say(f"otor.kind_code.{self.kind}"), code=self.code)


class Conflict(Registered):
    """A conflict over pasture, water or animals: ``place`` is where, ``other_place`` the home of a guest."""

    request = models.ForeignKey(
        OtorRequest, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="conflicts"
    )
    day = models.DateField()
    about = models.CharField(max_length=CODE, choices=choices(codes.SUBJECTS))
    where = models.CharField(max_length=NAME)
    first_kind = models.CharField(max_length=CODE, choices=choices(codes.PARTY_KINDS))
    first_party = EncryptedTextField(null=True, blank=True)  # who, by name
    second_kind = models.CharField(max_length=CODE, choices=choices(codes.PARTY_KINDS))
    second_party = EncryptedTextField(null=True, blank=True)
    account = EncryptedTextField()  # what happened, as both say
    outcome = models.CharField(max_length=CODE, choices=choices(codes.OUTCOMES), blank=True)
    outcome_text = models.TextField(max_length=TEXT, blank=True)

    def __str__(self) -> str:
        return say("otor.conflict.named", about=say(f"otor.about_code.{self.about}"), code=self.code)


class Mediation(Registered):
    """A step of mediation: who spoke with both, when, and what came of it."""

    conflict = models.ForeignKey(Conflict, on_delete=models.PROTECT, related_name="mediation")
    day = models.DateField()
    mediator = models.CharField(max_length=CODE, choices=choices(codes.MEDIATORS))
    result = EncryptedTextField()

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding:
            self.other_place = self.conflict.other_place
        super().save(*args, **options)

    def __str__(self) -> str:
        return say("otor.mediation.named", day=self.day)
