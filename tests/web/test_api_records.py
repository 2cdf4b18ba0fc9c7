"""Records by tokens: scopes and postings, versions, keys, pages; on a record type made for these tests."""

import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

BASE = "/api/v1/records/exercise.record"
NOTE = "УБ00112233"  # stands for personal data: it must not be found where it does not belong


@pytest.fixture(scope="module", autouse=True)
def exercise(database: Addresses) -> Iterator[None]:
    from django.test import override_settings

    from .api_exercise import make_tables, urls

    make_tables()
    with override_settings(ROOT_URLCONF=urls()):
        yield


class Caller:
    """A program with a token."""

    def __init__(self, user: Any, *scopes: str) -> None:
        from django.test import Client

        from nuudel.web.api.tokens import make_token

        self.user = user
        self.client = Client(raise_request_exception=False)
        wanted = scopes or ("exercise.record:read", "exercise.record:write")
        with acting(user, "test"):
            self.token, self.text = make_token(user, "test", wanted, 30)

    def ask(self, method: str, address: str = "", body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {self.text}", "accept-language": "en"} | named
        where = address if address.startswith("/api") else f"{BASE}{address}"
        kind = "application/json"
        return self.client.generic(method, where, content if body is not None else b"", kind, headers=sent)

    def write(self, method: str, address: str, body: Any, key: str = "", **headers: str) -> Any:
        return self.ask(method, address, body, idempotency_key=key or uuid.uuid4().hex, **headers)

    def make(self, title: str = "One", place: str = "MN81", key: str = "", note: str = NOTE) -> Any:
        return self.write("POST", "", {"place": place, "title": title, "note": note}, key)


@pytest.fixture
def registrar() -> Caller:
    return Caller(user_with(Role.REGISTRAR, place="MN81"))


def code_of(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    assert NOTE not in response.content.decode()
    return response.status_code, json.loads(response.content)["code"]


def test_a_record_is_made_read_changed_and_closed(registrar: Caller) -> None:
    made = registrar.make()
    assert made.status_code == 201
    receipt = made.json()
    assert receipt["state"] == "open"
    assert NOTE not in made.content.decode()
    address = made.headers["Location"]
    read = registrar.ask("GET", address)
    assert read.json()["fields"] == {"title": "One", "note": NOTE}
    assert read.headers["ETag"] == made.headers["ETag"] == f'"{receipt["version"]}"'
    assert read.headers["Cache-Control"] == "no-store"
    changed = registrar.write("PATCH", address, {"title": "Two"}, if_match=read.headers["ETag"])
    assert changed.status_code == 200
    assert changed.headers["ETag"] != read.headers["ETag"]
    closed = registrar.write(
        "POST", f"{address}/transitions", {"action": "close"}, if_match=changed.headers["ETag"]
    )
    assert closed.json()["state"] == "closed"
    assert registrar.ask("GET", f"{address}?fields=state,fields").json() == {
        "state": "closed",
        "fields": {"title": "Two", "note": NOTE},
    }


def test_reads_and_writes_are_audited_in_the_name_of_the_tokens_user(registrar: Caller) -> None:
    from nuudel.web.audit.models import AuditEntry

    made = registrar.make().json()
    registrar.ask("GET", f"/{made['id']}")
    with acting(registrar.user, "test"):
        entries = AuditEntry.objects.using("owner").filter(record_ids__contains=[made["id"]])
        assert sorted(entry.action for entry in entries) == ["create", "read"]
        assert {entry.user_id for entry in entries} == {registrar.user.pk}
        assert all(registrar.token.prefix in entry.purpose for entry in entries)
        assert not any(NOTE in str(entry.__dict__) for entry in entries)


def test_a_token_is_asked_for_everywhere(registrar: Caller, client: Any) -> None:
    pk = registrar.make().json()["id"]
    asked = [
        ("GET", ""), ("POST", ""), ("GET", f"/{pk}"), ("PATCH", f"/{pk}"), ("POST", f"/{pk}/transitions"),
        ("GET", f"/{pk}/comments"), ("POST", f"/{pk}/comments"), ("GET", f"/{pk}/attachments"),
    ]  # fmt: skip
    wrong = ["", "Bearer", "Bearer nuudel_x", f"Basic {registrar.text}", f"Bearer {registrar.text}x", "Bearer ө"]
    for method, address in asked:
        for text in wrong:
            response = client.generic(
                method, f"{BASE}{address}", b"{}", "application/json", headers={"authorization": text}
            )
            assert code_of(response)[0] == 401, (method, address, text)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_browsers_session_opens_nothing() -> None:
    """So that no other site can have a signed-in browser write: there is nothing to forge."""
    client = signed_in(user_with(Role.REGISTRAR, place="MN81"))
    assert code_of(client.get(BASE)) == (401, "WEB-251")
    body = {"place": "MN81", "title": "x"}
    sent = client.post(BASE, body, "application/json", headers={"idempotency-key": "12345678"})
    assert code_of(sent) == (401, "WEB-251")


def test_a_token_has_no_more_than_its_scopes(registrar: Caller) -> None:
    made = registrar.make()
    reader = Caller(registrar.user, "exercise.record:read")
    assert reader.ask("GET").status_code == 200
    assert code_of(reader.make()) == (403, "WEB-253")
    assert code_of(reader.write("PATCH", made.headers["Location"], {}, if_match="*")) == (403, "WEB-253")
    writer = Caller(registrar.user, "exercise.record:write")
    assert code_of(writer.ask("GET")) == (403, "WEB-253")
    assert writer.make().status_code == 201
    other = Caller(registrar.user, "audit.entry:read")
    assert code_of(other.ask("GET")) == (403, "WEB-253")


def test_a_token_has_no_more_than_its_users_postings(registrar: Caller) -> None:
    made = registrar.make()
    stranger = Caller(user_with(Role.REGISTRAR, place="MN82"))
    assert code_of(stranger.ask("GET", made.headers["Location"])) == (404, "WEB-255")
    assert made.json()["id"] not in stranger.ask("GET").content.decode()
    assert code_of(stranger.make(place="MN81")) == (403, "WEB-254")
    analyst = Caller(user_with(Role.ANALYST))
    assert analyst.ask("GET", made.headers["Location"]).status_code == 200
    assert code_of(analyst.make()) == (403, "WEB-254")
    nobody = Caller(user_with())
    assert code_of(nobody.ask("GET")) == (403, "WEB-254")


def test_what_no_longer_holds_opens_nothing(registrar: Caller) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from nuudel.web.accounts.models import Posting, User
    from nuudel.web.api.models import ApiToken

    assert registrar.ask("GET").status_code == 200
    own = ApiToken.objects.filter(pk=registrar.token.pk)
    own.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code_of(registrar.ask("GET")) == (401, "WEB-252")
    own.update(expires_at=timezone.now() + timedelta(days=1))
    Posting.objects.using("owner").filter(user=registrar.user).update(valid_to=timezone.localdate() - timedelta(days=1))
    Posting.objects.using("owner").filter(user=registrar.user).update(valid_from=timezone.localdate() - timedelta(days=9))
    assert code_of(registrar.ask("GET")) == (403, "WEB-254")
    User.objects.using("owner").filter(pk=registrar.user.pk).update(is_active=False)
    assert code_of(registrar.ask("GET")) == (401, "WEB-252")


def test_last_use_is_noted_once_a_minute(registrar: Caller) -> None:
    from nuudel.web.api.models import ApiToken

    assert ApiToken.objects.get(pk=registrar.token.pk).last_used_at is None
    registrar.ask("GET")
    first = ApiToken.objects.get(pk=registrar.token.pk).last_used_at
    assert first is not None
    registrar.ask("GET")
    assert ApiToken.objects.get(pk=registrar.token.pk).last_used_at == first


def test_a_list_is_stable_while_records_are_made(registrar: Caller) -> None:
    caller = Caller(user_with(Role.REGISTRAR, place="MN62"))
    wanted = [caller.make(f"Number {n}", "MN62").json()["id"] for n in range(5)][::-1]
    seen, address = [], "?limit=2&fields=id&state=open"
    while address:
        page = caller.ask("GET", address).json()
        seen += [row["id"] for row in page["items"]]
        caller.make("Meanwhile", "MN62")
        address = page["next"]
    assert seen == wanted
    link = caller.ask("GET", "?limit=2&state=open").json()["next"]
    assert code_of(caller.ask("GET", link.replace("state=open", "state=closed"))) == (400, "WEB-266")


def test_a_change_is_made_on_what_was_read(registrar: Caller) -> None:
    address = registrar.make().headers["Location"]
    assert code_of(registrar.write("PATCH", address, {"title": "x"})) == (428, "WEB-261")
    old = registrar.ask("GET", address).headers["ETag"]
    assert registrar.write("PATCH", address, {"title": "x"}, if_match=old).status_code == 200
    assert code_of(registrar.write("PATCH", address, {"title": "y"}, if_match=old)) == (412, "WEB-260")
    assert registrar.ask("GET", address).json()["fields"]["title"] == "x"


def test_comments_are_written_and_listed(registrar: Caller) -> None:
    address = registrar.make().headers["Location"]
    written = registrar.write("POST", f"{address}/comments", {"text": "Asked by phone."})
    assert written.status_code == 201
    (found,) = registrar.ask("GET", f"{address}/comments").json()["items"]
    assert (found["id"], found["text"]) == (written.json()["comment"], "Asked by phone.")
    assert registrar.ask("GET", f"{address}/attachments").json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"place": "MN81"}, 422, "WEB-265", "body.title"),
        ({"place": "MN81", "title": 5}, 422, "WEB-265", "body.title"),
        ({"place": "MN81", "title": "x", "tilte": NOTE}, 422, "WEB-265", "body.tilte"),
        ({"place": "MN81", "title": "x", NOTE + " Бат": 1}, 422, "WEB-265", "body.?"),
        ({"place": {"a": 1}, "title": []}, 422, "WEB-265", "body.place"),
        (b'{"place": "MN81", "title": "a", "title": "b"}', 400, "WEB-264", ""),
        (b'{"place": "MN81", "title": "\\u0000"}', 400, "WEB-264", ""),
        (b"[" * 300_000, 400, "WEB-264", ""),
        (b"\xff\xfe", 400, "WEB-264", ""),
        (b"x" * 1_000_001, 413, "WEB-262", ""),
    ],
)
def test_what_cannot_be_accepted_is_told_by_name(
    registrar: Caller, body: Any, status: int, code: str, field: str
) -> None:
    response = registrar.write("POST", "", body)
    assert code_of(response) == (status, code)
    fields = json.loads(response.content)["fields"]
    assert (fields[0] if fields else "") == field


