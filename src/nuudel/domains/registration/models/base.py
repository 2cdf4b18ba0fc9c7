"""What all records of the register share."""

from typing import Any

from django.db import models

from nuudel.web.access.models import Record
from nuudel.web.shell.codes import short_code

NAME, TEXT, CODE = 200, 4000, 40


class Registered(Record):
    """A record that is told apart without a name: by a code made of its id, the same on every node."""

    synthetic = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    @property
    def code(self) -> str:
        return short_code(self.pk)

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding and self.institution.synthetic:
            self.synthetic = True
        super().save(*args, **options)
