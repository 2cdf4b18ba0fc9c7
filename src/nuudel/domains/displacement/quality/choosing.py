"""By which rounds and people the queue can be narrowed: those that it has."""

from collections.abc import Sequence

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User

MOST = 200


def choosable(user: User, name: str) -> Sequence[tuple[str, str]]:
    """Rounds, the newest first, or people by name, of the flags that a user may read."""
    rows = visible(models.Flag.objects.all(), user, "displacement.flag").order_by()
    keys = rows.values_list(name, flat=True).distinct()
    if name == "round":
        rounds = models.Round.objects.filter(pk__in=keys).select_related("operation").order_by("-pk")
        return [(str(row.pk), str(row)) for row in rounds[:MOST]]
    people = User.objects.filter(pk__in=keys).order_by("name")
    return [(str(row.pk), str(row.name)) for row in people[:MOST]]
