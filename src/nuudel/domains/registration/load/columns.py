"""The columns of a register's files, ``persons`` and ``households``; nothing else is read."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nuudel.base.errors import RunError
from nuudel.base.packs import nearest
from nuudel.domains.registration import codes


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Attributes
    ----------
    form
        ``pl.String``, ``pl.Date`` (2024-05-31), ``pl.Int64``, ``pl.Float64`` or ``pl.Boolean`` (true, false).
    required
        Whether every row must say it, and so the file must have it.
    codes
        The codes it may have; empty: any text.
    longest
        Characters.
    default
        What an empty value means.
    """

    form: type[pl.DataType] = pl.String
    required: bool = False
    codes: tuple[str, ...] = ()
    longest: int = 200
    default: str | bool | None = None


HOUSEHOLDS: Mapping[str, Column] = {
    "household": Column(required=True, longest=80),  # the file's own name of it, each once
    "place": Column(required=True, longest=32),  # code of the soum or district
    "bagh": Column(required=True, longest=40),
    "address": Column(required=True),
    "dwelling_kind": Column(required=True, codes=codes.DWELLING_KINDS),
    "capacity": Column(pl.Int64),  # persons
    "herder": Column(pl.Boolean, default=False),
    "latitude": Column(pl.Float64),  # degrees north
    "longitude": Column(pl.Float64),  # degrees east
}
PERSONS: Mapping[str, Column] = {
    "person": Column(required=True, longest=80),  # the file's own name of the person, each once
    "number": Column(longest=10),  # registration number
    "family_name": Column(),
    "patronymic": Column(),
    "given_name": Column(required=True),
    "patronymic_latin": Column(),
    "given_latin": Column(),
    "birth_date": Column(pl.Date, required=True),
    "birth_place": Column(default=""),
    "sex": Column(required=True, codes=codes.SEXES),
    "citizenship": Column(longest=9, default="MN"),
    "marital_status": Column(codes=codes.MARITAL_STATUSES, default="unknown"),
    "household": Column(required=True, longest=80),
    "role": Column(codes=codes.HOUSEHOLD_ROLES, default="other"),
    "mother": Column(longest=80),  # ``person`` of the same file
    "father": Column(longest=80),
}
FILES: Mapping[str, Mapping[str, Column]] = {"households": HOUSEHOLDS, "persons": PERSONS}


def check_names(file: str, names: list[str]) -> None:
    """Refuse a file that has an unknown column or lacks one: ``RUN-141``."""
    known = FILES[file]
    for name in names:
        if name not in known:
            raise RunError(
                141,
                f"the file {file!r} has an unknown column {name!r}.",
                f"Rename or remove it; nearest known{nearest(name, known)}.",
                (name,),
            )
    lacking = tuple(name for name, column in known.items() if column.required and name not in names)
    if lacking:
        said = ", ".join(map(repr, lacking))
        raise RunError(141, f"the file {file!r} lacks {said}.", "Add what is missing.", lacking)
