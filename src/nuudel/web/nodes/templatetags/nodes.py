"""What an office's pages say of the link: what waits for it, and what cannot be done without it."""

from typing import Any

from django import template
from django.db.models import Count, Q

from nuudel.web.access.decisions import path_of
from nuudel.web.access.models import Record
from nuudel.web.nodes.here import is_node, link
from nuudel.web.nodes.models import PENDING, UNDECIDED, WAITING, Operation
from nuudel.web.shell.shown import place_names

register = template.Library()
OWN_PAGES = ("nodes", "node_operation")  # they say it at length


@register.inclusion_tag("nodes/line.html", takes_context=True)
def node_line(context: template.Context) -> dict[str, Any]:
    """How many operations wait on this node, and how many a person has to decide; nothing elsewhere."""
    match = context["request"].resolver_match
    if not is_node() or (match is not None and match.url_name in OWN_PAGES):
        return {}
    waiting, undecided = Q(state__in=(PENDING, WAITING)), Q(state__in=UNDECIDED)
    return Operation.objects.aggregate(
        waiting=Count("pk", filter=waiting), undecided=Count("pk", filter=undecided)
    )


@register.inclusion_tag("nodes/elsewhere.html")
def elsewhere_note(record: Record) -> dict[str, str]:
    """Beside the steps of a record that concerns a place of another office; nothing at the centre."""
    if not is_node():
        return {}
    own = link().place
    others = {place for place in (record.place, record.other_place) if place and own not in path_of(place)}
    return {"places": ", ".join(sorted(place_names(others).values()))}
