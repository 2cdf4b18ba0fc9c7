"""The difference between two sources, explained part by part; the parts add up to it exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source, Text
from nuudel.statistics.reconciliation.sources import Estimate


class Cause(StrEnum):
    """Why two sources differ."""

    DEFINITION = "definition"
    COVERAGE = "coverage"
    TIMING = "timing"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class DefinitionDifference:
    """Persons whom a source counts and the reference, by its definition, does not (negative: the reverse)."""

    source_key: str
    persons: int
    text: Text
    source: Source | None = None


@dataclass(frozen=True)
class Comparison:
    """One source against the reference, in whole persons.

    Attributes
    ----------
    difference
        Other minus reference.
    parts
        Persons by cause; their sum is ``difference``.
    """

    reference: Estimate
    other: Estimate
    difference: int
    parts: dict[Cause, int]


def compare(
    estimates: Sequence[Estimate],
    reference: str,
    *,
    definitions: Sequence[DefinitionDifference] = (),
    change_percent_per_year: float = 0.0,
) -> tuple[Comparison, ...]:
    """Explain how each source differs from a reference source at one place.

    Coverage: both are raised to full coverage by their stated rates. Timing: the other figure is moved to
    the reference's year at the given yearly change. Definition: as given. What remains is unexplained; a
    figure that is only a bound is compared at the bound.

    Parameters
    ----------
    estimates
        One figure per source, whole persons, of one place.
    reference
        Key of the source with which the others are compared.
    definitions
        Known differences of definition.
    change_percent_per_year
        Growth of what is counted.

    Raises
    ------
    StatisticsError
        ``STATISTICS-336`` the reference is not there, a source is there twice or a definition names an
        unknown one; ``STATISTICS-337`` places differ; ``STATISTICS-338`` a value is no whole number.
    """
    by_key = {e.concept.key: e for e in estimates}
    named = {reference, *(d.source_key for d in definitions)}
    if len(by_key) != len(estimates) or not named <= set(by_key):
        raise StatisticsError(
            336,
            "each source must be there once, the reference and those of the definitions included.",
            f"The sources given are: {', '.join(sorted(by_key))}.",
            ("reference", "definitions"),
        )
    if len({e.place for e in estimates}) > 1:
        raise StatisticsError(
            337, "the figures are of different places.", "Compare one place at a time.", ("place",)
        )
    if any(e.value != round(e.value) for e in estimates):
        raise StatisticsError(
            338, "a figure is no whole number of persons.", "Give persons, not thousands.", ("value",)
        )
    growth = 1.0 + change_percent_per_year / 100.0
    return tuple(
        explain(by_key[reference], by_key[key], definitions, growth)
        for key in sorted(by_key)
        if key != reference
    )


def explain(
    reference: Estimate, other: Estimate, definitions: Sequence[DefinitionDifference], growth: float
) -> Comparison:
    difference = int(other.value) - int(reference.value)
    missed_by_reference = round(reference.full_value) - int(reference.value)
    missed_by_other = round(other.full_value) - int(other.value)
    moved = other.full_value / growth ** (other.year - reference.year)
    parts = {
        Cause.DEFINITION: sum(d.persons for d in definitions if d.source_key == other.concept.key)
        - sum(d.persons for d in definitions if d.source_key == reference.concept.key),
        Cause.COVERAGE: missed_by_reference - missed_by_other,
        Cause.TIMING: round(other.full_value - moved),
    }
    parts[Cause.UNEXPLAINED] = difference - sum(parts.values())
    return Comparison(reference, other, difference, parts)


def comparison_table(comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """One row per source and cause."""
    return pl.DataFrame(
        [
            {
                "reference": c.reference.concept.key,
                "source": c.other.concept.key,
                "place": c.other.place,
                "reference_persons": int(c.reference.value),
                "source_persons": int(c.other.value),
                "source_qualifier": str(c.other.qualifier),
                "cause": str(cause),
                "persons": persons,
            }
            for c in comparisons
            for cause, persons in c.parts.items()
        ]
    )
