"""What a request adds to the load of the receiving soum's pasture; the load itself is ``pasture``'s."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from nuudel.base.provenance import Quality
from nuudel.domains.otor.herds import sheep_units
from nuudel.domains.otor.models import OtorRequest
from nuudel.domains.otor.pasture.panel import load_of
from nuudel.domains.otor.requests.states import HERE, PROMISED
from nuudel.web.shell.sent import lock

PLACES = UUID("0f0b8a8e-6f2d-5d0a-8f5e-3d1c4d2a9b10")
PERCENT = 100.0


@dataclass(frozen=True)
class Weighed:
    """A request against what the receiving soum's pasture carries; sheep units.

    Attributes
    ----------
    asked
        The animals of the request.
    without
        What stands there without them.
    capacity
        What the pasture carries in the season of the first day.
    estimated
        Whether the capacity or the soum's own herds are estimates.
    """

    place: str
    season: str
    asked: float
    without: float
    capacity: float
    estimated: bool

    @property
    def with_it(self) -> float:
        return self.without + self.asked

    @property
    def above(self) -> bool:
        """Whether there would be more than the pasture carries."""
        return self.with_it > self.capacity

    @property
    def percent_without(self) -> float:
        return share(self.without, self.capacity)

    @property
    def percent_with(self) -> float:
        return share(self.with_it, self.capacity)


def share(units: float, capacity: float) -> float:
    return PERCENT * units / capacity if capacity > 0 else PERCENT


def hold(place: str) -> None:
    """Until the end of the transaction nobody else accepts animals into the same soum."""
    lock(uuid5(PLACES, place))


def weigh(record: OtorRequest) -> Weighed:
    """The load with and without a request: on its first day, or today where the herd is there already."""
    day = max(record.first_day, localdate()) if record.state in HERE else record.first_day
    asked = sheep_units(record.herd, day)
    # A herd that is there or was promised a place is among the guests that are counted.
    among = asked if record.state in (*HERE, *PROMISED) else 0.0
    load = load_of(record.place, day, but=among)
    estimated = load.quality is not Quality.OBSERVED
    return Weighed(record.place, load.season, asked, load.sheep_units, load.capacity, estimated)
