"""From scored pairs to proposals: what agrees in each pair, and which pairs may not be proposed."""

import duckdb
import polars as pl

from nuudel.people.linkage.model import COLUMNS, COMPARISONS, EVIDENCE, TOGETHER


def proposals(connection: duckdb.DuckDBPyConnection, scored: str) -> pl.DataFrame:
    """``row_l``, ``row_r``, ``probability``, ``agreeing`` of the pairs that may be proposed.

    Two rules stand above the probability. Something besides names and sex agrees (``EVIDENCE``; ``TOGETHER``
    where not both have a number). And unless the registration number is the same, the given names agree or
    are missing, or agree nearly where not both have a number: twins, brothers and sisters share all else.
    Two numbers are those that differ in the last two digits, which tell apart who is born on one day.
    """
    sides = ", ".join(f'l."{name}" AS "{name}_l", r."{name}" AS "{name}_r"' for name in COLUMNS)
    codes = ", ".join(code_of(column) for column in COLUMNS)
    together = " OR ".join(f"list_has_all(agreeing, {list(codes)})" for codes in TOGETHER)
    query = f"""
        WITH pairs AS (
            SELECT row_l, row_r, round(match_probability, 6) AS probability, {sides}
            FROM {scored} JOIN records l ON l.row = row_l JOIN records r ON r.row = row_r
        ), told AS (
            SELECT row_l, row_r, probability, "given_l" IS NULL OR "given_r" IS NULL AS unnamed,
                coalesce(right("number_l", 2) <> right("number_r", 2), false) AS two_numbers,
                list_distinct(list_filter([{codes}], lambda code: code <> '')) AS agreeing
            FROM pairs
        )
        SELECT row_l, row_r, probability, list_sort(agreeing) AS agreeing FROM told
        WHERE (list_has_any(agreeing, {list(EVIDENCE)}) OR (({together}) AND NOT two_numbers))
            AND (unnamed OR list_has_any(agreeing, ['given_name', 'names_swapped', 'number'])
                OR (list_contains(agreeing, 'given_name_nearly') AND NOT two_numbers))
        ORDER BY probability DESC, row_l, row_r
    """  # noqa: S608 - no value of a user's is in it
    return pl.DataFrame(connection.sql(query).to_arrow_table())


def code_of(column: str) -> str:
    """SQL for the code of the level at which a pair agrees in a column, '' where it does not."""
    levels = COMPARISONS[column][:-1]
    cases = " ".join(f"WHEN {level.condition} THEN '{level.agrees}'" for level in levels)
    return f"""CASE WHEN "{column}_l" IS NULL OR "{column}_r" IS NULL THEN '' {cases} ELSE '' END"""


def with_ids(found: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Proposals with the records' own ids, in the records' order within a pair."""
    return found.select(
        ids.gather(found["row_l"]).alias("first"),
        ids.gather(found["row_r"]).alias("second"),
        "probability",
        pl.col("agreeing").cast(pl.List(pl.String)),
    )
