"""The decisions of a search: how much of the budget goes to each lever, place and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.policy.goal import Goal
from nuudel.model.projection.inputs import Array
from nuudel.model.scenarios.lever import Lever

Index = NDArray[np.int64]


# No decision takes more than this many budgets: more money than any relaxation of the budget would give.
MOST_BUDGETS = 10.0


@dataclass(frozen=True, eq=False)
class Decisions:
    """n decisions; a decision is a share of the total budget, spent at a constant amount a year.

    Attributes
    ----------
    levers
        L levers that the goal allows.
    places, years
        R codes and T years of the projection.
    blocks
        K periods, first and last year.
    lever, place, block
        n indices.
    most
        n greatest shares.
    unit_cost
        L cost of a unit.
    units
        n units a year that the whole budget would buy.
    active
        K x T: 1 in the years of a block.
    worth
        T present value of one unit of money spent in a year.
    """

    levers: tuple[Lever, ...]
    places: tuple[str, ...]
    years: Index
    blocks: tuple[tuple[int, int], ...]
    lever: Index
    place: Index
    block: Index
    most: Array
    unit_cost: Array
    units: Array
    active: Array
    worth: Array

    @property
    def count(self) -> int:
        return int(self.lever.size)

    def amounts(self, shares: Any, xp: Any = np) -> Any:
        """L x T x R units a year (a linear function of the shares, in NumPy or JAX)."""
        shape = (len(self.levers), len(self.blocks), len(self.places))
        flat = (self.lever * shape[1] + self.block) * shape[2] + self.place
        if xp is np:
            blocks = np.zeros(int(np.prod(shape)))
            blocks[flat] = shares * self.units
        else:
            blocks = xp.zeros(int(np.prod(shape))).at[flat].set(shares * self.units)
        return xp.einsum("lkr,kt->ltr", blocks.reshape(shape), xp.asarray(self.active))

    def yearly_spending(self) -> Array:
        """T x n money spent in each year per whole budget's share, not discounted."""
        spent: Array = self.active[self.block].T * (self.units * self.unit_cost[self.lever])
        return spent

    def present_value(self) -> Array:
        """n present value of each decision at a share of one."""
        value: Array = self.worth @ self.yearly_spending()
        return value


def decisions_of(goal: Goal, catalogue: Sequence[Lever], places: tuple[str, ...], years: Index) -> Decisions:
    """The decisions that a goal leaves open.

    Raises
    ------
    ModelError
        ``MODEL-776`` for a lever that is not in the catalogue or is a shock, ``MODEL-777`` for a place
        that the projection does not have or the lever does not reach, ``MODEL-778`` for a lever without a
        cost or in other prices.
    """
    blocks = goal.periods.blocks
    levers = tuple(lever_of(limit.lever, catalogue, goal) for limit in goal.levers)
    rows: list[tuple[int, int, int]] = []
    limits: list[float] = []
    for index, (limit, lever) in enumerate(zip(goal.levers, levers, strict=True)):
        most = min(limit.most, lever.most_a_year)
        for place in where(limit.places, lever, places):
            rows += [(index, place, block) for block in range(len(blocks))]
            limits += [most] * len(blocks)
    lever_index, place_index, block_index = np.array(rows, dtype=np.int64).T
    active = np.array([(years >= first) & (years <= last) for first, last in blocks], dtype=float)
    worth = (1 + goal.budget.discount_rate) ** -(years - goal.periods.first).astype(float)
    costs = np.array([lever.cost.size if lever.cost else 0.0 for lever in levers])
    per_unit = costs[lever_index] * (active @ worth)[block_index]
    units = goal.budget.total / per_unit
    return Decisions(
        levers=levers,
        places=places,
        years=years,
        blocks=blocks,
        lever=lever_index,
        place=place_index,
        block=block_index,
        most=np.minimum(np.array(limits) / units, MOST_BUDGETS),
        unit_cost=costs,
        units=units,
        active=active,
        worth=worth,
    )


def lever_of(name: str, catalogue: Sequence[Lever], goal: Goal) -> Lever:
    known = {lever.name: lever for lever in catalogue if lever.kind == "lever"}
    if name not in known:
        raise ModelError(
            776,
            f"The goal {goal.name} allows the lever {name!r}, which the catalogue does not have.",
            f"Name a lever of levers.yaml{nearest(name, known)}.",
            ("levers",),
        )
    lever = known[name]
    if lever.cost is None or lever.cost.size <= 0 or lever.cost.year != goal.budget.prices:
        year = lever.cost.year if lever.cost else "no year"
        raise ModelError(
            778,
            f"The lever {name} has no cost in the prices of {goal.budget.prices} (it has {year}).",
            "State its cost in levers.yaml in the prices of the goal's budget.",
            ("prices",),
        )
    return lever


def where(wanted: Sequence[str], lever: Lever, places: tuple[str, ...]) -> list[int]:
    """Indices of the places where a lever may be used."""
    allowed = [place for place in places if not lever.places or place in lever.places]
    for place in wanted:
        if place not in allowed:
            raise ModelError(
                777,
                f"The lever {lever.name} cannot be used in {place!r}.",
                f"Name a place of the projection that the catalogue allows for it{nearest(place, allowed)}.",
                ("places",),
            )
    return [places.index(place) for place in (wanted or allowed)]
