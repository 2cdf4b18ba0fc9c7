"""The search for duplicates in the whole register: proposes pairs, never merges.

Names and numbers are decrypted in this process alone and never written; what is printed are counts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connections, transaction

from nuudel.domains.registration import kinds
from nuudel.domains.registration.duplicates.found import note_pair
from nuudel.domains.registration.models import Pair, Person
from nuudel.people.linkage.linking import Linked, link
from nuudel.web.access.context import acting
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.protection.envelope import unseal

OWNER, PURPOSE = "owner", "register duplicates"
TEXTS = ("registration_number", "given_name", "patronymic")
PLAIN = ("id", "birth_date", "sex", "mother_id")
ROWS = f"""
SELECT {", ".join((*PLAIN, *TEXTS))} FROM registration_person
WHERE state NOT IN ('merged', 'annulled') ORDER BY id
"""  # noqa: S608  made of the names above
FETCHED = 20_000
AT_ONCE = 200  # pairs a transaction

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Searched:
    """What the search has found: records, pairs above the threshold, and those that were not known before."""

    records: int
    pairs: int
    new: int


def search(threshold: float, advance: Advance = lambda done, total: None) -> Searched:
    """Find pairs in the whole register and note those that are new.

    Parameters
    ----------
    threshold
        The probability from which on a pair is noted, 0.5 to 1.

    Raises
    ------
    PeopleError
        ``PEOPLE-133``: the threshold is none.
    """
    persons = decrypted()
    with acting(service_user(), PURPOSE):
        note_audit(
            "read", kinds.PERSON, (), sorted({*TEXTS, "birth_date", "sex"}), f"{len(persons)} records linked"
        )
    linked = link(persons, threshold=threshold)
    return Searched(linked.records, len(linked.pairs), note(linked, advance))


def decrypted() -> pl.DataFrame:
    """All records that count, with what linkage compares; read as the owner, in one view of the table."""
    columns: dict[str, list[Any]] = {name: [] for name in (*PLAIN, *TEXTS)}
    for rows in fetched():
        for name, values in zip(columns, zip(*rows, strict=True), strict=True):
            columns[name] += opened(name, values, [row[0] for row in rows])
    schema = {name: pl.Date if name == "birth_date" else pl.String for name in columns}
    names = {"registration_number": "number", "mother_id": "mother"}
    return pl.DataFrame(columns, schema).rename(names)


def fetched() -> Iterator[list[Any]]:
    """The rows in parts, by a cursor of the server."""
    with transaction.atomic(using=OWNER):
        connections[OWNER].ensure_connection()
        with connections[OWNER].connection.cursor(name="nuudel_duplicates") as cursor:
            cursor.execute(ROWS)
            while rows := cursor.fetchmany(FETCHED):
                yield rows


def opened(name: str, values: Sequence[Any], ids: Sequence[UUID]) -> list[Any]:
    """Values of a column as linkage takes them."""
    if name in ("birth_date", "sex"):
        return list(values)
    if name not in TEXTS:
        return [None if value is None else str(value) for value in values]
    where = f"registration_person.{name}"
    return [
        None if value is None else unseal(bytes(value), f"{where}\0{key}".encode(), OWNER)
        for value, key in zip(values, ids, strict=True)
    ]


def note(linked: Linked, advance: Advance) -> int:
    """Note the pairs that are not known, some in each transaction; how many those were."""
    user = service_user()
    with acting(user, PURPOSE):
        known = set(Pair.objects.values_list("first_id", "second_id"))
    found = [
        (*sorted((UUID(first), UUID(second))), probability, agreeing)
        for first, second, probability, agreeing in linked.pairs.iter_rows()
    ]
    fresh = [row for row in found if row[:2] not in known]
    for start in range(0, len(fresh), AT_ONCE):
        some = fresh[start : start + AT_ONCE]
        with acting(user, PURPOSE):
            ids = {pk for first, second, _, _ in some for pk in (first, second)}
            people = Person.objects.select_related("institution").defer(*TEXTS).in_bulk(ids)
            for first, second, probability, agreeing in some:
                note_pair(
                    user,
                    people[first],
                    people[second],
                    found_by="batch",
                    agreeing=agreeing,
                    probability=probability,
                )
        advance(start + len(some), len(fresh))
    return len(fresh)
