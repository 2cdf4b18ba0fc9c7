"""At the centre: what has changed of what concerns a place, since a node asked last.

The mark up to which a node has everything is the oldest transaction that was still under way: whatever an
earlier one wrote can be seen, whatever a later one wrote is sent, perhaps twice. Nothing is passed over
because it was committed late; a row that is sent again changes nothing.
"""

# ruff: noqa: S608  The texts of SQL are made of the names of tables alone.

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Q

from nuudel.domains import DOMAINS
from nuudel.web.access.context import current, set_user
from nuudel.web.access.models import Place, Protected, RecordPart
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.models import Node
from nuudel.web.nodes.wire import Names, digest_of
from nuudel.web.shell.models import Action, Attachment, Comment
from nuudel.web.shell.record_types import record_types

PAGE = 100
OF_ONE_MACHINE = frozenset({"registration.movedraft", "registration.noticesfile"})
"""Tables of what somebody is just writing or sending: it stays where it is."""
AT_THE_CENTRE = frozenset({"displacement"})
"""Domains that nodes have nothing of: phones send to the centre, and their keys do not leave it."""
PARTS: tuple[type[RecordPart], ...] = (Action, Comment, Attachment)
# The 32 bits of xmin as a whole number of the transaction, counted back from the newest one.
WHOLE = """(((CASE WHEN {table}.xmin::text::bigint > (newest & 4294967295)
  THEN (newest >> 32) - 1 ELSE newest >> 32 END) << 32) | {table}.xmin::text::bigint)"""
NEWEST = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest) now"
HERE = "(place = ANY (%s) OR other_place = ANY (%s))"
OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

Mark = tuple[int, str, str]
"""The transaction, the kind and the id of the last row that was sent."""


@cache
def sent_models() -> dict[str, type[Protected]]:
    """The tables of the domains that nodes have a part of, by their names."""
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if issubclass(model, Protected)
        and model._meta.app_label in set(DOMAINS) - AT_THE_CENTRE
        and model._meta.label_lower not in OF_ONE_MACHINE
    }


@cache
def label_of(record_type: str) -> str:
    """The name of the table of a record type; empty where nodes have no part of it."""
    found = record_types().get(record_type)
    label = found.model._meta.label_lower if found is not None else ""
    return label if label in sent_models() else ""


@cache
def type_of(label: str) -> str:
    """The record type of a table; empty where it has none."""
    found = [t.key for t in record_types().values() if t.model._meta.label_lower == label]
    return found[0] if found else ""


def types_in(labels: Collection[str]) -> list[str]:
    """The record types of tables."""
    return [kind.key for kind in record_types().values() if kind.model._meta.label_lower in labels]


def mark_of(text: str) -> Mark:
    """A mark as a node has kept it."""
    number, _, rest = text.partition(":")
    label, _, key = rest.partition(":")
    return (int(number or 0), label, key)


def text_of_mark(mark: Mark) -> str:
    return ":".join(map(str, mark))


def places_below(place: str) -> list[str]:
    return list(Place.objects.filter(path__contains=[place]).values_list("code", flat=True))


def readers(node: Node) -> list[User]:
    """One person for each way in which people of the place may read: what all of them see is the node's."""
    below = places_below(node.place)
    found: dict[tuple[str, int, str], User] = {}
    rows = Posting.objects.filter(place__in=below, user__is_active=True).select_related("user").order_by("pk")
    for posting in rows:
        if posting in posting.user.current_postings:
            found.setdefault((posting.role, posting.institution_id, posting.place), posting.user)
    return list({user.pk: user for user in found.values()}.values())


@contextmanager
def seen_by(user: User) -> Iterator[None]:
    """Read with a person's rights in nobody's name, to be audited as what the node has asked for."""
    set_user(user)
    try:
        yield
    finally:
        set_user(current().user)


def changed(node: Node, since: int) -> dict[tuple[str, str], int]:
    """Rows with what hangs on them that a transaction from ``since`` on has written, by table and id."""
    below = places_below(node.place)
    found: dict[tuple[str, str], int] = {}
    with connection.cursor() as cursor:
        for user in readers(node):
            with seen_by(user):
                for label, model in sent_models().items():
                    table = model._meta.db_table
                    whole = WHOLE.format(table=table)
                    cursor.execute(
                        f"SELECT id::text, {whole} FROM {table}, {NEWEST} WHERE {HERE} AND {whole} >= %s",
                        [below, below, since],
                    )
                    gather(found, ((label, key, at) for key, at in cursor.fetchall()))
                for part in PARTS:
                    table = part._meta.db_table
                    whole = WHOLE.format(table=table)
                    cursor.execute(
                        f"SELECT record_type, record_id::text, max({whole}) FROM {table}, {NEWEST}"
                        f" WHERE {HERE} AND {whole} >= %s GROUP BY 1, 2",
                        [below, below, since],
                    )
                    gather(found, ((label_of(kind), key, at) for kind, key, at in cursor.fetchall()))
    return found


