"""The answer's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from nuudel.model.policy.alternatives import Margins
from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.effects import LEVELS, Effects, LeverEffects
from nuudel.model.policy.feasibility import BOUNDS, Conflict
from nuudel.model.policy.goal import Goal
from nuudel.model.policy.problem import Problem, wanted_sign
from nuudel.model.policy.programme import Found
from nuudel.model.projection.inputs import Array
from nuudel.model.scenarios.lever import Lever

BILLION = 1e9
# A constraint counts as binding within this share of its limit.
BINDING = 1e-3
TEXT, NUMBER, WHOLE, TRUTH = pl.String(), pl.Float64(), pl.Int64(), pl.Boolean()
SPOT: Mapping[str, pl.DataType] = {"lever": TEXT, "place": TEXT, "from": WHOLE, "to": WHOLE}
STRENGTH = ("estimated", "literature", "assumption")


def table(schema: Mapping[str, pl.DataType], rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def spot(decisions: Decisions, j: int) -> tuple[str, str, int, int]:
    """Lever, place and years of a decision."""
    lever = decisions.levers[decisions.lever[j]].name
    return (lever, decisions.places[decisions.place[j]], *decisions.blocks[decisions.block[j]])


def mix_rows(decisions: Decisions, shares: Array) -> list[tuple[Any, ...]]:
    """Lever, place, years, amount a year, unit and cost of each decision in use, the dearest first."""
    cost = decisions.present_value() * shares
    used = [j for j in np.argsort(-cost, kind="stable") if shares[j] > 0]
    return [
        (
            *spot(decisions, j),
            float(shares[j] * decisions.units[j]),
            decisions.levers[decisions.lever[j]].unit["en"],
            float(cost[j]),
        )
        for j in used
    ]


MIX = {**SPOT, "amount": NUMBER, "unit": TEXT, "cost": NUMBER}
EFFECT = {"effect": NUMBER, "low80": NUMBER, "high80": NUMBER, "chance": NUMBER}


def mix_table(decisions: Decisions, effects: Effects, shares: Array) -> pl.DataFrame:
    """Each decision in use with the effect that is lost without it."""
    whole = effects.of(shares)
    cost = decisions.present_value() * shares
    used = [j for j in np.argsort(-cost, kind="stable") if shares[j] > 0]
    lost = [whole - effects.of(np.where(np.arange(shares.size) == j, 0.0, shares)) for j in used]
    rows = [
        (*row, *effects.in_words(effect))
        for row, effect in zip(mix_rows(decisions, shares), lost, strict=True)
    ]
    return table({**MIX, **EFFECT}, rows)


def lever_table(
    decisions: Decisions,
    effects: Effects,
    by_lever: Mapping[int, LeverEffects],
    shares: Array,
    dominated: Mapping[int, int],
) -> pl.DataFrame:
    years = decisions.active.sum(axis=1)[decisions.block]
    value = decisions.present_value()
    rows: list[tuple[Any, ...]] = []
    for i, lever in enumerate(decisions.levers):
        own = decisions.lever == i
        cost = float(value[own] @ shares[own])
        ends = (lever.cost.low / lever.cost.size, lever.cost.high / lever.cost.size) if lever.cost else (0, 0)
        found = by_lever.get(i)
        words = effects.in_words(found.shapley) if found else (0.0, 0.0, 0.0, None)
        rows.append(
            (
                lever.name,
                lever.title.get("en", lever.name),
                lever.title.get("mn", lever.name),
                lever.concept,
                float((shares * decisions.units * years)[own].sum()),
                lever.unit["en"],
                cost,
                cost * ends[0],
                cost * ends[1],
                float(found.alone.mean()) if found else 0.0,
                float(found.left_out.mean()) if found else 0.0,
                *words,
                weakest_evidence(lever),
                decisions.levers[dominated[i]].name if i in dominated else "",
            )
        )
    texts = ("lever", "title_en", "title_mn", "concept")
    numbers = ("cost", "cost_low", "cost_high", "alone", "left_out", "shapley", "low80", "high80", "chance")
    schema = {
        **dict.fromkeys(texts, TEXT),
        "amount": NUMBER,
        "unit": TEXT,
        **dict.fromkeys(numbers, NUMBER),
        "evidence": TEXT,
        "dominated_by": TEXT,
    }
    return table(schema, rows)


def weakest_evidence(lever: Lever) -> str:
    """The weakest that the sizes of its effects rest on."""
    return max((effect.quality for effect in lever.effects), key=STRENGTH.index)


def binding_table(problem: Problem, found: Found, shares: Array, conflict: Conflict | None) -> pl.DataFrame:
    """Every constraint; of an infeasible goal those of the conflict are binding."""
    goal = problem.setting.goal
    reach = goal.objective.aim == "reach"
    scale = goal.budget.total if reach else problem.scale * -wanted_sign(goal)
    prices = dict.fromkeys((limit.name for limit in problem.limits), 0.0)
    if conflict is None:
        prices |= {limit.name: float(found.multipliers[i]) for i, limit in enumerate(problem.limits)}
    rows = []
    for limit in problem.limits:
        slack = limit.constraint.value(shares)
        binds = limit.name in conflict.names if conflict else slack <= BINDING
        # A higher ceiling lowers what is minimised, a higher floor raises it.
        side = -1.0 if limit.side == "at_most" else 1.0
        price = side * prices[limit.name] * scale / limit.per_slack if conflict is None else None
        rows.append(
            (
                limit.name,
                limit.side,
                limit.limit,
                limit.value(shares),
                slack * limit.per_slack,
                limit.unit,
                bool(binds),
                price,
            )
        )
    schema = {
        "constraint": TEXT,
        "side": TEXT,
        **dict.fromkeys(("limit", "value", "slack"), NUMBER),
        "unit": TEXT,
        "binding": TRUTH,
        "shadow_price": NUMBER,
    }
    return table(schema, rows)


def relaxation_table(problem: Problem, conflict: Conflict | None) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = []
    stated = {limit.name: limit for limit in problem.limits}
    for name, change in (conflict.relaxed if conflict else {}).items():
        if name == BOUNDS:
            least = None if change is None else 1 + change
            rows.append((name, 1.0, least, change, "of the limits"))
            continue
        limit = stated[name]
        sign = 1.0 if limit.side == "at_most" else -1.0
        given = None if change is None else sign * change * limit.per_slack
        rows.append((name, limit.limit, None if given is None else limit.limit + given, given, limit.unit))
    return table(
        {"constraint": TEXT, **dict.fromkeys(("limit", "least_limit", "change"), NUMBER), "unit": TEXT}, rows
    )


def start_table(found: Sequence[Found]) -> pl.DataFrame:
    rows = [
        (i, each.objective, each.converged and each.kept, each.iterations, each.reason)
        for i, each in enumerate(found)
    ]
    return table(
        {"start": WHOLE, "objective": NUMBER, "converged": TRUTH, "iterations": WHOLE, "reason": TEXT}, rows
    )


def next_table(decisions: Decisions, margins: Margins, shares: Array, total: float) -> pl.DataFrame:
    gain = margins.here / total * BILLION
    order = np.argsort(-gain, kind="stable")
    full = shares >= decisions.most * (1 - BINDING)
    rows = [
        (
            *spot(decisions, j),
            decisions.levers[decisions.lever[j]].unit["en"],
            float(gain[j]),
            bool(shares[j] > 0),
            bool(full[j]),
        )
        for j in order
    ]
    return table({**SPOT, "unit": TEXT, "gain": NUMBER, "used": TRUTH, "full": TRUTH}, rows)


def fairness_table(
    goal: Goal, problem: Problem, without: Array, outputs: Array, shares: Array
) -> pl.DataFrame:
    """Each protected place on fresh draws; ``chance`` is the share of draws that keep its limit."""
    rows: list[tuple[Any, ...]] = []
    places = problem.decisions.places
    for index, columns in problem.setting.blocks.items():
        item = goal.fairness[index]
        before, after = without[:, columns], outputs[:, columns]
        for k, code in enumerate(item.places or places):
            floor = item.limit * (before[:, k].mean() if item.of == "baseline" else 1.0)
            sign = 1.0 if item.side == "at_least" else -1.0
            limits = item.limit * before[:, k] if item.of == "baseline" else item.limit
            kept = float((sign * (after[:, k] - limits) >= 0).mean())
            value = float(after[:, k].mean())
            rows.append((code, item.measure, item.side, float(floor), value, sign * (value - floor), kept))
    for limit in problem.limits:
        if limit.name.startswith("fairness: spending_per_head"):
            value = limit.value(shares)
            slack = limit.constraint.value(shares) * limit.per_slack
            code = limit.name.rsplit(": ", 1)[1]
            rows.append(
                (code, "spending_per_head", limit.side, limit.limit, value, slack, float(slack >= -1e-6))
            )
    numbers = dict.fromkeys(("floor", "value", "slack", "chance"), NUMBER)
    return table({"place": TEXT, "measure": TEXT, "side": TEXT, **numbers}, rows)


def year_table(years: Array, without: Array, outputs: Array) -> pl.DataFrame:
    """Medians and 80 % intervals of the indicator year by year, D x T'."""
    names = ("low80_without", "median_without", "high80_without", "low80", "median", "high80")
    levels = (LEVELS[0], 0.5, LEVELS[1])
    columns = np.concatenate([np.quantile(without, levels, axis=0), np.quantile(outputs, levels, axis=0)])
    size = without.shape[1]
    return pl.DataFrame({"year": years[:size], **dict(zip(names, columns, strict=True))})
