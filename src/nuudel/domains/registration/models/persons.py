"""Persons: names, number and birth as the register keeps them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import IntegrityError, models, transaction

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.domains.registration.models.names import NameVariant
from nuudel.domains.registration.persons.errors import NumberTakenError
from nuudel.domains.registration.persons.name_keys import GIVEN, PATRONYMIC, keys_of, variant_rows
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say

NUMBER_ONCE = "person_number_once"
NO_LONGER = ("merged", "annulled")
"""States of records that stand for nobody any more; another record may have their number."""
NAMED = ("given_name", "patronymic", "birth_date")
"""What a list of people says of each."""
NAMES = frozenset({"given_name", "patronymic", "given_latin", "patronymic_latin"})
"""Fields with which the keys of the names change."""


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
        max_length=CODE, choices=choices(codes.DATE_QUALITIES), default="documented"
    )
    birth_place = models.CharField(max_length=NAME, blank=True)
    sex = models.CharField(max_length=CODE, choices=choices(codes.SEXES))
    citizenship = models.CharField(max_length=9, default="MN")
    marital_status = models.CharField(
        max_length=CODE, choices=choices(codes.MARITAL_STATUSES), default="unknown"
    )
    household = models.ForeignKey(
        "registration.Household", on_delete=models.PROTECT, null=True, editable=False, related_name="members"
    )
    household_role = models.CharField(
        max_length=CODE, choices=choices(codes.HOUSEHOLD_ROLES), default="other"
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
        # A record that was merged or annulled keeps its number, as its history does.
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["registration_number_index"],
                condition=~models.Q(state__in=NO_LONGER),
                name=NUMBER_ONCE,
            )
        ]

    def __str__(self) -> str:
        # Never the name: this text stands in lists and titles, and reaches logs.
        return say("registration.person.named", code=self.code)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Save with the keys of the names; ``WEB-401`` where another record has the number."""
        fields = None if update_fields is None else set(update_fields)
        if fields is None or fields & NAMES:
            for name, value in keys_of(self.names()).items():
                setattr(self, name, value)
            fields = fields and fields | {"given_key", "patronymic_key"}
            NameVariant.objects.bulk_create(self.variants(), ignore_conflicts=True)
        if fields is not None and not fields & {"registration_number", "state"}:
            super().save(*args, update_fields=fields, **options)
            return
        try:
            with transaction.atomic():
                super().save(*args, update_fields=fields, **options)
        except IntegrityError as error:
            if NUMBER_ONCE in str(error):
                raise NumberTakenError from error
            raise

    def names(self) -> dict[str, str | None]:
        """The four fields of names as they are now."""
        return {name: getattr(self, name) for name in sorted(NAMES)}

    def variants(self) -> list[NameVariant]:
        """The rows by which this person's names are found."""
        found = []
        for kind, name, latin in (
            (GIVEN, self.given_name, self.given_latin),
            (PATRONYMIC, self.patronymic, self.patronymic_latin),
        ):
            rows = variant_rows(kind, name, [latin] if latin else []) if name else ()
            found += [NameVariant(kind=kind, variant=variant, key=key) for variant, key in sorted(rows)]
        return found