def gather(found: dict[tuple[str, str], int], rows: Iterator[tuple[str, str, int]]) -> None:
    for label, key, at in rows:
        if label:
            found[label, key] = max(found.get((label, key), 0), at)


def page(node: Node, cursor: str, wanted: Sequence[tuple[str, UUID]]) -> dict[str, Any]:
    """Rows after a mark and rows that are asked for, in the running transaction of nobody.

    Returns
    -------
    dict
        ``units``: rows with their actions, comments and files; a wanted one that is not there has no ``row``.
        ``next``: the mark after this page; ``safe``: the one to be kept; ``more``: whether there is more.
    """
    after = mark_of(cursor)
    oldest = number_of(OLDEST)
    keys = [(at, label, key) for (label, key), at in changed(node, after[0]).items()]
    rest = sorted(entry for entry in keys if entry > after)
    sent = rest[:PAGE]
    more = len(rest) > PAGE
    following: Mark = sent[-1] if more else (max(after[0], oldest), "", "")
    asked = [(label, key) for label, key in wanted if label in sent_models()]
    listed = list(dict.fromkeys([*((label, UUID(key)) for _, label, key in sent), *asked]))
    return {
        **units(node, listed),
        "next": text_of_mark(following),
        "safe": text_of_mark(min(following, (max(after[0], oldest), "", ""))),
        "more": more,
    }


def number_of(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def units(node: Node, keys: Collection[tuple[str, UUID]]) -> dict[str, Any]:
    """Rows with all that hangs on them, as far as somebody of the place may read them; and who is named."""
    names = Names(at_node=False)
    by_label = by_table(keys)
    here = at_place(node)
    found: dict[tuple[str, UUID], dict[str, Any]] = {key: empty(*key) for key in keys}
    people: set[int] = set()
    for user in readers(node):
        with seen_by(user):
            for label, ids in by_label.items():
                for row in sent_models()[label]._default_manager.filter(here, pk__in=ids):
                    found[label, row.pk]["row"] = names.row(row)
            for part in PARTS:
                rows = part._default_manager.filter(here, record_type__in=types_in(by_label))
                for entry in rows.filter(record_id__in=[key for _, key in keys]):
                    unit = found.get((label_of(entry.record_type), entry.record_id))
                    if unit is not None:
                        unit["parts"][part._meta.label_lower][str(entry.pk)] = names.row(entry)
    for unit in found.values():
        for row in (unit["row"] or {}, *(e for part in unit["parts"].values() for e in part.values())):
            people |= {row[name] for name in ("created_by_id", "holder_id") if row.get(name)}
    for label, ids in by_label.items():
        if kind := type_of(label):
            note_audit("export", kind, ids, reason=f"node {node}")
    return {
        "units": list(found.values()),
        "people": {
            str(pk): name for pk, name in User.objects.filter(pk__in=people).values_list("pk", "name")
        },
        "institutions": institutions(),
    }


def by_table(keys: Collection[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for label, key in keys:
        found.setdefault(label, []).append(key)
    return found


def at_place(node: Node) -> Q:
    """Whoever reads for a node may read elsewhere too: the node gets what concerns its place alone."""
    below = places_below(node.place)
    return Q(place__in=below) | Q(other_place__in=below)


def differing(node: Node, held: Sequence[tuple[str, UUID, str]]) -> list[tuple[str, UUID]]:
    """Of the rows that a node says it has, those that are others here, or not the node's any more."""
    names, here = Names(at_node=False), at_place(node)
    told = {(label, key): digest for label, key, digest in held if label in sent_models()}
    same: set[tuple[str, UUID]] = set()
    for user in readers(node):
        with seen_by(user):
            for label, ids in by_table(told).items():
                for row in sent_models()[label]._default_manager.filter(here, pk__in=ids):
                    if digest_of(names.row(row)) == told[label, row.pk]:
                        same.add((label, row.pk))
    return [key for key in told if key not in same]


def empty(label: str, key: UUID) -> dict[str, Any]:
    return {"model": label, "key": key, "row": None, "parts": {part._meta.label_lower: {} for part in PARTS}}


def institutions() -> list[dict[str, Any]]:
    rows = Institution.objects.values("code", "name_mn", "name_en", "place", "synthetic")
    return [dict(row) for row in rows]
