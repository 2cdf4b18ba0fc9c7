"""What could be done: the mix of levers that a search finds for a goal, its cost, and how sure it is."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nuudel.publication.charts import fronts, ranges, style, timelines
from nuudel.publication.charts.style import known_decimals, number
from nuudel.publication.report.chapters.outlook import source_of
from nuudel.publication.report.chapters.outlook_trust import name_of
from nuudel.publication.report.chapters.policy_trust import (
    assumed_text,
    limit_table,
    next_text,
    relaxation_text,
    sure_text,
)
from nuudel.publication.report.chapters.policy_words import (
    ALL_OF_IT,
    aim_of,
    effect_range,
    effect_unit,
    money,
    money_unit,
    percent,
    say_effect,
    scale_of,
    spent_over_years,
)
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer

# More rows than these make a timeline that nobody reads; the table behind has all.
ROWS_SHOWN, ROWS_ON_PHONE = 18, 10
# A lever that takes less than this share of the money is told with its share of the effect.
LITTLE_MONEY, HALF = 0.25, 0.5


def write_policy(material: Material) -> tuple[Chapter, ...]:
    """What was asked and found at one glance, then a chapter for each goal: what, where, when, how sure."""
    if not material.policy:
        return ()
    words, source = material.words, source_of(material)
    all_assumed = all(answer.assumed_share >= ALL_OF_IT for answer in material.policy)
    first = Chapter(
        "policy",
        words("policy.chapter"),
        (
            words("policy.text", n=len(material.policy)),
            *((words("policy.assumed_all"),) if all_assumed else ()),
        ),
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
    texts = (
        answer.goal.text[material.lang],
        answer_text(material, answer),
        chance_text(material, answer),
        next_text(material, answer),
        sure_text(material, answer),
    )
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
            percent(answer.chance) if answer.goal.chance and np.isfinite(answer.chance) else "–",
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
    """The answer, its money and what it rests on; of a goal out of reach, what stands in the way."""
    words, budget = material.words, answer.goal.budget
    if not answer.feasible:
        return " ".join((words("policy.infeasible"), relaxation_text(material, answer)))
    found = words(
        "policy.found",
        cost=money(material, answer.cost),
        share=number(100 * answer.spent_share),
        rate=f"{100 * budget.discount_rate:g}",
        prices=budget.prices,
        spent=money(material, spent_over_years(answer)),
        ends=money(material, float(answer.levers["cost_low"].sum()), float(answer.levers["cost_high"].sum())),
    )
    sentences = (found, changes_text(material, answer), assumed_text(material, answer))
    return " ".join(sentence for sentence in sentences if sentence)


def changes_text(material: Material, answer: "PolicyAnswer") -> str:
    """What the mix changes; of unmet need what that is in a year, and what it takes for granted."""
    words, objective = material.words, answer.goal.objective
    without = say_effect(material, answer, answer.without, answer.low80, answer.high80)
    unit = effect_unit(material, answer)
    if objective.indicator != "unmet":
        what, change = aim_of(material, answer), effect_range(material, answer, answer.low80, answer.high80)
        return words("policy.changes", what=what, range=change, unit=unit, without=without)
    years, schools = objective.last - objective.first + 1, objective.capacity == "schools"
    users = words(
        "policy.users_schools" if schools else "policy.users_other",
        capacity=material.capacity(objective.capacity),
    )
    low, high, yearly = (value / years for value in (answer.low80, answer.high80, answer.without))
    changed = words(
        "policy.changes_unmet",
        first=objective.first,
        last=objective.last,
        yearly=number(yearly, 2 - len(f"{yearly:.0f}")),
        users=users,
        range=effect_range(material, answer, low, high),
        unit=unit,
        without=without,
    )
    return " ".join((changed, words("policy.room_schools" if schools else "policy.room_other")))


def chance_text(material: Material, answer: "PolicyAnswer") -> str:
    """The target, and in how many futures it is met: without any money, with the mix, and as asked."""
    words, asked = material.words, answer.goal.chance
    if asked is None or not answer.feasible or not np.isfinite(answer.chance):
        return ""
    nothing = answer.front.filter(pl.col("cost") == 0)["chance"].to_list() if answer.front.height else []
    said = words(
        "policy.chance",
        side=words(f"policy.{asked.side}"),
        target=say_target(material, answer, asked.target),
        without=number(100 * nothing[0]) if nothing else "–",
        chance=number(100 * answer.chance),
        asked=number(100 * asked.share),
    )
    reaches = answer.goal.objective.aim == "reach" and answer.chance > asked.share
    return " ".join((said, words("policy.chance_margin"))) if reaches else said


def say_target(material: Material, answer: "PolicyAnswer", target: float) -> str:
    """A target as it was set, with its unit."""
    if answer.unit == "share":
        return percent(target, 1)
    return f"{number(target)} {effect_unit(material, answer)}"


def mix_figure(material: Material, answer: "PolicyAnswer", source: str) -> Figure:
    """Which lever, where and when: bars over years, as high as the money of a year."""
    words = material.words
    years = (int(answer.mix["from"].min()), int(answer.mix["to"].max()))  # type: ignore[arg-type]
    shown = timeline_rows(material, answer, ROWS_SHOWN)
    on_phone = timeline_rows(material, answer, ROWS_ON_PHONE)
    return Figure(
        key=f"policy-{answer.goal.name}-mix",
        title=mix_title(material, answer),
        subtitle=words("policy.mix_subtitle", unit=money_unit(material, answer)),
        painter=lambda canvas: timelines.paint_timeline(
            canvas, on_phone if canvas.is_phone else shown, years
        ),
        source=source,
        table="policy_mix",
        caveats=(words("policy.mix_caveat"), *rows_left_out(material, answer)),
        tag=words("report.scenario"),
    )


def mix_title(material: Material, answer: "PolicyAnswer") -> str:
    """The lever that takes most of the money, and the place too where one takes over half."""
    total = float(answer.mix["cost"].sum())
    spots = answer.mix.group_by("lever", "place").agg(pl.col("cost").sum())
    spot = spots.sort("cost", descending=True).row(0, named=True)
    if spot["cost"] > HALF * total:
        place, share = place_name(material, spot["place"]), number(100 * spot["cost"] / total)
        lever = material.act(spot["lever"])
        return material.words("policy.mix_title_place", lever=lever, place=place, share=share)
    levers = answer.mix.group_by("lever").agg(pl.col("cost").sum())
    first = levers.sort("cost", descending=True).row(0, named=True)
    share = number(100 * first["cost"] / total)
    return material.words("policy.mix_title", lever=material.act(first["lever"]), share=share)


def rows_left_out(material: Material, answer: "PolicyAnswer") -> tuple[str, ...]:
    """How many rows the drawings leave to the table, where they do."""
    words, rows = material.words, answer.mix.select("lever", "place").unique().height
    if rows <= ROWS_ON_PHONE:
        return ()
    if rows <= ROWS_SHOWN:
        return (words("policy.mix_more_phone", phone=ROWS_ON_PHONE, all=rows),)
    return (words("policy.mix_more", n=ROWS_SHOWN, phone=ROWS_ON_PHONE, all=rows),)


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
    """Each lever of the goal: money with its ends, share of the effect with its range, chance, evidence."""
    words, scale = material.words, scale_of(answer.goal.budget.total)
    rows = tuple(
        (
            row[f"title_{material.lang}"] or material.act(row["lever"]),
            say_costs(row["cost"] / scale, row["cost_low"] / scale, row["cost_high"] / scale),
            effect_range(material, answer, row["low80"], row["high80"], decimals=2) if row["cost"] else "–",
            "–" if row["chance"] is None else percent(row["chance"]),
            name_of(material, "bases", row["evidence"]) if row["evidence"] else "",
        )
        for row in answer.levers.sort("cost", descending=True).iter_rows(named=True)
    )
    columns = ("lever", "cost", "effect", "chance", "evidence")
    return TextTable(
        title=words(
            "policy.table_title", money=money_unit(material, answer), effect=effect_unit(material, answer)
        ),
        header=tuple(words(f"policy.column_{name}") for name in columns),
        rows=rows,
        source=source,
        table="policy_levers",
        caveats=(words("policy.table_note"),),
        text_columns=frozenset({0, 4}),
    )


def say_costs(value: float, low: float, high: float) -> str:
    """Money, and in brackets what it would be at the ends of the unit cost."""
    return f"{say_cost(value)} ({say_cost(low)}–{say_cost(high)})" if value else "–"


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
    finest = min((known_decimals(row.low, row.high) for row in rows), default=0)
    return Figure(
        key=f"policy-{answer.goal.name}-levers",
        title=levers_title(material, answer, used),
        subtitle=words(
            "policy.levers_subtitle", what=aim_of(material, answer), unit=effect_unit(material, answer)
        ),
        painter=lambda canvas: ranges.paint_ranges(
            canvas, rows, decimals=max(finest, 1) if factor == 100 else finest
        ),
        source=source,
        table="policy_levers",
        caveats=(words("policy.levers_caveat"),) if len(sure) < len(rows) else (),
        tag=words("report.scenario"),
    )


def levers_title(material: Material, answer: "PolicyAnswer", used: pl.DataFrame) -> str:
    """The lever that surely does most; with its shares where it does so for little money or does not half."""
    sure = used.filter((pl.col("low80") > 0) | (pl.col("high80") < 0))
    if not sure.height:
        return material.words("policy.levers_title_unsure")
    first = sure.row(0, named=True)
    name = first[f"title_{material.lang}"] or material.act(first["lever"])
    share = first["shapley"] / used["shapley"].sum()
    spent = first["cost"] / (answer.levers["cost"].sum() or 1.0)
    if spent >= LITTLE_MONEY and share > HALF:
        return material.words("policy.levers_title", lever=name)
    shares = {"share": number(100 * share), "money": number(100 * spent)}
    return material.words("policy.levers_title_share", lever=name, **shares)


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
            effect_range(material, answer, row["low80"], row["high80"]) if at == nearest else "",
            chosen=at == nearest,
        )
        for at, row in enumerate(frame.iter_rows(named=True))
    ]
    half = first_half(frame, whole["effect"])
    return Figure(
        key=f"policy-{answer.goal.name}-front",
        title=words(
            "policy.front_title",
            cost=money(material, half["cost"], digits=3),
            share=number(100 * half["effect"] / whole["effect"]),
        )
        if half
        else words("policy.front_title_met" if frame["effect"].abs().max() else "policy.front_title_none"),
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


def first_half(frame: pl.DataFrame, effect: float) -> dict[str, float] | None:
    """The least budget that was searched and brings at least half of an effect; None where there is none."""
    if not effect:
        return None
    enough = frame.sort("cost").filter(pl.col("effect") / effect >= HALF)
    return enough.row(0, named=True) if enough.height else None
