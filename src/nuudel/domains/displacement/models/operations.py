"""Operations, their rounds, assignments of enumerators to areas, and the keys of their phones."""

import secrets
from typing import Any, ClassVar

from django.db import models

from nuudel.domains.displacement.models.base import KEY_LETTERS, TEXT, TITLE, title_of
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say


def round_key() -> str:
    """The part of an address by which phones find a round: short enough to be typed."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(8))


class Operation(Record):
    """An operation: why and where people on the move are counted, in rounds."""

    title_mn = models.CharField(max_length=TITLE)
    title_en = models.CharField(max_length=TITLE, blank=True)
    purpose = models.TextField(max_length=TEXT)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    synthetic = models.BooleanField(default=False, editable=False)
    rehearses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="rehearsals"
    )
    rehearsed = models.JSONField(null=True, editable=False)  # how far the job of a rehearsal has come

    def __str__(self) -> str:
        return title_of(self)

    def save(self, *args: Any, **options: Any) -> None:
        """What a synthetic institution makes is synthetic."""
        if self._state.adding and self.institution.synthetic:
            self.synthetic = True
        super().save(*args, **options)


class Round(Record):
    """A round of an operation; phones send to its ``key``."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    start = models.DateField()
    end = models.DateField()
    key = models.CharField(max_length=16, unique=True, default=round_key, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)  # when its submissions were checked last
    weighed_at = models.DateTimeField(null=True, editable=False)  # when its interviews were weighed last

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operation", "number"], name="displacement_round_once")
        ]

    def __str__(self) -> str:
        return say("displacement.round.named", number=self.number, operation=self.operation)


class Assignment(Record):
    """Somebody covers an area in a round: the record's holder, who sees it, and its place."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")

    def __str__(self) -> str:
        return say("displacement.assignment.named", person=self.person_name, area=self.area_name)

    @property
    def person(self) -> User:
        assert self.holder is not None, "an assignment is somebody's"
        return self.holder

    @property
    def person_name(self) -> str:
        """Name of the colleague; it stands in lists as makers of records do."""
        return str(self.holder.name) if self.holder is not None else ""

    @property
    def area_name(self) -> str:
        return place_names([self.place])[self.place]


class Device(Record):
    """A key with which one phone sends for one assignment; its text is shown once, as a code to scan.

    ``digest`` is the hash of the key, which is 256 random bits; ``ha1`` is what Digest authentication
    compares with (RFC 7616, 3.4.2).
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=80)
    login = models.CharField(max_length=20, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    ha1 = EncryptedTextField(editable=False)

    def __str__(self) -> str:
        return str(self.name)
