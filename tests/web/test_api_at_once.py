"""Two programs write at once what there may be once: one is served, the other is told so."""

import threading
import time
from typing import Any

import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with

from .api_caller import Caller, code_of

ADDRESS = "/api/v1/records/registration.unregistered"
SCOPES = ("registration.unregistered:read", "registration.unregistered:write")
PLACES = ("MN18101", "MN18107")
MOST_LOOKS = 400


def case(place: str, reference: str) -> dict[str, Any]:
    """A household without registration, with the source's own number."""
    told = {"source": "school", "round": "1", "bagh": "1", "found_on": "2026-01-05", "persons": 3}
    return told | {"place": place, "reference": reference}


@pytest.fixture
def programs(database: Addresses) -> list[Caller]:
    """One of each of two offices: neither sees what the other has entered."""
    return [Caller(user_with(Role.REGISTRAR, place=place), *SCOPES) for place in PLACES]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has written first waits, before the commit, until another connection waits for that."""
    from django.db import connection

    from nuudel.web.shell import records

    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    def hold(*_: Any) -> None:
        for _look in range(MOST_LOOKS):
            with connection.cursor() as cursor:
                # In a transaction the view stays what it was unless it is looked at anew.
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(waits)
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
        raise AssertionError("nobody else has written")

    monkeypatch.setattr(records, "AFTER_ACTION", [*records.AFTER_ACTION, hold])


def at_once(callers: list[Caller], bodies: list[dict[str, Any]]) -> list[Any]:
    """Both requests, each in a thread with a connection of its own."""
    from django.db import connections

    gate, answers = threading.Barrier(len(callers)), []

    def send(caller: Caller, body: dict[str, Any]) -> None:
        gate.wait()
        answers.append(caller.write("POST", ADDRESS, body))
        connections.close_all()

    threads = [threading.Thread(target=send, args=pair) for pair in zip(callers, bodies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers, key=lambda answer: answer.status_code)


def test_of_two_at_once_one_is_made_and_the_other_told(programs: list[Caller], held: None) -> None:
    made, told = at_once(programs, [case(place, "at-once") for place in PLACES])
    assert made.status_code == 201, made.content
    assert code_of(told) == (409, "WEB-271")
    assert "at-once" not in told.content.decode()


def test_what_another_office_has_already_is_told_too(programs: list[Caller]) -> None:
    first, second = programs
    assert first.write("POST", ADDRESS, case(PLACES[0], "before")).status_code == 201
    refused = second.write("POST", ADDRESS, case(PLACES[1], "before"))
    assert code_of(refused) == (409, "WEB-271")
    # Nothing is left behind: neither a record, nor the key, nor a broken connection.
    assert second.write("POST", ADDRESS, case(PLACES[1], "after")).status_code == 201
    assert second.write("POST", ADDRESS, case(PLACES[1], "before")).status_code == 409


def test_a_change_to_what_there_is_already_is_refused(programs: list[Caller]) -> None:
    first, second = programs
    first.write("POST", ADDRESS, case(PLACES[0], "kept"))
    made = second.write("POST", ADDRESS, case(PLACES[1], "other"))
    address, tag = made.headers["Location"], made.headers["ETag"]
    refused = second.write("PATCH", address, {"reference": "kept"}, if_match=tag)
    assert code_of(refused) == (409, "WEB-271")
    with acting(second.user, "test"):
        from nuudel.domains.registration.models import UnregisteredHousehold

        assert UnregisteredHousehold.objects.get(place=PLACES[1], reference="other")
