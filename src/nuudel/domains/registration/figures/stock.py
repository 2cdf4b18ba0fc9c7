"""The register's stock of a day as facts: residents by place, sex and age group.

The first time a day is written each cell is a fact. Later corrections change what the register knows of that
day: writing it again supersedes the cells that differ, and no others.
"""

# ruff: noqa: S608  The name of the table is the ledger's own.

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from nuudel.base.provenance import Quality
from nuudel.domains.registration.figures.facts import NAMESPACE
from nuudel.domains.registration.figures.series import STOCK
from nuudel.ledger.schema import Fact
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.store import append
from nuudel.web.facts.tables import table_of

OLDEST_GROUP = 100
GROUP_YEARS = 5

Cell = tuple[str, str, int, bool]
"""Place, sex, first age of the group, and whether made-up persons are counted."""

RESIDENTS = """
SELECT place, sex, least(extract(year FROM age(%(day)s::date, birth_date))::int / 5 * 5, 100), synthetic,
  sum(direction)
FROM (
  SELECT e.place, p.sex, p.birth_date, e.synthetic, sum(e.direction) AS direction
  FROM registration_residenceevent e JOIN registration_person p ON p.id = e.person_id
  WHERE e.day <= %(day)s GROUP BY e.place, p.id, p.sex, p.birth_date, e.synthetic
) present
WHERE direction <> 0 GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Written:
    """The fact of a cell that holds now."""

    id: UUID
    persons: int


def write_stock(day: date, institution: str) -> int:
    """Enter the stock at the end of a day, in the running transaction; how many facts are new.

    Parameters
    ----------
    institution
        The code of the institution that posts the stock.
    """
    with service_rights():
        now, before = residents(day), written(day)
        rows = []
        for cell in sorted({*now, *before}):
            there = before.get(cell)
            if there is None or there.persons != now[cell]:
                rows.append(row_of(cell, day, now[cell], there))
        return append(Fact.PRESENCE.value, rows, STOCK, institution)


def residents(day: date) -> Counter[Cell]:
    """Residents at the end of a day, by cell."""
    with connection.cursor() as cursor:
        cursor.execute(RESIDENTS, {"day": day})
        return Counter(
            {(place, sex, age, made_up): int(n) for place, sex, age, made_up, n in cursor.fetchall()}
        )


def written(day: date) -> Mapping[Cell, Written]:
    """The facts of a day that none supersedes."""
    table = table_of(Fact.PRESENCE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, place, sex, age_from, quality, persons, supersedes FROM {table}"
            " WHERE series = %s AND start = %s",
            [STOCK.key, day],
        )
        rows = cursor.fetchall()
    superseded = {row[-1] for row in rows}
    return {
        (place, sex, age, quality == Quality.SYNTHETIC.value): Written(key, persons)
        for key, place, sex, age, quality, persons, _ in rows
        if key not in superseded
    }


def row_of(cell: Cell, day: date, persons: int, before: Written | None) -> dict[str, Any]:
    place, sex, age, made_up = cell
    named = str(before.id) if before else f"stock/{day}/{place}/{sex}/{age}/{made_up}"
    return {
        "id": uuid5(NAMESPACE, named),
        "kind": "register",
        "place": place,
        "start": day,
        "end": day,
        "persons": persons,
        "sex": sex,
        "age_from": age,
        "age_to": None if age == OLDEST_GROUP else age + GROUP_YEARS - 1,
        "quality": (Quality.SYNTHETIC if made_up else Quality.OBSERVED).value,
        "supersedes": before.id if before else None,
    }
