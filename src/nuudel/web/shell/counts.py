"""Counts of a list that may be passed on: by aimag and one code, the small ones left out."""

from collections import Counter

import polars as pl
from django.db.models import Count

from nuudel.statistics.disclosure import Suppression, protect, table_from_frame
from nuudel.web.access.units import aimags
from nuudel.web.accounts.models import User
from nuudel.web.shell.lists import Asked, chosen
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.shown import is_code

STATE = "state"


def ways_to_count(record_type: RecordType) -> tuple[str, ...]:
    """The fields by which records are counted: the state and the codes of the list's filters."""
    return (STATE, *(name for name in record_type.filtered if is_code(record_type.model, name)))


def count_of(user: User, record_type: RecordType, asked: Asked, by: str) -> pl.DataFrame:
    """How many records a list has, by aimag and by one field, with totals.

    Counts from 1 to 4 are left out, and others with them so that none can be computed from the totals.

    Parameters
    ----------
    by
        One of ``ways_to_count``.

    Returns
    -------
    DataFrame
        ``place``, the field, ``count`` (null where left out) and ``status``; no rows for an empty list.
    """
    above = aimags()
    counted: Counter[tuple[str, str]] = Counter()
    for place, value, count in (
        chosen(user, record_type, asked).order_by().values_list("place", by).annotate(count=Count("pk"))
    ):
        counted[above.get(place, place), str(value)] += count
    rows = [(place, value, count) for (place, value), count in sorted(counted.items())]
    frame = pl.DataFrame(rows, schema={"place": pl.String, by: pl.String, "count": pl.Int64}, orient="row")
    if frame.is_empty():
        return frame.with_columns(status=pl.lit(""))
    table = protect(table_from_frame(record_type.key, frame, ["place", by], "count"), Suppression())
    return table.to_frame("count").with_columns(pl.col("count").cast(pl.Int64))
