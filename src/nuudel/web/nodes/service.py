"""At the centre: the addresses that nodes ask. JSON, packed by gzip; each message stands by itself.

Every request of a node names its token and its version. Each operation is committed by itself before the
answer is made, so that a link that is cut anywhere leaves nothing half done.
"""

import gzip
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nuudel.base.errors import NuudelError, WebError
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import path_of
from nuudel.web.api.limits import STRANGERS, address_of
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.changes import differing, page, readers, seen_by
from nuudel.web.nodes.deciding import decide
from nuudel.web.nodes.files import hold
from nuudel.web.nodes.message import Message
from nuudel.web.nodes.models import Node, Received
from nuudel.web.nodes.people import people_of
from nuudel.web.nodes.problems import EXPECTED, problem_of
from nuudel.web.nodes.receiving import RECORD_TYPE, answer_of, take
from nuudel.web.nodes.registry import join, node_of
from nuudel.web.nodes.replay import as_posted
from nuudel.web.nodes.versions import demand_version
from nuudel.web.shell.attachments import MOST_BYTES, content_of
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.sent import as_uuid

MOST_PACKED, MOST_UNPACKED = 12_000_000, 40_000_000
MOST_OPERATIONS, MOST_KEYS = 200, 500
STATUS = {"WEB-481": 403, "WEB-482": 403, "WEB-486": 409}
Handler = Callable[[Node, Any], Any]


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody on the node has chosen for an operation."""

    id: UUID
    choice: str
    person: int
    at: datetime


class Push(msgspec.Struct, forbid_unknown_fields=True):
    """Operations in their order, choices, and operations whose state is asked for."""

    operations: list[Any] = []
    decisions: list[Decision] = []
    ask: list[UUID] = []


class Pull(msgspec.Struct, forbid_unknown_fields=True):
    """The mark, rows that are asked for, and rows that are to be compared with their digests."""

    cursor: str = ""
    wanted: list[tuple[str, UUID]] = []
    held: list[tuple[str, UUID, str]] = []
    people: str = ""


class Join(msgspec.Struct, forbid_unknown_fields=True):
    """The code that was told."""

    code: str


def packed(content: Any, status: int = 200) -> HttpResponse:
    """An answer."""
    body = gzip.compress(msgspec.json.encode(content), 5, mtime=0)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def unpacked(request: HttpRequest) -> bytes:
    """The body of a request; ``WEB-485`` where it is too large or no gzip."""
    body = request.read(MOST_PACKED + 1)
    unpack = zlib.decompressobj(wbits=31)
    try:
        content = unpack.decompress(body, MOST_UNPACKED) if len(body) <= MOST_PACKED else b""
    except zlib.error:
        content = b""
    if not content or not unpack.eof:
        raise unreadable()
    return content


def unreadable() -> WebError:
    return WebError(
        485, "the message cannot be read.", "Let the node send it again; nothing of it was taken."
    )


def asked(request: HttpRequest, kind: type[Any]) -> Any:
    demand_version(request.headers.get("Nuudel-Version", ""))
    try:
        return msgspec.json.decode(unpacked(request), type=kind)
    except (msgspec.DecodeError, UnicodeError):
        raise unreadable() from None


def answering(handler: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn errors into answers that a node understands."""

    @csrf_exempt
    @require_POST
    @wraps(handler)
    def view(request: HttpRequest, **names: Any) -> HttpResponse:
        try:
            return handler(request, **names)
        except NuudelError as error:
            if error.code in ("WEB-481", "WEB-482"):
                wait = STRANGERS.take(address_of(request))
                if wait:
                    return packed({}, HTTPStatus.TOO_MANY_REQUESTS)
            told = {"code": error.code, "problem": error.problem, "next_step": error.next_step}
            return packed(told, STATUS.get(error.code, 422))

    return view


def node_asking(request: HttpRequest) -> Node:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return node_of(token if kind == "Node" and token.isascii() else "")


