"""Whether this installation is a node, looked up once in a process for each database."""

from uuid import UUID

from django.db import connection

from nuudel.base.errors import WebError
from nuudel.web.nodes.models import Link

_known: dict[str, UUID | None] = {}


def is_node() -> bool:
    """Whether the database in use is that of a node."""
    name = str(connection.settings_dict["NAME"]) + str(connection.settings_dict["HOST"])
    if name not in _known:
        _known[name] = Link.objects.values_list("pk", flat=True).first()
    return _known[name] is not None


def look_again() -> None:
    """After joining: what was known may have changed."""
    _known.clear()


def link() -> Link:
    """The node's link; ``WEB-488`` where this is no node."""
    found = Link.objects.first()
    if found is None:
        raise WebError(488, "this installation is no node.", "Join a centre: `nuudel node join URL CODE`.")
    return found
