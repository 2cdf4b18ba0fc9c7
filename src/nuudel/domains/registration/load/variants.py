"""The table of names of a load: for each name that is new in it, the hashes of its variants."""

from typing import Any

import polars as pl
from psycopg import Cursor

from nuudel.domains.registration.persons.name_keys import GIVEN, PATRONYMIC, variant_rows
from nuudel.web.operations.keys import read_key

NAMES = {GIVEN: ("given_name", "given_latin"), PATRONYMIC: ("patronymic", "patronymic_latin")}

STAGE = """
CREATE TEMPORARY TABLE staged_variant (kind text, variant bigint, key bigint) ON COMMIT DROP;
"""
COPY = "COPY staged_variant (kind, variant, key) FROM STDIN"
# Names of persons that were entered and merged or erased since may stand in it already.
INSERT = """
INSERT INTO registration_namevariant (kind, variant, key)
SELECT DISTINCT kind, variant, key FROM staged_variant ON CONFLICT DO NOTHING
"""


def copy_variants(cursor: "Cursor[Any]", persons: pl.DataFrame) -> int:
    """Enter the names of all persons; how many rows are new."""
    secret = read_key("blind-index")
    cursor.execute(STAGE)
    with cursor.copy(COPY) as copy:
        for kind, columns in NAMES.items():
            # The spellings of a travel document are few; all others are known by the name itself.
            for name, latin in persons.select(columns).drop_nulls(columns[0]).unique().iter_rows():
                spellings = [latin] if latin else []
                for variant, key in variant_rows(kind, name, spellings, secret):
                    copy.write_row((kind, variant, key))
    cursor.execute(INSERT)
    return int(cursor.rowcount)
