"""What is told of entries; people type none: tables and submissions fill lists."""

from typing import ClassVar

from nuudel.domains.displacement import models
from nuudel.web.shell.forms import RecordForm


class EntityForm(RecordForm):
    """An entry of a list."""

    class Meta:
        model = models.Entity
        fields: ClassVar = ["operation", "list_name", "entity_id", "number", "conflict", "submission"]
