"""The declared series in PostgreSQL: what the facts of each count, as the ledger's manifest has it."""

import json
from collections.abc import Mapping
from typing import Any

from nuudel.base.errors import LedgerError
from nuudel.ledger.series import Series

READ = """
SELECT (extract(epoch FROM now()) * 1000000)::bigint, key, source, fact, durations, concept::text
FROM (SELECT) AS now LEFT JOIN ledger_series ON true
"""
WRITE = """
INSERT INTO ledger_series (key, source, fact, durations, concept) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET durations = excluded.durations, concept = excluded.concept
WHERE ledger_series.source = excluded.source AND ledger_series.fact = excluded.fact
"""


def read_series(cursor: Any) -> tuple[int, dict[str, Series]]:
    """The transaction's clock (microseconds since 1970 UTC), and all series that have been declared."""
    rows = cursor.execute(READ).fetchall()
    declared = [
        Series(key, source, fact, tuple(durations), json.loads(concept))
        for _, key, source, fact, durations, concept in rows
        if key is not None
    ]
    return rows[0][0], {series.key: series for series in declared}


def write_series(cursor: Any, known: Mapping[str, Series], series: Mapping[str, Series]) -> None:
    """Write the series that are new or say more than before.

    Raises
    ------
    LedgerError
        ``LEDGER-207`` where another transaction has declared the key for another source meanwhile.
    """
    for key, one in sorted(series.items()):
        if known.get(key) == one:
            continue
        values = [key, one.source, one.fact, list(one.durations), json.dumps(dict(one.concept))]
        if cursor.execute(WRITE, values).rowcount != 1:
            raise LedgerError(
                207,
                f"series {key!r} is there with another source or kind of fact.",
                "Give the new one its own key.",
                ("series",),
            )
