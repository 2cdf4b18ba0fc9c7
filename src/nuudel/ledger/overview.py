"""What a ledger holds, series by series, read off its manifest."""

from dataclasses import dataclass

from nuudel.ledger.manifest import Manifest, SeriesCount
from nuudel.ledger.schema import Fact


@dataclass(frozen=True)
class SeriesOverview:
    """One series: how many facts (superseded ones included), of which years and quality, counting what."""

    series: str
    fact: str
    facts: int
    years: str
    qualities: tuple[str, ...]
    source: str
    concept: str


def overview(manifest: Manifest, lang: str = "en") -> list[SeriesOverview]:
    """The series in the order of kind and key; a declared series without facts is there with 0."""
    found = []
    for fact in Fact:
        counts = manifest.counts(fact)
        declared = [key for key, series in manifest.series.items() if series.fact == fact]
        for key in sorted({*counts, *declared}):
            years = [segment.year for segment in manifest.of(fact) if key in segment.series]
            count, series = counts.get(key, SeriesCount()), manifest.series[key]
            found.append(
                SeriesOverview(
                    series=key,
                    fact=fact.value,
                    facts=count.facts,
                    years=f"{min(years)}–{max(years)}" if years else "",
                    qualities=tuple(name for name, facts in count.qualities.items() if facts),
                    source=series.source,
                    concept=series.concept.get(lang, ""),
                )
            )
    return found
