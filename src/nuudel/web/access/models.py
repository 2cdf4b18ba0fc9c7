"""Places and permissions as the database knows them, and the base of every protected record."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from nuudel.ledger.ids import new_id


class Place(models.Model):
    """An administrative unit of the country's pack; kept current by ``sync``."""

    code = models.CharField(max_length=32, primary_key=True)
    parent = models.CharField(max_length=32, blank=True)
    level = models.CharField(max_length=32)
    path = ArrayField(models.CharField(max_length=32))  # the codes from the country down to this one
    name_mn = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["parent"])]

    def __str__(self) -> str:
        return self.code

    def name(self, lang: str) -> str:
        return str(self.name_mn if lang == "mn" else self.name_en)


class PermissionRow(models.Model):
    """A row of the declared permission tables, for the database's own check."""

    record_type = models.CharField(max_length=80)
    role = models.CharField(max_length=32)
    kind = models.CharField(max_length=5)  # read or write
    scope = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_type", "role", "kind", "scope"], name="permission_once")
        ]


class Protected(models.Model):
    """What row-level security decides by: the places, the institution, the maker and the holder of a row.

    ``other_place`` is a second place concerned, such as where a move began: who works there reaches the row
    too. ``holder`` is whom the row is about, where that person has an account.
    """

    place = models.CharField(max_length=32, db_index=True)
    other_place = models.CharField(max_length=32, blank=True, default="", editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class Record(Protected):
    """A record of a register: its state is changed only by the transitions of its record type."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=40, db_index=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class RecordPart(Protected):
    """What hangs on a record of any type: an action, a comment, an attachment."""

    record_type = models.CharField(max_length=80)
    record_id = models.UUIDField()

    class Meta:
        abstract = True