def test_an_unknown_field_is_told_with_the_nearest(registrar: Caller) -> None:
    response = registrar.write("POST", "", {"place": "MN81", "title": "x", "tilte": "y"})
    assert json.loads(response.content)["errors"][0]["reason"].startswith("is not known: title")


def test_an_unknown_action_is_told_with_those_that_are(registrar: Caller) -> None:
    made = registrar.make()
    response = registrar.write("POST", f"{made.headers['Location']}/transitions", {"action": "clsoe"}, if_match="*")
    assert code_of(response) == (422, "WEB-265")
    assert "close" in response.content.decode()


def test_the_wrong_content_type_is_refused(registrar: Caller) -> None:
    response = registrar.client.generic(
        "POST", BASE, b"title=x", "application/x-www-form-urlencoded",
        headers={"authorization": f"Bearer {registrar.text}", "idempotency-key": "12345678"},
    )  # fmt: skip
    assert code_of(response) == (415, "WEB-263")


def test_every_write_needs_a_key(registrar: Caller) -> None:
    address = registrar.make().headers["Location"]
    writes = [
        ("POST", "", {"place": "MN81", "title": "x"}),
        ("PATCH", address, {"title": "x"}),
        ("POST", f"{address}/transitions", {"action": "close"}),
        ("POST", f"{address}/comments", {"text": "x"}),
    ]
    for method, where, body in writes:
        assert code_of(registrar.ask(method, where, body, if_match="*")) == (400, "WEB-257")
        for key in ("short", "x" * 65, "with space", "кирилл-түлхүүр"):
            assert code_of(registrar.ask(method, where, body, if_match="*", idempotency_key=key)) == (400, "WEB-257")


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
    assert Caller(user_with(Role.REGISTRAR, place="MN81")).make(key="the-same-key").json()["id"] != first.json()["id"]
    address = first.headers["Location"]
    assert registrar.write("POST", f"{address}/comments", {"text": "x"}, key="the-same-key").status_code == 201


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

    from .api_exercise import ExerciseRegister

    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 1)
    inside, leave = threading.Event(), threading.Event()
    create = ExerciseRegister.create

    def slowly(self: Any, user: Any, values: Any) -> Any:
        inside.set()
        leave.wait(20)
        return create(self, user, values)

    monkeypatch.setattr(ExerciseRegister, "create", slowly)
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


