"""What everybody may see of the register: what happened in the country in each complete year.

The running year is left out: its counts grow from day to day, and two of them would tell who came between.
Counts of aimags and soums are for those who may open the register's own table.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.registration.figures import series
from nuudel.ledger import Ledger, LedgerConnection, events
from nuudel.ledger.queries import margins_in, margins_out, origin_destination
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series
from nuudel.statistics.disclosure.policies import THRESHOLD
from nuudel.web.access.models import Place
from nuudel.web.facts.snapshot import latest_snapshot

EVENTS = {"birth": series.BIRTHS, "death": series.DEATHS, "late_registration": series.LATE}
"""Kinds that are counted, with their series; besides them moves, of which each has two ends or one."""
MOVE, ARRIVAL, DEPARTURE = "move", "arrival", "departure"
BY = ("year", "quality")
Counts = Counter[tuple[int, str, str]]
"""Persons by year, kind and quality."""


@dataclass(frozen=True)
class PublicCount:
    """A count that may be published.

    Attributes
    ----------
    year
        In which it happened.
    place
        Code of the country.
    kind
        A kind of ``EVENTS``, or ``move``, ``arrival``, ``departure``.
    count
        Persons; None where they are 1 to 4.
    quality
        ``synthetic`` where made-up persons count.
    """

    year: int
    place: str
    kind: str
    count: int | None
    quality: str


def public_overview() -> list[PublicCount]:
    """The public counts of the last snapshot; empty before the first one."""
    folder = latest_snapshot()
    country = Place.objects.filter(level="country").values_list("code", flat=True).first()
    if folder is None or country is None:
        return []
    return public_counts(Ledger.open(folder).connect(), country, localdate().year)


def public_counts(ledger: LedgerConnection, country: str, running: int) -> list[PublicCount]:
    """Counts by year, kind and quality, the latest year first.

    Parameters
    ----------
    country
        The code of the country whose register it is.
    running
        The year that is not over yet.
    """
    counted: Counts = Counter()
    for kind, one in EVENTS.items():
        if knows(ledger, one):
            for row in rows_of(events(ledger, one.key, by=(*BY, "kind"))):
                if row["kind"] == kind:
                    add(counted, kind, row)
    if knows(ledger, series.MOVES):
        add_moves(ledger, counted)
    return [
        PublicCount(year, country, kind, shown(count), quality)
        for (year, kind, quality), count in sorted(counted.items(), key=lambda one: (-one[0][0], *one[0][1:]))
        if year < running and count
    ]


def add_moves(ledger: LedgerConnection, counted: Counts) -> None:
    """Moves within the country, and those of which one end lies elsewhere, known or not."""
    asked: dict[str, Any] = {"durations": series.MOVES.durations, "by": BY}
    ends = ledger.manifest.counts(Fact.MOVEMENT)[series.MOVES.key].ends
    places = set(Place.objects.values_list("code", flat=True))
    within: Counts = Counter()
    if ends.get("both"):
        for row in rows_of(origin_destination(ledger, series.MOVES.key, **asked)):
            if row["origin"] in places and row["destination"] in places:
                add(within, MOVE, row)
    counted.update(within)
    for kind, end, margin in ((ARRIVAL, "destination", margins_in), (DEPARTURE, "origin", margins_out)):
        if ends.get("both") or ends.get(end):
            for row in rows_of(margin(ledger, series.MOVES.key, **asked)):
                if row["place"] in places:
                    add(counted, kind, row)
        for (year, _, quality), persons in within.items():
            counted[year, kind, quality] -= persons


def knows(ledger: LedgerConnection, one: Series) -> bool:
    return one.key in ledger.manifest.counts(Fact(one.fact))


def rows_of(table: Any) -> Iterator[dict[str, Any]]:
    rows: Iterator[dict[str, Any]] = table.to_polars().iter_rows(named=True)
    return rows


def add(counted: Counts, kind: str, row: dict[str, Any]) -> None:
    counted[int(row["year"]), kind, str(row["quality"])] += int(row["persons"])


def shown(count: int) -> int | None:
    return count if count >= THRESHOLD else None