@answering
def node_join(request: HttpRequest) -> HttpResponse:
    """A node joins."""
    node, token = join(asked(request, Join).code)
    return packed({"node": node.pk, "place": node.place, "name": node.name, "token": token})


@answering
def node_push(request: HttpRequest) -> HttpResponse:
    """Take operations and choices, each by itself."""
    node = node_asking(request)
    told: Push = asked(request, Push)
    if max(len(told.operations), len(told.decisions), len(told.ask)) > MOST_OPERATIONS:
        raise unreadable()
    message = Message(node)
    results: dict[str, Any] = {}
    for decision in told.decisions:
        results[str(decision.id)] = told_result(settle(message, decision))
    for row in Received.objects.filter(pk__in=told.ask, node=node).select_related("person", "node"):
        results.setdefault(str(row.pk), told_result(answer_of(row)))
    operations = [raw for raw in told.operations if isinstance(raw, dict)]
    known = known_before(str(raw.get("id")) for raw in operations)
    for raw in operations:
        key = str(raw.get("id"))
        results[key] = told_result(take(message, raw, known.get(key)))
    return packed({"results": results})


def known_before(keys: Iterable[str]) -> dict[str, Received]:
    """The operations that have come before, by their ids as a message has them."""
    asked = {key for key in keys if as_uuid(key) is not None}
    rows = Received.objects.filter(pk__in=asked).select_related("person", "node")
    return {str(row.pk): row for row in rows}


def told_result(answer: Any) -> dict[str, Any]:
    return {"state": answer.state, "problem": answer.problem, "theirs": answer.theirs}


def settle(message: Message, decision: Decision) -> Any:
    """Do what somebody on the node has chosen; where that cannot be, the operation stays as it is."""
    node = message.node
    row = Received.objects.filter(pk=decision.id, node=node).select_related("person", "node").first()
    if row is None or decision.choice not in ("mine", "theirs"):
        raise unreadable()
    person = message.person(decision.person)
    try:
        with message.acting(person):
            row = decide(as_posted(person, node.place), row, decision.choice)
    except EXPECTED as error:
        row.refresh_from_db()
        if row.state in ("conflict", "refused"):
            row.problem = problem_of(error)
            with message.acting(None):
                note_refused(row)
    return answer_of(row)


def note_refused(row: Received) -> None:
    note_audit("refuse", RECORD_TYPE, [row.pk])
    row.save(update_fields=["problem"])


@answering
def node_pull(request: HttpRequest) -> HttpResponse:
    """What has changed, what was asked for, and the people of the place."""
    node = node_asking(request)
    told: Pull = asked(request, Pull)
    if max(len(told.wanted), len(told.held)) > MOST_KEYS:
        raise unreadable()
    with acting(None, f"node {node}"):
        try:
            answer = page(node, told.cursor, [*told.wanted, *differing(node, told.held)])
        except ValueError:
            raise unreadable() from None
        return packed(answer | {"who": people_of(node, told.people)})


@answering
def node_file(request: HttpRequest, digest: str) -> HttpResponse:
    """Hold a file until the operation that attaches it comes."""
    node = node_asking(request)
    demand_version(request.headers.get("Nuudel-Version", ""))
    content = unpacked(request)
    if len(content) > MOST_BYTES:
        raise unreadable()
    hold(node, digest, content)
    return packed({})


@answering
def node_content(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The content of a file of the node's place."""
    node = node_asking(request)
    demand_version(request.headers.get("Nuudel-Version", ""))
    with acting(None, f"node {node}"):
        for user in readers(node):
            with seen_by(user):
                found = Attachment.objects.filter(pk=pk).first()
            places = (found.place, found.other_place) if found is not None else ()
            if found is not None and any(node.place in path_of(place) for place in places if place):
                note_audit("read", found.record_type, [found.record_id], ["attachment"], f"node {node}")
                return packed({"content": content_of(found)})
    raise Http404
