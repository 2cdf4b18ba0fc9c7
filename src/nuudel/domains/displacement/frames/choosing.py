"""By which rounds the list of areas can be narrowed."""

from collections.abc import Sequence

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User

MOST = 200


def rounds(user: User, name: str) -> Sequence[tuple[str, str]]:
    """The rounds with a frame that a user may read, the newest first; ``name`` is the only such filter."""
    rows = visible(models.Round.objects.filter(areas__isnull=False), user, "displacement.round").distinct()
    return [(str(row.pk), str(row)) for row in rows.select_related("operation").order_by("-pk")[:MOST]]
