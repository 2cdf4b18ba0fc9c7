"""The audit: entries in chains, and the head of each chain. Nothing here is ever changed or removed."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TransactionField(models.BigIntegerField):  # type: ignore[type-arg]
    """The number of a database transaction (``xid8``)."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class AuditHead(models.Model):
    """Where a chain ends: number and code of its last entry, sealed so that an old end cannot be made up."""

    chain = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField()
    mac = models.BinaryField()
    seal = models.BinaryField()

    def __str__(self) -> str:
        return f"chain {self.chain}"


class AuditEntry(models.Model):
    """Who did what with which records, when and for what; written in the transaction of what it tells.

    Attributes
    ----------
    chain, number
        Its place: the number-th entry of its chain; there are several chains so that writers need not queue.
    at
        The clock of the database.
    user_id
        Who; None: nobody had signed in, or a command of the operator's.
    roles, institutions
        Of the postings that the user held then.
    record_ids
        Which records of the type; for refused requests what stood in the address.
    fields
        Names of what was read or changed, never values.
    purpose
        The route, job or command; ``reason``: what a person gave as the reason.
    transaction
        The transaction that wrote it, and with it what it tells.
    mac
        HMAC-SHA256 over all of this and the ``mac`` of the entry before; see ``seals``.
    """

    pk = models.CompositePrimaryKey("chain", "number")
    chain = models.SmallIntegerField()
    number = models.BigIntegerField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)  # no foreign key: an entry outlives the account
    roles = ArrayField(models.TextField())
    institutions = ArrayField(models.TextField())
    action = models.TextField()
    record_type = models.TextField()
    record_ids = ArrayField(models.TextField())
    fields = ArrayField(models.TextField())
    purpose = models.TextField()
    reason = models.TextField()
    request_id = models.TextField()
    transaction = TransactionField()
    mac = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["user_id", "at"], name="audit_user_at"),
            models.Index(fields=["transaction"], name="audit_transaction"),
        ]

    def __str__(self) -> str:
        return f"entry {self.chain}/{self.number}"
