"""Submissions, as phones have sent them, and the files that came with them."""

from typing import ClassVar

from django.db import models
from django.utils.functional import cached_property

from nuudel.domains.displacement.models.base import unpacked
from nuudel.domains.displacement.models.forms import NAME, Form, FormVersion
from nuudel.domains.displacement.models.operations import Assignment, Device, Round
from nuudel.web.access.models import Record
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import short_code
from nuudel.web.words import say


class Submission(Record):
    """What a phone has sent, byte for byte; a correction is a submission that replaces this one.

    Attributes
    ----------
    instance_id
        The phone's name for it; unique in the round.
    digest
        Keyed hash of the XML: the same submission again is recognised without reading it.
    replaces
        The submission that this one corrects. One corrects it at most.
    device_at
        The clock of the phone when it sent, where it told one; it may be wrong.
    files
        Names of the files that its answers name; of an envelope all that belong to it.
    mapped_at
        When its facts were entered; null while they wait.
    void
        Its facts are only those that take back what it corrects: it was encrypted, unreadable, without a
        mapping, refused by the ledger, or rejected before its own were entered.
    layout, area, day, began_at, ended_at, measures
        Its figures under common names, without texts (surveys/measures.py), once its facts were entered:
        the layout, the place and the day that the answers tell, and the times by the phone's clock.
        ``layout`` is empty while they wait, and where the form's mapping declares no measures.
    weight, weighings
        Passages that an interview stands for, null where none were counted; how often the ledger was told.
    facts, left_out, unread
        How many facts it gave, how many it could not give, how many answers could not be read.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="submissions")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="submissions")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="submissions")
    instance_id = models.CharField(max_length=NAME)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    digest = models.BinaryField(max_length=32)
    xml = EncryptedTextField()
    encrypted = models.BooleanField(default=False)
    incomplete = models.BooleanField(default=False)
    device_at = models.DateTimeField(null=True)
    files = models.JSONField(default=list)
    mapped_at = models.DateTimeField(null=True)
    layout = models.CharField(max_length=16, blank=True)
    area = models.CharField(max_length=40, blank=True)
    day = models.DateField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    measures = models.JSONField(null=True)
    void = models.BooleanField(default=False)
    weight = models.FloatField(null=True)
    weighings = models.PositiveSmallIntegerField(default=0)
    facts = models.PositiveIntegerField(null=True)
    left_out = models.PositiveIntegerField(null=True)
    unread = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "instance_id"], name="displacement_instance_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(mapped_at=None), name="displacement_unmapped"),
            models.Index(fields=["round", "layout", "day"], name="displacement_measured"),
            models.Index(fields=["round", "area"], name="displacement_area"),
        ]

    def __str__(self) -> str:
        return say("displacement.submission.named", code=short_code(str(self.pk)))

    @cached_property
    def content(self) -> bytes:
        """The XML as it came, which never changes."""
        return unpacked(self.xml)

    @property
    def received_at(self) -> object:
        return self.created_at

    @property
    def form_title(self) -> str:
        return str(self.form.title)

    @property
    def sent_by(self) -> str:
        """Name of the colleague; it stands in lists as makers of records do."""
        return str(self.assignment.person_name)


class SubmissionFile(Record):
    """A file of a submission; it lies under ``stored`` in the folder of attachments.

    ``secret`` is the key with which it is encrypted there; ``size`` and hashes are those of what was sent.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="sent_files")
    name = models.CharField(max_length=NAME)
    stored = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=40)
    secret = EncryptedTextField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "name"], name="displacement_file_once")
        ]

    def __str__(self) -> str:
        return str(self.name)
