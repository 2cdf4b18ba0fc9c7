"""What enters the ledger from a pack, and what is read off it again."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack, PackTable
from nuudel.ledger.engines import LedgerConnection
from nuudel.ledger.queries import margins_in, margins_out, origin_destination
from nuudel.ledger.series import Series
from nuudel.ledger.store import Ledger
from nuudel.model.determinants.exposure import by_head
from nuudel.pipeline.inputs import FLOWS, LOSSES, MARGINS
from nuudel.publication.report.material import Flows
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

# Years of margins without which neither determinants nor forecasts are asked for.
FEWEST_YEARS = 20
# Official yearly totals do not say how long people stayed.
DURATION = "unknown"


def append_official(ledger: Ledger, table: PackTable, facts: Callable[..., pl.DataFrame]) -> None:
    """Official figures as counted facts; a figure that the ledger refuses is an error, not a gap."""
    source = table.source
    frame = table.frame.rename({"migrants": "persons"}, strict=False)
    told = facts(
        frame,
        series=source.key,
        source=source.identifier or source.key,
        institution=next(iter(source.institution.values())),
    )
    concept = next((c.text for c in table.caveats if c.effect == "concept"), {})
    series = [
        Series(key, source.identifier or source.key, durations=(DURATION,), concept=dict(concept))
        for key in told["series"].unique().sort().to_list()
    ]
    result = ledger.append(told, series=series)
    if result.rejected:
        first = result.rejects.row(0, named=True)
        raise RunError(
            104,
            f"the ledger refuses {result.rejected} figures of table {table.name}, first {first['code']}: "
            f"{first['reason']}",
            "Correct the table.",
        )


def read_margins(ledger: LedgerConnection, pack: Pack) -> InternalMigration:
    """Arrivals and departures by place and year, from the flows where they are known."""
    table = pack.table(FLOWS if pack.has(FLOWS) else MARGINS)
    key = table.source.key
    keys = (key, key) if pack.has(FLOWS) else (f"{key}-in", f"{key}-out")
    arrivals = margins_in(ledger, keys[0], durations=[DURATION]).to_polars()
    departures = margins_out(ledger, keys[1], durations=[DURATION]).to_polars()
    if pack.has(FLOWS):  # a place that nobody left, or nobody came to, has no flow but a zero
        keys_of_both = pl.concat(
            [arrivals.select("year", "place"), departures.select("year", "place")]
        ).unique()
        arrivals, departures = (
            keys_of_both.join(side, on=["year", "place"], how="left").with_columns(
                pl.col("persons").fill_null(0)
            )
            for side in (arrivals, departures)
        )
    population = pack.table("national_population").frame if pack.has("national_population") else None
    return arrange_margins(arrivals, departures, population, table.caveats)


def read_flows(ledger: LedgerConnection, pack: Pack) -> Flows:
    """The origin-destination table of the last year, with the source's own distances."""
    table = pack.table(FLOWS)
    flows = origin_destination(ledger, table.source.key, durations=[DURATION]).to_polars()
    year = int(flows["year"].sort()[-1])
    flows = flows.filter(pl.col("year") == year)
    places = sorted(set(flows["origin"]) | set(flows["destination"]))
    persons, distances = np.zeros((2, len(places), len(places)))
    for origin, destination, count in flows.select("origin", "destination", "persons").iter_rows():
        persons[places.index(origin), places.index(destination)] = count
    known = table.frame.filter(
        pl.col("origin").is_in(places),
        pl.col("destination").is_in(places),
        pl.col("origin") != pl.col("destination"),
    )
    for origin, destination, km in known.select("origin", "destination", "distance_km").iter_rows():
        distances[places.index(origin), places.index(destination)] = km
    return Flows(year, tuple(places), persons, distances)


def margins_of(pack: Pack) -> PackTable:
    """The table that arrivals and departures come from."""
    return pack.table(FLOWS if pack.has(FLOWS) else MARGINS)


def losses_of(pack: Pack, internal: InternalMigration) -> NDArray[np.float64] | None:
    """Livestock lost by year and place, thousand head; None for a country without such a table."""
    if not pack.has(LOSSES):
        return None
    return 1000 * by_head(pack.table(LOSSES).frame, internal.places).lag(0, internal.years.tolist())
