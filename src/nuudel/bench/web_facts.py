"""The ledger's PostgreSQL store: facts entered one by one and many at once, and the snapshot of all of them.

Measured with an embedded database (``nuudel.bench.embedded``). The facts are synthetic.
"""

# ruff: noqa: S608  The texts of SQL are made of the names of the schema alone.

import json
import sys
import time
from typing import Any

from nuudel.bench.embedded import measured_by, start_platform
from nuudel.bench.harness import Figure, timed

ROWS = 100_000
SINGLE = 1_000
SERIES = "synthetic"
SOURCE = "Nuudel, synthetic facts"


def measure(size: int = ROWS) -> dict[str, Figure]:
    """``facts_appended_per_second``, ``facts_copied_per_second``, ``facts_snapshot_seconds``.

    Parameters
    ----------
    size
        Facts in the snapshot; a million take about half a minute and 1 GB of disk in the temporary folder.
    """
    return measured_by("nuudel.bench.web_facts", size, "the database")


def measure_here(size: int) -> dict[str, Any]:
    """The figures, in a process whose environment names the folders."""
    addresses = start_platform()
    return {
        "facts_appended_per_second": {
            "value": appended(),
            "unit": "facts per second",
            "floor": committed(addresses.owner),
        },
        **copied(size, addresses.backup, addresses.owner),
        "facts_snapshot_seconds": {"value": frozen(), "unit": "seconds"},
    }


def appended() -> float:
    """One fact a transaction, as one record after the other causes it."""
    from datetime import date

    from nuudel.ledger import Series
    from nuudel.ledger.ids import new_id
    from nuudel.web.access.context import acting
    from nuudel.web.facts import store
    from nuudel.web.facts.service import service_user

    user = service_user()
    series = Series("events", "Nuudel, synthetic events", fact="event")
    fact = {"kind": "held", "start": date(2024, 1, 1), "place": "MN11", "quality": "synthetic"}

    def enter() -> None:
        with acting(user, "bench"):
            store.append("event", [fact | {"id": new_id()}], series, "nuudel")

    enter()
    start = time.perf_counter()
    for _ in range(SINGLE):
        enter()
    return SINGLE / (time.perf_counter() - start)


def committed(owner: str) -> float:
    """The floor: transactions that make one row durable, in a table without index, check or audit."""
    import psycopg

    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE bare_fact (id uuid)")
        connection.commit()
        start = time.perf_counter()
        for _ in range(SINGLE):
            connection.execute("INSERT INTO bare_fact VALUES (gen_random_uuid())")
            connection.commit()
        return SINGLE / (time.perf_counter() - start)


def copied(size: int, backup: str, owner: str) -> dict[str, Any]:
    """Many facts a transaction; the floor is the same text copied into a table without index or check."""
    import pyarrow as pa

    from nuudel.bench.ledger import PLACES
    from nuudel.ledger import Series, synthetic_movements
    from nuudel.web.access.context import acting
    from nuudel.web.facts import store
    from nuudel.web.facts.service import service_user

    user = service_user()
    table = pa.Table.from_batches(list(synthetic_movements(size, PLACES)))
    seconds = []
    for first in range(0, size, ROWS):
        start = time.perf_counter()
        with acting(user, "bench"):
            result = store.append_table("movement", table.slice(first, ROWS), Series(SERIES, SOURCE))
        seconds.append(time.perf_counter() - start)
        assert result.accepted == min(ROWS, size - first), result
    floor = min(ROWS, size) / bare_copy(min(ROWS, size), backup, owner)
    entry = {"value": size / sum(seconds), "unit": "facts per second", "floor": floor}
    return {"facts_copied_per_second": entry}


def bare_copy(rows: int, backup: str, owner: str) -> float:
    """Seconds to copy the same facts into a table of the session."""
    import psycopg

    from nuudel.ledger.schema import Fact
    from nuudel.web.facts.tables import names_of, quoted

    names = quoted(names_of(Fact.MOVEMENT))
    some = f"COPY (SELECT {names} FROM ledger_movement LIMIT {rows}) TO STDOUT"
    with psycopg.connect(backup) as reader, reader.cursor() as cursor, cursor.copy(some) as out:
        data = b"".join(bytes(block) for block in out)
    with psycopg.connect(owner) as writer, writer.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare AS SELECT {names} FROM ledger_movement WITH NO DATA")

        def copy() -> None:
            with cursor.copy("COPY bare FROM STDIN") as into:
                into.write(data)

        return timed(copy, rounds=3)


def frozen() -> float:
    """Seconds of the first snapshot, of all facts."""
    from nuudel.web.facts import snapshot

    start = time.perf_counter()
    snapshot.write_snapshot()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(measure_here(int(sys.argv[1]))))
