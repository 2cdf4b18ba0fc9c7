"""What the page of a record shows."""

from typing import Any
from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest

from nuudel.web.access.decisions import may
from nuudel.web.access.models import Record
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attachments
from nuudel.web.shell.lists import parts_of
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.shown import cells, place_names
from nuudel.web.shell.states import CREATED
from nuudel.web.shell.views.asked import user_of


def page_of(request: HttpRequest, record_type: RecordType, found: Record) -> dict[str, Any]:
    """Everything about a record that the user may see; the reading is audited."""
    user = user_of(request)
    records.note_reading(record_type, [found])
    parts = [part_list(request, record_types()[key], found) for key in record_type.parts]
    steps, panel = records.possible(user, record_type, found), panel_of(request, record_type, found)
    in_panel = (panel or {}).get("steps", ())
    return {
        "record_type": record_type,
        "record": found,
        "version": records.version_of(found),
        "title": str(found),
        "place": place_names([found.place])[found.place],
        "parent": parent_of(record_type, found),
        "cells": cells(
            record_type, found, [name for name in record_type.fields if name not in record_type.told_by_panel]
        ),
        "history": records.history(record_type, found),
        "steps": steps,
        "buttons": [step for step in steps if step.action not in in_panel],
        "may_change": records.changeable(user, record_type, found),
        "may_comment": may(user, record_type.key, "comment", found),
        "comments": records.comments(record_type, found),
        "comment_key": uuid4(),
        "attachments": attachments(record_type, found),
        "parts": [part for part in parts if part],
        "panel": panel,
    }


def panel_of(request: HttpRequest, record_type: RecordType, found: Record) -> dict[str, Any] | None:
    """What the domain shows beside the record."""
    panel = record_type.panel
    if panel is None:
        return None
    return {"template": panel.template, **panel.content(user_of(request), found)}


def parent_of(record_type: RecordType, found: Record) -> dict[str, Any] | None:
    """The record that this one belongs to, and its kind."""
    if not record_type.parent:
        return None
    try:
        parent = getattr(found, record_type.parent)
    except ObjectDoesNotExist:  # a part may be about somebody who may not read the whole
        return None
    kind = type_of_record(parent)
    return {"record": parent, "record_type": kind, "title": str(parent)}


def part_list(request: HttpRequest, part: RecordType, parent: Record) -> dict[str, Any] | None:
    """The records of a kind that belong to another record; None where the user may not read them."""
    user = user_of(request)
    if not may(user, part.key, "read"):
        return None
    rows = [(row, cells(part, row, part.listed)) for row in parts_of(user, part, parent)]
    open_parent = parent.state not in type_of_record(parent).states.fixed
    may_create = part.made_by_people and open_parent and may(user, part.key, CREATED, parent)
    return {"record_type": part, "rows": rows, "may_create": may_create}


def type_of_record(found: Record) -> RecordType:
    """The kind of a record."""
    return next(t for t in record_types().values() if type(found) is t.model)
