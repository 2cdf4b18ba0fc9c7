"""The form of a publication, which is made by its own step."""

from typing import ClassVar

from nuudel.domains.displacement import models
from nuudel.web.shell.forms import RecordForm


class PublicationForm(RecordForm):
    """A publication is made of a round."""

    class Meta:
        model = models.Publication
        fields: ClassVar = ["round", "version", "digest"]
