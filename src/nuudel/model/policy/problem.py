"""A goal as a nonlinear programme: objective, constraints with names, scales."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.goal import Goal
from nuudel.model.policy.programme import (
    TOLERANCE,
    Constraint,
    Evaluations,
    Found,
    Gradient,
    Response,
    Smooth,
    best_of,
    solve,
)
from nuudel.model.policy.response import Setting
from nuudel.model.policy.summaries import mean_of, quantile_slack, worst_slack
from nuudel.model.projection.inputs import Array

CHANCE = "chance"
TOTAL = "total budget"
YEARLY = "yearly budget"
# A limit of nothing (no unmet need without levers) cannot scale a slack.
LEAST_LIMIT = 1.0
UNITS = {"population_share": "share", "population": "persons", "unmet": "user years"}


@dataclass(frozen=True, eq=False)
class Limit:
    """A constraint as it was stated.

    Attributes
    ----------
    side
        ``at_most`` or ``at_least``.
    limit
        As stated, in ``unit``.
    per_slack
        What one of the constraint's value is, in ``unit``.
    """

    name: str
    side: str
    limit: float
    unit: str
    per_slack: float
    constraint: Constraint

    def value(self, shares: Array) -> float:
        """What is held against the limit; of several places that of the tightest."""
        slack = self.constraint.value(shares) * self.per_slack
        return self.limit - slack if self.side == "at_most" else self.limit + slack


@dataclass(frozen=True, eq=False)
class Problem:
    """One goal over some draws.

    Attributes
    ----------
    without
        D x O exact outputs without levers.
    scale
        What one of the scaled objective is in the indicator's unit.
    limits
        Every constraint but the bounds of single decisions.
    reaches
        Whether the chance is to be reached at the least cost; else the mean is made best.
    """

    setting: Setting
    decisions: Decisions
    evaluations: Evaluations
    without: Array
    scale: float
    limits: tuple[Limit, ...]
    reaches: bool

    @property
    def objective(self) -> tuple[Smooth, Gradient]:
        """What is minimised: the scaled mean, or the cost where a chance is to be reached."""
        if self.reaches:
            cost = self.decisions.present_value() / self.setting.goal.budget.total
            return (lambda shares: float(cost @ shares)), (lambda shares: cost)
        return self.effect

    @property
    def effect(self) -> tuple[Smooth, Gradient]:
        """The scaled mean of the indicator, turned so that less is better; 0 without levers."""
        return (
            lambda shares: self.evaluations.value(0, shares),
            lambda shares: self.evaluations.gradient(0, shares),
        )

    def without_chance(self) -> "Problem":
        """The best mean effect within the other limits, where the chance cannot be reached."""
        kept = tuple(limit for limit in self.limits if limit.name != CHANCE)
        return replace(self, limits=kept, reaches=False)

    def solve(
        self,
        starts: Iterable[Array],
        *,
        most: Array | None = None,
        without: Iterable[str] = (),
        objective: tuple[Smooth, Gradient] | None = None,
        tolerance: float = TOLERANCE,
    ) -> list[Found]:
        """One ``Found`` for each start, with other bounds, fewer constraints or another objective."""
        left_out = set(without)
        kept = [limit.constraint for limit in self.limits if limit.name not in left_out]
        bounds = self.decisions.most if most is None else most
        chosen = objective or self.objective
        return [solve(chosen, kept, bounds, start, tolerance) for start in starts]

    def best(self, starts: Iterable[Array], **changes: object) -> Found:
        """The best over several starts."""
        return best_of(self.solve(starts, **changes))  # type: ignore[arg-type]


def problem_of(setting: Setting, decisions: Decisions, response: Response, exact: Array) -> Problem:
    """The programme of a goal.

    Parameters
    ----------
    exact
        D x O outputs without levers.
    """
    goal = setting.goal
    scale = effect_scale(decisions, response, exact)
    summaries = [mean_of("objective", 0, wanted_sign(goal) * -scale, float(exact[:, 0].mean()))]
    smooth: list[tuple[str, str, float, str, float]] = []
    if goal.chance:
        asked, share = goal.chance, share_with_margin(goal.chance.share, len(exact))
        summaries.append(quantile_slack(CHANCE, 0, asked.side, asked.target, share, scale))
        smooth.append((CHANCE, asked.side, asked.target, UNITS[goal.objective.indicator], scale))
    for index, columns in setting.blocks.items():
        item = goal.fairness[index]
        bounds = np.full(columns.stop - columns.start, item.limit)
        unit = "persons" if item.measure == "population" else "users"
        if item.of == "baseline":
            bounds = np.maximum(item.limit * exact[:, columns].mean(axis=0), LEAST_LIMIT)
            unit = "of baseline"
        summaries.append(worst_slack(item.name, columns, item.side, bounds))
        smooth.append((item.name, item.side, item.limit, unit, item.limit))
    evaluations = Evaluations(response, summaries)
    limits = [
        Limit(*stated, smooth_constraint(stated[0], evaluations, place + 1))
        for place, stated in enumerate(smooth)
    ]
    return Problem(
        setting=setting,
        decisions=decisions,
        evaluations=evaluations,
        without=exact,
        scale=scale,
        limits=(*limits, *linear_limits(setting, decisions)),
        reaches=goal.objective.aim == "reach",
    )


def wanted_sign(goal: Goal) -> float:
    """1 where more of the indicator is wanted, -1 where less."""
    if goal.objective.aim == "reach" and goal.chance:
        return 1.0 if goal.chance.side == "at_least" else -1.0
    return 1.0 if goal.objective.aim == "maximise" else -1.0


def smooth_constraint(name: str, evaluations: Evaluations, index: int) -> Constraint:
    return Constraint(
        name,
        lambda shares: evaluations.value(index, shares),
        lambda shares: evaluations.gradient(index, shares),
        linear=False,
    )


def linear_limits(setting: Setting, decisions: Decisions) -> list[Limit]:
    """Limits that are exact sums of the decisions: money, amounts and spending a head."""
    goal = setting.goal
    money = goal.budget.currency
    found = [linear(TOTAL, "at_most", goal.budget.total, money, decisions.present_value())]
    yearly = decisions.yearly_spending()
    if np.isfinite(goal.budget.yearly):
        for first, last in decisions.blocks:
            row = yearly[int(np.flatnonzero(decisions.years == first)[0])]
            found.append(linear(f"{YEARLY} {first}-{last}", "at_most", goal.budget.yearly, money, row))
    units = decisions.active.sum(axis=1)[decisions.block] * decisions.units
    for index, limit in enumerate(goal.levers):
        if np.isfinite(limit.most_together):
            row = np.where(decisions.lever == index, units, 0.0)
            unit = decisions.levers[index].unit["en"]
            found.append(linear(f"all {limit.lever}", "at_most", limit.most_together, unit, row))
    heads = setting.start.persons.sum(axis=(1, 2))
    value = decisions.present_value()
    for item in goal.fairness:
        if item.measure == "spending_per_head":
            for code in item.places or decisions.places:
                r = decisions.places.index(code)
                row = np.where(decisions.place == r, value, 0.0) / max(heads[r], LEAST_LIMIT)
                found.append(linear(f"{item.name}: {code}", item.side, item.limit, f"{money} a head", row))
    return found


def linear(name: str, side: str, limit: float, unit: str, row: Array) -> Limit:
    sign = 1.0 if side == "at_least" else -1.0
    slope = sign * row / limit
    constraint = Constraint(
        name, lambda shares: float(slope @ shares - sign), lambda shares: slope, linear=True
    )
    return Limit(name, side, limit, unit, limit, constraint)


def effect_scale(decisions: Decisions, response: Response, exact: Array) -> float:
    """Effect of the whole budget on the steepest decisions, by their slopes at nothing, indicator's unit."""
    weights = np.zeros((1, *exact.shape))
    weights[0, :, 0] = 1 / len(exact)
    slopes = response.slopes(np.zeros(decisions.count), weights)[0]
    steepest = np.argsort(-np.abs(slopes), kind="stable")
    before = np.cumsum(decisions.most[steepest]) - decisions.most[steepest]
    spent = np.clip(1 - before, 0, decisions.most[steepest])
    # Levers that change nothing leave nothing to scale by; any number does.
    return float(np.abs(slopes[steepest]) @ spent) or 1.0


def share_with_margin(share: float, draws: int) -> float:
    """The share of draws to aim at: one standard error above what is asked, because draws are few."""
    return float(min(share + np.sqrt(share * (1 - share) / draws), 1 - 1 / draws))
