"""A national single sign-on, played by a service on loopback that signs real tokens."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client, override_settings

from nuudel.base.errors import WebError
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.accounts.sign_in import national_sign_on
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import give_factor, user_with

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
START = "/en/account/oidc/national/login/"
CALLBACK = "/en/account/oidc/national/login/callback/"


class Issuer(BaseHTTPRequestHandler):
    """The service: its description, its tokens, and what it tells of a person."""

    person: ClassVar[dict[str, Any]] = {}
    changed: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[dict[str, list[str]]]] = []

    @property
    def here(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host}:{port}"

    def do_GET(self) -> None:
        described = {
            "issuer": self.here,
            "authorization_endpoint": f"{self.here}/authorize",
            "token_endpoint": f"{self.here}/token",
            "userinfo_endpoint": f"{self.here}/userinfo",
            "jwks_uri": f"{self.here}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        self.answer(described if "well-known" in self.path else type(self).person)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).asked.append(parse_qs(self.rfile.read(length).decode()))
        now = int(time.time())
        claims = {"iss": self.here, "aud": "nuudel", "iat": now, "exp": now + 60, **type(self).person}
        token = jwt.encode(claims | type(self).changed, KEY, "RS256", headers={"kid": "one"})
        self.answer({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    def answer(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def service(
    database: Addresses, issuer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    cache.clear()
    (tmp_path / "secret").write_text("of the client\n")
    monkeypatch.setenv("NUUDEL_OIDC_ISSUER", issuer)
    monkeypatch.setenv("NUUDEL_OIDC_CLIENT", "nuudel")
    monkeypatch.setenv("NUUDEL_OIDC_SECRET_FILE", str(tmp_path / "secret"))
    Issuer.changed = {}
    with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": national_sign_on()}}):
        yield


def come_back(email: str, *, verified: bool = True, sub: str = "", state: str = "") -> tuple[Client, Any]:
    """Go to the service and come back as the person that it knows."""
    Issuer.person = {"sub": sub or email, "email": email, "email_verified": verified, "name": "Oyun"}
    client = Client()
    away = client.post(START)
    asked = parse_qs(urlsplit(away["Location"]).query)
    answer = client.get(CALLBACK, {"code": "once", "state": state or asked["state"][0]})
    return client, answer


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_way_there_carries_a_state_and_a_challenge(client: Client) -> None:
    asked = parse_qs(urlsplit(client.post(START)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["client_id"] == ["nuudel"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert len(asked["state"][0]) >= 16
    assert "national service" in client.get("/en/account/login/").content.decode()


def test_somebody_new_becomes_a_citizen() -> None:
    client, _ = come_back("oyun@example.org")
    user = User.objects.get(email="oyun@example.org")
    assert is_in(client)
    assert (user.roles, user.name, user.has_usable_password()) == ({Role.CITIZEN}, "Oyun", False)
    assert Issuer.asked[-1]["client_secret"] == ["of the client"]
    assert "code_verifier" in Issuer.asked[-1]


def test_an_account_is_linked_by_an_address_that_both_have_verified() -> None:
    user = user_with(Role.CITIZEN)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client, _ = come_back(user.email.upper())
    assert client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get(user=user).uid == user.email.upper()


@pytest.mark.parametrize(("ours", "theirs"), [(True, False), (False, True), (None, True), (None, False)])
def test_nothing_is_linked_by_an_address_that_one_side_has_not_verified(
    ours: bool | None, theirs: bool
) -> None:
    user = user_with(Role.CITIZEN)
    if ours is not None:
        EmailAddress.objects.create(user=user, email=user.email, verified=ours, primary=True)
    client, _ = come_back(user.email, verified=theirs)
    assert client.session.get("_auth_user_id") != str(user.pk)
    assert not SocialAccount.objects.filter(user=user).exists()
    assert User.objects.filter(email=user.email).count() == 1


def test_an_officer_is_asked_for_the_second_step_all_the_same() -> None:
    user = user_with(Role.REGISTRAR)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    give_factor(user)
    client, answer = come_back(user.email)
    assert answer["Location"] == "/en/account/factors/authenticate/"
    assert not is_in(client)


@pytest.mark.parametrize(
    "changed", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": int(time.time()) - 3600}]
)
def test_a_token_for_another_or_too_old_is_refused(changed: dict[str, Any]) -> None:
    Issuer.changed = changed
    client, answer = come_back("forged@example.org")
    assert not is_in(client)
    assert "did not sign you in" in answer.content.decode()
    assert not User.objects.filter(email="forged@example.org").exists()


def test_an_answer_that_was_not_asked_for_is_refused() -> None:
    client, answer = come_back("planted@example.org", state="somebody-elses")
    assert not is_in(client)
    assert "did not sign you in" in answer.content.decode()


def test_a_service_without_tls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUUDEL_OIDC_ISSUER", "http://sso.example.mn")
    with pytest.raises(WebError, match="WEB-127"):
        national_sign_on()
