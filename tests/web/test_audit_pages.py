"""The auditors' page, its file, and what sign-ins and refused requests leave in the audit."""

import csv
import html
import io
import re

import pytest
from django.test import Client

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit import views
from nuudel.web.audit.log import record
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.search import PAGE
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import PASSWORD, institution, signed_in, user_with

ADDRESS = "/en/desk/audit/"


def entries(**conditions: object) -> list[AuditEntry]:
    return list(AuditEntry.objects.using("owner").filter(**conditions).order_by("-at", "-number"))


@pytest.fixture
def auditor(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> Client:
    from django.conf import settings

    monkeypatch.setattr(settings, "DEMO", True)  # no second factor is asked for
    return signed_in(user_with(Role.AUDITOR, at=institution("audit-office")))


def test_the_page_shows_who_did_what(auditor: Client) -> None:
    officer = user_with(Role.REGISTRAR, at=institution("registry"), name="Officer Tuya")
    citizen = user_with(Role.CITIZEN, name="Citizen Bold")
    for user in (officer, citizen):
        with acting(user, "notes-show"):
            record("read", "test.shown", [f"shown-{user.pk}"], ["name"])
    page = auditor.get(ADDRESS, {"record_type": "test.shown"}).content.decode()
    assert "Officer Tuya" in page
    assert "Citizen Bold" not in page
    assert f"user {citizen.pk}" in page
    assert f"shown-{citizen.pk}" in page
    assert "registry" in page
    assert "notes-show" in page
    mongolian = auditor.get("/mn/desk/audit/", {"record_type": "test.shown"}).content.decode()
    assert "үзсэн" in mongolian


def test_reading_the_audit_is_audited(auditor: Client) -> None:
    with acting(None, "nightly"):
        record("read", "test.once", ["1"])
    (shown,) = entries(record_type="test.once")
    auditor.get(ADDRESS, {"record_type": "test.once"})
    read = entries(record_type="audit.entry", action="read")[0]
    assert read.record_ids == [f"{shown.chain}/{shown.number}"]
    assert read.fields == ["record_type"]
    assert read.purpose == "audit_entries"
    auditor.get(f"{ADDRESS}export/", {"record_type": "test.once"}).getvalue()
    assert entries(record_type="audit.entry", action="export")[0].fields == ["record_type"]


def test_each_filter_finds_its_own(auditor: Client) -> None:
    user = user_with(Role.REGISTRAR)
    other = user_with(Role.REGISTRAR)
    with acting(user, "one"):
        record("read", "test.filter", ["target"])
    with acting(other, "two"):
        record("write", "test.filter", ["elsewhere"])
    for asked in ({"who": user.email}, {"who": str(user.pk)}, {"record_id": "target"}, {"action": "read"}):
        page = auditor.get(ADDRESS, {"record_type": "test.filter"} | asked).content.decode()
        assert "target" in page.partition("<tbody>")[2], asked
        assert "elsewhere" not in page, asked
    for asked in ({"last": "2020-01-01"}, {"first": "2199-01-01", "last": "2199-01-02"}):
        page = auditor.get(ADDRESS, {"record_type": "test.filter"} | asked).content.decode()
        assert "No entries were found" in page


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"who": "nobody@example.org"}, "There is no user"),
        ({"first": "yesterday"}, "Write the day as"),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "is before the first"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    auditor: Client, asked: dict[str, str], error: str
) -> None:
    response = auditor.get(ADDRESS, asked)
    assert error in response.content.decode()
    assert b"<tbody>" not in response.content
    assert auditor.get(f"{ADDRESS}export/", asked).status_code == 400


def test_pages_follow_each_other_without_gap_or_overlap(auditor: Client) -> None:
    for _ in range(3):
        with acting(None, "many"):
            for number in range(PAGE - 10):
                record("read", "test.many", [str(number)])
    seen: list[str] = []
    address = f"{ADDRESS}?record_type=test.many"
    while address:
        page = html.unescape(auditor.get(address).content.decode())
        seen += re.findall(r'data-label="Entry">(\d+/\d+)<', page)
        address = "".join(re.findall(r'rel="next" href="([^"]+)"', page))
    assert len(seen) == len(set(seen)) == 3 * (PAGE - 10)
    assert seen == [f"{entry.chain}/{entry.number}" for entry in sorted_entries()]
    assert auditor.get(ADDRESS, {"after": "nonsense"}).status_code == 404
    assert auditor.get(ADDRESS, {"after": "9" * 30 + ".1.1"}).status_code == 404


def sorted_entries() -> list[AuditEntry]:
    found = AuditEntry.objects.using("owner").filter(record_type="test.many")
    return list(found.order_by("-at", "-chain", "-number"))


def test_the_file_has_all_that_was_asked_for(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(user_with(Role.REGISTRAR, at=institution("registry")), "file"):
        for number in range(60):
            record("read", "test.file", [f"a{number}", "b"], reason="=1+1" if number == 7 else "")
    response = auditor.get(f"{ADDRESS}export/", {"record_type": "test.file"})
    assert response["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode())))
    assert len(rows) == 60
    assert {row["institutions"] for row in rows} == {"registry"}
    assert {row["record_ids"] for row in rows} == {f"a{number} b" for number in range(60)}
    assert {row["reason"] for row in rows} == {"", "'=1+1"}
    monkeypatch.setattr(views, "EXPORT_ROWS", 59)
    refused = auditor.get(f"{ADDRESS}export/", {"record_type": "test.file"})
    assert refused.status_code == 400
    assert "More than 59 entries" in refused.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.AUDITOR, Role.ADMINISTRATOR)])
def test_nobody_else_opens_it_and_the_refusal_is_audited(auditor: Client, role: Role) -> None:
    user = user_with(role)
    client = signed_in(user)
    assert client.get(ADDRESS).status_code == 403
    refusal = entries(action="refused", user_id=user.pk)[0]
    assert (refusal.record_type, refusal.purpose) == ("access.route", "audit_entries")
    assert refusal.request_id


def test_sign_in_sign_out_and_a_failed_sign_in_are_audited(client: Client) -> None:
    user = user_with(Role.CITIZEN)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    wrong = {"login": user.email, "password": "not the password"}
    client.post("/en/account/login/", wrong)
    failed = entries(action="sign_in_failed", record_ids=[str(user.pk)])[0]
    assert (failed.user_id, failed.record_type, failed.purpose) == (None, "accounts.user", "account_login")
    client.post("/en/account/login/", {"login": "nobody-at-all@example.org", "password": "what they typed"})
    unknown = entries(action="sign_in_failed")[0]
    assert unknown.record_ids == []
    told = repr([(e.record_ids, e.fields, e.purpose, e.reason) for e in entries(action="sign_in_failed")])
    assert "nobody-at-all" not in told
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    signed = entries(action="sign_in", user_id=user.pk)[0]
    assert signed.roles == ["citizen"]
    client.post("/en/account/logout/")
    assert entries(action="sign_out", user_id=user.pk)
