"""What may be published of otor: households by month and pair of aimags, read off the ledger."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from django.utils.timezone import localdate

from nuudel.domains.otor import parameters, series
from nuudel.ledger import Ledger, LedgerConnection
from nuudel.ledger.schema import Fact
from nuudel.web.access.units import aimag_of
from nuudel.web.facts.snapshot import latest_snapshot


@dataclass(frozen=True)
class Pair:
    """Households that came on otor from one aimag to another in a month.

    Attributes
    ----------
    month
        ``2026-11``, of the arrival.
    origin, destination
        Codes of the aimags; the same where a household stayed within its own.
    households, persons
        None where the households are fewer than the minimum group: no total is given beside, from which
        they could be worked out.
    quality
        ``synthetic`` where made-up records count.
    """

    month: str
    origin: str
    destination: str
    households: int | None
    persons: int | None
    quality: str


def published() -> list[Pair]:
    """The pairs of the last snapshot; empty before the first."""
    folder = latest_snapshot()
    if folder is None:
        return []
    minimum = int(parameters.value("minimum_group", localdate()))
    return pairs(Ledger.open(folder).connect(), aimag_of, minimum)


def pairs(ledger: LedgerConnection, aimag: Callable[[str], str], minimum: int) -> list[Pair]:
    """Pairs by month, the latest first.

    Parameters
    ----------
    aimag
        From a soum's code to that of its aimag.
    minimum
        Households below which a count is hidden.
    """
    if series.ARRIVALS.key not in ledger.manifest.counts(Fact.MOVEMENT):
        return []
    facts = ledger.facts(Fact.MOVEMENT)
    rows = facts.filter(facts.series == series.ARRIVALS.key).select(
        "start", "origin", "destination", "households", "persons", "quality"
    )
    households: Counter[tuple[str, str, str, str]] = Counter()
    persons: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows.to_polars().with_columns(pl.col("quality").cast(pl.String)).iter_rows(named=True):
        ends = aimag(str(row["origin"])), aimag(str(row["destination"]))
        key = (f"{row['start']:%Y-%m}", *ends, str(row["quality"]))
        households[key] += row["households"] or 0
        persons[key] += row["persons"]
    found = [
        Pair(month, origin, destination, *shown(count, persons[key], minimum), quality)
        for key, count in households.items()
        for month, origin, destination, quality in [key]
        if count
    ]
    found.sort(key=lambda one: (one.origin, one.destination, one.quality))
    return sorted(found, key=lambda one: one.month, reverse=True)


def shown(households: int, persons: int, minimum: int) -> tuple[int | None, int | None]:
    return (None, None) if households < minimum else (households, persons)
