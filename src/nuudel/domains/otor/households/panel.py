"""What stands beside a household: its code, its animals in sheep units, where it is, its requests."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.timezone import localdate

from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.herds import factors, last_count, sheep_units
from nuudel.domains.otor.models import HerderHousehold, OtorRequest
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names

LAST_REQUESTS = 10


@dataclass(frozen=True)
class Kind:
    """Animals of one species: heads, and sheep units."""

    species: str
    heads: int
    units: float


def kinds(herd: Mapping[str, int]) -> list[Kind]:
    """A herd by species, with today's factors."""
    each = factors(localdate())
    return [Kind(name, herd[name], herd[name] * each[name]) for name in SPECIES]


def content(user: User, record: HerderHousehold) -> Mapping[str, object]:
    """What the panel shows."""
    count = last_count(record.pk)
    rows = visible(OtorRequest.objects.filter(household=record), user, "otor.request")
    requests = list(rows.order_by("-first_day")[:LAST_REQUESTS])
    names = place_names([*(one.place for one in requests), record.other_place])
    return {
        "code": record.code,
        "count": count,
        "kinds": kinds(count.herd) if count else [],
        "units": sheep_units(count.herd, localdate()) if count else None,
        "away": names.get(record.other_place, "") if record.other_place else "",
        "has_account": record.holder_id is not None,
        "requests": [(one, names[one.place]) for one in requests],
    }
