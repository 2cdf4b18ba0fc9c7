"""A write that is sent twice is done once, also at the same time."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with

from .api_caller import NOTE, Caller, code_of


@pytest.fixture(scope="module", autouse=True)
def exercise(database: Addresses) -> Iterator[None]:
    from django.test import override_settings

    from .api_exercise import make_tables, urls

    make_tables()
    with override_settings(ROOT_URLCONF=urls()):
        yield


@pytest.fixture
def registrar() -> Caller:
    return Caller(user_with(Role.REGISTRAR, place="MN81"))


def test_every_write_needs_a_key(registrar: Caller) -> None:
    address = registrar.make().headers["Location"]
    writes = [
        ("POST", "", {"place": "MN81", "title": "x"}),
        ("PATCH", address, {"title": "x"}),
        ("POST", f"{address}/transitions", {"action": "close", "reason": "Done."}),
        ("POST", f"{address}/comments", {"text": "x"}),
    ]
    for method, where, body in writes:
        assert code_of(registrar.ask(method, where, body, if_match="*")) == (400, "WEB-257")
        for key in ("short", "x" * 65, "with space", "кирилл-түлхүүр"):
            assert code_of(registrar.ask(method, where, body, if_match="*", idempotency_key=key)) == (
                400,
                "WEB-257",
            )


def test_the_same_request_twice_is_done_once(registrar: Caller) -> None:
    first = registrar.make(key="the-same-key")
    second = registrar.make(key="the-same-key")
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    for name in ("Location", "ETag"):
        assert second.headers[name] == first.headers[name]
    assert code_of(registrar.make("Another", key="the-same-key")) == (409, "WEB-258")
    # Another person's key, and the same key for another operation, are other keys.
    assert (
        Caller(user_with(Role.REGISTRAR, place="MN81")).make(key="the-same-key").json()["id"]
        != first.json()["id"]
    )
    address = first.headers["Location"]
    assert (
        registrar.write("POST", f"{address}/comments", {"text": "x"}, key="the-same-key").status_code == 201
    )


def test_what_failed_leaves_no_key_behind(registrar: Caller) -> None:
    refused = registrar.make(place="MN82", key="failed-first")
    assert refused.status_code == 403
    assert registrar.make(place="MN81", key="failed-first").status_code == 201


def test_a_key_is_forgotten_after_a_day(registrar: Caller) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from nuudel.web.api.idempotency import forget_expired
    from nuudel.web.api.models import IdempotencyKey

    first = registrar.make(key="day-old-key")
    IdempotencyKey.objects.filter(key="day-old-key").update(expires_at=timezone.now() - timedelta(seconds=1))
    second = registrar.make(key="day-old-key")
    assert second.json()["id"] != first.json()["id"]
    IdempotencyKey.objects.filter(key="day-old-key").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert forget_expired() >= 1
    assert not IdempotencyKey.objects.filter(key="day-old-key").exists()


def test_what_is_kept_of_a_write_is_no_personal_data(registrar: Caller) -> None:
    from django.db import connections

    registrar.make(key="kept-of-a-write")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT k::text FROM api_idempotencykey k WHERE key = 'kept-of-a-write'")
        (row,) = cursor.fetchone()
    assert NOTE not in row
    assert NOTE.encode().hex() not in row


def test_two_at_once_with_one_key_are_done_once(registrar: Caller) -> None:
    """Real concurrency: threads with a connection each, held back together until both are in the work."""
    from django.db import connections

    from .api_exercise import Exercise

    barrier = threading.Barrier(8)
    answers: list[Any] = []

    def send() -> None:
        barrier.wait(10)
        answers.append(registrar.make("At once", key="eight-at-once"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    with acting(registrar.user, "test"):
        assert Exercise.objects.filter(title="At once").count() == 1


def test_who_waits_too_long_for_the_same_key_is_told_to_come_again(
    registrar: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connections

    from nuudel.web.api import idempotency
    from nuudel.web.api.records.shell import ShellRegister

    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 1)
    inside, leave = threading.Event(), threading.Event()
    create = ShellRegister.create

    def slowly(self: Any, user: Any, values: Any) -> Any:
        inside.set()
        leave.wait(20)
        return create(self, user, values)

    monkeypatch.setattr(ShellRegister, "create", slowly)
    answers: list[Any] = []

    def send() -> None:
        answers.append(registrar.make(key="slow-and-late"))
        connections.close_all()

    thread = threading.Thread(target=send)
    thread.start()
    assert inside.wait(10)
    late = registrar.make(key="slow-and-late")
    leave.set()
    thread.join(20)
    assert code_of(late) == (409, "WEB-259")
    assert late.headers["Retry-After"] == "1"
    assert answers[0].status_code == 201
    assert registrar.make(key="slow-and-late").headers["Idempotency-Replayed"] == "true"
