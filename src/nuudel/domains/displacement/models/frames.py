"""Who is to be covered in a round, by whom and until when; and whom the teams ask there."""

from typing import ClassVar

from django.db import models

from nuudel.domains.displacement.models.base import TITLE
from nuudel.domains.displacement.models.operations import Operation, Round
from nuudel.domains.displacement.models.submissions import Submission
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices, short_code
from nuudel.web.words import language, say

NAME, CODE = 80, 32
FIRST, USUAL, LAST = "1", "2", "3"
PRIORITIES = (FIRST, USUAL, LAST)
LEVELS = ("aimag", "soum", "bagh")
SEXES = ("female", "male", "other", "unknown")
ROLES = ("bagh_governor", "officer", "social_worker", "health_worker", "teacher", "kheseg_leader", "migrant",
         "herder", "driver", "police", "emergency", "other")  # fmt: skip
"""As the shipped instruments have them (``lists.csv``)."""


class Team(Record):
    """Enumerators who cover areas of a round together; ``lead`` is whom the office calls."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=NAME)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    telephone = EncryptedTextField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "name"], name="displacement_team_once")
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def lead_name(self) -> str:
        """Name of the colleague; it stands in lists as makers of records do."""
        return str(self.lead.name) if self.lead is not None else ""


class Member(Record):
    """Somebody belongs to a team: the record's holder."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")

    def __str__(self) -> str:
        return str(self.holder.name) if self.holder is not None else ""


class FrameArea(Record):
    """An area that is to be covered in a round; ``place`` is the soum that it is, or that it lies in.

    Attributes
    ----------
    area
        Place code, or that of a bagh or khoroo: the soum's, a hyphen and the number (``MN18101-03``).
    done_at
        When the submission came that ended the work here, or somebody said that it cannot be done.
    told_by
        That submission.
    again_at
        When the area was put back: what came before does not count.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(max_length=CODE)
    name_mn = models.CharField(max_length=TITLE)
    name_en = models.CharField(max_length=TITLE)
    level = models.CharField(max_length=CODE, choices=choices(LEVELS))
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="areas")
    due = models.DateField(null=True, blank=True)
    priority = models.CharField(max_length=1, choices=choices(PRIORITIES), default=USUAL)
    done_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    again_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "area"], name="displacement_area_once")
        ]

    def __str__(self) -> str:
        return str(self.name_en if language() == "en" else self.name_mn)


class Informant(Record):
    """Somebody who knows an area and is asked there, round after round: phones know the code alone."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="informants")
    area = models.CharField(max_length=CODE)
    code = models.CharField(max_length=CODE, editable=False)
    role = models.CharField(max_length=CODE, choices=choices(ROLES))
    sex = models.CharField(max_length=CODE, choices=choices(SEXES))
    name = EncryptedTextField()
    telephone = EncryptedTextField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operation", "code"], name="displacement_informant_once")
        ]

    def __str__(self) -> str:
        # Never the name: this text stands in lists and titles, and reaches logs.
        return say("displacement.informant.named", code=self.code or short_code(str(self.pk)))
