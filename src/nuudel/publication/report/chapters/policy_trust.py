"""What speaks against a mix: limits that bind, the next best, the check person by person, assumed sizes."""

from typing import TYPE_CHECKING

import polars as pl

from nuudel.publication.charts.style import number
from nuudel.publication.report.chapters.policy_words import effect_range, effect_unit, money
from nuudel.publication.report.document import TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer

TOTAL, YEARLY, CHANCE, ALL = "total budget", "yearly budget ", "chance", "all "


def say_constraint(material: Material, answer: "PolicyAnswer", name: str) -> str:
    """A limit of the goal in words: the budget, the chance, a lever's amount, or the floor of a place."""
    words = material.words
    if name == TOTAL:
        return words("policy.limit_total")
    if name == CHANCE:
        return words("policy.limit_chance")
    if name.startswith(YEARLY):
        return words("policy.limit_yearly", years=name.removeprefix(YEARLY).replace("-", "–"))
    if name.startswith(ALL):
        return words("policy.limit_lever", lever=material.act(name.removeprefix(ALL)))
    code = name.rpartition(": ")[2]
    if code in material.gazetteer.places:
        return words("policy.limit_place", place=material.name(code))
    return words("policy.limit_fair")


def relaxation_text(material: Material, answer: "PolicyAnswer") -> str:
    """Limits that cannot be kept together, and how far each alone would have to give way."""
    words = material.words
    names = [say_constraint(material, answer, name) for name in answer.conflicts]
    ways = [
        words(
            "policy.relax",
            limit=say_constraint(material, answer, row["constraint"]),
            then=say_limit(material, answer, row["least_limit"], row["unit"]),
            now=say_limit(material, answer, row["limit"], row["unit"]),
        )
        for row in answer.relaxation.drop_nulls("least_limit").iter_rows(named=True)
    ]
    conflict = (words("policy.conflict", limits="; ".join(names)),) if names else ()
    enough = (words("policy.enough", ways="; ".join(ways)),) if ways else ()
    return " ".join((*conflict, *enough))


def say_limit(material: Material, answer: "PolicyAnswer", value: float | None, unit: str) -> str:
    """A limit's value: money, the indicator, or a plain amount."""
    if value is None:
        return "–"
    if unit == answer.goal.budget.currency:
        return money(material, value)
    if unit == "share":
        return f"{number(100 * value, 1)} %"
    return number(value, 0 if abs(value) >= 10 else 2)


def next_text(material: Material, answer: "PolicyAnswer") -> str:
    """What the next money would do most with, and the best mix without the strongest lever."""
    words, sentences = material.words, []
    if answer.mix.height and answer.next_best.height:
        idle = answer.next_best.filter(~pl.col("full") & ~pl.col("used") & (pl.col("gain") > 0)).head(1)
        sentences += [
            words(
                "policy.next_best",
                lever=material.act(best["lever"]),
                place=material.name(best["place"]),
                years=f"{best['from']}–{best['to']}",
            )
            for best in idle.iter_rows(named=True)
        ]
    if answer.without_top.height and answer.effect:
        kept = 100 * answer.without_top_effect / answer.effect
        sentences.append(words("policy.without_top", lever=material.act(answer.top), kept=number(kept)))
    if answer.mix.height:
        sentences.append(words("policy.assumed", share=number(100 * answer.assumed_share)))
    return " ".join(sentences)


def sure_text(material: Material, answer: "PolicyAnswer") -> str:
    """The check person by person, the starts of the search, and what other sizes of effects would change."""
    words, sentences = material.words, []
    if answer.recheck.height:
        row = answer.recheck.row(-1, named=True)  # the effect, after the path without and with the mix
        factor = 100 if answer.unit == "share" else 1
        decimals = 2 if factor == 100 else 0
        sentences.append(
            words(
                "policy.recheck_agrees" if row["agrees"] else "policy.recheck_differs",
                simulated=number(factor * row["microsimulation"], decimals),
                projected=number(factor * row["projection"], decimals),
                error=number(factor * row["error"], decimals),
                unit=effect_unit(material, answer),
            )
        )
    if answer.starts.height:
        done = int(answer.starts["converged"].sum())
        sentences.append(words("policy.starts", done=done, n=answer.starts.height))
    if answer.sizes.filter(pl.col("case") == "all_weak").height:
        ends = answer.sizes.filter(pl.col("case").is_in(["all_weak", "all_strong"]))["held"]
        sentences.append(
            words(
                "policy.sizes_hold" if answer.holds else "policy.sizes_change",
                range=effect_range(material, answer, ends.min(), ends.max()),  # type: ignore[arg-type]
                unit=effect_unit(material, answer),
            )
        )
    return " ".join(sentences)


def limit_table(material: Material, answer: "PolicyAnswer") -> list[TextTable]:
    """Limits that are reached or broken at the mix, and what giving way would be worth."""
    shown = answer.binding.filter(pl.col("binding") | (pl.col("slack") < 0))
    if not shown.height:
        return []
    words = material.words
    rows = tuple(
        (
            say_constraint(material, answer, row["constraint"]),
            say_limit(material, answer, row["limit"], row["unit"]),
            say_limit(material, answer, row["value"], row["unit"]),
            words("policy.broken") if row["slack"] < 0 and not answer.feasible else words("policy.reached"),
        )
        for row in shown.iter_rows(named=True)
    )
    return [
        TextTable(
            title=words("policy.limits_title"),
            header=tuple(words(f"policy.column_{name}") for name in ("limit", "asked", "value", "state")),
            rows=rows,
            source="",
            caveats=(words("policy.limits_note"),),
            text_columns=frozenset({0, 3}),
        )
    ]
