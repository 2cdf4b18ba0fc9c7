"""How the link stands, what waits, and the page on which a person decides between two versions."""

from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from nuudel.web.access.decisions import may
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.deciding import decide, may_decide
from nuudel.web.nodes.here import is_node
from nuudel.web.nodes.models import OPEN, PENDING, UNDECIDED, WAITING, Node, Operation, Received
from nuudel.web.nodes.problems import EXPECTED, AgainstError, problem_of
from nuudel.web.nodes.receiving import RECORD_TYPE, theirs_of
from nuudel.web.nodes.replay import type_told
from nuudel.web.nodes.sides import Sides, reasons_of, sides_of, told_of_row
from nuudel.web.nodes.syncing import state_of
from nuudel.web.nodes.wire import Told
from nuudel.web.shell import records
from nuudel.web.shell.views.asked import shown_or_sent, user_of

MOST = 200
CHOICES = ("mine", "theirs")


@require_safe
def nodes(request: HttpRequest) -> HttpResponse:
    """The state of the link on a node; the nodes at the centre; what has to be decided on both."""
    user = user_of(request)
    rows: Any
    shown: dict[str, Any] = {}
    if is_node():
        rows = Operation.objects.filter(state__in=UNDECIDED).order_by("turn")[:MOST]
        waiting = Operation.objects.filter(state__in=(PENDING, WAITING), made_by=user).order_by("turn")
        shown |= state_of() | {"mine": [entry_of(user, row) for row in waiting[:MOST]]}
    else:
        rows = Received.objects.filter(state__in=UNDECIDED).order_by("received_at")
        rows = rows.select_related("node", "person")[:MOST]
        if Role.ADMINISTRATOR in user.roles:
            shown["nodes"] = Node.objects.order_by("place", "made_at")
    shown["undecided_rows"] = [entry_of(user, row) for row in rows if may_see(user, row)]
    return render(request, "nodes/nodes.html", shown)


def entry_of(user: User, row: Received | Operation) -> dict[str, Any]:
    """A line of a list: no value of the record."""
    told = told_of_row(row)
    try:
        sides = sides_of(told, None, row.problem) if told is not None else None
    except AgainstError:
        sides = None
    return {"row": row, "sides": sides, "name": record_name(user, sides)}


def record_name(user: User, sides: Sides | None) -> str:
    """What the record is called, where the person may read it; it never holds personal data."""
    if sides is None:
        return ""
    found = records.readable(user, sides.record_type).filter(pk=sides.told.record).first()
    return "" if found is None else str(found)


def may_see(user: User, row: Received | Operation) -> bool:
    """Whether a person may decide an operation."""
    told = told_of_row(row)
    if isinstance(row, Received):
        return may_decide(user, row, told)
    return told is not None and may_decide_here(user, told)


def may_decide_here(user: User, told: Told) -> bool:
    """On a node: whoever may do it with the record that stands here."""
    try:
        record_type = type_told(told)
    except AgainstError:
        return False
    found = records.readable(user, record_type).filter(pk=told.record).first()
    action = "comment" if told.action == "attach" else told.action
    return found is not None and may(user, record_type.key, action, found)


@shown_or_sent
def node_operation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Both versions side by side; a person takes one."""
    user = user_of(request)
    row = asked_row(pk, writing=request.method == "POST")
    if not may_see(user, row) or row.state not in OPEN:
        raise Http404
    if request.method != "POST":
        return render(request, "nodes/operation.html", page_of(user, row))
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        return render(request, "nodes/operation.html", page_of(user, row) | {"missing": True}, status=422)
    if isinstance(row, Operation):
        row.decision, row.decided_by = choice, user
        note_audit("decide", RECORD_TYPE, [row.pk], reason=choice)
        row.save(update_fields=["decision", "decided_by"])
        return redirect("nodes")
    try:
        with transaction.atomic():
            decide(user, row, choice)
    except EXPECTED as error:
        if isinstance(error, PermissionDenied):
            raise
        return not_taken(request, user, row, error)
    return redirect("nodes")


def not_taken(request: HttpRequest, user: User, row: Received, error: Exception) -> HttpResponse:
    """The choice could not be done: the page says why, and nothing has changed."""
    page = page_of(user, row)
    sides = page["sides"]
    errors = reasons_of(sides.record_type, problem_of(error)) if sides is not None else []
    return render(request, "nodes/operation.html", page | {"errors": errors}, status=422)


def asked_row(pk: UUID, *, writing: bool) -> Received | Operation:
    """The operation, locked where it is to be decided."""
    rows: Any = Operation.objects if is_node() else Received.objects.select_related("node", "person")
    rows = rows.filter(state__in=UNDECIDED, pk=pk)
    found: Received | Operation | None = (rows.select_for_update(of=("self",)) if writing else rows).first()
    if found is None:
        raise Http404
    return found


def page_of(user: User, row: Received | Operation) -> dict[str, Any]:
    """What the page shows; that personal fields were read is audited."""
    told = told_of_row(row)
    if told is None:
        return {"row": row, "sides": None}
    if isinstance(row, Operation):
        theirs = msgspec.json.decode(row.theirs) if row.theirs else None
    else:
        theirs = theirs_of(user, told)
    sides = sides_of(told, theirs, row.problem)
    seen = told.values.keys() | (theirs or {}).get("values", {}).keys()
    personal = sorted(sides.record_type.personal & seen)
    if personal:
        note_audit("read", sides.record_type.key, [told.record], personal)
    shown = {"name": record_name(user, sides), "here": is_node(), "theirs": theirs is not None}
    return {"row": row, "sides": sides} | shown
