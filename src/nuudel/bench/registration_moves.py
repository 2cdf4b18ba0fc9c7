"""Moves registered by officers at once, each in a process of its own: reported, verified, approved."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

SEEN = ("identity_cards", "birth_certificates", "military", "dwelling_right", "guardian")
"""Papers that the officer has seen: the synthetic register has no documents."""

TODAY = datetime.now(UTC).date()


def moved(count: int, officers: int, size: int) -> dict[str, Any]:
    """Moves a second of ``officers`` processes that register ``count`` moves each."""
    from nuudel.bench.registration_database import registrar

    homes = households(count * officers)
    each = len(homes) // officers
    users = [(registrar(""), registrar("")) for _ in range(officers)]
    commands = [
        [sys.executable, "-m", "nuudel.bench.registration_moves", *(str(user.pk) for user in pair)]
        + [str(pk) for pk in homes[number * each : (number + 1) * each]]
        for number, pair in enumerate(users)
    ]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.wait() for process in processes]
    spent = time.perf_counter() - start
    assert not any(ends), "an officer did not get through"
    unit = f"moves of households per second, {officers} officers, {size:,} persons"
    return {"moves_per_second": {"value": each * officers / spent, "unit": unit}}


def households(count: int) -> list[UUID]:
    """Households of the register, each with somebody in it."""
    from nuudel.domains.registration.models import Household
    from nuudel.web.access.context import acting
    from nuudel.web.facts.service import service_user

    with acting(service_user(), "bench"):
        return list(Household.objects.filter(state="active").values_list("pk", flat=True)[:count])


def register(clerk: Any, colleague: Any, home: UUID) -> None:
    """One move of a whole household to another soum: an officer reports it, another one decides."""
    from nuudel.domains.registration.models import Household, Person
    from nuudel.domains.registration.moves.agreeing import adults_of, note_agreed
    from nuudel.domains.registration.moves.record_types import MOVE
    from nuudel.domains.registration.moves.report import Report, report_move
    from nuudel.web.access.context import acting
    from nuudel.web.shell import records

    with acting(clerk, "bench"):
        household = Household.objects.get(pk=home)
        members = frozenset(Person.objects.filter(household=household).values_list("pk", flat=True))
        destination = "MN18101" if household.place != "MN18101" else "MN18104"
        report = Report(home, members, destination, "1", f"Bench {home}", TODAY, "employment", consent=True)
        move = report_move(clerk, report, reporter=None)
    for action in ("verify", "approve"):
        with acting(colleague, "bench"):
            found: Any = records.find(colleague, MOVE, move.pk, to_change=True)
            found.seen = list(SEEN)
            if action == "verify":
                note_agreed(colleague, found, [str(member.pk) for member in adults_of(found)])
            records.transition(colleague, MOVE, found, action)


def main() -> None:
    """Two officers: wait for the start, then register a move of each household that was named."""
    from nuudel.web.operations.install import start_django

    start_django()
    from nuudel.web.accounts.models import User

    clerk, colleague = (User.objects.get(pk=int(number)) for number in sys.argv[1:3])
    print("ready", flush=True)
    sys.stdin.readline()
    for home in sys.argv[3:]:
        register(clerk, colleague, UUID(home))


if __name__ == "__main__":
    main()
