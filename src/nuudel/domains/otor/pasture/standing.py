"""What stands where on a day: guests, herds away, counts, and the capacities that are in force.

Guests come from other soums, whose records the reader may not see: they are added up with the system's
rights, and only sums by soum leave this module.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import F, Q, QuerySet

from nuudel.base.packs import load_pack
from nuudel.domains.otor.herds import factors, sheep_units
from nuudel.domains.otor.models import HerderHousehold, LivestockCount, OtorRequest, PastureCapacity
from nuudel.domains.otor.requests.states import GONE, HERE, PROMISED
from nuudel.domains.otor.spots import PACK
from nuudel.model.pasture.ground import Ground, ground_of, season_of
from nuudel.model.pasture.load import Load, load
from nuudel.model.pasture.parameters import Parameters, parameters_of
from nuudel.web.facts.service import service_rights

COVERED = 0.9
"""Share of a soum's herder households that must be counted before the counts replace the estimate."""


@lru_cache(maxsize=8)
def ground_on(day: date) -> Ground:
    """The country's soums with the values in force on a day."""
    return ground_of(load_pack(PACK), factors(day), day)


def pasture_values() -> Parameters:
    """The dated values of the country's pack."""
    return parameters_of(load_pack(PACK))


@dataclass(frozen=True)
class Standing:
    """What stands in the soums beside or in place of the estimates; sheep units by code of the soum.

    Attributes
    ----------
    guests
        Herds from elsewhere: those that are there, and those that were promised a place for the day.
    away
        Own herds that are elsewhere.
    counted
        Own herds, in soums where nearly all households' animals are counted.
    capacities
        What the administration has set for the half of the year.
    """

    day: date
    guests: Mapping[str, float]
    away: Mapping[str, float]
    counted: Mapping[str, float]
    capacities: Mapping[str, float]

    def load(self, place: str, what_if: float = 0, but: float = 0) -> Load:
        """The load of a soum with something supposed; ``but`` sheep units of guests are left out."""
        return load(
            ground_on(self.day),
            place,
            season_of(self.day),
            guests=max(0.0, self.guests.get(place, 0.0) - but),
            away=self.away.get(place, 0.0),
            what_if=what_if,
            counted=self.counted.get(place),
            overrides=self.capacities,
        )

    def units(self) -> dict[str, float]:
        """Sheep units in each soum that is not as estimated."""
        named = {*self.guests, *self.away, *self.counted} & set(ground_on(self.day).places)
        return {place: self.load(place).sheep_units for place in named}


def standing_on(day: date, places: Iterable[str] | None = None) -> Standing:
    """What stands on a day, in some soums or in all."""
    chosen = None if places is None else list(places)
    with service_rights():
        guests, away = moved(day, chosen)
        return Standing(day, guests, away, counted(day, chosen), capacities(day, chosen))


def there_on(day: date) -> Q:
    """Requests whose herds are in the receiving soum on a day, or were promised to be."""
    came = Q(state__in=HERE, arrived_on__lte=day)
    later = Q(state__in=GONE, arrived_on__lte=day, left_on__gt=day)
    expected = Q(state__in=PROMISED, first_day__lte=day, last_day__gte=day)
    return came | later | expected


def moved(day: date, places: list[str] | None) -> tuple[dict[str, float], dict[str, float]]:
    """Sheep units of guests by soum, and of herds away by the soum that they come from."""
    rows = OtorRequest.objects.filter(there_on(day))
    if places is not None:
        rows = rows.filter(Q(place__in=places) | Q(other_place__in=places))
    guests: dict[str, float] = defaultdict(float)
    away: dict[str, float] = defaultdict(float)
    for request in rows.only("place", "other_place", "camels", "horses", "cattle", "sheep", "goats"):
        units = sheep_units(request.herd, day)
        guests[request.place] += units
        away[request.other_place] += units
    return dict(guests), dict(away)


def counted(day: date, places: list[str] | None) -> dict[str, float]:
    """Sheep units of a soum's own herds, where the animals of nearly all its households are counted."""
    rows = latest_counts(day, HerderHousehold.objects.filter(state="active"), places)
    total: dict[str, float] = defaultdict(float)
    households: dict[str, int] = defaultdict(int)
    for place, _, units in rows:
        total[place] += units
        households[place] += 1
    ground = ground_on(day)
    known = dict(zip(ground.places, ground.households.tolist(), strict=True))
    return {
        place: units for place, units in total.items() if households[place] >= COVERED * known.get(place, 1e9)
    }


def latest_counts(
    day: date, households: "QuerySet[HerderHousehold]", places: list[str] | None = None
) -> list[tuple[str, UUID, float]]:
    """Home, household and sheep units by the latest count of each household up to a day."""
    rows = LivestockCount.objects.filter(state="recorded", day__lte=day, household__in=households)
    if places is not None:
        rows = rows.filter(household__place__in=places)
    latest = rows.order_by("household_id", "-day", "-id").distinct("household_id")
    return [
        (count.home, count.household_id, sheep_units(count.herd, day))
        for count in latest.annotate(home=F("household__place"))
    ]


def capacities(day: date, places: list[str] | None = None) -> dict[str, float]:
    """What the administration has set for the half of the year of a day, the newest of each soum."""
    rows = PastureCapacity.objects.filter(state="in_force", half=season_of(day), valid_from__lte=day)
    if places is not None:
        rows = rows.filter(place__in=places)
    newest = rows.order_by("place", "-valid_from", "-id").distinct("place")
    return {row.place: float(row.sheep_units) for row in newest}
