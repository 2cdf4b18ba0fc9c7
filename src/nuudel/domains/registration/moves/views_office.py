"""The officer's pages: moves that wait at my office, and the decision beside what the registers know."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.registration.models import Dwelling, Move
from nuudel.domains.registration.moves.checks import WAIVABLE
from nuudel.domains.registration.moves.codes import PENDING, REFUSALS
from nuudel.domains.registration.moves.deciding import decide_move
from nuudel.domains.registration.moves.following import following
from nuudel.domains.registration.moves.panel import content
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.rules import at_destination
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.sent import as_uuid
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import LONGEST_REASON, shown_or_sent, text_asked, user_of
from nuudel.web.words import say

MOST = 100
STEPS = ("verify", "ask_for_papers", "approve", "refuse", "uphold")
WITH_REASON = ("ask_for_papers", "refuse", "uphold")
MOST_DWELLINGS, MOST_ADULTS = 200, 100


@dataclass(frozen=True)
class Row:
    """A move in a list of the office; no name of a person."""

    move: Move
    origin: str
    destination: str
    persons: int
    follow: Any
    days: int


@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """What waits for my decision, and what leaves my place; the longest waiting first."""
    user, today = user_of(request), localdate()
    waiting = records.readable(user, MOVE).filter(state__in=PENDING).order_by("created_at")
    found: list[Any] = list(waiting.annotate(persons=Count("members"))[:MOST])
    names = place_names(place for row in found for place in (row.place, row.other_place))
    rows = [
        Row(
            row,
            names[row.other_place],
            names[row.place],
            row.persons,
            following(row, today),
            (today - localdate(row.created_at)).days,
        )
        for row in found
    ]
    mine = [row for row in rows if at_destination(user, row.move)]
    page = {"arriving": mine, "leaving": [row for row in rows if row not in mine]}
    return render(request, "registration/move_office.html", page)


@shown_or_sent
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The decision: what the registers know, what was sent, what is missing; then a step with its reason."""
    user = user_of(request)
    writing = request.method == "POST"
    move = records.find(user, MOVE, pk, to_change=writing)
    assert isinstance(move, Move)
    if not at_destination(user, move):
        raise PermissionDenied
    records.note_reading(MOVE, [move])
    if not writing:
        return render(request, "registration/move_decide.html", decide_page(request, move))
    problems, status = decided(request, move)
    if not problems:
        return redirect("record", "registration", "move", pk)
    # Nothing of what was tried is kept: the page shows the record as it is, and what was ticked.
    kept = records.find(user, MOVE, pk)
    assert isinstance(kept, Move)
    page = decide_page(request, kept) | {
        "errors": problems,
        "sent": request.POST,
        "ticked": request.POST.getlist("agreed"),
        "ticked_seen": request.POST.getlist("seen"),
    }
    return render(request, "registration/move_decide.html", page, status=status)


def decide_page(request: HttpRequest, move: Move) -> dict[str, Any]:
    user = user_of(request)
    steps = [step for step in records.possible(user, MOVE, move) if step.action in STEPS]
    here = Dwelling.objects.filter(place=move.place, bagh__iexact=move.bagh, state="in_use")
    return content(user, move) | {
        "record_type": MOVE,
        "steps": steps,
        "version": records.version_of(move),
        "refusals": [(code, say(f"registration.refusal_code.{code}")) for code in REFUSALS],
        "dwellings": here.order_by("address")[:MOST_DWELLINGS],
        "sent": {},
    }


def decided(request: HttpRequest, move: Move) -> tuple[list[str], int]:
    """Take the step that was chosen; what stands against it, and the status of the answer."""
    user, action = user_of(request), request.POST.get("step", "")
    if action not in STEPS:
        return [say("registration.moves.choose_step")], 422
    reason, wrong = text_asked(request, "reason", LONGEST_REASON, "shell.step.reason_missing")
    if action in WITH_REASON and wrong:
        return [wrong], 422
    if action == "refuse":
        move.refusal = request.POST.get("refusal", "")
        if move.refusal not in REFUSALS:
            return [say("registration.moves.choose_refusal")], 422
    dwelling = as_uuid(request.POST.get("dwelling", ""))
    try:
        records.demand_version(move, request.POST.get("version", ""))
        seen, agreed = chosen(request.POST.getlist("seen"), WAIVABLE), request.POST.getlist("agreed")
        agreed, refusal = agreed[:MOST_ADULTS], move.refusal
        with transaction.atomic():
            decide_move(
                user, move, action,
                reason=reason, refusal=refusal, seen=seen, dwelling=dwelling, agreed=agreed,
            )  # fmt: skip
    except BrokenRulesError as broken:
        return [say_problem(problem) for problem in broken.problems], 422
    except (ConflictError, WrongStateError):
        return [say("shell.conflict")], 409
    return [], 200


def chosen(given: Iterable[str], known: Iterable[str]) -> list[str]:
    """What was ticked of what can be ticked."""
    return [code for code in known if code in set(given)]
