"""Herder households, how many animals they have, and where their camps are."""

from typing import Any, ClassVar

from django.db import models

from nuudel.domains.otor import codes
from nuudel.domains.otor.models.base import CODE, NAME, Animals, Registered
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class HerderHousehold(Registered):
    """A household that lives by its herd. ``place`` is the soum in which it is registered.

    ``other_place`` is the soum in which it is on otor now, so that the office there reaches it as long as it
    stays; ``holder`` the account of one of its people. ``register_code`` is the household's code in the
    register of residence, a text only: the two registers do not reach into each other.
    """

    bagh = models.CharField(max_length=CODE)
    head_name = EncryptedTextField()
    phone = EncryptedTextField(index=True, null=True, blank=True)
    persons = models.PositiveSmallIntegerField()
    school_children = models.PositiveSmallIntegerField(default=0)  # of the age at which school is compulsory
    register_code = models.CharField(max_length=NAME, blank=True)

    def __str__(self) -> str:
        # Never the name: this text stands in lists and titles, and reaches logs.
        return say("otor.household.named", code=self.code)


class OfHousehold(Registered):
    """What belongs to a household: whoever holds it holds this too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding:
            household: HerderHousehold = self.household  # type: ignore[attr-defined]
            self.holder_id = household.holder_id
        super().save(*args, **options)


class LivestockCount(Animals, OfHousehold):
    """How many animals a household had on a day."""

    household = models.ForeignKey(HerderHousehold, on_delete=models.PROTECT, related_name="counts")
    day = models.DateField()
    source = models.CharField(max_length=CODE, choices=choices(codes.COUNT_SOURCES))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["household", "day"], name="otor_count_day")]

    def __str__(self) -> str:
        return say("otor.count.named", day=self.day)


class Camp(OfHousehold):
    """Where a household camps in a season; ``soum`` may be another than the household's own."""

    household = models.ForeignKey(HerderHousehold, on_delete=models.PROTECT, related_name="camps")
    season = models.CharField(max_length=CODE, choices=choices(codes.SEASONS))
    name = models.CharField(max_length=NAME)  # of the valley, the spring, the hill
    soum = models.CharField(max_length=32)  # place code; most camps are in the household's own soum
    latitude = models.FloatField(null=True, blank=True)  # degrees north
    longitude = models.FloatField(null=True, blank=True)  # degrees east

    def __str__(self) -> str:
        return say("otor.camp.named", season=say(f"otor.season_code.{self.season}"), name=self.name)
