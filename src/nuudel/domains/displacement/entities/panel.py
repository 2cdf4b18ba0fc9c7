"""What the page of an entry shows beside the fields: its label and its other columns."""

from collections.abc import Mapping

from nuudel.domains.displacement import models
from nuudel.web.accounts.models import User


def entity(user: User, record: models.Entity) -> Mapping[str, object]:
    """The page's reading is audited by the shell."""
    return {"label": record.label, "values": sorted(record.values.items())}
