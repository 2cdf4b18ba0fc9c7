"""Persons: names, number and birth as the register keeps them."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.words import say


class Person(Registered):
    """A resident. ``place`` is the soum or district of residence; ``holder`` the person's own account.

    ``given_key`` and ``patronymic_key`` are keyed hashes of the names' skeletons (``people.names``), by which
    a name is found in every spelling; ``*_latin`` are kept where a travel document spells otherwise than the
    standard transliterates.
    """

    registration_number = EncryptedTextField(index=True, null=True, blank=True)
    family_name = EncryptedTextField(null=True, blank=True)  # clan name, ургийн овог
    patronymic = EncryptedTextField(null=True, blank=True)  # the father's or mother's name, эцэг (эх)-ийн нэр
    given_name = EncryptedTextField()
    patronymic_latin = EncryptedTextField(null=True, blank=True)
    given_latin = EncryptedTextField(null=True, blank=True)
    given_key = models.BigIntegerField(null=True, editable=False)
    patronymic_key = models.BigIntegerField(null=True, editable=False)
    birth_date = models.DateField()
    birth_date_quality = models.CharField(
        max_length=CODE, choices=codes.choices(codes.DATE_QUALITIES), default="documented"
    )
    birth_place = models.CharField(max_length=NAME, blank=True)
    sex = models.CharField(max_length=CODE, choices=codes.choices(codes.SEXES))
    citizenship = models.CharField(max_length=9, default="MN")
    marital_status = models.CharField(
        max_length=CODE, choices=codes.choices(codes.MARITAL_STATUSES), default="unknown"
    )
    household = models.ForeignKey(
        "registration.Household", on_delete=models.PROTECT, null=True, editable=False, related_name="members"
    )
    household_role = models.CharField(
        max_length=CODE, choices=codes.choices(codes.HOUSEHOLD_ROLES), default="other"
    )
    mother = models.ForeignKey("self", on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    father = models.ForeignKey("self", on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["given_key", "patronymic_key"], name="person_names"),
            models.Index(fields=["birth_date"], name="person_birth"),
        ]

    def __str__(self) -> str:
        # Never the name: this text stands in lists and titles, and reaches logs.
        return say("registration.person.named", code=self.code)
