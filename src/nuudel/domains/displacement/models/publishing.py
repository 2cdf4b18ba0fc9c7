"""Rounds that were published: what everybody may read of them, as it was when it was published."""

from typing import ClassVar

from django.db import models

from nuudel.domains.displacement.models.operations import Round
from nuudel.web.access.models import Record
from nuudel.web.words import say


class Publication(Record):
    """A version of a round's protected results; never changed, not even by the application's own role.

    Attributes
    ----------
    version
        From 1 on; a later one of the same round replaces it.
    content
        The protected table and the figures of the public page (publishing/content.py), nothing exact.
    digest
        SHA-256 of the content.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="publications")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "version"], name="displacement_publication_version"),
            models.UniqueConstraint(
                fields=["round"],
                condition=models.Q(state="published"),
                name="displacement_published_once",
            ),
        ]

    def __str__(self) -> str:
        return say("displacement.publication.named", round=str(self.round), version=self.version)
