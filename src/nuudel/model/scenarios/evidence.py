"""The evidence behind scenarios: one row for each effect, place and span of years."""

from collections.abc import Iterator, Sequence

import polars as pl

from nuudel.model.scenarios.capacities import REACTION
from nuudel.model.scenarios.catalogue import Catalogue
from nuudel.model.scenarios.lever import Cost, Effect, Lever
from nuudel.model.scenarios.scenario import Scenario, Use


def evidence_frame(scenarios: Sequence[Scenario], catalogue: Catalogue) -> pl.DataFrame:
    """Rows of ``ScenarioComparison.evidence``."""
    found = [
        row
        for scenario in scenarios
        for use in scenario.uses
        for row in use_rows(scenario.name, use, catalogue.lever(use.lever), catalogue.languages)
    ]
    found += list(capacity_rows(catalogue))
    return pl.DataFrame(found, infer_schema_length=None)


def use_rows(
    scenario: str, use: Use, lever: Lever, languages: tuple[str, ...]
) -> Iterator[dict[str, object]]:
    """Rows of one use: its effects, then its cost; the amount is that of each year."""
    known: list[tuple[Effect | Cost, str, str]] = [
        (e, e.acts_on, lever.kind) for e in lever.effects if not e.drawn_with.startswith(REACTION)
    ]
    stated = [*known, *([(lever.cost, "cost", "cost")] if lever.cost else [])]
    for entry, acts_on, kind in stated:
        for place, amount in use.amounts.items():
            yield {
                "scenario": scenario,
                "item": lever.name,
                "kind": kind,
                "concept": lever.concept,
                "acts_on": acts_on,
                "form": getattr(entry, "form", "a unit"),
                "place": place,
                "from": use.first,
                "to": use.last,
                "amount": amount,
                **{f"title_{lang}": lever.title[lang] for lang in languages},
                **{f"unit_{lang}": lever.unit[lang] for lang in languages},
                "size": entry.size,
                "low": entry.low,
                "high": entry.high,
                **{f"evidence_{lang}": entry.evidence[lang] for lang in languages},
                "source": entry.source,
                "quality": entry.quality,
            }


def capacity_rows(catalogue: Catalogue) -> Iterator[dict[str, object]]:
    """Two rows for each capacity: how those who come and those who leave react to crowding."""
    for capacity in catalogue.capacities:
        for acts_on, reaction in (("pull", capacity.pull), ("leaving", capacity.push)):
            yield {
                "scenario": "",
                "item": capacity.name,
                "kind": "capacity",
                "concept": "movement",
                "acts_on": acts_on,
                "form": "elasticity",
                "place": "",
                "from": None,
                "to": None,
                "amount": None,
                **{f"title_{lang}": capacity.title[lang] for lang in catalogue.languages},
                **{f"unit_{lang}": capacity.unit[lang] for lang in catalogue.languages},
                "size": reaction.size,
                "low": reaction.low,
                "high": reaction.high,
                **{f"evidence_{lang}": capacity.evidence[lang] for lang in catalogue.languages},
                "source": capacity.source,
                "quality": capacity.quality,
            }
