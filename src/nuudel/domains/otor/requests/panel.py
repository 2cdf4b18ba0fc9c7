"""What stands beside a request: from where to where, days left, the herd, and the pasture's load."""

from collections.abc import Mapping

from django.utils.timezone import localdate

from nuudel.domains.otor.herds import last_count, sheep_units
from nuudel.domains.otor.households.panel import kinds
from nuudel.domains.otor.models import HerderHousehold, OtorRequest
from nuudel.domains.otor.requests import capacity
from nuudel.domains.otor.requests.sides import for_home, for_host
from nuudel.domains.otor.requests.states import HERE
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.codes import short_code
from nuudel.web.shell.shown import place_names

TURN = {
    "requested": "host",
    "accepted": "host",
    "host_signed": "home",
    "agreed": "either",
    "extension_asked": "host",
    "arrived_without_permit": "host",
    "left": "either",
}
"""Which side is to take the next step in a state."""


def content(user: User, record: OtorRequest) -> Mapping[str, object]:
    """What the panel shows."""
    names = place_names([record.place, record.other_place])
    today = localdate()
    readable = visible(HerderHousehold.objects.filter(pk=record.household_id), user, "otor.household")
    with service_rights():
        count = last_count(record.household_id)
    weighed = capacity.weigh(record) if record.holder_id != user.pk else None
    return {
        "home": names[record.other_place],
        "host": names[record.place],
        "side": "host" if for_host(user, record) else "home" if for_home(user, record) else "",
        "turn": TURN.get(record.state, ""),
        "days_left": (record.answer_by - today).days if record.state == "requested" else None,
        "answer_by": record.answer_by,
        "household": readable.first(),
        "household_code": short_code(record.household_id),
        "kinds": kinds(record.herd),
        "units": sheep_units(record.herd, record.first_day),
        "count": count,
        "count_units": sheep_units(count.herd, count.day) if count else None,
        "weighed": weighed,
        "here": record.state in HERE,
        "over": record.state in HERE and record.last_day < today,
    }
