"""Filling a list from a table that somebody has sent."""

import csv
import io
from collections.abc import Mapping

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.changing import KEY, hold, is_name, save
from nuudel.domains.displacement.frames.many import create_many
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

MOST_ROWS = 20_000
Row = Mapping[str, str]


def fill(user: User, operation: models.Operation, list_name: str, content: bytes) -> None:
    """Make a list what a table says; entries that phones have made and the table does not name stay.

    Raises
    ------
    WebError
        ``WEB-530``: a row has no id or label, an id comes twice, or there are too many rows.
    """
    rows = rows_of(content)
    hold(operation, {list_name})
    there = {
        row.entity_id: row
        for row in models.Entity.objects.select_related("institution").filter(
            operation=operation, list_name=list_name
        )
    }
    new = [made(operation, list_name, name, row) for name, row in rows.items() if name not in there]
    create_many(user, record_types()[KEY], new)
    for name, found in there.items():
        if name in rows:
            renew(user, found, rows[name])
        elif found.submission_id is None and found.state == "kept":
            records.transition(user, record_types()[KEY], found, "withdraw", reason="table")


def rows_of(content: bytes) -> dict[str, Row]:
    """The rows of a table by their ids."""
    found: dict[str, Row] = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        told = {key: value or "" for key, value in row.items() if isinstance(key, str)}
        if not any(told.values()):
            continue
        name = told.get("name", "").strip()
        if not is_name(name) or not told.get("label", "").strip() or name in found:
            raise unfit(len(found) + 2)
        found[name] = told
    if len(found) > MOST_ROWS:
        raise unfit(MOST_ROWS + 2)
    return found


def unfit(line: int) -> WebError:
    return WebError(
        530,
        f"row {line} of the list lacks its id or label, comes twice, or is one too many.",
        f"Give each row its own name and a label; {MOST_ROWS:,} rows at most.",
        ("file",),
    )


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
    entity.put(values_of(row))
    return entity


def renew(user: User, found: models.Entity, row: Row) -> None:
    """An entry as the table has it; its version rises where that is something else than it was."""
    label, values = row["label"].strip(), found.values | values_of(row)
    if (found.label, found.values, found.conflict) != (label, values, False):
        found.label, found.conflict, found.number = label, False, found.number + 1
        found.put(values)
        found.submission = None
        save(user, found, ("label", "properties", "number", "submission", "conflict"))
    if found.state == "withdrawn":
        records.transition(user, record_types()[KEY], found, "restore")
