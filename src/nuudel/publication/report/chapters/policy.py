"""What could be done: the mix of levers that a search finds for a goal, its cost, and how sure it is."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nuudel.publication.charts import fronts, ranges, style, timelines
from nuudel.publication.charts.style import known_decimals, number
from nuudel.publication.report.chapters.outlook import source_of
from nuudel.publication.report.chapters.outlook_trust import name_of
from nuudel.publication.report.chapters.policy_trust import (
    limit_table,
    next_text,
    relaxation_text,
    sure_text,
)
from nuudel.publication.report.chapters.policy_words import (
    aim_of,
    effect_range,
    effect_unit,
    money,
    money_unit,
    say_effect,
    scale_of,
)
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer

# More rows than these make a timeline that nobody reads; the table behind has all.
ROWS_SHOWN, ROWS_ON_PHONE = 18, 10


def write_policy(material: Material) -> tuple[Chapter, ...]:
    """What was asked and found at one glance, then a chapter for each goal: what, where, when, how sure."""
    if not material.policy:
        return ()
    words, source = material.words, source_of(material)
    first = Chapter(
        "policy",
        words("policy.chapter"),
        (words("policy.text", n=len(material.policy)),),
        (goal_table(material, source),),
    )
    return (first, *(write_answer(material, answer, source) for answer in material.policy))


def write_answer(material: Material, answer: "PolicyAnswer", source: str) -> Chapter:
    """One goal with its answer."""
    blocks: list[Figure | TextTable] = []
    if answer.mix.height:
        blocks += [mix_figure(material, answer, source), mix_table(material, answer, source)]
    if answer.levers.height and answer.levers["shapley"].abs().max():
        blocks.append(lever_figure(material, answer, source))
    if answer.front.height > 1:
        blocks.append(front_figure(material, answer, source))
    blocks += limit_table(material, answer)
    texts = (answer_text(material, answer), next_text(material, answer), sure_text(material, answer))
    title = answer.goal.title[material.lang]
    return Chapter(f"policy-{answer.goal.name}", title, tuple(text for text in texts if text), blocks)


def goal_table(material: Material, source: str) -> TextTable:
    """Every goal: whether it can be reached, at which cost, with which effect and chance."""
    words = material.words
    rows = tuple(
        (
            answer.goal.title[material.lang],
            words("policy.yes") if answer.feasible else words("policy.no"),
            money(material, answer.cost) if answer.feasible else "–",
            f"{effect_range(material, answer, answer.low80, answer.high80)} {effect_unit(material, answer)}"
            if answer.feasible
            else "–",
            f"{number(100 * answer.chance)} %" if answer.goal.chance and np.isfinite(answer.chance) else "–",
        )
        for answer in material.policy
    )
    return TextTable(
        title=words("policy.goals_title"),
        header=tuple(
            words(f"policy.column_{name}") for name in ("goal", "feasible", "cost", "effect", "reached")
        ),
        rows=rows,
        source=source,
        caveats=(words("policy.goals_note"),),
        text_columns=frozenset({0, 1, 3}),
    )


def answer_text(material: Material, answer: "PolicyAnswer") -> str:
    """The goal and its answer; of a goal that cannot be reached, what stands in the way."""
    words, goal = material.words, answer.goal
    slots = {
        "cost": money(material, answer.cost),
        "spent": number(100 * answer.spent_share),
        "what": aim_of(material, answer),
        "range": effect_range(material, answer, answer.low80, answer.high80),
        "unit": effect_unit(material, answer),
        "without": say_effect(material, answer, answer.without, answer.low80, answer.high80),
    }
    if not answer.feasible:
        return " ".join((words("policy.infeasible"), relaxation_text(material, answer)))
    text = words("policy.found", **slots)
    if goal.chance is None or not np.isfinite(answer.chance):
        return text
    target = say_effect(material, answer, goal.chance.target, answer.low80, answer.high80)
    side = words(f"policy.{goal.chance.side}")
    return f"{text} " + words("policy.chance", chance=number(100 * answer.chance), side=side, target=target)


def mix_figure(material: Material, answer: "PolicyAnswer", source: str) -> Figure:
    """Which lever, where and when: bars over years, as high as the money of a year."""
    words = material.words
    largest = answer.mix.group_by("lever").agg(pl.col("cost").sum()).sort("cost", descending=True)
    first = largest.row(0, named=True)
    share = 100 * first["cost"] / answer.mix["cost"].sum()
    years = (int(answer.mix["from"].min()), int(answer.mix["to"].max()))  # type: ignore[arg-type]
    shown = timeline_rows(material, answer, ROWS_SHOWN)
    on_phone = timeline_rows(material, answer, ROWS_ON_PHONE)
    all_rows = answer.mix.select("lever", "place").unique().height
    return Figure(
        key=f"policy-{answer.goal.name}-mix",
        title=words("policy.mix_title", lever=material.act(first["lever"]), share=number(share)),
        subtitle=words("policy.mix_subtitle", unit=money_unit(material, answer)),
        painter=lambda canvas: timelines.paint_timeline(
            canvas, on_phone if canvas.is_phone else shown, years
        ),
        source=source,
        table="policy_mix",
        caveats=(
            words("policy.mix_caveat"),
            *((words("policy.mix_more", n=len(shown), all=all_rows),) if len(shown) < all_rows else ()),
        ),
        tag=words("report.scenario"),
    )


def timeline_rows(material: Material, answer: "PolicyAnswer", most: int) -> list[timelines.TimelineRow]:
    """Lever by lever, the dearest first, its places from the dearest down."""
    mix = answer.mix
    scale = scale_of(answer.goal.budget.total)
    kept = mix.group_by("lever", "place").agg(pl.col("cost").sum()).sort("cost", descending=True).head(most)
    by_lever = mix.group_by("lever").agg(total=pl.col("cost").sum())
    kept = kept.join(by_lever, on="lever").sort("total", "lever", "cost", descending=[True, False, True])
    rows, before = [], ""
    for lever, place, *_ in kept.iter_rows():
        part = mix.filter((pl.col("lever") == lever) & (pl.col("place") == place)).sort("from")
        yearly = (part["cost"] / (part["to"] - part["from"] + 1)).to_numpy()
        strength = yearly / yearly.max() if yearly.max() else yearly
        spans = tuple(
            timelines.Span(
                row["from"],
                row["to"],
                float(s),
                say_cost(row["cost"] / scale),
            )
            for row, s in zip(part.iter_rows(named=True), strength, strict=True)
        )
        opens = material.act(lever) if lever != before else ""
        rows.append(timelines.TimelineRow(place_name(material, place), spans, opens))
        before = lever
    return rows


def say_cost(value: float) -> str:
    """Money in its unit to two digits that count, at most two decimals; nothing is a dash."""
    return number(value, cost_decimals(value)) if value else "–"


def cost_decimals(value: float) -> int:
    return 0 if value >= 10 else 1 if value >= 1 else 2


def place_name(material: Material, place: str) -> str:
    return material.name(place) if place in material.gazetteer.places else place


def mix_table(material: Material, answer: "PolicyAnswer", source: str) -> TextTable:
    """Each lever of the goal: money, share of the effect with its range, chance, evidence."""
    words, scale = material.words, scale_of(answer.goal.budget.total)
    rows = tuple(
        (
            row[f"title_{material.lang}"] or material.act(row["lever"]),
            say_cost(row["cost"] / scale),
            effect_range(material, answer, row["low80"], row["high80"]) if row["cost"] else "–",
            "–" if row["chance"] is None else number(100 * row["chance"]) + " %",
            name_of(material, "bases", row["evidence"]) if row["evidence"] else "",
        )
        for row in answer.levers.sort("cost", descending=True).iter_rows(named=True)
    )
    columns = ("lever", "cost", "effect", "chance", "evidence")
    units = {"cost": money_unit(material, answer), "effect": effect_unit(material, answer)}
    return TextTable(
        title=words("policy.table_title"),
        header=tuple(
            f"{words(f'policy.column_{name}')}, {units[name]}"
            if name in units
            else words(f"policy.column_{name}")
            for name in columns
        ),
        rows=rows,
        source=source,
        table="policy_levers",
        caveats=(words("policy.table_note"),),
        text_columns=frozenset({0, 4}),
    )


def lever_figure(material: Material, answer: "PolicyAnswer", source: str) -> Figure:
    """Each lever's fair share of the effect, with its range; those that do nothing are left out."""
    words = material.words
    factor = 100 if answer.unit == "share" else 1
    used = answer.levers.filter(pl.col("shapley") != 0).sort(pl.col("shapley").abs(), descending=True)
    rows = [
        ranges.RangedValue(
            row[f"title_{material.lang}"] or material.act(row["lever"]),
            factor * row["shapley"],
            factor * row["low80"],
            factor * row["high80"],
            style.OUT if row["shapley"] < 0 else style.IN,
            quiet=row["low80"] <= 0 <= row["high80"],
        )
        for row in used.iter_rows(named=True)
    ]
    sure = [row for row in rows if not row.quiet]
    key = "policy.levers_title" if sure else "policy.levers_title_unsure"
    finest = min((known_decimals(row.low, row.high) for row in rows), default=0)
    return Figure(
        key=f"policy-{answer.goal.name}-levers",
        title=words(key, lever=sure[0].name if sure else ""),
        subtitle=words(
            "policy.levers_subtitle", what=aim_of(material, answer), unit=effect_unit(material, answer)
        ),
        painter=lambda canvas: ranges.paint_ranges(
            canvas, rows, decimals=max(finest, 1) if factor == 100 else finest
        ),
        source=source,
        table="policy_levers",
        caveats=(words("policy.levers_caveat"),),
        tag=words("report.scenario"),
    )


