"""On a node: rows of the centre are put in place of what stands here, as the owner of the database.

A row that an operation has written which is not settled stays as it is; it is asked for again when that is
settled. So whatever became of an operation, in the end the node has what the centre has.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction

from nuudel.web.access.context import Context
from nuudel.web.access.models import Protected
from nuudel.web.audit.chain import append
from nuudel.web.audit.log import Note, note
from nuudel.web.nodes.changes import PARTS, by_table, sent_models, types_in
from nuudel.web.nodes.models import OPEN, Touched, Wanted
from nuudel.web.nodes.own_tables import OWNER, audited_as
from nuudel.web.nodes.people import account_of, take_institutions, take_people
from nuudel.web.nodes.wire import Names, is_keyed
from nuudel.web.protection.fields import BlindIndexField, EncryptedTextField
from nuudel.web.shell.attachments import content_of, folder
from nuudel.web.shell.models import Attachment

Fetch = Callable[[str], bytes]
"""From an attachment's id to its content."""
Key = tuple[str, UUID]
"""A table and an id."""


def take_page(answer: dict[str, Any], fetch: Fetch) -> int:
    """Put a page of the centre's rows in place, all or none; how many rows differed from what stood here."""
    with transaction.atomic(using=OWNER):
        take_institutions(answer["institutions"])
        who = answer["who"]
        if who["people"] is not None:
            take_institutions(who["institutions"])
            take_people(who["people"])
        for number, name in answer["people"].items():
            account_of(int(number), str(name))
    names = Names(at_node=True)
    notes: list[Note] = []
    files = missing_files(answer["units"], fetch)  # before: no row is locked while the link is slow
    with transaction.atomic(using=OWNER):
        stands = read_here(answer["units"])
        taken = sum(take_unit(unit, names, notes, files, stands) for unit in answer["units"])
        if notes:
            append(notes, Context(None, "node pull"), using=OWNER)
    return taken


def missing_files(units: list[dict[str, Any]], fetch: Fetch) -> dict[str, bytes]:
    """The content of the files of a page; of one that is here already, from here."""
    files = Attachment._meta.label_lower
    keys = [key for unit in units for key in unit["parts"][files]]
    here = {str(row.pk): row for row in Attachment.objects.using(OWNER).filter(pk__in=keys)}
    return {key: content_of(here[key]) if key in here else fetch(key) for key in keys}


@dataclass(frozen=True)
class Standing:
    """What stands on the node of a page's rows, read at once and locked.

    Attributes
    ----------
    rows
        By table and id.
    held
        Rows and parts that an operation which is not settled has written, by table and id.
    parts
        Actions, comments and files by table, record and id.
    """

    rows: dict[Key, Any]
    held: set[Key]
    parts: dict[str, dict[UUID, dict[UUID, Any]]]


def read_here(units: list[dict[str, Any]]) -> Standing:
    """Lock a page's rows in the order of their ids; they are the node's to change again after it."""
    keys = [(str(unit["model"]), UUID(str(unit["key"]))) for unit in units]
    by_label = by_table(keys)
    rows: dict[Key, Any] = {}
    for label, ids in sorted(by_label.items()):
        found = sent_models()[label]._default_manager.using(OWNER).select_for_update().filter(pk__in=ids)
        rows |= {(label, row.pk): row for row in found.order_by("pk")}
    sent = {UUID(key): UUID(str(u["key"])) for u in units for part in u["parts"].values() for key in part}
    of_page = models.Q(record_type__in=types_in(by_label), record_id__in=[key for _, key in keys])
    parts: dict[str, dict[UUID, dict[UUID, Any]]] = {}
    touched = {key for _, key in keys}
    for part in PARTS:
        of_records = parts.setdefault(part._meta.label_lower, {})
        for row in part._default_manager.using(OWNER).filter(of_page | models.Q(pk__in=sent)):
            of_records.setdefault(sent.get(row.pk, row.record_id), {})[row.pk] = row
            touched.add(row.pk)
    open_ones = Touched.objects.using(OWNER).filter(key__in=touched, operation__state__in=OPEN)
    return Standing(rows, set(open_ones.values_list("model", "key")), parts)


