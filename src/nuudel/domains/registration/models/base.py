"""What all records of the register share."""

from typing import Any

from django.db import models

from nuudel.web.access.models import Record

NAME, TEXT, CODE = 200, 4000, 40


class Registered(Record):
    """A record that is told apart without a name: by a code made of its id, the same on every node."""

    synthetic = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    @property
    def code(self) -> str:
        """Ten letters of the id's random end; short enough to be said on the telephone."""
        return f"{self.pk.hex[-10:-5]}-{self.pk.hex[-5:]}".upper()

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding and self.institution.synthetic:
            self.synthetic = True
        super().save(*args, **options)