def test_without_its_audit_nothing_is_written_and_the_answer_says_so(
    registrar: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit itself fails, after the view has answered: still a problem+json, and nothing is there."""
    from . import api_exercise

    monkeypatch.setattr(api_exercise, "record", lambda *_, **__: None)
    monkeypatch.setattr("nuudel.web.api.tokens.note_use", lambda token: None)
    response = registrar.make("Unaudited", key="without-audit")
    assert code_of(response) == (500, "WEB-268")
    monkeypatch.undo()
    with acting(registrar.user, "test"):
        assert not api_exercise.Exercise.objects.filter(title="Unaudited").exists()
    assert "Idempotency-Replayed" not in registrar.make("Unaudited", key="without-audit").headers


def test_a_fault_is_told_and_logged_without_what_was_in_it(
    registrar: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from .api_exercise import ExerciseRegister

    def fail(self: Any, user: Any, values: Any) -> Any:
        raise RuntimeError(f"broken by {values['note']}")

    monkeypatch.setattr(ExerciseRegister, "create", fail)
    response = registrar.make()
    assert code_of(response) == (500, "WEB-268")
    assert "RuntimeError" in caplog.text
    assert json.loads(response.content)["request_id"] in caplog.text
    assert NOTE not in caplog.text


def test_writes_of_a_token_are_limited(registrar: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from nuudel.web.api import tokens
    from nuudel.web.api.limits import Limit

    monkeypatch.setattr(tokens, "WRITES", Limit(per_minute=60, burst=1))
    assert registrar.make().status_code == 201
    refused = registrar.make()
    assert code_of(refused) == (429, "WEB-267")
    assert refused.headers["Retry-After"] == "1"
    assert registrar.ask("GET").status_code == 200
    assert Caller(registrar.user).make().status_code == 201


def test_other_sites_may_not_read_records(registrar: Caller) -> None:
    response = registrar.ask("GET", "", origin="https://example.org")
    assert "Access-Control-Allow-Origin" not in response.headers
    assert code_of(registrar.ask("OPTIONS")) == (405, "WEB-256")


def test_unknown_addresses_and_methods_are_problems(registrar: Caller) -> None:
    assert code_of(registrar.ask("GET", f"/{uuid.uuid4()}")) == (404, "WEB-255")
    assert code_of(registrar.ask("GET", "/no-number")) == (404, "WEB-255")
    assert code_of(registrar.ask("DELETE", "")) == (405, "WEB-256")
    assert code_of(registrar.ask("GET", "?stat=open")) == (422, "WEB-265")
    assert code_of(registrar.ask("GET", "?limit=201")) == (422, "WEB-265")
