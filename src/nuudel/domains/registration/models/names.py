"""Which names a spelling may mean, as keyed hashes: the table of fuzzy search."""

from typing import ClassVar

from django.db import models

from nuudel.domains.registration.persons.name_keys import KINDS


class NameVariant(models.Model):
    """A variant of a name's skeleton and the name's key; both are keyed hashes, and nothing says whose."""

    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    variant = models.BigIntegerField()
    key = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "key", "kind"], name="name_variant_once")
        ]

    def __str__(self) -> str:
        return f"name variant {self.pk}"
