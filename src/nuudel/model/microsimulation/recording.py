"""The counts of a simulation as they come in, year by year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.model.microsimulation.population import QUALITY, Population
from nuudel.model.microsimulation.simulated import Simulated
from nuudel.model.projection.accounts import grow_older
from nuudel.model.projection.inputs import AGES, SEXES, Array, Feedback, Rates

Counts = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Events:
    """What happened in one year: shapes as in ``Simulated`` without the first axis."""

    deaths: Counts
    emigrants: Counts
    departures: Counts
    arrivals: Counts
    immigrants: Counts
    births: Counts
    newborn_deaths: Counts
    moves: Counts
    emigrants_to: Counts
    immigrants_from: Counts
    left_home: Counts


class Recording:
    """Collects the events; the stock at the end of a year follows from them, whole numbers throughout."""

    def __init__(self, population: Population, rates: Rates, feedback: Feedback) -> None:
        t, r, c = rates.years.size, len(rates.places), len(rates.corridors)
        cell = (t, r, len(SEXES), AGES)
        self.individuals = np.zeros((t + 1, *cell[1:]), np.int32)
        self.individuals[0] = population.counts()
        shapes = {
            **dict.fromkeys(("deaths", "emigrants", "departures", "arrivals", "immigrants"), cell),
            **dict.fromkeys(("births", "newborn_deaths"), cell[:3]),
            "moves": (t, r, r),
            **dict.fromkeys(("emigrants_to", "immigrants_from"), (t, c)),
            "left_home": (t, r),
        }
        self.events = {name: np.zeros(shape, np.int32) for name, shape in shapes.items()}
        self.pressure: Array = np.zeros((t, len(feedback.names), r))

    def write(self, i: int, events: Events, pressure: Array) -> None:
        """Year ``i``."""
        for name, kept in self.events.items():
            kept[i] = getattr(events, name)
        self.pressure[i] = pressure
        left = self.individuals[i] - events.deaths - events.emigrants - events.departures
        closing = grow_older(left + events.arrivals + events.immigrants)
        closing[..., 0] = events.births - events.newborn_deaths
        self.individuals[i + 1] = closing

    def simulated(self, population: Population, rates: Rates, seed: int) -> Simulated:
        """All years."""
        return Simulated(
            years=np.append(rates.years, rates.years[-1] + 1),
            places=rates.places,
            corridors=rates.corridors,
            individuals=self.individuals,
            pressure=self.pressure,
            weight=population.weight,
            seed=seed,
            quality=QUALITY,
            **self.events,
        )
