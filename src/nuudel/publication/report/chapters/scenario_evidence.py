"""What the scenarios rest on: the size of each effect, its range, and whether it was observed or assumed."""

from math import expm1, floor, log10
from typing import TYPE_CHECKING, Any

import polars as pl

from nuudel.publication.charts.style import number, span
from nuudel.publication.report.chapters.outlook_trust import name_of
from nuudel.publication.report.document import TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.scenarios.comparison import ScenarioComparison

Row = dict[str, Any]
# What distinguishes one effect from another, whatever the scenario and the places that it is used in.
EFFECT = ("item", "kind", "acts_on", "form", "size", "low", "high")
# The order in which effects are listed: what is known best comes first.
BASES = ("observed", "estimated", "literature", "assumption")


def effects_of(found: "ScenarioComparison") -> pl.DataFrame:
    """Each effect once, those that are known best first."""
    order = {basis: place for place, basis in enumerate(BASES)}
    return (
        found.evidence.unique(EFFECT, keep="first", maintain_order=True)
        .with_columns(rank=pl.col("quality").replace_strict(order, default=len(BASES)))
        .sort("rank", maintain_order=True)
        .drop("rank")
    )


def evidence_text(material: Material, found: "ScenarioComparison") -> str:
    """How many of the effects are assumptions."""
    counts = dict(effects_of(found)["quality"].value_counts().iter_rows())
    told = [f"{name_of(material, 'bases', basis)} {counts[basis]}" for basis in BASES if basis in counts]
    return material.words("scenarios.evidence", n=sum(counts.values()), counts=", ".join(told))


def assumed_of(found: "ScenarioComparison") -> tuple[int, int]:
    """How many of the sizes and costs are assumptions, and how many there are."""
    effects = effects_of(found)
    return effects.filter(pl.col("quality") == "assumption").height, effects.height


def evidence_table(material: Material, found: "ScenarioComparison") -> TextTable:
    """One row for each piece of evidence: what, on what and how strong, known from where, and why."""
    words, lang = material.words, material.lang
    effects = effects_of(found).filter(pl.col("kind") != "cost")
    same = ["item", f"title_{lang}", "quality", f"evidence_{lang}", "source"]
    rows = []
    for (_, title, basis, why, source), part in effects.group_by(same, maintain_order=True):
        told = [said_effect(material, row) for row in part.iter_rows(named=True)]
        known = f"{why} ({source})" if source and source != basis else str(why)
        rows.append((str(title), "; ".join(told), name_of(material, "bases", str(basis)), known))
    return TextTable(
        title=words("scenarios.evidence_title"),
        header=tuple(words(f"scenarios.column_{name}") for name in ("item", "size", "basis", "evidence")),
        rows=tuple(rows),
        source="",
        caveats=(words("scenarios.evidence_note"),),
        summary=words("scenarios.evidence_open", n=len(rows)),
        text_columns=frozenset(range(4)),
    )


def unit_cost_table(material: Material, found: "ScenarioComparison") -> list[TextTable]:
    """What one unit of each lever costs, and whether anybody knows."""
    words, lang = material.words, material.lang
    costs = effects_of(found).filter(pl.col("kind") == "cost")
    if not costs.height:
        return []
    rows = tuple(
        (
            row[f"title_{lang}"],
            row[f"unit_{lang}"],
            span(row["low"] / 1e6, row["high"] / 1e6),
            name_of(material, "bases", row["quality"]),
        )
        for row in costs.iter_rows(named=True)
    )
    return [
        TextTable(
            title=words("scenarios.unit_cost_title"),
            header=tuple(
                words(f"scenarios.column_{name}") for name in ("item", "unit", "unit_cost", "basis")
            ),
            rows=rows,
            source="",
            caveats=(words("scenarios.unit_cost_note"),),
            text_columns=frozenset({0, 1, 3}),
        )
    ]


def said_effect(material: Material, row: Row) -> str:
    """What an effect changes and by how much; a change in per cent with the unit that makes it."""
    size = f"{said_target(material, row)} {said_size(row, direction(material, row))}"
    if row["form"] != "log":
        return size
    return material.words("scenarios.size_of_unit", size=size, unit=row[f"unit_{material.lang}"])


def said_target(material: Material, row: Row) -> str:
    """The rate or capacity that an effect changes, in words; of the register only who is registered."""
    acts_on = str(row["acts_on"])
    capacity = acts_on.removeprefix("capacity.")
    if row["concept"] == "registration" and acts_on == "pull":
        return material.words("targets.registered")
    if capacity == acts_on:
        return name_of(material, "targets", acts_on)
    return material.words("scenarios.capacity_of", name=material.capacity(capacity))


def direction(material: Material, row: Row) -> int:
    """-1 where one more unit makes the base of an elasticity smaller, else 1."""
    known = material.catalogue.levers.get(str(row["item"])) if material.catalogue is not None else None
    same = ("acts_on", "form", "size", "low", "high")
    for effect in known.effects if known is not None else ():
        if all(getattr(effect, name) == row[name] for name in same):
            return -1 if effect.form == "elasticity" and effect.per_unit < 0 else 1
    return 1


def said_size(row: Row, sign: int = 1) -> str:
    """An effect's middle and its 80 per cent range, to two digits: per cent of a unit, or an elasticity."""
    ends = [float(row[name]) for name in ("size", *(("low", "high")[::sign]))]
    if row["form"] == "log":
        middle, low, high = (digits(100 * expm1(end)) for end in ends)
        return f"{middle} % ({low}\u00a0…\u00a0{high} %)"
    middle, low, high = (digits(sign * end) for end in ends)
    return f"{middle} ({low}\u00a0…\u00a0{high})"


def prices_text(material: Material, found: "ScenarioComparison") -> str:
    """The years in whose prices the costs are, where the pack's levers say so."""
    levers = material.catalogue.levers if material.catalogue is not None else {}
    items = found.evidence.filter(pl.col("kind") == "cost")["item"].unique().to_list()
    costs = [levers[item].cost for item in items if item in levers]
    years = sorted({cost.year for cost in costs if cost is not None})
    if len(costs) < len(items) or not years:
        return material.words("scenarios.prices_stated")
    return material.words("scenarios.prices_of", years=", ".join(map(str, years)))


def digits(value: float) -> str:
    """A number to two significant digits, never in powers of ten."""
    if value == 0:
        return "0"
    return number(value, 1 - floor(log10(abs(value))), sign=True)
