"""Notices from civil registration: births, deaths, marriages, divorces, changes of name."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.domains.registration.notices.problems import PROBLEMS
from nuudel.ledger.ids import new_id
from nuudel.web.access.models import Protected
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class CivilNotice(Registered):
    """What the state's data exchange said; ``message_id`` is the sender's, so that nothing counts twice.

    ``content`` is the notice as it came, JSON, encrypted, empty once it has been erased. ``problem`` names
    what kept it from being applied; ``done`` is what its application changed (JSON, encrypted: the values
    before), from which it can be taken back. ``corrects`` is the notice that this one takes the place of.
    """

    sender = models.CharField(max_length=NAME)
    message_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=CODE, choices=choices(codes.NOTICE_KINDS))
    day = models.DateField()  # of the birth, the death, the marriage …
    content = EncryptedTextField(null=True)
    done = EncryptedTextField(null=True, editable=False)
    subject = EncryptedTextField(index=True, null=True, editable=False)  # the number of whom it is about
    other_subject = EncryptedTextField(index=True, null=True, editable=False)  # of the other, in a marriage
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="notices")
    problem = models.CharField(max_length=CODE, blank=True, choices=choices(PROBLEMS))
    simulated = models.BooleanField(default=False, editable=False)  # made by the simulator
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="civil_notice_once")
        ]

    def __str__(self) -> str:
        return say(
            "registration.notice.named", kind=say(f"registration.kind_code.{self.kind}"), code=self.code
        )


class NoticesFile(Protected):
    """A file of notices that is read in the background: how far, and what became of its lines.

    ``content`` goes once it was read. ``rejects`` holds number, code and field of the first lines that were
    not kept, never a value; ``problem`` says why the rest was not read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    content = EncryptedTextField(null=True)
    lines = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)  # lines that were read
    counts = models.JSONField(default=dict)
    rejects = models.JSONField(default=list)
    problem = models.CharField(max_length=CODE, blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"file of notices {self.pk}"
