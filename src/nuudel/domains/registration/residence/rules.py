"""What a dwelling's entry must keep: an address once, people who can live in it, a position that there is."""

from collections.abc import Iterator, Sequence

from nuudel.domains.registration.models import Dwelling, Person
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import WRITTEN

# Mongolia's bounding box, in degrees, with a little room.
LATITUDES, LONGITUDES = (41.0, 53.0), (87.0, 120.5)


def dwelling(record: Dwelling, action: str) -> Sequence[Problem]:
    """The shell's entrance."""
    if action == "close":
        with service_rights():
            lived_in = Person.objects.filter(household__dwelling=record).exists()
        return [Problem("state", "registration.dwelling.rule_lived_in")] if lived_in else []
    if action not in WRITTEN:
        return []
    problems = list(position_problems(record.latitude, record.longitude))
    if record.capacity == 0:
        problems.append(Problem("capacity", "registration.dwelling.rule_no_capacity"))
    same = Dwelling.objects.filter(
        place=record.place, bagh__iexact=record.bagh, address__iexact=record.address, state="in_use"
    )
    if same.exclude(pk=record.pk).exists():
        problems.append(Problem("address", "registration.dwelling.rule_there_already"))
    return problems


def position_problems(latitude: float | None, longitude: float | None) -> Iterator[Problem]:
    """A position is two numbers within the country, or none."""
    if (latitude is None) != (longitude is None):
        yield Problem(
            "latitude" if latitude is None else "longitude", "registration.dwelling.rule_half_position"
        )
    for name, value, bounds in (
        ("latitude", latitude, LATITUDES),
        ("longitude", longitude, LONGITUDES),
    ):
        if value is not None and not bounds[0] <= value <= bounds[1]:
            yield Problem(name, "registration.dwelling.rule_outside")
