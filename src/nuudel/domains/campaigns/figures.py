"""What may be published of the domain: counts by year, aimag and kind, read off the ledger."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.timezone import localdate

from nuudel.domains.campaigns import parameters, series
from nuudel.ledger import Ledger, LedgerConnection, events
from nuudel.ledger.schema import Fact
from nuudel.web.access.units import aimags
from nuudel.web.facts.snapshot import latest_snapshot

PERSONS = frozenset({"officials_trained", "reach_counted"})
"""Kinds that count persons or contacts; the others count what happened."""


@dataclass(frozen=True)
class PublicCount:
    """A count that may be published.

    Attributes
    ----------
    year
        In which the event began.
    place
        Code of the aimag, or of the country where no aimag is known.
    kind
        A kind of ``series.TAKEN_BACK``.
    count
        Trainings, campaigns or manuals; persons or contacts for the kinds of ``PERSONS``. None where they
        are fewer than the minimum group: no total is given, from which it could be worked out.
    quality
        ``synthetic`` where made-up records count.
    """

    year: int
    place: str
    kind: str
    count: int | None
    quality: str


def events_overview() -> list[PublicCount]:
    """The public counts of the last snapshot, for the explorer and for the domain's own page.

    Needs no permission and no person's name: it reads the snapshot alone, and the places. Empty before the
    first snapshot.
    """
    folder = latest_snapshot()
    if folder is None:
        return []
    above = aimags()
    minimum = parameters.value("minimum_group", localdate())
    return public_counts(Ledger.open(folder).connect(), lambda code: above.get(code, code), minimum)


def public_counts(ledger: LedgerConnection, aimag: Callable[[str], str], minimum: int) -> list[PublicCount]:
    """Counts by year, aimag, kind and quality, the latest year first.

    Parameters
    ----------
    aimag
        From a place's code to that of its aimag.
    minimum
        Persons below which a count is hidden.
    """
    counted: Counter[tuple[int, str, str, str]] = Counter()
    known = ledger.manifest.counts(Fact.EVENT)
    for one in series.ALL:
        if one.key in known:
            # Spelled out, so that a mixture of made-up and observed facts is kept apart.
            table = events(ledger, one.key, by=("year", "kind", "quality")).to_polars()
            for row in table.iter_rows(named=True):
                kind = str(row["kind"])
                if kind in series.TAKEN_BACK:
                    key = (int(row["year"]), aimag(str(row["place"])), kind, str(row["quality"]))
                    counted[key] += int(row["persons"] if kind in PERSONS else row["events"])
    rows = [
        PublicCount(year, place, kind, shown(kind, count, minimum), quality)
        for (year, place, kind, quality), count in counted.items()
    ]
    return sorted(rows, key=lambda row: (-row.year, row.place, row.kind, row.quality))


def shown(kind: str, count: int, minimum: int) -> int | None:
    return None if kind in PERSONS and count < minimum else count
