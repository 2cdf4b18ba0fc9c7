"""Filling a list from a table that somebody has sent."""

from collections.abc import Mapping

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.changing import KEY, hold, save
from nuudel.domains.displacement.entities.known import STATUS, completed
from nuudel.domains.displacement.entities.tables import Row, read_list
from nuudel.domains.displacement.frames.many import create_many
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types


def fill(user: User, operation: models.Operation, list_name: str, content: bytes) -> None:
    """Make a list what a table says; entries that phones have made and the table does not name stay.

    Raises
    ------
    ListError
        ``WEB-530`` with each line that does not fit; nothing is changed then.
    """
    hold(operation, {list_name})
    there = entries_of(operation, list_name)
    rows = read_list(list_name, content, {name: row.values for name, row in there.items()})
    put_rows(user, operation, list_name, rows, there)


def fill_copied(user: User, operation: models.Operation, list_name: str, rows: Mapping[str, Row]) -> None:
    """Make a list what another operation has, faults included: phones may have written it."""
    hold(operation, {list_name})
    put_rows(user, operation, list_name, rows, entries_of(operation, list_name))


def entries_of(operation: models.Operation, list_name: str) -> dict[str, models.Entity]:
    rows = models.Entity.objects.select_related("institution")
    return {row.entity_id: row for row in rows.filter(operation=operation, list_name=list_name)}


def put_rows(
    user: User,
    operation: models.Operation,
    list_name: str,
    rows: Mapping[str, Row],
    there: Mapping[str, models.Entity],
) -> None:
    new = [made(operation, list_name, name, row) for name, row in rows.items() if name not in there]
    create_many(user, record_types()[KEY], new)
    for name, found in there.items():
        if name in rows:
            renew(user, found, rows[name])
        elif found.submission_id is None and found.state == "kept":
            records.transition(user, record_types()[KEY], found, "withdraw", reason="table")


def values_of(row: Row) -> dict[str, str]:
    """The columns beside id and label; those that begin with two underscores are the server's own."""
    return {key: value for key, value in row.items() if key not in ("name", "label") and key[:2] != "__"}


def made(operation: models.Operation, list_name: str, name: str, row: Row) -> models.Entity:
    entity = models.Entity(
        operation=operation,
        list_name=list_name,
        entity_id=name,
        label=row["label"].strip(),
        place=operation.place,
        institution=operation.institution,
    )
    entity.put(completed(list_name, values_of(row)))
    return entity


def renew(user: User, found: models.Entity, row: Row) -> None:
    """An entry as the table has it; its version rises where that is something else than it was."""
    told = values_of(row)
    if STATUS in told:  # a column that is left empty says something, one that is not there does not
        told = completed(found.list_name, told)
    label, values = row["label"].strip(), found.values | told
    if (found.label, found.values, found.conflict) != (label, values, False):
        found.label, found.conflict, found.number = label, False, found.number + 1
        found.put(values)
        found.submission = None
        save(user, found, ("label", "properties", "number", "submission", "conflict"))
    if found.state == "withdrawn":
        records.transition(user, record_types()[KEY], found, "restore")
