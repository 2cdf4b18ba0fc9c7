"""The stock with which a register begins, as facts of the ledger: residents by place, sex and age."""

from datetime import date
from typing import Any

import polars as pl
from psycopg import Cursor

from nuudel.base.provenance import Quality
from nuudel.domains.registration.figures import series
from nuudel.ledger.load import prepare
from nuudel.ledger.reading import table_chunks
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import declare
from nuudel.web.facts.database_load import DatabaseLoad
from nuudel.web.facts.series import read_series, write_series

AGE_GROUP, LAST_GROUP = 5, 85  # years; the last group has no end


def stock(persons: pl.DataFrame, day: date) -> pl.DataFrame:
    """Residents by ``place``, ``sex``, ``age_from`` and ``age_to`` in completed years.

    Parameters
    ----------
    persons
        ``place``, ``sex``, ``birth_date`` of each resident.
    """
    birthday_to_come = pl.col("birth_date").dt.strftime("%m%d") > f"{day:%m%d}"
    age = day.year - pl.col("birth_date").dt.year() - birthday_to_come.cast(pl.Int32)
    group = pl.min_horizontal(age // AGE_GROUP * AGE_GROUP, pl.lit(LAST_GROUP))
    counted = persons.group_by("place", "sex", group.alias("age_from")).agg(pl.len().alias("persons"))
    end = pl.when(pl.col("age_from") < LAST_GROUP).then(pl.col("age_from") + AGE_GROUP - 1)
    return counted.with_columns(end.alias("age_to")).sort("place", "sex", "age_from")


def enter_stock(
    cursor: "Cursor[Any]", counted: pl.DataFrame, day: date, institution: str, synthetic: bool
) -> int:
    """Enter the stock in the running transaction of a cursor; how many facts are new."""
    facts = counted.select(
        pl.lit(series.STOCK.key).alias("series"),
        pl.lit(series.STOCK.source).alias("source"),
        pl.lit(institution).alias("institution"),
        pl.lit("register").alias("kind"),
        pl.lit(day).alias("start"),
        pl.lit(day).alias("end"),
        pl.col("persons").cast(pl.Int32),
        "sex",
        "age_from",
        "age_to",
        "place",
        pl.lit((Quality.SYNTHETIC if synthetic else Quality.OBSERVED).value).alias("quality"),
    )
    known_at, known = read_series(cursor)
    entering = DatabaseLoad(cursor, Fact.PRESENCE, declare(known, [series.STOCK]))
    for chunk in table_chunks(facts):
        entering.take(prepare(Fact.PRESENCE, chunk, None, known_at))
    write_series(cursor, known, entering.series)
    assert not entering.rejected, entering.reject_table("en")
    return entering.accepted
