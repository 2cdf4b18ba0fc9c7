"""Answers of a policy search, made up but of the right shape."""

from dataclasses import replace

import msgspec
import numpy as np
import polars as pl

from nuudel.model.policy.answer import PolicyAnswer
from nuudel.model.policy.goal import Budget, Chance, Goal, LeverLimit, Objective, Periods

from .prospects_data import CAPITAL


def make_goal() -> Goal:
    return Goal(
        name="calmer_capital",
        title={
            "en": "A smaller share of the capital in 2040",
            "mn": "Нийслэлийн эзлэх хувийг 2040 онд бууруулах",
        },
        text={"en": "For at most 12 trillion tugriks.", "mn": "Дээд тал нь 12 их наяд төгрөг."},
        objective=Objective(
            indicator="population_share", aim="minimise", first=2040, last=2040, place=CAPITAL
        ),
        budget=Budget(total=12e12, discount_rate=0.06, prices=2024),
        levers=(
            LeverLimit(lever="new_homes"),
            LeverLimit(lever="jobs", most=900),
            LeverLimit(lever="mortgages"),
        ),
        periods=Periods(first=2026, last=2040, years=5),
        chance=Chance(side="at_most", target=0.5, share=0.8),
    )


def make_mix() -> pl.DataFrame:
    """Two levers in six places and three blocks of years, not in all of them."""
    places = ("MN21", "MN22", "MN46", "MN61", "MN82", "MN84")
    blocks = make_goal().periods.blocks
    mix = [
        {
            "lever": lever,
            "place": place,
            "from": first,
            "to": last,
            "amount": 900.0 / (i + 1),
            "unit": "homes",
            "cost": cost / (i + 1) / (k + 1),
            "effect": -0.001 / (i + 1),
            "low80": -0.0015,
            "high80": -0.0002,
            "chance": 0.93,
        }
        for lever, cost in (("jobs", 9e11), ("new_homes", 5e11))
        for i, place in enumerate(places)
        for k, (first, last) in enumerate(blocks)
        if (i + k) % 4 != 3
    ]
    return pl.DataFrame(mix)


def make_answer() -> PolicyAnswer:
    """A goal that can be reached: three levers, two of which are worth their money."""
    goal, frame = make_goal(), make_mix()
    total = float(frame["cost"].sum())
    return PolicyAnswer(
        goal=goal,
        unit="share",
        draws=64,
        fresh_draws=256,
        feasible=True,
        cost=total,
        spent_share=total / goal.budget.total,
        without=0.535,
        effect=-0.019,
        low80=-0.031,
        high80=-0.008,
        chance=0.41,
        optimism=-0.0004,
        indicator=pl.DataFrame({"year": [2040], "median": [0.516]}),
        mix=frame,
        levers=make_levers(frame),
        **make_limits(),
        conflicts=(),
        front=make_front(total),
        **make_checks(),
        top="jobs",
        without_top_effect=-0.009,
        holds=True,
        assumed_share=0.62,
    )


def make_limits() -> dict[str, pl.DataFrame]:
    """Limits of the mix, none of which has to give way."""
    return dict(  # noqa: C408
        binding=pl.DataFrame(
            [
                ("total budget", "at_most", 12e12, 12e12, 0.0, "MNT", True, -1e-15),
                (
                    "fairness: population at_least 0.9 baseline: MN62",
                    "at_least",
                    90_000.0,
                    90_000.0,
                    0.0,
                    "persons",
                    True,
                    0.0,
                ),
                ("yearly budget 2026-2030", "at_most", 9e11, 8e11, 1e11, "MNT", False, 0.0),
            ],
            schema=["constraint", "side", "limit", "value", "slack", "unit", "binding", "shadow_price"],
            orient="row",
        ),
        relaxation=pl.DataFrame(
            schema={
                "constraint": pl.String,
                "limit": pl.Float64,
                "least_limit": pl.Float64,
                "unit": pl.String,
            }
        ),
    )


def make_checks() -> dict[str, pl.DataFrame]:
    """Starts, the check person by person, what is next best, fairness, other sizes."""
    return dict(  # noqa: C408
        starts=pl.DataFrame(
            {"start": [0, 1, 2, 3], "objective": [-0.019] * 4, "converged": [True, True, True, False]}
        ),
        recheck=pl.DataFrame(
            {
                "what": ["without", "with", "effect"],
                "projection": [0.531, 0.512, -0.019],
                "microsimulation": [0.5308, 0.5121, -0.0187],
                "error": [0.0002, 0.0002, 0.0003],
                "agrees": [True, True, True],
            }
        ),
        next_best=pl.DataFrame(
            {
                "lever": ["jobs", "jobs", "jobs"],
                "place": ["MN21", "MN62", "MN46"],
                "from": [2026, 2031, 2026],
                "to": [2030, 2035, 2030],
                "unit": ["jobs", "jobs", "jobs"],
                "gain": [2e-6, 1.2e-6, 1e-6],
                "used": [True, True, False],
                "full": [True, False, False],
            }
        ),
        without_top=pl.DataFrame({"lever": ["new_homes"], "place": ["MN21"], "cost": [5e11]}),
        fairness=pl.DataFrame(
            {"place": ["MN62"], "measure": ["population"], "floor": [9e4], "value": [9e4], "slack": [0.0]}
        ),
        sizes=pl.DataFrame(
            {
                "case": ["central", "all_weak", "all_strong"],
                "lever": ["jobs"] * 3,
                "held": [-0.019, -0.006, -0.034],
            }
        ),
    )