def take_unit(
    unit: dict[str, Any], names: Names, notes: list[Note], files: dict[str, bytes], stands: Standing
) -> bool:
    """Put a row and what hangs on it in place; whether anything differed."""
    label, key = unit["model"], UUID(str(unit["key"]))
    model = sent_models()[label]
    here = stands.rows.get((label, key))
    if (label, key) in stands.held:
        return False
    before = len(notes)
    Wanted.objects.using(OWNER).filter(model=label, key=key).delete()
    if unit["row"] is None:
        if here is not None:
            erase(model._default_manager.using(OWNER).filter(pk=key))
            notes += noted(model, "remove", [key])
    elif here is None or names.row(here) != read(names, model, unit["row"]):
        put(model, here, names.columns(model, unit["row"]))
        notes += noted(model, "receive", [key])
    for part in PARTS:
        take_parts(part, key, unit["parts"][part._meta.label_lower], names, notes, files, stands)
    return len(notes) > before


def read(names: Names, model: type[Protected], row: dict[str, Any]) -> dict[str, Any]:
    """A row of a message in the form that ``Names.row`` gives."""
    shadow = model(**names.columns(model, row))
    return names.row(shadow)


def put(model: type[Protected], here: Any, values: dict[str, Any]) -> None:
    """Write a row as it came; columns that this installation's keys give are computed anew."""
    record: Any = here if here is not None else model()
    for name, value in values.items():
        setattr(record, name, value)
    record._state.db = OWNER
    keyed = any(is_keyed(field) and not isinstance(field, BlindIndexField) for field in model._meta.fields)
    # A class of its own may compute its keyed columns when it is saved; whatever else it changes is undone.
    save = type(record).save if keyed else models.Model.save
    save(record, using=OWNER, force_insert=here is None, force_update=here is not None)
    sealed = {f.attname for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)}
    plain = {name: value for name, value in values.items() if name not in sealed and name != "id"}
    model._default_manager.using(OWNER).filter(pk=record.pk).update(**plain)


def noted(model: type[Protected], action: str, keys: list[UUID], record_type: str = "") -> list[Note]:
    """What the audit says of it: the type by which the table is audited."""
    kind = record_type or audited_as(model._meta.db_table)
    return [note(action, kind, keys)] if kind else []


def take_parts(
    part: type[Any],
    record: UUID,
    rows: dict[str, Any],
    names: Names,
    notes: list[Note],
    files: dict[str, bytes],
    stands: Standing,
) -> None:
    """The actions, comments or files of a record, as the centre has them; those on their way there stay."""
    label = part._meta.label_lower
    told = {UUID(key): names.columns(part, row) for key, row in rows.items()}
    there = stands.parts[label].get(record, {})
    loose = {key for key in there if (label, key) not in stands.held}
    gone = loose - told.keys()
    # A number of an action is there once: the ones of here go first.
    changed = {key for key in loose & told.keys() if differs(there[key], told[key])}
    for key in sorted(gone | changed):
        notes += noted(part, "remove", [record], there[key].record_type)
        if part is Attachment:
            (folder() / there[key].stored).unlink(missing_ok=True)
    if gone or changed:
        erase(part.objects.using(OWNER).filter(pk__in=gone | changed))
    for key, values in told.items():
        if key not in there or key in changed:
            if part is Attachment:
                values["stored"] = keep_file(files[str(key)])
            part(**values).save(using=OWNER, force_insert=True)
            notes += noted(part, "receive", [record], values["record_type"])


def erase(rows: "models.QuerySet[Any]") -> None:
    """Remove rows; what named them comes from the centre too, and goes by itself."""
    rows._raw_delete(OWNER)


def differs(row: Any, values: dict[str, Any]) -> bool:
    """Whether a part is another one; a file lies under a name of its own on each side."""
    return any(getattr(row, name) != value for name, value in values.items() if name != "stored")


def keep_file(content: bytes) -> str:
    """Store a file's content; its name in the folder of attachments."""
    stored = secrets.token_hex(16)
    part = folder() / f"{stored}.part"
    part.write_bytes(content)
    os.replace(part, folder() / stored)
    return stored
