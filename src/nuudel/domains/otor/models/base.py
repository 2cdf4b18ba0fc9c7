"""What the records of otor share: a code that can be said on the telephone, and animals by species."""

from typing import Any

from django.db import models

from nuudel.domains.otor.codes import SPECIES
from nuudel.web.access.models import Record
from nuudel.web.shell.codes import CODE_LENGTH, short_code

NAME, TEXT, CODE = 200, 4000, 40


class Registered(Record):
    """A record that is told apart by a code made of its id's random end, the same wherever it was made."""

    code = models.CharField(max_length=CODE_LENGTH, editable=False, db_index=True)
    synthetic = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding:
            self.code = short_code(self.pk)
            self.synthetic = self.synthetic or self.institution.synthetic
        super().save(*args, **options)


class Animals(models.Model):
    """Heads of the five kinds of livestock."""

    camels = models.PositiveIntegerField(default=0)
    horses = models.PositiveIntegerField(default=0)
    cattle = models.PositiveIntegerField(default=0)
    sheep = models.PositiveIntegerField(default=0)
    goats = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def herd(self) -> dict[str, int]:
        """Heads by species."""
        return {name: int(getattr(self, name) or 0) for name in SPECIES}

    @property
    def heads(self) -> int:
        """All animals, each as one."""
        return sum(self.herd.values())
