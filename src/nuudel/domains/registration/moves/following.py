"""What happens next with a move, and by when; in plain words, for whoever follows it by its number."""

from dataclasses import dataclass
from datetime import date, timedelta

from nuudel.domains.registration.models import Move
from nuudel.domains.registration.moves import parameters
from nuudel.domains.registration.moves.rules import appeal_until, may_still_appeal
from nuudel.web.words import say

SATURDAY = 5
LOOK = {
    "reported": "wait",
    "verified": "wait",
    "papers_asked": "new",
    "appealed": "wait",
    "approved": "done",
    "refused": "refused",
    "upheld": "refused",
    "reversed": "refused",
}


@dataclass(frozen=True)
class Following:
    """Where a move stands: the state, what comes next, and by when, where a day is set."""

    state: str
    next_step: str
    due_on: date | None
    late: bool
    look: str


def following(move: Move, today: date) -> Following:
    """Without names and places: also for whoever has only the number."""
    due = move.due_on
    variant = move.state
    if move.state == "refused" and not may_still_appeal(move, today):
        variant, due = "refused_for_good", None
    waits_for_office = move.state in ("reported", "verified", "appealed")
    late = waits_for_office and due is not None and due < today
    return Following(
        say(f"registration.move.state_{move.state}"),
        say(f"registration.moves.next.{variant}"),
        due,
        late,
        LOOK.get(move.state, ""),
    )


def due_after(move: Move, action: str, today: date) -> date | None:
    """By when whoever acts next has to, after a step."""
    if action == "send_papers":
        return decide_by(today)
    if action == "verify":
        return move.due_on
    if action == "refuse":
        return appeal_until(move)
    if action == "appeal":
        return today + timedelta(days=parameters.value("decide_appeal_within", today))
    return None


def decide_by(start: date) -> date | None:
    """The last day for a decision: working days from the one on which all papers are there."""
    days = parameters.known("decide_within", start)
    return None if days is None else working_days_after(start, days)


def working_days_after(start: date, days: int) -> date:
    """Some working days later; public holidays are not known here and count as working days."""
    day = start
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day
