"""Lists of records: search, filters, order, pages that stay the same while records are added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from nuudel.web.access.decisions import codes_below, held
from nuudel.web.access.models import Record
from nuudel.web.access.roles import Scope
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import readable

PAGE = 25
LONGEST_SEARCH = 100
MOST_COUNTED = 10_000
"""Nobody looks through more; to count all rows of a national register takes seconds."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of a list, as its address says it."""

    search: str
    state: str
    place: str
    filters: Mapping[str, str]
    after: str

    def query(self, **changes: str) -> str:
        """The address's query, with changes; what is empty is left out."""
        entries = {"q": self.search, "state": self.state, "place": self.place, **self.filters}
        entries |= {"after": ""} | changes
        return urlencode({name: value for name, value in entries.items() if value})


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    total
        How many there are on all pages; of very many ``MOST_COUNTED``.
    more
        Whether there are more than that.
    next
        The query of the next page, empty on the last one.
    """

    records: list[Record]
    total: int
    more: bool
    next: str


def read_asked(record_type: RecordType, query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it says wrongly is not asked."""
    state = query.get("state", "")
    return Asked(
        search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        state=state if state in record_type.states.names else "",
        place=query.get("place", "")[:32].replace("\0", ""),
        filters={name: query.get(name, "")[:40].replace("\0", "") for name in record_type.filtered},
        after=query.get("after", ""),
    )


def chosen(user: User, record_type: RecordType, asked: Asked) -> "QuerySet[Record]":
    """The records that the user may read and has asked for, the newest first."""
    rows = readable(user, record_type)
    # Ids are UUIDv7: their order is the order in which the records were made.
    order = F("id").desc()
    if asked.place or not reads_everywhere(user, record_type):
        # In this order the ids' index is of no use: of a large register the few rows of a place are read by
        # the index on places and sorted, instead of all rows by their ids until a page is full.
        order = F("id").desc(nulls_last=True)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.place:
        rows = rows.filter(place__in=codes_below(asked.place))
    for name, value in asked.filters.items():
        if value:
            rows = rows.filter(**{name: value}) if could_be(record_type, name, value) else rows.none()
    if asked.search:
        wanted = Q()
        for name in record_type.searched:
            wanted |= Q(**{f"{name}__icontains": asked.search})
        rows = rows.filter(wanted)
    before = [F(record_type.first).desc()] if record_type.first else []
    return rows.select_related("institution").order_by(*before, order)


def could_be(record_type: RecordType, name: str, value: str) -> bool:
    """Whether a text of an address can be a value of a field at all."""
    try:
        column: Any = record_type.model._meta.get_field(name)
        column.to_python(value)
    except ValidationError:
        return False
    return True


def reads_everywhere(user: User, record_type: RecordType) -> bool:
    """Whether some posting lets the user read records of all places."""
    return any(
        not posting.place or scope is Scope.ALL for posting, scope in held(user, record_type.key, "read")
    )


def page_of(user: User, record_type: RecordType, asked: Asked) -> Page:
    """A page of the list that is asked for."""
    rows = chosen(user, record_type, asked)
    total = rows.order_by()[: MOST_COUNTED + 1].count()
    found = list(rows.filter(following(record_type, asked.after))[: PAGE + 1])
    more = len(found) > PAGE
    next_page = asked.query(after=mark_of(record_type, found[PAGE - 1])) if more else ""
    return Page(found[:PAGE], min(total, MOST_COUNTED), total > MOST_COUNTED, next_page)


def mark_of(record_type: RecordType, last: Record) -> str:
    """Where a page ends: the id of its last record, after the value by which the list is sorted."""
    value = f"{getattr(last, record_type.first)}~" if record_type.first else ""
    return f"{value}{last.pk}"


def following(record_type: RecordType, mark: str) -> Q:
    """What comes after the end of a page; all where the address names none."""
    value, _, text = mark.rpartition("~")
    after = as_id(text)
    if after is None:
        return Q()
    if not record_type.first or not could_be(record_type, record_type.first, value):
        return Q(pk__lt=after)
    return Q(**{f"{record_type.first}__lt": value}) | Q(**{record_type.first: value}, pk__lt=after)


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def parts_of(user: User, record_type: RecordType, parent: Record) -> list[Any]:
    """The records that belong to another one, as far as the user may read them."""
    return list(readable(user, record_type).filter(**{record_type.parent: parent}).order_by("id"))
