"""Who may send: keys in the address, Digest, Basic, Bearer; who may not learns nothing."""

import base64
import re
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from nuudel.domains.displacement.collect import digest, sign_in
from nuudel.domains.displacement.collect.receiving import read_sent, standing
from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.domains.displacement.operations import keys
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import (
    Given,
    given,
    sent_xml,
    step,
)
from nuudel.domains.displacement.tests.phones import Phone, message_of
from nuudel.web.access.context import acting, current
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Posting
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given()


@pytest.fixture(scope="module")
def phone(around: Given) -> NewKey:
    return around.phone()


@pytest.fixture
def on(phone: NewKey) -> Phone:
    return Phone(phone)


def plain(login: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()}


def listed(around: Given, headers: dict[str, str], client: Client | None = None) -> Any:
    return (client or Client()).get(f"/collect/{around.round.key}/formList", headers=headers)


def test_basic_and_bearer_open_the_round(around: Given, phone: NewKey) -> None:
    assert listed(around, plain(phone.device.login, phone.secret)).status_code == 200
    assert listed(around, {"Authorization": f"Bearer {phone.secret}"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ~~~", "Bearer x", "Bearer ы", "Digest", 'Digest username="a"', "Other x"]
)
def test_what_proves_nothing_is_asked_for_a_key(around: Given, header: str) -> None:
    refused = listed(around, {"Authorization": header.encode().decode("latin-1")} if header else {})
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith('Digest realm="Nuudel", qop="auth"')
    assert refused["X-OpenRosa-Version"] == "1.0"
    head = Client().head(f"/collect/{around.round.key}/submission")
    assert head.status_code == 401


def test_over_tls_basic_is_offered_too(around: Given) -> None:
    asked = Client().get(f"/collect/{around.round.key}/formList", secure=True)
    assert 'Basic realm="Nuudel"' in asked["WWW-Authenticate"]


def test_nobody_learns_which_logins_and_rounds_there_are(around: Given, phone: NewKey) -> None:
    unknown = Client().get("/collect/nosuchkey/formList", headers=plain("nobody", "x"))
    wrong = listed(around, plain(phone.device.login, "x"))
    for one in (unknown, wrong):
        assert (one.status_code, message_of(one)) == (401, message_of(wrong))
    other = given()
    elsewhere = Client().get(
        f"/collect/{other.round.key}/formList", headers=plain(phone.device.login, phone.secret)
    )
    assert elsewhere.status_code == 404


def test_after_five_wrong_tries_a_login_is_closed_for_a_while(around: Given) -> None:
    own = around.phone()
    for _ in range(5):
        assert listed(around, plain(own.device.login, "wrong")).status_code == 401
    closed = listed(around, plain(own.device.login, own.secret))
    assert closed.status_code == 429
    assert int(closed["Retry-After"]) > 0
    assert Phone(own).get("formList").status_code == 200  # the key itself is no guess
    cache.clear()
    assert listed(around, plain(own.device.login, own.secret)).status_code == 200


def test_strangers_wait(around: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    from nuudel.web.api.limits import Limit

    monkeypatch.setattr(sign_in, "STRANGERS", Limit(per_minute=1, burst=3))
    statuses = [Client().get("/collect/key/wrong/formList").status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def answer_to(challenge: str, around: Given, own: NewKey, **changed: str) -> dict[str, str]:
    nonce = re.findall(r'nonce="(.*?)"', challenge)[0]
    uri = f"/collect/{around.round.key}/formList"
    told = {"nonce": nonce, "uri": uri, "nc": "00000001", "cnonce": "abc", "qop": "auth"} | changed
    ha1 = digest.md5(f"{own.device.login}:Nuudel:{own.secret}")
    ha2 = digest.md5(f"GET:{told['uri']}")
    response = digest.md5(":".join([ha1, told["nonce"], told["nc"], told["cnonce"], told["qop"], ha2]))
    parts = told | {"username": own.device.login, "realm": "Nuudel", "response": response}
    return {"Authorization": "Digest " + ", ".join(f'{name}="{value}"' for name, value in parts.items())}


def test_digest_holds_for_its_address_and_its_nonce(
    around: Given, phone: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = listed(around, {})["WWW-Authenticate"]
    assert listed(around, answer_to(challenge, around, phone)).status_code == 200
    assert listed(around, answer_to(challenge, around, phone, uri="/collect/x/formList")).status_code == 401
    assert listed(around, answer_to(challenge, around, phone, nonce="made up")).status_code == 401
    monkeypatch.setattr(digest, "NONCE_SECONDS", -1)
    late = listed(around, answer_to(challenge, around, phone))
    assert late.status_code == 401
    assert "stale=true" in late["WWW-Authenticate"]


def test_a_revoked_key_opens_nothing(around: Given) -> None:
    own = around.phone()
    assert Phone(own).get("formList").status_code == 200
    step(around.planner, "device", own.device, "revoke")
    assert Phone(own).get("formList").status_code == 403
    assert Phone(own).send(sent_xml()).status_code == 403
    assert listed(around, plain(own.device.login, own.secret)).status_code == 401


def test_with_the_assignment_its_phones_end(around: Given) -> None:
    own = around.phone()
    step(around.planner, "assignment", own.device.assignment, "end")
    assert Phone(own).get("formList").status_code == 403


def test_whose_posting_has_ended_sends_no_more(around: Given) -> None:
    person = user_with(Role.FIELD_ENUMERATOR, place="MN81")
    own = around.phone(person)
    assert Phone(own).get("formList").status_code == 200
    Posting.objects.using("owner").filter(user_id=person.pk).update(valid_to="2020-01-01")
    assert Phone(own).get("formList").status_code == 404


def test_what_ends_while_a_phone_sends_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process keeps of a phone, of a form and of a person is never older than the database."""
    around = given()
    person = user_with(Role.FIELD_ENUMERATOR, place="MN81")
    own = around.phone(person)
    on = Phone(own)
    assert on.send(sent_xml()).status_code == 201
    step(around.planner, "form", around.form, "close")
    assert on.send(sent_xml()).status_code == 409
    step(around.planner, "form", around.form, "reopen")
    assert on.send(sent_xml()).status_code == 201
    step(around.planner, "round", around.round, "close")
    assert on.send(sent_xml()).status_code == 409
    step(around.planner, "round", around.round, "reopen")
    assert on.send(sent_xml()).status_code == 201
    tomorrow = timezone.localdate() + timedelta(days=1)
    Posting.objects.using("owner").filter(user_id=person.pk).update(valid_to=timezone.localdate())
    assert on.send(sent_xml()).status_code == 201
    with monkeypatch.context() as patched:
        for module in (keys, timezone):
            patched.setattr(module, "localdate", lambda: tomorrow)
        assert on.send(sent_xml()).status_code == 404
    person.is_active = False
    person.save(using="owner", update_fields=["is_active"])
    assert on.send(sent_xml()).status_code == 403


def test_no_session_opens_it_and_no_csrf_token_is_asked_for(around: Given, phone: NewKey) -> None:
    from nuudel.web.testing import signed_in

    assert listed(around, {}, signed_in(around.planner)).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    parts = {"xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(), "text/xml")}
    assert strict.post(f"/collect/key/{phone.secret}/submission", parts).status_code == 201


def who_acts() -> str:
    """As the database has it in the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('nuudel.user', true), '')")
        return str(cursor.fetchone()[0])


def test_looking_up_a_phone_leaves_nobody_with_the_rights_of_the_service(around: Given) -> None:
    key = around.phone()
    assert keys.device_of(login=key.device.login) is not None
    assert who_acts() == ""
    with acting(around.planner, "test"):
        for known in (key.device.login, "nobody"):
            keys.device_of(login=known)
            assert who_acts() == str(around.planner.pk)


@pytest.mark.parametrize("revoked", [False, True])
def test_who_sends_acts_once_it_is_known_what_stands_in_the_way(around: Given, revoked: bool) -> None:
    key = around.phone()
    device = keys.device_of(pk=key.device.pk)
    assert device is not None
    if revoked:
        step(around.planner, "device", key.device, "revoke")
    caller = sign_in.Caller(device, "")
    with acting(None, "test"):
        with pytest.raises(Refused) if revoked else nullcontext():
            found = standing(caller, read_sent(sent_xml()))
            assert found.is_open
            assert found.found is None
        assert who_acts() == str(caller.user.pk)
        assert current().user == caller.user
