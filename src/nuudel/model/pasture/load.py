"""How much stands on a soum's pasture against what it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.pasture.ground import Ground

Part = Literal["resident", "guests", "away", "what_if"]


@dataclass(frozen=True)
class Load:
    """What stands on a soum's pasture in a season; sheep units.

    Attributes
    ----------
    parts
        The soum's own herds (``resident``), ``guests`` on otor, own herds that are ``away`` (0 or less), and
        what is supposed beside them (``what_if``); their sum is ``sheep_units``.
    capacity
        What the pasture carries.
    counted
        Whether the soum's own herds are a count of the administration rather than the pack's last figure.
    set_by_hand
        Whether the capacity is the administration's own.
    quality
        Observed only where both are the administration's; otherwise estimated.
    """

    place: str
    season: str
    parts: Mapping[Part, float]
    capacity: float
    counted: bool
    set_by_hand: bool

    @property
    def sheep_units(self) -> float:
        """All that stands there; never less than nothing, even if more herds are away than were counted."""
        return max(0.0, sum(self.parts.values()))

    @property
    def ratio(self) -> float:
        """Load against capacity; infinite where animals stand and nothing is carried."""
        if self.capacity > 0:
            return self.sheep_units / self.capacity
        return float("inf") if self.sheep_units > 0 else 0.0

    @property
    def free(self) -> float:
        """Sheep units that could still come; less than 0 where there are too many."""
        return self.capacity - self.sheep_units

    @property
    def exceeded(self) -> bool:
        return self.sheep_units > self.capacity

    @property
    def quality(self) -> Quality:
        return Quality.OBSERVED if self.counted and self.set_by_hand else Quality.ESTIMATED

    def without(self) -> "Load":
        """The same without what is supposed."""
        parts: dict[Part, float] = {**self.parts, "what_if": 0.0}
        return Load(self.place, self.season, parts, self.capacity, self.counted, self.set_by_hand)


def load(
    ground: Ground,
    place: str,
    season: str,
    *,
    guests: float = 0,
    away: float = 0,
    what_if: float = 0,
    counted: float | None = None,
    overrides: Mapping[str, float] | None = None,
) -> Load:
    """The load of a soum in a season (``ground.season_of`` a day).

    Parameters
    ----------
    ground
        The country's soums.
    guests, away
        Sheep units of guests, and of the soum's own herders who are elsewhere; 0 or more.
    what_if
        Sheep units supposed beside them, such as those of a request; less than 0 for herds that would leave.
    counted
        The administration's own count of the soum's herds in sheep units, where there is one.
    overrides
        Capacities that the administration has set for the season, by place.

    Raises
    ------
    ModelError
        ``MODEL-764``: guests or away are below 0 or no number; ``MODEL-765``: no such soum;
        ``MODEL-766``: no such season.
    """
    index = ground.at(place)
    for name, value in (("guests", guests), ("away", away), ("counted", counted or 0)):
        if not 0 <= value < float("inf"):
            raise ModelError(764, f"{value} {name} is no number of sheep units.", "Correct it.", (name,))
    own = float(ground.resident[index]) if counted is None else counted
    parts: dict[Part, float] = {
        "resident": 0.0 if np.isnan(own) else own,
        "guests": guests,
        "away": -away,
        "what_if": what_if,
    }
    capacity = float(ground.capacities(season, overrides)[index])
    return Load(place, season, parts, capacity, counted is not None, place in (overrides or {}))
