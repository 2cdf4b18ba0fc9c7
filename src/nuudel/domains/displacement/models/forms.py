"""Forms of an operation, their versions, and the tables and media that phones need beside them."""

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuudel.domains.displacement.models.base import TITLE, packed, unpacked
from nuudel.domains.displacement.models.operations import Operation
from nuudel.web.access.models import Record
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.words import say

NAME = 200


def md5_of(content: bytes) -> str:
    """The hash by which phones see whether they have a file already."""
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


class Form(Record):
    """A form of an operation; phones see it while it is open."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="forms")
    form_id = models.CharField(max_length=NAME)
    title = models.CharField(max_length=TITLE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operation", "form_id"], name="displacement_form_once")
        ]

    def __str__(self) -> str:
        return str(self.title)


class FormVersion(Record):
    """A version of a form: the XML as it is served, the mapping, the workbook it came from. Never changed."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=NAME, blank=True)
    hash = models.CharField(max_length=40)
    xml = models.BinaryField()
    itemsets = models.BinaryField(default=bytes)
    mapping = models.TextField(blank=True)
    workbook = models.BinaryField(default=bytes)
    files = ArrayField(models.CharField(max_length=NAME), default=list, blank=True)
    encrypted = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "version"], name="displacement_version_once")
        ]

    def __str__(self) -> str:
        return say("displacement.version.named", version=self.version or "–")

    @property
    def has_mapping(self) -> bool:
        return bool(self.mapping)


class FormFile(Record):
    """A file that a form names: media, a table, a list of entities. Lists of people are kept encrypted."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="form_files")
    name = models.CharField(max_length=NAME)
    entities = models.BooleanField(default=False)
    hash = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes
    content = EncryptedTextField(editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["form", "name"], name="displacement_file_name")]

    def __str__(self) -> str:
        return str(self.name)

    def put(self, content: bytes) -> None:
        """Keep a content, with its hash."""
        self.content, self.hash, self.size = packed(content), md5_of(content), len(content)

    def read(self) -> bytes:
        return unpacked(self.content)