def make_levers(mix: pl.DataFrame) -> pl.DataFrame:
    money = dict(mix.group_by("lever").agg(pl.col("cost").sum()).iter_rows())
    rows = [
        (
            "jobs",
            "Jobs in aimag centres",
            "Аймгийн төвд ажлын байр",
            -0.013,
            -0.022,
            -0.004,
            0.96,
            "assumption",
        ),
        (
            "new_homes",
            "Homes in aimag centres",
            "Аймгийн төвд орон сууц",
            -0.006,
            -0.013,
            0.001,
            0.86,
            "literature",
        ),
        ("mortgages", "Soft mortgages", "Зөөлөн зээл", 0.0, 0.0, 0.0, None, "assumption"),
    ]
    return pl.DataFrame(
        [
            {
                "lever": lever,
                "title_en": english,
                "title_mn": mongolian,
                "concept": "movement",
                "amount": 1000.0,
                "unit": "homes",
                "cost": money.get(lever, 0.0),
                "cost_low": 0.5 * money.get(lever, 0.0),
                "cost_high": 2.5 * money.get(lever, 0.0),
                "shapley": shapley,
                "low80": low,
                "high80": high,
                "chance": chance,
                "evidence": evidence,
            }
            for lever, english, mongolian, shapley, low, high, chance, evidence in rows
        ]
    )


def make_front(whole: float) -> pl.DataFrame:
    """Six budgets with less and less effect for more money."""
    costs = np.linspace(0, whole, 6)
    effects = -0.019 * (1 - np.exp(-3 * costs / whole)) / (1 - np.exp(-3))
    return pl.DataFrame(
        {
            "budget": costs,
            "cost": costs,
            "effect": effects,
            "low80": 1.6 * effects,
            "high80": 0.4 * effects,
            "chance": np.linspace(0, 0.4, 6),
            "converged": True,
        }
    )


def make_infeasible() -> PolicyAnswer:
    """The same goal with a target out of reach."""
    answer = make_answer()
    return replace(
        answer,
        goal=msgspec.structs.replace(
            answer.goal, name="out_of_reach", title={"en": "At most 45 %", "mn": "Дээд тал нь 45 %"}
        ),
        feasible=False,
        conflicts=("chance", "total budget"),
        relaxation=pl.DataFrame(
            {
                "constraint": ["total budget", "chance"],
                "limit": [12e12, 0.45],
                "least_limit": [41e12, 0.51],
                "change": [29e12, 0.06],
                "unit": ["MNT", "share"],
            }
        ),
    )


def make_school_answer() -> PolicyAnswer:
    """A goal to be reached for the least money: years of children without a school place."""
    answer = make_answer()
    goal = msgspec.structs.replace(
        answer.goal,
        name="school_places",
        objective=Objective(indicator="unmet", capacity="schools", aim="reach", first=2028, last=2035),
        chance=Chance(side="at_most", target=550_000, share=0.8),
    )
    binding = pl.DataFrame(
        [("chance", "at_most", 550_000.0, 550_000.2, -0.2, "user years", True, -1.5e7)],
        schema=answer.binding.schema,
        orient="row",
    )
    front = answer.front.with_columns(pl.Series("chance", [0.55, 0.68, 0.78, 0.9, 0.92, 0.93]))
    figures = {"without": 536_000.0, "effect": -98_000.0, "low80": -112_000.0, "high80": -80_000.0}
    recheck = answer.recheck.with_columns(
        projection=pl.Series([523_000.0, 419_000.0, -103_914.0]),
        microsimulation=pl.Series([522_000.0, 418_300.0, -103_647.0]),
        error=pl.Series([5500.0, 5300.0, 285.0]),
    )
    sizes = answer.sizes.with_columns(held=pl.Series([-103_000.0, -79_383.0, -114_843.0]))
    changed = {"binding": binding, "front": front, "recheck": recheck, "sizes": sizes}
    return replace(answer, goal=goal, unit="user years", chance=0.91, assumed_share=1.0, **figures, **changed)
