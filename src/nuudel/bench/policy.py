"""How fast the policy search is: a gradient in 660 levers against one evaluation, and a whole search."""

from dataclasses import dataclass

import msgspec
import numpy as np

from nuudel.bench.harness import Figure, seconds, timed_pair
from nuudel.model.policy.goal import Budget, Goal, LeverLimit, Objective, Periods
from nuudel.model.policy.search import Ready, prepare, search
from nuudel.model.projection.inputs import AGES, SEXES, Array, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.scenarios.lever import Cost, Effect, Lever

PLACES, YEARS, DRAWS = 22, 30, 64
FIRST = 2025
SEED = 20250701
WORDS = {"en": "synthetic"}
ROUNDS = 5


@dataclass(frozen=True)
class Country:
    """What a search needs of a baseline; synthetic."""

    start: StartingPopulation
    rates: Rates
    past: Paths


def measure() -> dict[str, Figure]:
    """``policy_gradient_ratio``, ``policy_gradient_seconds`` and ``policy_search_seconds``; synthetic.

    The gradient is that of the mean share of one of 22 places after 30 years over 64 draws, by the amount
    of one lever in each place and year (660); the rival of its seconds are differences, 660 evaluations.
    """
    country, feedback = synthetic_country()
    draws = synthetic_draws(country.rates, feedback, 2 * DRAWS)
    goal = synthetic_goal()
    ready = prepare(goal, [synthetic_lever()], country, feedback, draws, SEED)  # type: ignore[arg-type]
    evaluation, gradient = gradient_seconds(ready)
    ratio = gradient / evaluation
    small = msgspec.structs.replace(goal, periods=Periods(first=FIRST, last=FIRST + YEARS - 1, years=10))
    whole = seconds(
        lambda: search(small, [synthetic_lever()], country, feedback, draws, SEED)  # type: ignore[arg-type]
    )
    differences = "differences, one lever at a time"
    return {
        "policy_gradient_ratio": Figure(ratio, "evaluations"),
        "policy_gradient_seconds": Figure(
            gradient, "seconds", differences, gradient / (evaluation * ready.decisions.count), evaluation
        ),
        "policy_search_seconds": Figure(whole, "seconds"),
    }


def gradient_seconds(ready: Ready) -> tuple[float, float]:
    """Median seconds of one evaluation of all draws, and of the gradient with the value."""
    shares = np.full(ready.decisions.count, 1 / ready.decisions.count)
    weights = np.zeros((1, *ready.problem.without.shape))
    weights[0, :, 0] = 1 / len(ready.problem.without)
    return timed_pair(lambda: ready.seen.values(shares), lambda: ready.seen.slopes(shares, weights), ROUNDS)


def synthetic_goal() -> Goal:
    return Goal(
        name="bench",
        title=WORDS,
        text=WORDS,
        objective=Objective(
            indicator="population_share",
            aim="minimise",
            first=FIRST + YEARS,
            last=FIRST + YEARS,
            place=place_codes()[0],
        ),
        budget=Budget(total=1e12, discount_rate=0.05, prices=FIRST),
        levers=(LeverLimit(lever="jobs"),),
        periods=Periods(first=FIRST, last=FIRST + YEARS - 1, years=1),
        draws=DRAWS,
        fresh_draws=DRAWS,
        starts=2,
        seed=SEED,
        recheck=0,
    )


def synthetic_lever() -> Lever:
    size = Effect(
        acts_on="pull",
        form="elasticity",
        size=0.5,
        low=0.2,
        high=0.8,
        base="working",
        quality="assumption",
        evidence=WORDS,
        source="synthetic",
    )
    cost = Cost(
        size=5e7,
        low=2e7,
        high=1e8,
        year=FIRST,
        currency="MNT",
        quality="assumption",
        evidence=WORDS,
        source="synthetic",
    )
    return Lever(
        name="jobs",
        kind="lever",
        title=WORDS,
        text=WORDS,
        unit=WORDS,
        effects=(size,),
        most_a_year=1000,
        cost=cost,
    )


def place_codes() -> tuple[str, ...]:
    return tuple(f"P{i:02d}" for i in range(PLACES))


def synthetic_country() -> tuple[Country, Feedback]:
    """Places of different size, rates like those of a young country, and two capacities that react."""
    random = np.random.default_rng(SEED)
    ages, cell = np.arange(AGES), (len(SEXES), AGES)
    size = random.lognormal(7, 1, PLACES)[:, None, None]
    persons = size * np.exp(-ages / 40) * np.ones((PLACES, *cell))
    going = random.gamma(0.5, 1.0, (PLACES, PLACES)) + 1e-3
    np.fill_diagonal(going, 0)
    bearing: Array = 0.13 * np.exp(-(((ages - 28) / 8) ** 2))
    leaving = 0.02 + 0.06 * np.exp(-(((ages - 22) / 8) ** 2))
    rates = Rates(
        years=np.arange(FIRST, FIRST + YEARS),
        places=place_codes(),
        corridors=("abroad",),
        dying=np.broadcast_to(np.minimum(0.0005 * np.exp(0.08 * ages), 1), (YEARS, *cell)),
        dying_response=np.ones(cell),
        dying_level=np.ones(PLACES),
        dying_newborn=np.full((YEARS, len(SEXES)), 0.01),
        bearing=np.tile(bearing, (YEARS, 1)),
        bearing_level=np.ones(PLACES),
        boys=np.full(YEARS, 0.512),
        leaving=np.tile(leaving, (PLACES, len(SEXES), 1)),
        leaving_level=np.ones((YEARS, PLACES)),
        going=going / going.sum(axis=1, keepdims=True),
        emigrating=np.full((PLACES, *cell), 0.002),
        emigrating_shares=np.ones((1, PLACES)),
        emigrating_level=np.ones((YEARS, 1)),
        immigrants=np.full((YEARS, 1), 1000.0),
        settling=np.full((1, PLACES), 1 / PLACES),
        immigrant_ages=np.full((1, *cell), 1 / (len(SEXES) * AGES)),
    )
    users = np.zeros((2, *cell))
    users[0, :, 18:], users[1, :, 6:18] = 0.45, 1
    room = np.einsum("rsa,fsa->fr", persons, users)
    feedback = Feedback(
        ("housing", "schools"),
        users,
        np.tile(room, (YEARS, 1, 1)),
        np.array([-0.3, -0.1]),
        np.array([0.1, 0.05]),
    )
    start = StartingPopulation(FIRST, place_codes(), persons, "synthetic")
    return Country(start, rates, Paths.none(rates, feedback)), feedback


def synthetic_draws(rates: Rates, feedback: Feedback, count: int) -> Paths:
    random = np.random.default_rng(SEED)
    none = Paths.none(rates, feedback)
    walks = {
        name: np.cumsum(random.normal(0, 0.03, (count, *values.shape)), axis=1)
        for name, values in vars(none).items()
    }
    return Paths(**{**walks, "capacity": np.zeros((count, *none.capacity.shape))})
