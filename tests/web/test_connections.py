"""Connections to the database: whether they still hold, what is prepared, in whose name they are used."""

import time

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base

from nuudel.web.access.context import acting, become, current
from nuudel.web.access.prepared import look_up, preparing
from nuudel.web.access.roles import Role
from nuudel.web.facts.service import acting_for_nobody, service_rights, service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with


def process() -> int:
    """The server's process that this connection speaks to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def checked_as_a_request_does() -> None:
    connection.health_check_enabled, connection.health_check_done = True, False
    connection.close_if_health_check_failed()


def whose() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('nuudel.user', true)")
        return str(cursor.fetchone()[0] or "")


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


def test_a_connection_that_the_server_ended_is_made_anew(database: Addresses) -> None:
    before = process()
    with psycopg.connect(database.app, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [before])
    until = time.monotonic() + 10
    while connection.is_usable():
        assert time.monotonic() < until, "the end of the connection was not seen"
        time.sleep(0.01)
    checked_as_a_request_does()
    assert process() != before


def test_a_connection_that_holds_is_kept_and_nothing_is_asked(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = process()
    asked: list[int] = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: bool(asked.append(1)) or True)
    checked_as_a_request_does()
    assert (process(), asked) == (before, [])
    # After an error the server itself is asked.
    connection.errors_occurred = True
    assert connection.is_usable()
    assert asked == [1]
    connection.errors_occurred = False


def test_only_what_asks_for_it_is_prepared(database: Addresses) -> None:
    with acting(None, "test"):
        whose()
        assert prepared() == []
        assert look_up("SELECT %s::int + 1", [1]) == [(2,)]
        assert prepared() == ["SELECT $1::int + 1"]
        with pytest.raises(ZeroDivisionError), preparing():
            raise ZeroDivisionError
        whose()
        assert prepared() == ["SELECT $1::int + 1"]


def test_inside_of_the_services_rights_a_person_comes_to_act_when_they_end(database: Addresses) -> None:
    person, service = user_with(Role.PLANNER), service_user()
    with acting_for_nobody("test") as context:
        assert (context.user, whose()) == (None, str(service.pk))
        with service_rights():
            pass
        assert whose() == str(service.pk)
    with acting(None, "test"):
        with service_rights():
            become(person)
            assert (current().user, whose()) == (person, str(service.pk))
        assert whose() == str(person.pk)
    assert whose() == ""
