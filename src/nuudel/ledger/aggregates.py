"""Official tables as counted facts: a margin is a movement with one end unknown, a flow has both.

Each figure's id comes from what it counts (series, round, year, places), not from its value. So a figure
that is loaded again is there already, and a revised one is rejected (``LEDGER-112``) until it is posted as a
correction: it can never be counted twice.
"""

from collections.abc import Sequence

import polars as pl
import xxhash

from nuudel.base.errors import LedgerError
from nuudel.base.provenance import Quality
from nuudel.ledger.ids import VARIANT, VARIANT_MASK, VERSION_8, VERSION_MASK

IN, OUT = "in", "out"


def margin_facts(
    frame: pl.DataFrame,
    *,
    series: str,
    source: str,
    institution: str,
    duration: str = "unknown",
    kind: str = "residence",
    quality: str = Quality.OBSERVED,
    published: str | None = None,
) -> pl.DataFrame:
    """Movement facts from in- and out-migrants by place and year.

    Parameters
    ----------
    frame
        ``year``, ``place`` and one or both of ``in_migrants``, ``out_migrants`` (persons); one row for each
        place and year. An empty cell was not counted and gives no fact; a zero was counted and gives one.
    series
        The key that both series begin with: arrivals go to ``<series>-in``, departures to ``<series>-out``.
    duration
        The duration class that the source counts.
    published
        Name of the edition, for the column ``round``.

    Returns
    -------
    DataFrame
        For ``Ledger.append``.

    Raises
    ------
    LedgerError
        ``LEDGER-210`` for a missing column, ``LEDGER-211`` where a place and year are there twice.
    """
    present: list[str] = [name for name in ("in_migrants", "out_migrants") if name in frame.columns]
    check(frame, ["year", "place", *(present or ["in_migrants"])], ["year", "place"])
    parts = []
    for name, end, other, way in (
        ("in_migrants", "destination", "origin", IN),
        ("out_migrants", "origin", "destination", OUT),
    ):
        if name in present:
            counted = frame.filter(pl.col(name).is_not_null())
            parts.append(
                counted.select(
                    pl.lit(f"{series}-{way}").alias("series"),
                    "year",
                    pl.col("place").alias(end),
                    pl.lit(None, pl.String).alias(other),
                    pl.col(name).alias("persons"),
                )
            )
    facts = pl.concat(parts, how="diagonal")
    return counted_facts(facts, source, institution, duration, kind, quality, published)


def flow_facts(
    frame: pl.DataFrame,
    *,
    series: str,
    source: str,
    institution: str,
    duration: str = "unknown",
    kind: str = "residence",
    quality: str = Quality.OBSERVED,
    published: str | None = None,
) -> pl.DataFrame:
    """Movement facts from a table of flows; otherwise as ``margin_facts``.

    Parameters
    ----------
    frame
        ``year``, ``origin``, ``destination``, ``persons``; cells of a place with itself are left out, because
        they are no moves between places.
    """
    check(frame, ["year", "origin", "destination", "persons"], ["year", "origin", "destination"])
    facts = frame.filter(pl.col("persons").is_not_null(), pl.col("origin") != pl.col("destination")).select(
        pl.lit(series).alias("series"), "year", "origin", "destination", "persons"
    )
    return counted_facts(facts, source, institution, duration, kind, quality, published)


def presence_facts(
    frame: pl.DataFrame,
    *,
    series: str,
    source: str,
    institution: str,
    kind: str,
    quality: str = Quality.OBSERVED,
    published: str | None = None,
) -> pl.DataFrame:
    """Presence facts from stocks: ``day`` (date), ``place``, ``persons``; otherwise as ``margin_facts``."""
    check(frame, ["day", "place", "persons"], ["day", "place"])
    facts = frame.filter(pl.col("persons").is_not_null()).select(
        pl.lit(series).alias("series"),
        "place",
        pl.col("persons").cast(pl.Int64),
        pl.col("day").alias("start"),
        pl.col("day").alias("end"),
    )
    return described(
        facts, ["series", "round", "start", "place"], source, institution, kind, quality, published
    )


def counted_facts(
    facts: pl.DataFrame,
    source: str,
    institution: str,
    duration: str,
    kind: str,
    quality: str,
    published: str | None,
) -> pl.DataFrame:
    """Whole years, with the columns of a movement."""
    facts = facts.select(
        "series",
        "origin",
        "destination",
        pl.col("persons").cast(pl.Int64),
        pl.date(pl.col("year"), 1, 1).alias("start"),
        pl.date(pl.col("year"), 12, 31).alias("end"),
        pl.lit(duration).alias("duration"),
    )
    keys = ["series", "round", "start", "origin", "destination"]
    return described(facts, keys, source, institution, kind, quality, published)


def described(
    facts: pl.DataFrame,
    keys: list[str],
    source: str,
    institution: str,
    kind: str,
    quality: str,
    published: str | None,
) -> pl.DataFrame:
    facts = facts.with_columns(
        source=pl.lit(source),
        institution=pl.lit(institution),
        round=pl.lit(published, pl.String),
        kind=pl.lit(kind),
        quality=pl.lit(str(quality)),
        sex=pl.lit("all"),
    )
    ids = [
        id_of("|".join("" if part is None else str(part) for part in row))
        for row in facts.select(keys).iter_rows()
    ]
    return facts.with_columns(id=pl.Series(ids, dtype=pl.Binary)).select("id", pl.exclude("id"))


def id_of(key: str) -> bytes:
    """A UUIDv8 from what a figure is the figure of."""
    digest = xxhash.xxh3_128_intdigest(key.encode())
    high = (digest >> 64) & int(VERSION_MASK) | int(VERSION_8)
    low = digest & int(VARIANT_MASK) | int(VARIANT)
    return (high << 64 | low).to_bytes(16, "big")


def check(frame: pl.DataFrame, needed: Sequence[str], key: Sequence[str]) -> None:
    for name in needed:
        if name not in frame.columns:
            raise LedgerError(
                210, f"the table has no column {name!r}.", f"Give the columns {', '.join(needed)}.", (name,)
            )
    doubled = frame.filter(pl.struct(key).is_duplicated())
    if len(doubled):
        first = ", ".join(f"{name}={doubled[name][0]}" for name in key)
        raise LedgerError(211, f"the table has {first} twice.", "Keep one row for each key.", tuple(key))
