"""What a centre keeps of its nodes, and what a node keeps of its link and of the work that waits."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from nuudel.ledger.ids import new_id
from nuudel.web.protection.fields import EncryptedTextField

PENDING, WAITING = "pending", "waiting"
CONFLICT, REFUSED = "conflict", "refused"
DONE, TAKEN, DROPPED = "done", "taken", "dropped"
UNDECIDED = (CONFLICT, REFUSED)
SETTLED = (DONE, TAKEN, DROPPED)
OPEN = (PENDING, WAITING, CONFLICT, REFUSED)
"""States of an operation: on its way; for a person to decide; in the register, or given up."""


class Node(models.Model):
    """At the centre: a node of a place. The code to join works once; of code and token a hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    code_hash = models.BinaryField(unique=True, null=True)
    code_expires_at = models.DateTimeField()
    token_hash = models.BinaryField(unique=True, null=True)
    made_at = models.DateTimeField(db_default=Now())
    joined_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.place}-{self.pk.hex[-6:]}"


class Received(models.Model):
    """At the centre: an operation of a node, known by its id for ever, so that it is done once.

    ``content`` is there as long as somebody has to decide; ``numbers``: which number the last action of each
    record had after it; ``problem``: the code of what stands against it, with the rules that were broken.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="operations")
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    action = models.CharField(max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    content = EncryptedTextField(null=True)
    problem = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict)
    received_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state"], name="nodes_received_state")]

    def __str__(self) -> str:
        return f"operation {self.pk}"


class Link(models.Model):
    """On a node: its centre, and up to where it has what the centre has. There is one row, or none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.UUIDField()
    address = models.CharField(max_length=300)
    place = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    token = EncryptedTextField()
    cursor = models.CharField(max_length=200, blank=True)
    looked = models.CharField(max_length=120, blank=True)  # the row that was compared last
    people = models.CharField(max_length=64, blank=True)  # digest of the people as they came last
    contacted_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"node of {self.place}"


class KnownPerson(models.Model):
    """On a node: a person of the centre, by the centre's number, and the account that stands for it here."""

    centre_id = models.BigIntegerField(unique=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"person {self.centre_id}"


class Operation(models.Model):
    """On a node: something that was done here and that the centre is to do; in the order of ``turn``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    turn = models.BigIntegerField(unique=True)
    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()
    action = models.CharField(max_length=40)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, default=PENDING)
    content = EncryptedTextField(null=True)
    theirs = EncryptedTextField(null=True)
    problem = models.JSONField(default=dict)
    decision = models.CharField(max_length=6, blank=True)  # mine or theirs, on its way to the centre
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "turn"], name="nodes_operation_state")]

    def __str__(self) -> str:
        return f"operation {self.pk}"


class Touched(models.Model):
    """On a node: a row that an operation has written here; without ``model`` one that it names alone."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="touched")
    model = models.CharField(max_length=80)
    key = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key"], name="nodes_touched_key")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


class Wanted(models.Model):
    """On a node: a row to be asked of the centre, for what stands here was written before it was settled."""

    model = models.CharField(max_length=80)
    key = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "key"], name="wanted_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
