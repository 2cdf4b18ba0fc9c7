"""What a policy search is asked: an objective, a budget, limits, a chance to be reached and fairness.

The classes are read as they stand from a YAML file of a pack's ``goals/`` (``read_goal``).
"""

from typing import Literal

import msgspec

Words = dict[str, str]
Side = Literal["at_most", "at_least"]


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to become small, large, or to be reached at the least cost.

    Attributes
    ----------
    indicator
        ``population_share`` of a place in the country's population in the middle of a year (0 to 1);
        ``population`` of a place, persons; ``unmet``: users of a capacity above its room, summed over
        places and years (user years).
    place
        Code of the place; empty for ``unmet`` in the whole country.
    capacity
        Name of the capacity of ``unmet`` (``schools``, ``housing`` …); else empty.
    first, last
        Years that are summed, written ``from`` and ``to`` (the same for a share and a population).
    aim
        ``minimise`` or ``maximise`` the mean over draws within the budget, or ``reach`` the chance at the
        least cost.
    """

    indicator: Literal["population_share", "population", "unmet"]
    aim: Literal["minimise", "maximise", "reach"]
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    place: str = ""
    capacity: str = ""


class Chance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The objective's indicator is on the right side of a target in a share of draws.

    Attributes
    ----------
    side
        ``at_most`` or ``at_least``.
    target
        In the indicator's unit.
    share
        Share of draws, 0 to 1.
    """

    side: Side
    target: float
    share: float


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Money, in prices of one year.

    Attributes
    ----------
    total
        Present value of all spending in the first year of the periods.
    yearly
        Limit of each year's spending, not discounted; infinite where none is set.
    discount_rate
        Yearly, real, for the present value.
    prices
        Year of the prices.
    currency
        ``MNT``.
    """

    total: float
    discount_rate: float
    prices: int
    currency: Literal["MNT"] = "MNT"
    yearly: float = float("inf")


class Periods(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Blocks of years in which an amount a year is constant; the last one may be shorter.

    Attributes
    ----------
    first, last
        Years in which levers may be used, written ``from`` and ``to``.
    years
        Length of a block.
    """

    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    years: int

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """First and last year of each block."""
        return tuple(
            (first, min(first + self.years - 1, self.last))
            for first in range(self.first, self.last + 1, self.years)
        )


class LeverLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One lever that may be used, where, and how much of it.

    Attributes
    ----------
    lever
        Name in the pack's catalogue.
    places
        Codes where it may be used; everywhere that the catalogue allows when empty.
    most
        Amount per place and year in the lever's unit; the catalogue's limit holds beside it.
    most_together
        Amount of all places and years together; infinite where none is set.
    """

    lever: str
    places: tuple[str, ...] = ()
    most: float = float("inf")
    most_together: float = float("inf")


class Fairness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """No place beyond a limit.

    Attributes
    ----------
    measure
        ``population`` (persons, mean over draws), ``spending_per_head`` (present value of all years over
        the people at the beginning) or ``unmet`` (users of a capacity above its room, mean over draws).
    capacity
        Of ``unmet``; else empty.
    side
        ``at_least`` (a floor) or ``at_most`` (a ceiling).
    limit
        In the measure's unit, or as a multiple of the value without levers.
    of
        ``amount`` or ``baseline``: what ``limit`` is counted in.
    year
        Year at whose beginning it is measured; ``spending_per_head`` has none.
    places
        Codes that it protects; all places when empty.
    """

    measure: Literal["population", "spending_per_head", "unmet"]
    side: Side
    limit: float
    of: Literal["amount", "baseline"] = "amount"
    capacity: str = ""
    year: int = 0
    places: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As constraints are named: ``fairness: population at_least 0.98 baseline``."""
        capacity = f" {self.capacity}" if self.capacity else ""
        return f"fairness: {self.measure}{capacity} {self.side} {self.limit:g} {self.of}"


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A goal of policy, as one file states it.

    Attributes
    ----------
    name
        The file's name without its ending.
    title, text
        Language to text.
    chance
        None where nothing has to be reached.
    draws, fresh_draws
        Draws that are optimised over, and other draws that the answer is reported on.
    starts
        Starting points of the optimiser.
    seed
        Of the starting points, the drawn sizes and the microsimulation.
    recheck
        Share of the people who are simulated one by one to check the answer; 0 leaves it out.
    """

    name: str
    title: Words
    text: Words
    objective: Objective
    budget: Budget
    levers: tuple[LeverLimit, ...]
    periods: Periods
    chance: Chance | None = None
    fairness: tuple[Fairness, ...] = ()
    draws: int = 64
    fresh_draws: int = 256
    starts: int = 4
    seed: int = 1
    recheck: float = 0.1
