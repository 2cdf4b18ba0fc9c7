"""What hangs on the records of all domains: what was done, what was said, files, notices, sent forms."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from nuudel.ledger.ids import new_id
from nuudel.web.access.models import RecordPart


class Action(RecordPart):
    """Something that was done with a record; the record's state is the fold of them. Never changed.

    ``changes`` holds the names of changed fields with old and new value; of personal fields the name alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    reason = models.CharField(max_length=500, blank=True)
    changes = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_type", "record_id", "number"], name="action_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} action {self.number}"


class Comment(RecordPart):
    """What somebody wrote about a record. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.TextField(max_length=4000)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["record_type", "record_id"])]

    def __str__(self) -> str:
        return f"{self.record_type} comment"


class Attachment(RecordPart):
    """A file of a record; it lies under ``stored`` in the folder of attachments."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    stored = models.CharField(max_length=64)
    media_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["record_type", "record_id"])]

    def __str__(self) -> str:
        return f"{self.record_type} attachment"


class Notice(models.Model):
    """Tells a user that something was done with a record; no personal data, only where to look."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    action = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "seen_at"])]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class SentForm(models.Model):
    """A form that was sent: a second sending, by a double click or a resend, finds the first one's record."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    digest = models.CharField(max_length=64)  # keyed hash of what was sent
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.record_type} form"
