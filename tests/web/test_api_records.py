"""Records by tokens: scopes and postings, versions, pages; on a record type made for these tests."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

from .api_caller import BASE, NOTE, Caller, code_of


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
        "POST",
        f"{address}/transitions",
        {"action": "close", "reason": "Done."},
        if_match=changed.headers["ETag"],
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
        ("GET", ""),
        ("POST", ""),
        ("GET", f"/{pk}"),
        ("PATCH", f"/{pk}"),
        ("POST", f"/{pk}/transitions"),
        ("GET", f"/{pk}/comments"),
        ("POST", f"/{pk}/comments"),
        ("GET", f"/{pk}/attachments"),
    ]
    wrong = [
        "",
        "Bearer",
        "Bearer nuudel_x",
        f"Basic {registrar.text}",
        f"Bearer {registrar.text}x",
        "Bearer ө",
    ]
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
    Posting.objects.using("owner").filter(user=registrar.user).update(
        valid_to=timezone.localdate() - timedelta(days=1)
    )
    Posting.objects.using("owner").filter(user=registrar.user).update(
        valid_from=timezone.localdate() - timedelta(days=9)
    )
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
        ({"place": "MN81"}, 422, "WEB-265", "title"),
        ({"place": "MN81", "title": 5}, 422, "WEB-265", "title"),
        ({"place": "MN81", "title": "x", "tilte": NOTE}, 422, "WEB-265", "tilte"),
        ({"place": "MN81", "title": "x", NOTE + " Бат": 1}, 422, "WEB-265", "?"),
        ({"place": {"a": 1}, "title": []}, 422, "WEB-265", "place"),
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
    assert (field in fields) if field else fields == []


def test_an_unknown_field_is_told_with_the_nearest(registrar: Caller) -> None:
    response = registrar.write("POST", "", {"place": "MN81", "title": "x", "tilte": "y"})
    assert json.loads(response.content)["errors"][0]["reason"].startswith("is not known: title")


def test_an_unknown_action_is_told_with_those_that_are(registrar: Caller) -> None:
    made = registrar.make()
    response = registrar.write(
        "POST", f"{made.headers['Location']}/transitions", {"action": "clsoe"}, if_match="*"
    )
    assert code_of(response) == (422, "WEB-265")
    assert "close" in response.content.decode()


def test_the_wrong_content_type_is_refused(registrar: Caller) -> None:
    response = registrar.client.generic(
        "POST",
        BASE,
        b"title=x",
        "application/x-www-form-urlencoded",
        headers={"authorization": f"Bearer {registrar.text}", "idempotency-key": "12345678"},
    )
    assert code_of(response) == (415, "WEB-263")


def test_without_its_audit_nothing_is_written_and_the_answer_says_so(
    registrar: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit itself fails, after the view has answered: still a problem+json, and nothing is there."""
    from . import api_exercise

    monkeypatch.setattr("nuudel.web.shell.records.note_audit", lambda *_, **__: None)
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
    from nuudel.web.api.records.shell import ShellRegister

    def fail(self: Any, user: Any, values: Any) -> Any:
        raise RuntimeError(f"broken by {values['note']}")

    monkeypatch.setattr(ShellRegister, "create", fail)
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


def test_the_shells_rules_hold(registrar: Caller) -> None:
    assert code_of(registrar.make("forbidden")) == (422, "WEB-265")
    address = registrar.make().headers["Location"]
    steps = f"{address}/transitions"
    assert code_of(registrar.write("POST", steps, {"action": "close"}, if_match="*")) == (422, "WEB-265")
    done = {"action": "close", "reason": "Done."}
    assert registrar.write("POST", steps, done, if_match="*").status_code == 200
    # What is closed is neither closed again nor changed.
    assert code_of(registrar.write("POST", steps, done, if_match="*")) == (409, "WEB-213")
    assert code_of(registrar.write("PATCH", address, {"title": "x"}, if_match="*")) == (409, "WEB-213")


def test_a_list_holds_nothing_personal(registrar: Caller) -> None:
    registrar.make()
    page = registrar.ask("GET", "?limit=1")
    assert page.json()["items"][0]["fields"] == {"title": "One"}
    assert NOTE not in page.content.decode()
