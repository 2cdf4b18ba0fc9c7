"""What the officer's page of a move shows: what the registers know, what was sent, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Dwelling, Move, MoveMember, Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.moves.agreeing import adults_of, asks
from nuudel.domains.registration.moves.checks import WAIVABLE, Check, checked
from nuudel.domains.registration.moves.codes import UNTOLD
from nuudel.domains.registration.moves.following import following
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.register import case_of, moving, with_ends
from nuudel.domains.registration.moves.rules import at_destination
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.web.access.decisions import may
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.records import note_reading
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

LOOKS = {"ok": "done", "missing": "late", "asks": "wait", "against": "refused"}


@dataclass(frozen=True)
class Line:
    """A check as it is shown."""

    code: str
    title: str
    text: str
    look: str
    verdict: str
    source: str
    waivable: bool
    seen: bool


def content(user: User, move: Move) -> dict[str, Any]:
    """Everything that the panel shows; that names are read is noted."""
    movers = moving(with_ends(move))
    note_reading(PERSON, [one.person for one in movers], NAMED)
    names = place_names([move.place, move.other_place])
    lines = lines_of(checked(case_of(move, movers)), move)
    left = bagh_words(move.other_place, move.from_bagh)
    open_case = move.state in ("reported", "verified", "papers_asked", "appealed")
    return {
        "move": move,
        "movers": [(named(one.person), one.person.birth_date) for one in movers],
        "adults": [(row, named(row.person), agreement(row)) for row in adults_of(move)],
        "from": ", ".join((names[move.other_place], left, address_of(move.from_dwelling))),
        "to": ", ".join((names[move.place], *destination_of(user, move))),
        "lines": lines if open_case and Role.REGISTRAR in user.roles else [],
        "follow": following(move, localdate()),
        "decides": open_case and at_destination(user, move) and may(user, kinds.MOVE, "approve", move),
        "owner": user.pk in (move.holder_id, move.created_by_id) and move.reported_by == "citizen",
    }


def agreement(member: MoveMember) -> str:
    """Whether an adult has agreed, and how."""
    return say(f"registration.agreed_code.{member.agreed or 'asked'}")


def question(user: User, member: MoveMember) -> dict[str, Any]:
    """The panel of somebody who moves: the question, where it is put to the reader."""
    return {"asked": asked(row for row in asks(user) if row.pk == member.pk)}


def asked(rows: Iterable[MoveMember]) -> list[tuple[MoveMember, str, str]]:
    """Moves that wait for somebody's word, from where and to where; that they are read is noted."""
    found = list(rows)
    note_reading(MOVE, [row.move for row in found])
    names = place_names(place for row in found for place in (row.place, row.other_place))
    return [(row, names[row.other_place], names[row.place]) for row in found]


def destination_of(user: User, move: Move) -> tuple[str, ...]:
    """Bagh and address; of a household that is joined only the destination's office sees them before."""
    if move.joins is None or move.address != UNTOLD:
        return bagh_words(move.place, move.bagh), move.address
    if at_destination(user, move):
        return bagh_words(move.joins.place, move.joins.bagh), address_of(move.joins.dwelling)
    return (say("registration.report.joined"),)


def address_of(dwelling: Dwelling | None) -> str:
    return dwelling.address if dwelling else say("registration.moves.no_address")


def lines_of(checks: list[Check], move: Move) -> list[Line]:
    """Checks in words, what stands against it first."""
    order = ("against", "missing", "asks", "ok")
    shown = [line_of(check, move) for check in checks]
    return sorted(shown, key=lambda line: order.index(line.verdict))


def line_of(check: Check, move: Move) -> Line:
    slots: dict[str, Any] = dict(check.slots)
    return Line(
        check.code,
        say(f"registration.moves.check.{check.code}.title"),
        say(f"registration.moves.check.{check.code}.{check.result}", **slots),
        LOOKS[check.result],
        str(check.result),
        say(f"registration.moves.source.{check.source}"),
        check.code in WAIVABLE and check.result in ("missing", "asks"),
        check.code in move.seen,
    )


def named(person: Person) -> str:
    """A name as Mongolians write it: the patronymic, then the given name."""
    return f"{person.patronymic or ''} {person.given_name}".strip()
