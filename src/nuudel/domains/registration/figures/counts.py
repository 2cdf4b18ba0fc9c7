"""The register's own counts, read off its residence events: who was there, who came, who left.

An event that was reversed and its reversal count for nothing. A move is counted in a unit where it crosses
the unit's border: from one soum to another of the same aimag nobody has come to the aimag.
"""

# ruff: noqa: S608  The text of SQL is made of constants of this module alone.

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Min, Sum

from nuudel.domains.registration.models import ResidenceEvent
from nuudel.web.facts.service import service_rights

FLOWS = ("births", "deaths", "entered", "left")
Counts = Counter[str]
Unit = Callable[[str], str]

IN_FORCE = """
{event}.reverses_id IS NULL AND NOT EXISTS
  (SELECT 1 FROM registration_residenceevent r WHERE r.reverses_id = {event}.id)
"""
# A move's beginning and the end that it follows, where both are of the period.
PAIRS = f"""
SELECT o.place, i.place, count(*) FROM registration_residenceevent i
CROSS JOIN LATERAL (
  SELECT o.place, o.day FROM registration_residenceevent o
  WHERE o.person_id = i.person_id AND o.kind = 'move_out' AND o.day <= i.day
    AND {IN_FORCE.format(event="o")}
  ORDER BY (o.cause_id = i.cause_id) DESC, o.day DESC LIMIT 1
) o
WHERE i.kind = 'move_in' AND i.day BETWEEN %(first)s AND %(last)s AND o.day >= %(first)s
  AND {IN_FORCE.format(event="i")}
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Change:
    """Registered residents of a unit in a period.

    Attributes
    ----------
    opening
        At the end of the day before it began, and those with whom the register itself began within it.
    births, deaths
        By the day.
    entered, left
        Who came from elsewhere and who went, with late registrations and corrections.
    """

    opening: int = 0
    births: int = 0
    deaths: int = 0
    entered: int = 0
    left: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.births - self.deaths + self.entered - self.left

    def __add__(self, other: "Change") -> "Change":
        names = ("opening", *FLOWS)
        return Change(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True)
class Counted:
    """What happened in a period, by soum or district: counts of persons.

    ``moved`` counts moves by origin and destination, those within a place too.
    """

    opening: Counts = field(default_factory=Counter)
    births: Counts = field(default_factory=Counter)
    deaths: Counts = field(default_factory=Counter)
    entered: Counts = field(default_factory=Counter)
    left: Counts = field(default_factory=Counter)
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)

    def by(self, unit: Unit) -> dict[str, Change]:
        """The same by larger units: ``unit`` gives that of each place."""
        found: dict[str, Counter[str]] = {}
        for name in ("opening", *FLOWS):
            for place, persons in getattr(self, name).items():
                found.setdefault(unit(place), Counter())[name] += persons
        for (origin, destination), persons in self.moved.items():
            if unit(origin) == unit(destination):
                found[unit(origin)]["entered"] -= persons
                found[unit(origin)]["left"] -= persons
        return {code: Change(**counts) for code, counts in sorted(found.items())}


def counted(first: date, last: date) -> Counted:
    """What the register's events of a period say, over all places.

    Parameters
    ----------
    first, last
        The days of the period, both included.
    """
    found = Counted()
    with service_rights():
        add(found.opening, rows_of(day__lt=first))
        add(found.opening, rows_of(day__range=(first, last), kind="opening"))
        add(found.births, rows_of(day__range=(first, last), kind="birth"))
        add(found.deaths, rows_of(day__range=(first, last), kind="death"), sign=-1)
        others = ("move_in", "move_out", "immigration", "emigration", "late_registration", "correction")
        for place, _, way, persons in (
            ResidenceEvent.objects.filter(
                day__range=(first, last), kind__in=others, reverses=None, reversed_by=None
            )
            .values_list("place", "kind", "direction")
            .annotate(sum=Sum("direction"))
        ):
            (found.entered if way > 0 else found.left)[place] += abs(persons)
        with connection.cursor() as cursor:
            cursor.execute(PAIRS, {"first": first, "last": last})
            found.moved.update({(origin, end): persons for origin, end, persons in cursor.fetchall()})
    return found


def rows_of(**asked: Any) -> Iterable[tuple[str, int]]:
    """The sum of directions of some events by place."""
    rows = ResidenceEvent.objects.filter(**asked).order_by().values_list("place")
    return [(place, int(persons)) for place, persons in rows.annotate(sum=Sum("direction"))]


def add(counts: Counts, rows: Iterable[tuple[str, int]], sign: int = 1) -> None:
    for place, persons in rows:
        counts[place] += sign * persons


def first_year() -> int | None:
    """The year of the register's first event; None where it has none."""
    with service_rights():
        day = ResidenceEvent.objects.aggregate(day=Min("day"))["day"]
    return day.year if day else None


def total(changes: Mapping[str, Change]) -> Change:
    """The sum of several units, moves between them counted on both sides."""
    return sum(changes.values(), Change())
