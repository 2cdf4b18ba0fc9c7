"""Who goes where: herds that are not split, hosts with limited room, as little cost as possible.

Of all assignments that leave the fewest sheep units without a host, the cheapest is sought. Herds are whole,
so this is a generalised assignment problem: NP-hard, but close to the transportation problem when herds are
small against hosts. Small instances are solved exactly by branch and bound (HiGHS, through SciPy); large ones
by the transportation problem between groups and hosts (Hitchcock 1941), whose flows are then filled with
whole herds. The cost of the transportation problem is a bound that no assignment can be below.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from nuudel.base.errors import ModelError

# Opened where it solves: it is slow to open, and a page of the service comes by this module.
if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
NOWHERE = -1
EXACT_UP_TO = 400
"""Most pairs of herd and host for which the exact solver is used."""
PASSES = 4
MOST_TRIES = 200
"""Most herds without a host for which moving another one on is tried: each costs a search of all hosts."""


@dataclass(frozen=True)
class Task:
    """H herds in G groups, J hosts.

    Attributes
    ----------
    units : (H,) sheep units of each herd, above 0
    group : (H,) the group of each herd
    cost : (G, J) cost of a sheep unit of a group at a host; infinite where it may not go there
    room : (J,) sheep units that each host has left, 0 or more
    """

    units: Whole
    group: Whole
    cost: Floats
    room: Whole

    @property
    def unplaced_cost(self) -> float:
        """Cost of a sheep unit without a host: more than any chain of moves could save.

        A chain that frees room for one unit passes each host once at most, so it costs no more than the
        largest cost times the smaller number of groups and hosts, plus one.
        """
        finite = self.cost[np.isfinite(self.cost)]
        largest = float(finite.max(initial=0.0))
        return (largest + 1.0) * float(min(self.cost.shape) + 1)


@dataclass(frozen=True)
class Assignment:
    """Where each herd goes.

    Attributes
    ----------
    host : (H,) position of the host, -1 for none
    bound
        Least cost of the transportation problem, in which herds may be split.
    unplaced_bound
        Least sheep units without a host in it: no assignment leaves fewer.
    method
        ``exact`` or ``filled``.
    """

    host: Whole
    bound: float
    unplaced_bound: float
    method: Literal["exact", "filled"]


def assign(task: Task) -> Assignment:
    """Assign herds to hosts; the same task gives the same assignment.

    Raises
    ------
    ModelError
        ``MODEL-770``: the solver finds no answer.
    """
    if not len(task.units):
        return Assignment(np.empty(0, dtype=np.int64), 0.0, 0.0, "exact")
    flows = transportation(task)
    bound = float((flows * finite_costs(task)).sum())
    unplaced = float(task.units.sum() - flows.sum())
    pairs = int(np.isfinite(task.cost)[task.group].sum())
    if pairs <= EXACT_UP_TO:
        return Assignment(branch_and_bound(task), bound, unplaced, "exact")
    return Assignment(improve(task, fill(task, flows), unplaced), bound, unplaced, "filled")


def finite_costs(task: Task) -> Floats:
    return np.where(np.isfinite(task.cost), task.cost, 0.0)


def transportation(task: Task) -> Floats:
    """Flows in sheep units between groups and hosts, shape (G, J): the most that fits, then cheapest."""
    from scipy.optimize import linprog

    supply = np.bincount(task.group, weights=task.units, minlength=len(task.cost))
    group, host = np.nonzero(np.isfinite(task.cost) & (task.room > 0) & (supply > 0)[:, None])
    flows = np.zeros(task.cost.shape)
    if not len(group):
        return flows
    count, groups, hosts = len(group), *task.cost.shape
    rows = np.concatenate([group, groups + host])
    columns = np.tile(np.arange(count), 2)
    limits = csr_array(coo_array((np.ones(2 * count), (rows, columns)), shape=(groups + hosts, count)))
    most = np.concatenate([supply, task.room.astype(np.float64)])
    # The stubs of SciPy know no sparse limits.
    found = linprog(task.cost[group, host] - task.unplaced_cost, A_ub=limits, b_ub=most, method="highs")  # type: ignore[call-overload]
    if found.x is None:
        raise no_answer(str(found.message))
    flows[group, host] = np.maximum(found.x, 0)
    return flows


def branch_and_bound(task: Task) -> Whole:
    """The best assignment of whole herds: one variable for each pair that is allowed."""
    from scipy.optimize import LinearConstraint

    allowed = np.isfinite(task.cost)[task.group] & (task.room > 0)
    herd, host = np.nonzero(allowed)
    chosen = np.full(len(task.units), NOWHERE, dtype=np.int64)
    if not len(herd):
        return chosen
    size, count = task.units[herd].astype(np.float64), len(herd)
    limits = [
        limit(herd, np.ones(count), np.ones(len(task.units))),
        limit(host, size, task.room.astype(np.float64)),
    ]
    most = solve_whole(-size, limits)
    kept = LinearConstraint(csr_array(size[None, :]), lb=round(float(size @ most)))
    taken = solve_whole(size * task.cost[task.group[herd], host], [*limits, kept]) > 0.5
    chosen[herd[taken]] = host[taken]
    return chosen


def limit(row: NDArray[np.intp], weights: Floats, most: Floats) -> "LinearConstraint":
    """At most so much in each row."""
    from scipy.optimize import LinearConstraint

    shape = (len(most), len(row))
    return LinearConstraint(csr_array(coo_array((weights, (row, np.arange(len(row)))), shape=shape)), ub=most)


def solve_whole(costs: Floats, limits: "list[LinearConstraint]") -> Floats:
    """The cheapest choice of pairs, 1 or 0 each."""
    from scipy.optimize import Bounds, milp

    whole = np.ones(len(costs), dtype=np.int64)
    found = milp(
        costs, constraints=limits, integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 0}
    )
    if found.x is None:
        raise no_answer(str(found.message))
    values: Floats = found.x
    return values


def no_answer(message: str) -> ModelError:
    return ModelError(770, f"the solver found no assignment ({message}).", "Report this as a fault.")


def largest_first(task: Task) -> Whole:
    """Positions of the herds, the largest first, equal ones in their order."""
    order: Whole = np.lexsort((np.arange(len(task.units)), -task.units))
    return order


def cheapest_first(task: Task) -> Whole:
    """Hosts of each group by cost, equal ones in their order, shape (G, J)."""
    order: Whole = np.argsort(task.cost, axis=1, kind="stable")
    return order


def fill(task: Task, flows: Floats) -> Whole:
    """Whole herds along the flows, the largest first; what does not fit goes where room is left."""
    chosen = np.full(len(task.units), NOWHERE, dtype=np.int64)
    quota, room, order = np.floor(flows + 1e-6), task.room.copy(), cheapest_first(task)
    for herd in largest_first(task):
        size, group = task.units[herd], task.group[herd]
        fitting = order[group][quota[group][order[group]] >= size]
        if len(fitting) and room[fitting[0]] >= size:
            place(chosen, room, task, herd, fitting[0])
            quota[group, fitting[0]] -= size
    return greedy(task, chosen, room, order)


def place(chosen: Whole, room: Whole, task: Task, herd: int, host: int) -> None:
    chosen[herd] = host
    room[host] -= task.units[herd]


def greedy(task: Task, chosen: Whole, room: Whole, order: Whole) -> Whole:
    """Each herd without a host, the largest first, to the cheapest host with room left."""
    for herd in largest_first(task):
        if chosen[herd] != NOWHERE:
            continue
        hosts = order[task.group[herd]]
        fitting = hosts[(room[hosts] >= task.units[herd]) & np.isfinite(task.cost[task.group[herd]][hosts])]
        if len(fitting):
            place(chosen, room, task, herd, fitting[0])
    return chosen


def improve(task: Task, chosen: Whole, bound: float) -> Whole:
    """Bring herds without a host in by moving one other herd on, then move herds to cheaper hosts with room.

    ``bound`` is the least that any assignment leaves without a host: a herd larger than what is above it
    cannot be brought in, and is not tried.
    """
    room = task.room - room_taken(task, chosen)
    above = int(task.units[chosen == NOWHERE].sum() - np.ceil(bound - 1e-6))
    without = [herd for herd in largest_first(task) if chosen[herd] == NOWHERE and task.units[herd] <= above]
    for herd in without[:MOST_TRIES]:
        if task.units[herd] <= above:
            bring_in(task, chosen, room, int(herd))
            above -= int(task.units[herd]) if chosen[herd] != NOWHERE else 0
    for _ in range(PASSES):
        if not move_nearer(task, chosen, room):
            break
    return greedy(task, chosen, room, cheapest_first(task))


def room_taken(task: Task, chosen: Whole) -> Whole:
    placed = chosen != NOWHERE
    taken = np.bincount(chosen[placed], weights=task.units[placed], minlength=len(task.room))
    whole: Whole = np.rint(taken).astype(np.int64)
    return whole


def bring_in(task: Task, chosen: Whole, room: Whole, herd: int) -> None:
    """Find a host whose room, with one herd of it moved elsewhere, holds the herd."""
    size, costs = task.units[herd], task.cost[task.group[herd]]
    for host in np.argsort(costs, kind="stable"):
        if not np.isfinite(costs[host]):
            return
        if room[host] >= size:
            place(chosen, room, task, herd, host)
            return
        guests = np.flatnonzero((chosen == host) & (task.units >= size - room[host]))
        for other in guests[np.argsort(task.units[guests], kind="stable")][:PASSES]:
            elsewhere = task.cost[task.group[other]].copy()
            elsewhere[(room < task.units[other]) | (np.arange(len(room)) == host)] = np.inf
            best = int(np.argmin(elsewhere))
            if np.isfinite(elsewhere[best]):
                room[host] += task.units[other]
                place(chosen, room, task, int(other), best)
                place(chosen, room, task, herd, int(host))
                return


def move_nearer(task: Task, chosen: Whole, room: Whole) -> bool:
    """Move herds to the cheapest host with room for them; whether any was moved."""
    moved = False
    for herd in largest_first(task):
        now = chosen[herd]
        if now == NOWHERE:
            continue
        costs = np.where(room >= task.units[herd], task.cost[task.group[herd]], np.inf)
        best = int(np.argmin(costs))
        if costs[best] < task.cost[task.group[herd], now]:
            room[now] += task.units[herd]
            place(chosen, room, task, int(herd), best)
            moved = True
    return moved


def by_greed(task: Task) -> Whole:
    """The rival: each herd, the largest first, to its cheapest host with room left."""
    chosen = np.full(len(task.units), NOWHERE, dtype=np.int64)
    return greedy(task, chosen, task.room.copy(), cheapest_first(task))


def cost_of(task: Task, chosen: Whole) -> tuple[float, int]:
    """Cost of the herds that have a host, and the sheep units of those that have none."""
    placed = chosen != NOWHERE
    costs = task.cost[task.group[placed], chosen[placed]] * task.units[placed]
    return float(costs.sum()), int(task.units[~placed].sum())
