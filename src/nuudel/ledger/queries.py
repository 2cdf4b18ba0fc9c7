"""Questions to the ledger as Ibis expressions: each names one series, and no two series are ever added.

Persons are weighted: each fact counts ``persons * weight``. A result carries the quality of its facts; where
a series mixes observed and estimated facts, its rows are kept apart by quality.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from nuudel.base.errors import LedgerError
from nuudel.base.packs import nearest
from nuudel.ledger.codes import DURATIONS, MIGRATION_KINDS, MOVEMENT_KINDS
from nuudel.ledger.engines import LedgerConnection
from nuudel.ledger.manifest import SeriesCount
from nuudel.ledger.schema import Fact

if TYPE_CHECKING:
    import ibis.expr.types as ir

COMMON_BREAKDOWNS = (
    "year",
    "month",
    "round",
    "sex",
    "age_from",
    "age_to",
    "citizenship",
    "reason",
    "quality",
)
BREAKDOWNS: Mapping[Fact, tuple[str, ...]] = {
    Fact.MOVEMENT: (*COMMON_BREAKDOWNS, "kind", "mode", "duration"),
    Fact.PRESENCE: (*COMMON_BREAKDOWNS, "kind", "start"),
    Fact.EVENT: (*COMMON_BREAKDOWNS, "kind"),
}


def origin_destination(
    ledger: LedgerConnection,
    series: str,
    *,
    durations: Sequence[str],
    by: Sequence[str] = ("year",),
    kinds: Sequence[str] = MIGRATION_KINDS,
    as_known_on: date | None = None,
) -> "ir.Table":
    """Persons by origin and destination, of movements with both ends known.

    Parameters
    ----------
    series
        Exactly one series.
    durations
        The duration classes that count as a move here; there is no default, because it decides the figure.
    by
        Further breakdowns, of ``BREAKDOWNS``.
    kinds
        Kinds of movement; passages at a flow point (``crossing``, ``trip``) only when named.
    as_known_on
        As the ledger was known at the end of this day.

    Returns
    -------
    ibis table
        ``origin``, ``destination``, the breakdowns, ``quality``, ``persons`` (float).

    Raises
    ------
    LedgerError
        ``LEDGER-401`` unknown series, ``LEDGER-402`` not one series, ``LEDGER-403`` unknown breakdown,
        ``LEDGER-404`` unknown or no duration class, ``LEDGER-405`` unknown kind, ``LEDGER-406`` the series
        does not know both ends.
    """
    count = one_series(ledger, Fact.MOVEMENT, series)
    if not count.ends.get("both"):
        raise margins_only(series, "an origin-destination table", "margins_in or margins_out")
    facts = movements(ledger, series, durations, kinds, as_known_on)
    facts = facts.filter(facts.origin.notnull(), facts.destination.notnull())
    return summed(ledger, Fact.MOVEMENT, facts, ("origin", "destination"), by, count)


def margins_in(
    ledger: LedgerConnection,
    series: str,
    *,
    durations: Sequence[str],
    by: Sequence[str] = ("year",),
    kinds: Sequence[str] = MIGRATION_KINDS,
    as_known_on: date | None = None,
) -> "ir.Table":
    """Arrivals by ``place``, of movements whose destination is known; otherwise as ``origin_destination``."""
    return margin(ledger, series, "destination", durations, by, kinds, as_known_on)


def margins_out(
    ledger: LedgerConnection,
    series: str,
    *,
    durations: Sequence[str],
    by: Sequence[str] = ("year",),
    kinds: Sequence[str] = MIGRATION_KINDS,
    as_known_on: date | None = None,
) -> "ir.Table":
    """Departures by ``place``, of movements whose origin is known; otherwise as ``origin_destination``."""
    return margin(ledger, series, "origin", durations, by, kinds, as_known_on)


def margin(
    ledger: LedgerConnection,
    series: str,
    end: str,
    durations: Sequence[str],
    by: Sequence[str],
    kinds: Sequence[str],
    as_known_on: date | None,
) -> "ir.Table":
    count = one_series(ledger, Fact.MOVEMENT, series)
    if not count.ends.get("both") and not count.ends.get(end):
        what, other = ("arrivals", "margins_out") if end == "destination" else ("departures", "margins_in")
        raise margins_only(series, what, other)
    facts = movements(ledger, series, durations, kinds, as_known_on)
    facts = facts.filter(facts[end].notnull()).mutate(place=facts[end])
    return summed(ledger, Fact.MOVEMENT, facts, ("place",), by, count)


def presence(
    ledger: LedgerConnection,
    series: str,
    *,
    by: Sequence[str] = ("start",),
    as_known_on: date | None = None,
) -> "ir.Table":
    """Persons present by ``place``; by day, because stocks of two days are never added.

    Raises
    ------
    LedgerError
        ``LEDGER-401`` to ``LEDGER-403``; ``LEDGER-407`` where ``by`` names neither ``start`` nor ``round``.
    """
    count = one_series(ledger, Fact.PRESENCE, series)
    if not {"start", "round"} & set(by):
        raise LedgerError(
            407,
            "a stock is asked for without its day or round.",
            "Add start or round to the breakdowns.",
            ("by",),
        )
    facts = of_series(ledger, Fact.PRESENCE, series, as_known_on)
    return summed(ledger, Fact.PRESENCE, facts, ("place",), by, count)


def events(
    ledger: LedgerConnection,
    series: str,
    *,
    by: Sequence[str] = ("year", "kind"),
    as_known_on: date | None = None,
) -> "ir.Table":
    """Events by ``place``: ``events`` counts the facts, ``persons`` the people concerned."""
    count = one_series(ledger, Fact.EVENT, series)
    facts = of_series(ledger, Fact.EVENT, series, as_known_on)
    return summed(ledger, Fact.EVENT, facts, ("place",), by, count)


def one_series(ledger: LedgerConnection, fact: Fact, series: str) -> SeriesCount:
    counts = ledger.manifest.counts(fact)
    if not isinstance(series, str):
        raise LedgerError(
            402,
            "a query names exactly one series.",
            "Ask for each series by itself; series are never added to each other.",
            ("series",),
        )
    if series not in counts:
        near = nearest(series, counts) if counts else "; the ledger has none of this kind"
        raise LedgerError(
            401, f"the ledger has no {fact} series {series!r}.", f"Name one it has{near}.", ("series",)
        )
    return counts[series]


def margins_only(series: str, what: str, instead: str) -> LedgerError:
    return LedgerError(
        406, f"series {series!r} does not know the end that {what} needs.", f"Ask for {instead}.", ("series",)
    )


def of_series(ledger: LedgerConnection, fact: Fact, series: str, as_known_on: date | None) -> "ir.Table":
    facts = ledger.facts(fact.value, as_known_on)
    if set(ledger.manifest.counts(fact)) == {series}:
        return facts
    return facts.filter(facts.series == series)


def movements(
    ledger: LedgerConnection,
    series: str,
    durations: Sequence[str],
    kinds: Sequence[str],
    as_known_on: date | None,
) -> "ir.Table":
    check_codes(404, "duration class", durations, DURATIONS.names)
    check_codes(405, "kind of movement", kinds, MOVEMENT_KINDS.names)
    facts = of_series(ledger, Fact.MOVEMENT, series, as_known_on)
    if set(durations) != set(DURATIONS.names):
        facts = facts.filter(facts.duration.isin(list(durations)))
    if set(kinds) != set(MOVEMENT_KINDS.names):
        facts = facts.filter(facts.kind.isin(list(kinds)))
    return facts


def check_codes(number: int, what: str, given: Sequence[str], known: Sequence[str]) -> None:
    names = [given] if isinstance(given, str) else list(given)
    wrong = [name for name in names if name not in known]
    if isinstance(given, str) or not names or wrong:
        problem = f"{wrong[0]!r} is no {what}." if wrong else f"the query names no list of {what}s."
        raise LedgerError(
            number, problem, f"Give a list of them{nearest((wrong or names or [''])[0], known)}."
        )


def summed(
    ledger: LedgerConnection,
    fact: Fact,
    facts: "ir.Table",
    ends: tuple[str, ...],
    by: Sequence[str],
    count: SeriesCount,
) -> "ir.Table":
    """Group by places and breakdowns."""
    for name in by:
        if name not in BREAKDOWNS[fact]:
            near = nearest(name, BREAKDOWNS[fact])
            raise LedgerError(403, f"a {fact} cannot be broken down by {name!r}.", f"Use{near[1:]}.", ("by",))
    if "month" in by:
        facts = facts.mutate(month=facts.start.month())
    mixed = len(count.qualities) > 1
    keys = [*ends, *by, *(["quality"] if mixed and "quality" not in by else [])]
    weighted = any(segment.weighted for segment in ledger.manifest.of(fact))
    persons = (facts.persons * facts.weight).sum() if weighted else facts.persons.sum()
    measures = {"persons": persons.cast("float64")}
    if fact is Fact.EVENT:
        measures = {"events": facts.count(), **measures}
    table = facts.group_by(keys).aggregate(**measures)
    if "quality" not in keys:
        import ibis

        table = table.mutate(quality=ibis.literal(next(iter(count.qualities))))
    return table.select(*ends, *by, *(["quality"] if "quality" not in by else []), *measures)
