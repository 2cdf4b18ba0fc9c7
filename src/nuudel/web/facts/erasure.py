"""Erasure in PostgreSQL: the pseudonym goes, place and date become coarse, the counted fact stays.

What coarse means is the ledger's own (``ledger.erasure.coarse``); here it is read from and written to tables.
"""

# ruff: noqa: S608  The texts of SQL are made of the names of the schema alone.

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from psycopg import Cursor

from nuudel.ledger.erasure import coarse
from nuudel.ledger.schema import SCHEMAS, Fact
from nuudel.web.access.context import current
from nuudel.web.access.decisions import may
from nuudel.web.audit.log import record
from nuudel.web.facts.following import forget
from nuudel.web.facts.guards import coarsened
from nuudel.web.facts.permissions import PERSONAL
from nuudel.web.facts.snapshot import ledger_folder
from nuudel.web.facts.tables import names_of, quoted, table_of


def erase(
    pseudonyms: Iterable[str], coarsen: Callable[[str], str], folder: Path | None = None, reason: str = ""
) -> int:
    """Remove pseudonyms from all facts, in the running transaction; snapshots go once it is committed.

    Parameters
    ----------
    coarsen
        From a place code to the one that may stay, such as the aimag of a soum.
    folder
        Where the snapshots are; the platform's own when not given.
    reason
        Why, for the audit; without personal data.

    Returns
    -------
    int
        Number of facts that were made coarse.

    Raises
    ------
    PermissionDenied
        The acting user may not erase.
    """
    if not may(current().user, PERSONAL, "erase"):
        raise PermissionDenied
    wanted = sorted(set(pseudonyms))
    erased = 0
    with Cursor(connection.connection) as cursor:
        for fact in Fact:
            table = found(cursor, fact, wanted)
            if table.num_rows:
                made = coarse(fact, table, np.ones(table.num_rows, np.bool_), coarsen)
                record("erase", PERSONAL, ids_of_rows(made), coarsened(fact), reason)
                erased += write(cursor, fact, made)
    if erased:
        transaction.on_commit(lambda: forget(folder or ledger_folder()))
    return erased


def found(cursor: Any, fact: Fact, pseudonyms: list[str]) -> Any:
    """The facts of some pseudonyms, as a table in stored form."""
    names = names_of(fact)
    rows = cursor.execute(
        f"SELECT {quoted(names)} FROM {table_of(fact)} WHERE pseudonym = ANY (%s)", [pseudonyms]
    ).fetchall()
    schema = SCHEMAS[fact]
    columns = []
    for kind, values in zip(
        schema.types, zip(*rows, strict=True) if rows else [()] * len(names), strict=True
    ):
        is_id = pa.types.is_fixed_size_binary(kind)
        given = [None if v is None else v.bytes for v in values] if is_id else list(values)
        encoded = pa.types.is_dictionary(kind)
        array = pa.array(given, pa.string() if encoded else kind)
        columns.append(array.dictionary_encode().cast(kind) if encoded else array)
    return pa.table(columns, schema=schema)


def write(cursor: Any, fact: Fact, table: Any) -> int:
    """Write what became coarse through the database's own function, which alone may."""
    arrays = [[value.hex() for value in table.column("id").to_pylist()]]
    arrays += [table.column(name).to_pylist() for name in coarsened(fact)]
    types = ["uuid", "date", "date", *["text"] * (len(arrays) - 4), "bigint"]
    places = ", ".join(f"%s::{kind}[]" for kind in types)
    return int(cursor.execute(f"SELECT {table_of(fact)}_erase({places})", arrays).fetchone()[0])


def ids_of_rows(table: Any) -> list[str]:
    return [value.hex() for value in table.column("id").to_pylist()]
