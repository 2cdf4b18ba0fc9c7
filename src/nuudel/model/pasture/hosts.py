"""A proposal of host soums for the herds of a dzud: near, with room, and not in danger themselves.

The cost of a sheep unit of a herd at a host is the distance in kilometres, and in kilometres too: ``load_km``
for each time that the host's pasture is filled before anybody comes, and ``risk_km`` for the chance of a dzud
there.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.pasture.ground import Ground
from nuudel.model.pasture.relaxation import Relaxation, least_relaxation
from nuudel.model.pasture.transport import NOWHERE, Task, assign, cost_of
from nuudel.places.distances import great_circle

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Why = Literal["nearest", "nearer_full", "nearer_filled", "lighter", "wished"]
WhyNot = Literal["none_in_reach", "no_room", "too_large", "filled"]


@dataclass(frozen=True)
class Herd:
    """A household's herd that looks for a host.

    Attributes
    ----------
    key
        What the caller knows it by; nothing personal is needed.
    home
        Code of its soum.
    sheep_units
        Its size, above 0.
    reach_km
        How far it can walk, where that differs from the rule.
    only
        Hosts to which it wants to go; empty: any.
    barred
        Hosts to which it may not go.
    """

    key: str
    home: str
    sheep_units: float
    reach_km: float | None = None
    only: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HostRules:
    """What a host must be; each a what-if of the planner.

    Attributes
    ----------
    season
        ``warm`` or ``cold``.
    ceiling
        Load up to which a soum takes guests, times its capacity.
    reach_km
        How far herds can walk.
    load_km, risk_km
        How much load and risk count against distance.
    closed
        Soums that take nobody, such as those hit or in quarantine.
    """

    season: str
    ceiling: float = 1.0
    reach_km: float = 300.0
    load_km: float = 100.0
    risk_km: float = 200.0
    closed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("ceiling", "reach_km", "load_km", "risk_km"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ModelError(772, f"{name} is no number of 0 or more.", "Correct it.", (name,))


@dataclass(frozen=True)
class Proposal:
    """Hosts for H herds among S soums; sheep units are rounded up to whole ones.

    Attributes
    ----------
    herds
        As they were given.
    host : (H,) position of the host among the soums, -1 for none
    kilometres : (H,) to the host, NaN without one
    units : (H,) sheep units
    present, capacity : (S,) sheep units before anybody comes, and what the soums carry
    arriving : (S,) sheep units that are proposed
    reasons : why this host, or why none, for each herd
    cost, bound : kilometres times sheep units with load and risk, and what no assignment can be below
    unplaced_bound
        Sheep units for which no assignment has room, even if herds could be split.
    relaxation
        What must give so that all find room; None where all do.
    method
        ``exact``: no better assignment exists. ``filled``: near the bound.
    """

    herds: tuple[Herd, ...]
    ground: Ground = field(repr=False)
    rules: HostRules
    host: Whole
    kilometres: Floats
    units: Whole
    present: Floats
    capacity: Floats
    arriving: Floats
    reasons: tuple[Why | WhyNot, ...]
    cost: float
    bound: float
    unplaced_bound: float
    relaxation: Relaxation | None
    method: str
    quality: Quality = Quality.ESTIMATED

    @cached_property
    def placed(self) -> NDArray[np.bool_]:
        with_host: NDArray[np.bool_] = self.host != NOWHERE
        return with_host

    @property
    def unplaced_units(self) -> int:
        return int(self.units[~self.placed].sum())

    def ratio(self, after: bool) -> Floats:
        """Load of each soum before or after, times its capacity, shape (S,)."""
        standing = self.present + self.arriving if after else self.present
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = standing / self.capacity
        return np.where(standing > 0, ratio, 0.0)

    def to_frame(self) -> pl.DataFrame:
        """One row for each herd."""
        before, after, at = self.ratio(False), self.ratio(True), self.host

        def of(values: Floats) -> list[float | None]:
            return [float(values[i]) if i >= 0 else None for i in at.tolist()]

        return pl.DataFrame(
            {
                "herd": [herd.key for herd in self.herds],
                "home": [herd.home for herd in self.herds],
                "sheep_units": self.units,
                "host": [self.ground.places[i] if i >= 0 else None for i in at.tolist()],
                "kilometres": [None if np.isnan(km) else float(km) for km in self.kilometres],
                "load_before": of(before),
                "load_after": of(after),
                "reason": list(self.reasons),
                "quality": [str(self.quality)] * len(self.herds),
            },
            schema_overrides={"host": pl.String, "load_before": pl.Float64, "load_after": pl.Float64,
                              "kilometres": pl.Float64, "reason": pl.String},
        )  # fmt: skip

    def by_route(self) -> pl.DataFrame:
        """One row for each home, host and reason: herds, sheep units, kilometres, load before and after."""
        keys = ["home", "host", "reason", "kilometres", "load_before", "load_after", "quality"]
        rows = self.to_frame().group_by(keys, maintain_order=True)
        counted = rows.agg(pl.len().alias("herds"), pl.col("sheep_units").sum())
        return counted.sort(["home", "sheep_units", "host"], descending=[False, True, False])


def propose(
    ground: Ground,
    herds: Sequence[Herd],
    rules: HostRules,
    *,
    standing: Mapping[str, float] | None = None,
    overrides: Mapping[str, float] | None = None,
    risk: Mapping[str, float] | None = None,
) -> Proposal:
    """Propose a host soum for each herd.

    Parameters
    ----------
    ground
        The country's soums.
    herds
        Those that look for a host; none is split, and none is proposed to its own soum.
    rules
        What a host must be.
    standing
        Sheep units that stand in a soum now, where they are not those of the ground (guests, herds away).
    overrides
        Capacities that the administration has set for the season.
    risk
        Chance of a dzud by soum, 0 to 1; soums without one count as without risk.

    A soum where no animals were counted takes nobody, unless the administration has set its capacity.

    Raises
    ------
    ModelError
        ``MODEL-765``: a soum that there is not; ``MODEL-771``: a herd of no sheep units;
        ``MODEL-770``: the solver fails.
    """
    ready = prepare(ground, herds, rules, standing=standing, overrides=overrides, risk=risk)
    task, groups = ready.task, ready.groups
    found = assign(task)
    at = found.host
    placed = at != NOWHERE
    km = np.full(len(herds), np.nan)
    km[placed] = groups.kilometres[groups.of_herd[placed], at[placed]]
    units = task.units
    arriving = np.bincount(at[placed], weights=units[placed], minlength=len(task.room)).astype(np.float64)
    return Proposal(
        herds=tuple(herds),
        ground=ground,
        rules=rules,
        host=at,
        kilometres=km,
        units=units,
        present=ready.present,
        capacity=ready.capacity,
        arriving=arriving,
        reasons=tuple(reason_of(task, groups, at, arriving, h) for h in range(len(herds))),
        cost=cost_of(task, at)[0],
        bound=found.bound,
        unplaced_bound=found.unplaced_bound,
        relaxation=None if placed.all() else relaxed(ready, rules),
        method=found.method,
    )


@dataclass(frozen=True)
class Ready:
    """What the solver needs, and what the soums hold and carry before anybody comes, shape (S,)."""

    groups: "Groups"
    task: Task
    present: Floats
    capacity: Floats


def prepare(
    ground: Ground,
    herds: Sequence[Herd],
    rules: HostRules,
    *,
    standing: Mapping[str, float] | None = None,
    overrides: Mapping[str, float] | None = None,
    risk: Mapping[str, float] | None = None,
) -> Ready:
    """Groups, costs and rooms; parameters and errors as ``propose``."""
    check_herds(ground, herds)
    present = np.nan_to_num(ground.resident)
    for place, there in (standing or {}).items():
        present[ground.at(place)] = max(0.0, there)
    present = leave(ground, herds, present)
    capacity = ground.capacities(rules.season, overrides)
    groups = Groups.of(ground, herds, rules)
    unknown = ~(ground.resident > 0) & ~np.isin(np.array(ground.places), sorted(overrides or {}))
    # Where nothing was counted, nothing is known of the room.
    groups.closed[:, unknown] = True
    cost = costs(ground, groups, rules, present, capacity, risk or {})
    room = np.floor(np.maximum(rules.ceiling * capacity - present, 0)).astype(np.int64)
    units = np.array([int(np.ceil(herd.sheep_units - 1e-9)) for herd in herds], dtype=np.int64)
    return Ready(groups, Task(units, groups.of_herd, cost, room), present, capacity)


def check_herds(ground: Ground, herds: Collection[Herd]) -> None:
    for herd in herds:
        for place in (herd.home, *herd.only, *herd.barred):
            ground.at(place)
        if not 0 < herd.sheep_units < float("inf"):
            raise ModelError(
                771, "a herd has no sheep units.", "Give its animals, or leave it out.", ("sheep_units",)
            )


def leave(ground: Ground, herds: Collection[Herd], present: Floats) -> Floats:
    """What stands in the soums once the herds have left home; they cannot be more than was counted."""
    left = present.copy()
    for herd in herds:
        left[ground.at(herd.home)] -= herd.sheep_units
    values: Floats = np.maximum(left, 0)
    return values


@dataclass(frozen=True)
class Groups:
    """Herds with the same home and the same limits; G groups, S soums.

    Attributes
    ----------
    of_herd : (H,) the group of each herd
    kilometres : (G, S) from home; infinite to home itself
    reach : (G,) km
    closed : (G, S) hosts that are not open to a group, however near
    wishing : (G,) whether a group wants only some hosts
    """

    of_herd: Whole
    kilometres: Floats
    reach: Floats
    closed: NDArray[np.bool_]
    wishing: NDArray[np.bool_]

    @classmethod
    def of(cls, ground: Ground, herds: Sequence[Herd], rules: HostRules) -> "Groups":
        keys = [(herd.home, herd.reach_km, herd.only, herd.barred) for herd in herds]
        distinct = list(dict.fromkeys(keys))
        number = {key: index for index, key in enumerate(distinct)}
        home = np.array([ground.at(key[0]) for key in distinct], dtype=np.intp)
        km = between(ground)[home]
        km[np.arange(len(home)), home] = np.inf
        soums = np.array(ground.places)
        closed = np.tile(np.isin(soums, sorted(rules.closed)), (len(home), 1))
        for index, (_, _, only, barred) in enumerate(distinct):
            closed[index] |= np.isin(soums, sorted(barred))
            closed[index] |= ~np.isin(soums, sorted(only)) if only else False
        reach = np.array([rules.reach_km if key[1] is None else key[1] for key in distinct])
        wishing = np.array([bool(key[2]) for key in distinct], dtype=np.bool_)
        return cls(np.array([number[key] for key in keys], dtype=np.int64), km, reach, closed, wishing)

    @property
    def allowed(self) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = (self.kilometres <= self.reach[:, None]) & ~self.closed
        return near


def between(ground: Ground) -> Floats:
    """Distances between soum centres in kilometres, shape (S, S)."""
    return great_circle(ground.latitude, ground.longitude)


def costs(
    ground: Ground,
    groups: Groups,
    rules: HostRules,
    present: Floats,
    capacity: Floats,
    risk: Mapping[str, float],
) -> Floats:
    """Kilometres with load and risk, shape (G, S); infinite where a group may not go."""
    filled = np.divide(present, capacity, out=np.zeros_like(present), where=capacity > 0)
    chance = np.array([risk.get(place, 0.0) for place in ground.places])
    added = rules.load_km * filled + rules.risk_km * chance
    return np.where(groups.allowed, np.where(groups.allowed, groups.kilometres, 0) + added, np.inf)


def relaxed(ready: Ready, rules: HostRules) -> Relaxation | None:
    """What must give so that all find room."""
    groups = ready.groups
    units = np.bincount(groups.of_herd, weights=ready.task.units, minlength=len(groups.reach))
    supply = units.astype(np.float64)
    return least_relaxation(
        supply, groups.kilometres, groups.reach, groups.closed, ready.present, ready.capacity, rules.ceiling
    )


def reason_of(task: Task, groups: Groups, at: Whole, arriving: Floats, herd: int) -> Why | WhyNot:
    """Why a herd has this host, or why it has none."""
    group, size, host = task.group[herd], task.units[herd], at[herd]
    open_to = np.isfinite(task.cost[group])
    if host == NOWHERE:
        return why_none(task.room[open_to], int(size))
    if groups.wishing[group]:
        return "wished"
    nearer = open_to & (groups.kilometres[group] < groups.kilometres[group, host])
    if not nearer.any():
        return "nearest"
    if not (task.room[nearer] >= size).any():
        return "nearer_full"
    left = bool((task.room[nearer] - arriving[nearer] >= size).any())
    return "lighter" if left else "nearer_filled"


def why_none(room: Whole, size: int) -> WhyNot:
    """Why a herd finds no place among hosts that had so much room at the outset."""
    if not len(room):
        return "none_in_reach"
    largest = int(room.max())
    return "no_room" if largest == 0 else "too_large" if largest < size else "filled"
