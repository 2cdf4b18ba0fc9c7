"""Rows of the register's files as the text that PostgreSQL copies in; names and numbers leave here sealed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import polars as pl

from nuudel.domains.registration.load.sealing import Keys, blind_indexes, sealed
from nuudel.domains.registration.persons import name_keys

SEALED = (
    "registration_number",
    "family_name",
    "patronymic",
    "given_name",
    "patronymic_latin",
    "given_latin",
)
"""Columns of a person that are encrypted."""

KEYED = {
    "given_name": (name_keys.GIVEN, "given_key"),
    "patronymic": (name_keys.PATRONYMIC, "patronymic_key"),
}
"""Of a name: its kind for ``name_key``, and the column of its key."""


LONGEST_ADDRESS = 200  # ``models.base.NAME``; the models are not loaded where rows are sealed


@dataclass(frozen=True)
class Common:
    """What all rows of a load have alike."""

    institution_id: int
    user_id: int
    synthetic: bool
    at: datetime

    def columns(self, state: str) -> dict[str, pl.Expr]:
        return {
            "other_place": pl.lit(""),
            "institution_id": pl.lit(self.institution_id),
            "created_by_id": pl.lit(self.user_id),
            "created_at": pl.lit(self.at.isoformat()),
            "changed_at": pl.lit(self.at.isoformat()),
            "state": pl.lit(state),
            "synthetic": pl.lit(self.synthetic),
        }


@cache
def key_of(kind: str, name: str, secret: bytes) -> int | None:
    """The key of a name, worked out once for each name and process."""
    return name_keys.key_of(kind, name, secret)


def persons_block(rows: pl.DataFrame, keys: Keys, common: Common) -> tuple[list[str], bytes]:
    """A chunk of persons: the names of the columns, and the rows as CSV.

    Parameters
    ----------
    rows
        ``PERSONS`` of ``columns`` with ``id``, ``place``, ``household_id``, ``mother_id``, ``father_id``.
    """
    rows = rows.rename({"number": "registration_number", "role": "household_role"})
    ids = rows["id"].to_list()
    made: dict[str, pl.Series] = {}
    for name in SEALED:
        where = f"registration_person.{name}"
        made[name] = as_bytea(name, sealed(rows[name].to_list(), ids, where, keys))
    index = "registration_number_index"
    numbers = rows["registration_number"].to_list()
    made[index] = as_bytea(index, blind_indexes(numbers, "registration_person.registration_number", keys))
    for name, (kind, column) in KEYED.items():
        found = [None if text is None else key_of(kind, text, keys.blind) for text in rows[name].to_list()]
        made[column] = pl.Series(column, found, pl.Int64)
    plain = ("id", "place", "household_id", "mother_id", "father_id", "birth_date", "birth_place", "sex")
    coded = ("citizenship", "marital_status", "household_role")
    told = rows.select(
        *plain,
        *coded,
        pl.lit("documented").alias("birth_date_quality"),
        *(value.alias(name) for name, value in common.columns("living").items()),
    ).with_columns(made.values())
    return told.columns, as_csv(told)


def households_block(rows: pl.DataFrame, common: Common) -> tuple[list[str], bytes]:
    told = rows.select(
        "id",
        "place",
        "bagh",
        "dwelling_id",
        "herder",
        *(value.alias(name) for name, value in common.columns("active").items()),
    )
    return told.columns, as_csv(told)


def dwellings_block(rows: pl.DataFrame, common: Common) -> tuple[list[str], bytes]:
    told = rows.select(
        pl.col("dwelling_id").alias("id"),
        "place",
        "bagh",
        "address",
        plain(pl.col("address")).alias("address_key"),
        pl.col("dwelling_kind").alias("kind"),
        "capacity",
        "latitude",
        "longitude",
        *(value.alias(name) for name, value in common.columns("in_use").items()),
    )
    return told.columns, as_csv(told)


def plain(text: pl.Expr) -> pl.Expr:
    """As ``models.residence.plain``, a column at a time."""
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.head(LONGEST_ADDRESS)


def as_bytea(name: str, values: Sequence[bytes | None]) -> pl.Series:
    """Bytes as PostgreSQL reads them in CSV."""
    return ("\\x" + pl.Series(name, values, pl.Binary).bin.encode("hex")).alias(name)


def as_csv(rows: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    rows.write_csv(target, include_header=False)
    return target.getvalue()


def copy_statement(table: str, columns: Sequence[str]) -> str:
    """The statement that takes a block in; Polars writes an empty text in quotes and null as nothing."""
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
