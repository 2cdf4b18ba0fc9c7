"""Small countries, levers and goals for tests of the policy search; synthetic."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from nuudel.model.policy.goal import Budget, Fairness, Goal, LeverLimit, Objective, Periods
from nuudel.model.projection.inputs import AGES, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.scenarios.lever import Cost, Effect, Lever

WORDS = {"en": "words", "mn": "үг"}
FIRST = 2024


@dataclass(frozen=True)
class Country:
    """What ``search`` needs of a baseline."""

    start: StartingPopulation
    rates: Rates
    past: Paths


def country(places: int = 3, years: int = 6, seed: int = 1) -> tuple[Country, Feedback]:
    """Places of which the first is the largest and draws most; two capacities, housing reacts to crowding."""
    random = np.random.default_rng(seed)
    ages = np.arange(AGES)
    size = np.append(8, random.uniform(0.8, 1.5, places - 1))[:, None, None]
    persons = 100 * size * np.exp(-ages / 40) * random.uniform(0.9, 1.1, (places, 2, AGES))
    codes = tuple(f"MN{100 + i}" for i in range(places))
    going = random.uniform(0.5, 1, (places, places)) * np.append(4, np.ones(places - 1))
    np.fill_diagonal(going, 0)
    cell, bearing = (2, AGES), np.where((ages >= 16) & (ages < 45), 0.09, 0.0)
    rates = Rates(
        years=np.arange(FIRST, FIRST + years),
        places=codes,
        corridors=("abroad",),
        dying=np.broadcast_to(np.minimum(0.0005 * np.exp(0.08 * ages), 1), (years, *cell)),
        dying_response=np.ones(cell),
        dying_level=np.ones(places),
        dying_newborn=np.full((years, 2), 0.012),
        bearing=np.tile(bearing, (years, 1)),
        bearing_level=np.ones(places),
        boys=np.full(years, 0.512),
        leaving=np.tile(0.02 + 0.06 * np.exp(-(((ages - 22) / 8) ** 2)), (places, 2, 1)),
        leaving_level=np.ones((years, places)),
        going=going / going.sum(axis=1, keepdims=True),
        emigrating=np.full((places, *cell), 0.002),
        emigrating_shares=np.ones((1, places)),
        emigrating_level=np.ones((years, 1)),
        immigrants=np.full((years, 1), 30.0),
        settling=np.full((1, places), 1 / places),
        immigrant_ages=np.full((1, *cell), 1 / (2 * AGES)),
    )
    users = np.zeros((2, *cell))
    users[0, :, 18:], users[1, :, 6:18] = 0.4, 1
    room = 1.05 * np.einsum("rsa,fsa->fr", persons, users)
    feedback = Feedback(
        ("housing", "schools"),
        users,
        np.tile(room, (years, 1, 1)),
        pull=np.array([-0.4, 0.0]),
        push=np.array([0.2, 0.0]),
    )
    start = StartingPopulation(FIRST, codes, persons, "synthetic")
    return Country(start, rates, Paths.none(rates, feedback)), feedback


def draws(rates: Rates, feedback: Feedback, count: int, spread: float = 0.05, seed: int = 1) -> Paths:
    """Independent random walks of every departure but capacities."""
    random = np.random.default_rng(seed)
    none = Paths.none(rates, feedback)
    walks = {
        name: np.cumsum(random.normal(0, spread, (count, *values.shape)), axis=1)
        for name, values in vars(none).items()
    }
    return Paths(**{**walks, "capacity": np.zeros((count, *none.capacity.shape))})


def effect(
    acts_on: str, size: float, *, base: str = "working", spread: float = 0.5, **changed: Any
) -> Effect:
    """An elasticity; the 80 per cent interval is ``spread`` of the size to both sides."""
    given = {
        "acts_on": acts_on,
        "form": "elasticity",
        "size": size,
        "low": size - abs(size) * spread,
        "high": size + abs(size) * spread,
        "quality": "assumption",
        "evidence": WORDS,
        "source": "none",
        "base": base,
    }
    return Effect(**{**given, **changed})


def lever(name: str, *effects: Effect, cost: float = 1e6, most: float = 1e9, **changed: Any) -> Lever:
    price = Cost(
        size=cost,
        low=cost / 2,
        high=cost * 2,
        year=FIRST,
        currency="MNT",
        quality="assumption",
        evidence=WORDS,
        source="none",
    )
    given = {
        "name": name,
        "kind": "lever",
        "title": WORDS,
        "text": WORDS,
        "unit": WORDS,
        "effects": effects,
        "most_a_year": most,
        "cost": price,
    }
    return Lever(**{**given, **changed})


JOBS = lever("jobs", effect("pull", 2.0))
HOMES = lever("homes", effect("capacity.housing", 1.0, base="capacity.housing"), cost=5e5)
SCHOOLS = lever("schools", effect("capacity.schools", 1.0, base="capacity.schools"), cost=1e5)


def goal(**changed: Any) -> Goal:
    """Fewer people in the first of three places."""
    plain = Goal(
        name="smaller",
        title=WORDS,
        text=WORDS,
        objective=Objective(
            indicator="population_share", aim="minimise", first=2030, last=2030, place="MN100"
        ),
        budget=Budget(total=2e9, discount_rate=0.05, prices=FIRST),
        levers=(LeverLimit(lever="jobs", places=("MN101", "MN102")),),
        periods=Periods(first=2025, last=2028, years=4),
        draws=16,
        fresh_draws=32,
        starts=3,
        recheck=0,
    )
    return msgspec.structs.replace(plain, **changed)


def floor(limit: float, **changed: Any) -> Fairness:
    given = {"measure": "population", "side": "at_least", "limit": limit, "of": "baseline", "year": 2030}
    return Fairness(**{**given, **changed})
