"""What speaks against a mix: limits that bind, the next best, the check person by person, assumed sizes."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nuudel.publication.charts.style import known_decimals, number
from nuudel.publication.report.chapters.policy_words import (
    ALL_OF_IT,
    effect_unit,
    money,
    money_unit,
    percent,
    scale_of,
)
from nuudel.publication.report.document import TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer

TOTAL, YEARLY, CHANCE, ALL = "total budget", "yearly budget ", "chance", "all "
# An amount this near to its most, as a share of it, stands there.
AT_MOST = 1e-3


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
            limit=words("policy.limit_target")
            if row["constraint"] == CHANCE
            else say_constraint(material, answer, row["constraint"]),
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
        return percent(value, 1)
    return number(value, 0 if abs(value) >= 10 else 2)


def next_text(material: Material, answer: "PolicyAnswer") -> str:
    """What more money would do most with, what stands at its cap, and the best mix without the top lever."""
    words, sentences = material.words, []
    if answer.mix.height and answer.next_best.height:
        worth = answer.next_best.filter(pl.col("gain") > 0)
        worth = worth.filter([float(say_gain(answer, gain).replace(",", "")) > 0 for gain in worth["gain"]])
        used = answer.next_best.filter("used")
        for row in worth.filter(~pl.col("full") & ~at_yearly_limit(answer)).head(1).iter_rows(named=True):
            gains = {"gain": say_gain(answer, row["gain"]), "unit": effect_unit(material, answer)}
            gains["money"] = money_unit(material, answer)
            sentences.append(words("policy.next_best", **spot_of(material, row), **gains))
        for row in worth.filter(pl.col("full") & pl.col("used")).head(1).iter_rows(named=True):
            at_cap = {"n": used["full"].sum(), "all": used.height}
            sentences.append(words("policy.at_cap", **spot_of(material, row), **at_cap))
    if answer.without_top.height and answer.effect:
        kept = 100 * answer.without_top_effect / answer.effect
        sentences.append(words("policy.without_top", lever=material.act(answer.top), kept=number(kept)))
    return " ".join(sentences)


def at_yearly_limit(answer: "PolicyAnswer") -> pl.Expr:
    """Whether a row's years have no room left for money under the limit of a year."""
    reached = answer.binding.filter("binding")["constraint"]
    blocks = [name.removeprefix(YEARLY) for name in reached if name.startswith(YEARLY)]
    return pl.format("{}-{}", "from", "to").is_in(blocks)


def say_gain(answer: "PolicyAnswer", gain: float) -> str:
    """A gain per billion, for one of the unit of money that the answer is counted in."""
    value = gain * scale_of(answer.goal.budget.total) / 1e9
    return number(100 * value, 2) if answer.unit == "share" else number(value)


def spot_of(material: Material, row: dict[str, Any]) -> dict[str, str]:
    """Lever, place and years of a row in words."""
    return {
        "lever": material.act(row["lever"]),
        "place": material.name(row["place"]),
        "years": f"{row['from']}–{row['to']}",
    }


def assumed_text(material: Material, answer: "PolicyAnswer") -> str:
    """How much of the effect rests on assumed sizes; empty of a mix of nothing."""
    if not answer.mix.height:
        return ""
    if answer.assumed_share >= ALL_OF_IT:
        return material.words("policy.assumed_all")
    return material.words("policy.assumed", share=number(100 * answer.assumed_share))


def sure_text(material: Material, answer: "PolicyAnswer") -> str:
    """The check person by person, and what other sizes of effects would change."""
    words, unit, sentences = material.words, effect_unit(material, answer), []
    factor = 100 if answer.unit == "share" else 1
    if answer.recheck.height:
        row = answer.recheck.row(-1, named=True)  # the effect, after the path without and with the mix
        digits = decimals_of(factor * row["error"])
        told = {
            "simulated": number(factor * row["microsimulation"], digits, sign=True),
            "projected": number(factor * row["projection"], digits, sign=True),
            "error": number(factor * row["error"], digits),
        }
        key = "policy.recheck_agrees" if row["agrees"] else "policy.recheck_differs"
        mean = number(factor * answer.effect, digits, sign=True)
        sentences += [words(key, **told, unit=unit), words("policy.recheck_path", mean=mean)]
    held = dict(answer.sizes.select("case", "held").iter_rows())
    if "all_weak" in held:
        digits = 1 if factor == 100 else min(known_decimals(held["all_weak"], held["all_strong"]), 0)
        ends = {name: number(factor * held[f"all_{name}"], digits, sign=True) for name in ("weak", "strong")}
        key = "policy.sizes_hold" if answer.holds else "policy.sizes_change"
        sentences.append(words(key, **ends, unit=unit))
    return " ".join(sentences)


def decimals_of(error: float) -> int:
    """Decimals that show an error by its first digit, so that it is never printed as nothing."""
    return -int(np.floor(np.log10(error))) if error > 0 else 0


def limit_table(material: Material, answer: "PolicyAnswer") -> list[TextTable]:
    """Limits that are reached or broken at the mix, those of each lever included."""
    shown = answer.binding.filter(pl.col("binding") | (pl.col("slack") < 0))
    rows = (*(limit_row(material, answer, row) for row in shown.iter_rows(named=True)),)
    rows += cap_rows(material, answer)
    if not rows:
        return []
    words, done = material.words, int(answer.starts["converged"].sum()) if answer.starts.height else 0
    starts = (words("policy.starts", done=done, n=answer.starts.height),) if answer.starts.height else ()
    return [
        TextTable(
            title=words("policy.limits_title"),
            header=tuple(words(f"policy.column_{name}") for name in ("limit", "asked", "value", "state")),
            rows=rows,
            source="",
            caveats=(words("policy.limits_note"), *starts),
            text_columns=frozenset({0, 3}),
        )
    ]


def limit_row(material: Material, answer: "PolicyAnswer", row: dict[str, Any]) -> tuple[str, ...]:
    """One limit: what was asked, what the mix has; of a chance both as shares of futures."""
    state = "broken" if row["slack"] < 0 and not answer.feasible else "reached"
    asked, value = (say_limit(material, answer, row[name], row["unit"]) for name in ("limit", "value"))
    if row["constraint"] == CHANCE and answer.goal.chance is not None:
        asked, value = percent(answer.goal.chance.share), percent(answer.chance)
    name = say_constraint(material, answer, row["constraint"])
    return name, asked, value, material.words(f"policy.{state}")


def cap_rows(material: Material, answer: "PolicyAnswer") -> tuple[tuple[str, ...], ...]:
    """Each lever that stands at its most a place and year somewhere: in how many places and periods."""
    known = material.catalogue.levers if material.catalogue else {}
    rows = []
    for limit in answer.goal.levers:
        lever = known.get(limit.lever)
        most = min(limit.most, lever.most_a_year if lever else np.inf)
        spots = answer.next_best.filter(lever=limit.lever) if answer.next_best.height else answer.next_best
        used = answer.mix.filter(pl.col("lever") == limit.lever) if answer.mix.height else answer.mix
        full = used.filter(pl.col("amount") >= most * (1 - AT_MOST)).height if used.height else 0
        if full:
            unit = lever.unit[material.lang] if lever else used["unit"][0]
            rows.append(
                (
                    material.words("policy.limit_most", lever=material.act(limit.lever), unit=unit),
                    number(most),
                    number(used["amount"].max()),  # type: ignore[arg-type]
                    material.words("policy.at_most_in", n=full, all=max(spots.height, used.height)),
                )
            )
    return tuple(rows)
