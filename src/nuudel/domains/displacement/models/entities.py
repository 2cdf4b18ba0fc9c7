"""Entries of the lists that phones look up: points, settlements, people who are asked."""

import json
from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from nuudel.domains.displacement.models.operations import Operation
from nuudel.domains.displacement.models.submissions import Submission
from nuudel.web.access.models import Record
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import short_code
from nuudel.web.words import say

LONGEST_ENTITY = 200


class Entity(Record):
    """An entry of a list of an operation, made or changed by an uploaded table or by a submission.

    Attributes
    ----------
    entity_id
        Its id in the list, which answers name.
    label, properties
        What phones show of it, and its other columns; encrypted, since lists may name people.
    number
        Its version: 1 at first, one more with each change.
    submission
        The submission that made or changed it last; null where a table did.
    conflict
        Two changed it and neither knew of the other, or it was named in a way that does not fit: somebody is
        to look. A table that names it ends this.
    """

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="entities")
    list_name = models.CharField(max_length=LONGEST_ENTITY)
    entity_id = models.CharField(max_length=LONGEST_ENTITY)
    label = EncryptedTextField()
    properties = EncryptedTextField()
    number = models.PositiveIntegerField(default=1)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="entities")
    conflict = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["operation", "list_name", "entity_id"], name="displacement_entity_once"
            )
        ]

    def __str__(self) -> str:
        # Never the label: this text stands in lists and titles, and reaches logs.
        return say("displacement.entity.named", list=self.list_name, code=short_code(str(self.pk)))

    @property
    def values(self) -> dict[str, str]:
        """The properties by their names."""
        return dict(json.loads(self.properties))

    def put(self, values: Mapping[str, str]) -> None:
        """Keep properties."""
        self.properties = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
