"""The records: campaigns with their reach, trainings with their participants, manuals."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuudel.domains.campaigns import codes
from nuudel.web.access.models import Record
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import language, say

TITLE = 200
TEXT = 4000


class Made(Record):
    """A record that stands by itself: what a synthetic institution makes is synthetic."""

    synthetic = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding and self.institution.synthetic:
            self.synthetic = True
        super().save(*args, **options)


def title_of(record: "Campaign | Training") -> str:
    """The title in the reader's language, where there is one."""
    return str((record.title_en if language() == "en" else "") or record.title_mn)


class Campaign(Made):
    """An information campaign: what it was to change, for whom, how, and what it did."""

    title_mn = models.CharField(max_length=TITLE)
    title_en = models.CharField(max_length=TITLE, blank=True)
    purpose = models.TextField(max_length=TEXT)
    audience = models.CharField(max_length=40, choices=choices(codes.AUDIENCES))
    audience_size = models.PositiveIntegerField(null=True, blank=True)  # persons
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    channels = ArrayField(
        models.CharField(max_length=40, choices=choices(codes.CHANNELS)), default=list, blank=True
    )
    budget_mnt = models.PositiveBigIntegerField(null=True, blank=True)  # tögrög
    result = models.TextField(max_length=TEXT, blank=True)
    evidence = models.TextField(max_length=TEXT, blank=True)

    def __str__(self) -> str:
        return title_of(self)


class Reach(Record):
    """How many contacts one channel made on a day, or was planned to make; contacts are not persons."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reach")
    channel = models.CharField(max_length=40, choices=choices(codes.CHANNELS))
    day = models.DateField()
    persons = models.PositiveIntegerField()
    method = models.CharField(max_length=40, choices=choices(codes.METHODS))
    planned = models.BooleanField(default=False)

    def __str__(self) -> str:
        channel = say(f"campaigns.channel_code.{self.channel}")
        return say("campaigns.reach.named", channel=channel, day=self.day)


class Training(Made):
    """A training of officials: its subject, what it was to change, where and when, and what came of it.

    ``counted_women`` and ``counted_men`` are the persons present where no list of participants is kept.
    """

    subject = models.CharField(max_length=40, choices=choices(codes.SUBJECTS))
    title_mn = models.CharField(max_length=TITLE)
    title_en = models.CharField(max_length=TITLE, blank=True)
    objective = models.TextField(max_length=TEXT)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    venue = models.CharField(max_length=TITLE, blank=True)
    trainers = models.CharField(max_length=TITLE, blank=True)
    places_planned = models.PositiveIntegerField(null=True, blank=True)  # seats
    counted_women = models.PositiveIntegerField(null=True, blank=True)
    counted_men = models.PositiveIntegerField(null=True, blank=True)
    follow_up_day = models.DateField(null=True, blank=True)
    follow_up = models.TextField(max_length=TEXT, blank=True)

    def __str__(self) -> str:
        return title_of(self)


class Participant(Record):
    """Somebody who took part in a training: name, number and addresses are encrypted."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveIntegerField(editable=False)
    full_name = EncryptedTextField()
    registration_number = EncryptedTextField(index=True, null=True, blank=True)
    phone = EncryptedTextField(null=True, blank=True)
    email = EncryptedTextField(null=True, blank=True)
    institution_name = models.CharField(max_length=TITLE)
    sex = models.CharField(max_length=10, choices=choices(codes.SEXES), default="unknown")
    age_group = models.CharField(max_length=20, choices=choices(codes.AGE_GROUPS), default="unknown")
    role = models.CharField(max_length=40, choices=choices(codes.ROLES))
    attended = models.BooleanField(default=False)
    pre_score = models.PositiveSmallIntegerField(null=True, blank=True)  # percent
    post_score = models.PositiveSmallIntegerField(null=True, blank=True)  # percent

    def __str__(self) -> str:
        # Never the name: this text stands in lists and titles, and reaches logs.
        return say("campaigns.participant.named", number=self.number)

    def save(self, *args: Any, **options: Any) -> None:
        """Number those of a training, so that they can be told apart without their names."""
        if self._state.adding:
            self.number = 1 + max(self.training.participants.values_list("number", flat=True), default=0)
        super().save(*args, **options)


class Manual(Made):
    """A manual that was written or translated for trainings and campaigns."""

    title = models.CharField(max_length=TITLE)
    language = models.CharField(max_length=10, choices=choices(codes.LANGUAGES))
    version = models.CharField(max_length=20)
    translator = models.CharField(max_length=TITLE, blank=True)
    summary = models.TextField(max_length=TEXT, blank=True)

    def __str__(self) -> str:
        return str(self.title)