def front_figure(material: Material, answer: "PolicyAnswer", source: str) -> Figure:
    """What more money buys: the best effect of each budget; the answer's own is marked."""
    words, scale = material.words, scale_of(answer.goal.budget.total)
    factor = 100 if answer.unit == "share" else 1
    frame = answer.front.sort("budget")
    nearest = int(np.argmin(np.abs(frame["cost"].to_numpy() - answer.cost)))
    whole = frame.row(nearest, named=True)
    points = [
        fronts.FrontPoint(
            row["cost"] / scale,
            factor * row["effect"],
            factor * row["low80"],
            factor * row["high80"],
            effect_range(material, answer, row["low80"], row["high80"]) if row == whole else "",
            chosen=row == whole,
        )
        for row in frame.iter_rows(named=True)
    ]
    half = half_of_effect(frame)
    return Figure(
        key=f"policy-{answer.goal.name}-front",
        title=words(
            "policy.front_title", cost=money(material, half), share=number(100 * half / whole["cost"])
        )
        if half and whole["cost"]
        else words("policy.front_title_none"),
        subtitle=words("policy.front_subtitle", what=aim_of(material, answer)),
        painter=lambda canvas: fronts.paint_front(
            canvas,
            points,
            cost_words=words("policy.cost_axis", unit=money_unit(material, answer)),
            effect_words=words("policy.effect_axis", unit=effect_unit(material, answer)),
            say_cost=lambda value: number(value, cost_decimals(max(point.cost for point in points))),
            say_effect=lambda value: number(value, 1 if factor == 100 else 0, sign=True),
        ),
        source=source,
        table="policy_front",
        caveats=(words("policy.front_caveat"),),
        legend=(("rule", words("policy.front_legend")),),
        tag=words("report.scenario"),
    )


def half_of_effect(frame: pl.DataFrame) -> float:
    """Cost at which half of the largest effect is reached, between the budgets that were searched."""
    effect = frame["effect"].abs().to_numpy()
    cost = frame["cost"].to_numpy()
    if not effect.max():
        return 0.0
    at = int(np.argmax(effect >= effect.max() / 2))
    if at == 0:
        return float(cost[0])
    part = (effect.max() / 2 - effect[at - 1]) / (effect[at] - effect[at - 1])
    return float(cost[at - 1] + part * (cost[at] - cost[at - 1]))
