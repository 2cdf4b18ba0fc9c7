"""What the scenarios rest on: the size of each effect, its range, and whether it was observed or assumed."""

from math import floor, log10
from typing import TYPE_CHECKING

import polars as pl

from nuudel.publication.charts.style import number, span
from nuudel.publication.report.chapters.outlook_trust import name_of
from nuudel.publication.report.document import TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.scenarios.comparison import ScenarioComparison

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


def evidence_table(material: Material, found: "ScenarioComparison") -> TextTable:
    """One row for each piece of evidence: what, on what and how strong, known from where, and why."""
    words, lang = material.words, material.lang
    effects = effects_of(found).filter(pl.col("kind") != "cost")
    same = ["item", f"title_{lang}", "quality", f"evidence_{lang}", "source"]
    rows = []
    for (_, title, basis, why, source), part in effects.group_by(same, maintain_order=True):
        told = [
            f"{said_target(material, row['acts_on'])} {said_size(row)}" for row in part.iter_rows(named=True)
        ]
        known = f"{why} ({source})" if source and source != basis else str(why)
        rows.append((str(title), "; ".join(told), name_of(material, "bases", str(basis)), known))
    return TextTable(
        title=words("scenarios.evidence_title"),
        header=tuple(words(f"scenarios.column_{name}") for name in ("item", "size", "basis", "evidence")),
        rows=tuple(rows),
        source="",
        caveats=(words("scenarios.evidence_note"),),
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


def said_target(material: Material, acts_on: str) -> str:
    """The rate or capacity that an effect changes, in words."""
    capacity = acts_on.removeprefix("capacity.")
    if capacity == acts_on:
        return name_of(material, "targets", acts_on)
    return material.words("scenarios.capacity_of", name=material.capacity(capacity))


def said_size(row: dict[str, float]) -> str:
    """An effect's middle and its 80 per cent range, to two digits that count."""
    return f"{digits(row['size'])} ({digits(row['low'])}\u00a0…\u00a0{digits(row['high'])})"


def digits(value: float) -> str:
    """A number to two significant digits, never in powers of ten."""
    if value == 0:
        return "0"
    return number(value, 1 - floor(log10(abs(value))), sign=True)
