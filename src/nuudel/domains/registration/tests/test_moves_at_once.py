"""Fifty attempts at once to move the same person from two offices: one wins, the others are told why."""

import threading
from collections import Counter
from collections.abc import Callable

from django.db import connections

from nuudel.domains.registration.models import Move, MoveMember, ResidenceEvent
from nuudel.domains.registration.moves.record_types import MOVE, MOVE_MEMBER
from nuudel.domains.registration.moves.report import filled, report_move
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_moves import (
    EVERY_PAPER,
    TO,
    Family,
    days,
    family,
    now,
    offices,
    report,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError, WrongStateError
from nuudel.web.testing import user_with

ATTEMPTS = 50
AT_ONCE = 10  # connections; the rest wait for their turn as they would behind a server's workers
LONGEST_S = 120.0


def at_once(attempts: list[Callable[[], None]]) -> Counter[str]:
    """Run attempts in threads, each with a connection of its own; how each of them ended."""
    ends: Counter[str] = Counter()
    gate = threading.Barrier(AT_ONCE)
    lock = threading.Lock()
    waiting = list(attempts)

    def work() -> None:
        gate.wait()
        while True:
            with lock:
                attempt = waiting.pop() if waiting else None
            if attempt is None:
                break
            try:
                attempt()
                end = "won"
            except BrokenRulesError as broken:
                end = broken.problems[0].message.removeprefix("registration.moves.")
            except WrongStateError:
                end = "state"
            with lock:
                ends[end] += 1
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
        assert not thread.is_alive()
    return ends


def test_one_of_fifty_reports_wins(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)

    def attempt(office: User, bagh: str) -> Callable[[], None]:
        def reports() -> None:
            with acting(office, "test"):
                report_move(office, report(people, bagh=bagh), reporter=None)

        return reports

    ends = at_once([attempt((origin, destination)[i % 2], str(i % 7 + 1)) for i in range(ATTEMPTS)])
    assert ends == {"won": 1, "check.pending.against": ATTEMPTS - 1}
    with acting(origin, "test"):
        assert MoveMember.objects.filter(person=people.head).count() == 1


def two_verified(people: Family, origin: User, offices: tuple[User, User]) -> list[Move]:
    """Two verified moves of the same people to two places, as two nodes without a link can leave them."""
    moves = []
    for office, place in zip(offices, (TO, made.ASGAT), strict=True):
        with acting(origin, "test"):
            persons = records.locked(PERSON, people.ids)
            move = filled(report(people, place=place), people.household, persons, None)
            records.follow(origin, MOVE, move, "create")
            for person in persons:
                member = MoveMember(move=move, person=person, place=move.place, other_place=move.other_place)
                member.institution = move.institution
                records.follow(origin, MOVE_MEMBER, member, "create")
            move.seen = list(EVERY_PAPER)
            records.follow(origin, MOVE, move, "change", before={"seen": []})
        moves.append(move)
        step(office, move, "verify")
    return moves


def test_one_of_fifty_approvals_at_two_offices_wins(database: Addresses) -> None:
    origin, destination = offices()
    other = user_with(Role.REGISTRAR, place=made.ASGAT)
    people = family(origin)
    both = (destination, other)
    moves = two_verified(people, origin, both)
    ends = at_once([approval(both[i % 2], moves[i % 2]) for i in range(ATTEMPTS)])
    assert ends["won"] == 1
    # The winner's office finds its move decided; the other one that nobody lives at the origin any more.
    assert ends["state"] + ends["check.residence.against"] == ATTEMPTS - 1
    assert ends["check.residence.against"] == ATTEMPTS // 2
    states = sorted(now(move).state for move in moves)
    assert states == ["approved", "verified"]
    with acting(origin, "test"), service_rights():
        entered = ResidenceEvent.objects.filter(person__in=people.ids, day=days(-2))
        assert entered.count() == 2 * len(people.ids)


def approval(office: User, move: Move) -> Callable[[], None]:
    def approves() -> None:
        step(office, move, "approve")

    return approves
