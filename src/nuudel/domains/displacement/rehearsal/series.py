"""Series of rehearsals: their facts are in series of their own, so that no sum of a real one has them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nuudel.ledger.series import Series
from nuudel.surveys.facts import FactRow

APART = "rehearsal-"


def rows_apart(rows: Iterable[FactRow]) -> tuple[FactRow, ...]:
    """Facts in the series of rehearsals."""
    return tuple(
        replace(row, series=APART + row.series, row=dict(row.row) | {"series": APART + row.series})
        for row in rows
    )


def series_apart(series: Mapping[str, Series]) -> dict[str, Series]:
    return {APART + key: replace(one, key=APART + one.key) for key, one in series.items()}
