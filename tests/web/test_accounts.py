"""Signing in: passwords, lock-out, the second step, sessions that end; nothing tells who has an account."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client

from nuudel.web.access.roles import OFFICERS, Role
from nuudel.web.accounts import middleware
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import PASSWORD, TOTP_SEED, give_factor, signed_in, user_with

LOGIN = "/en/account/login/"
GOOD = "river stone horse winter"


@pytest.fixture(autouse=True)
def fresh(database: Addresses) -> None:
    cache.clear()
    mail.outbox = []


def verified(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD) -> object:
    return client.post(LOGIN, {"login": user.email, "password": password})


def code_now(offset: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time())) + offset
    return format_hotp_value(hotp_value(TOTP_SEED, counter))


def key_of(client: Client) -> str:
    return str(client.session.session_key)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 characters"),
        ("password1234", "most common"),
        ("aaaaaaaaaaaaaaaa", "few characters"),
        ("bat-erdene@example.org", "too near"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(client: Client, password: str, said: str) -> None:
    entered = {"name": "Bat", "email": "bat-erdene@example.org", "password1": password}
    page = client.post("/en/account/signup/", entered).content.decode()
    assert said in page
    assert not User.objects.filter(email="bat-erdene@example.org").exists()


def test_a_long_password_needs_no_capitals_digits_or_signs(client: Client) -> None:
    entered = {"name": "Dorj", "email": "dorj@example.org", "password1": GOOD}
    answer = client.post("/mn/account/signup/", entered)
    assert answer.status_code == 302
    user = User.objects.get(email="dorj@example.org")
    assert user.name == "Dorj"
    assert user.roles == {Role.CITIZEN}


def test_a_new_account_opens_only_after_its_address_is_confirmed(client: Client) -> None:
    entered = {"name": "Tuya", "email": "tuya@example.org", "password1": GOOD}
    client.post("/en/account/signup/", entered)
    user = User.objects.get(email="tuya@example.org")
    sign_in(client, user, GOOD)
    assert "_auth_user_id" not in client.session
    link = re.search(r"http://testserver(/en/account/confirm-email/\S+)", mail.outbox[0].body)
    assert link
    assert client.post(link[1]).status_code == 302
    sign_in(client, user, GOOD)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_signing_up_again_and_resetting_tell_nobody_who_has_an_account(client: Client) -> None:
    known = verified(user_with(Role.CITIZEN))
    answers = []
    for email in (known.email, "nobody-at-all@example.org"):
        entered = {"name": "A", "email": email, "password1": GOOD}
        first = client.post("/en/account/signup/", entered)
        second = client.post("/en/account/password/reset/", {"email": email})
        third = client.post(LOGIN, {"login": email, "password": "not the password"})
        said = re.sub(r'value="[^"]*"', "", third.content.decode()).replace(email, "")
        answers.append((first.status_code, first["Location"], second.status_code, second["Location"], said))
        client.cookies.clear()
    assert answers[0] == answers[1]
    assert (
        not Client().post(LOGIN, {"login": known.email, "password": GOOD}).wsgi_request.user.is_authenticated
    )


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client) -> None:
    user = verified(user_with(Role.CITIZEN))
    for _ in range(5):
        sign_in(client, user, "wrong password, surely")
    page = sign_in(client, user)
    assert "Too many attempts" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_one_address_cannot_try_many_accounts(client: Client) -> None:
    users = [verified(user_with(Role.CITIZEN)) for _ in range(11)]
    for user in users[:10]:
        sign_in(client, user, "wrong password, surely")
    sign_in(client, users[10])
    assert "_auth_user_id" not in client.session


def test_the_session_gets_a_new_key_at_sign_in(client: Client) -> None:
    user = verified(user_with(Role.CITIZEN))
    session = client.session
    session["planted"] = "before"
    session.save()
    before = key_of(client)
    sign_in(client, user)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert key_of(client) != before


@pytest.mark.parametrize("role", OFFICERS)
def test_no_officer_works_without_a_second_factor(database: Addresses, role: Role) -> None:
    user = verified(user_with(role))
    client = Client()
    sign_in(client, user)
    answer = client.get("/en/account/sessions/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/account/factors/")
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/en/desk/people/")["Location"] == "/en/account/factors/"
    assert client.get("/en/desk/people/", headers={"HX-Request": "true"})["HX-Redirect"]


def test_an_officer_sets_up_an_app_and_works_at_once(client: Client) -> None:
    user = verified(user_with(Role.ADMINISTRATOR))
    sign_in(client, user)
    set_up = client.get("/en/account/factors/totp/activate/")
    if set_up.status_code == 302:
        client.post(set_up["Location"], {"password": PASSWORD})
    page = client.get("/en/account/factors/totp/activate/").content.decode()
    seed = re.search(r'<code class="key">(\w+)</code>', page)
    assert seed
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(
        "/en/account/factors/totp/activate/", {"code": format_hotp_value(hotp_value(seed[1], counter))}
    )
    assert answer.status_code == 302
    assert client.get("/en/desk/people/").status_code == 200
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert seed[1] not in stored  # encrypted
    assert "set up" in mail.outbox[-1].subject


def test_the_second_step_is_asked_for_and_a_wrong_code_opens_nothing(client: Client) -> None:
    user = verified(user_with(Role.ANALYST))
    give_factor(user)
    assert sign_in(client, user)["Location"] == "/en/account/factors/authenticate/"
    page = client.post("/en/account/factors/authenticate/", {"code": "000000"})
    assert "not right" in page.content.decode()
    assert "_auth_user_id" not in client.session
    client.post("/en/account/factors/authenticate/", {"code": code_now()})
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/en/account/sessions/").status_code == 200


def test_a_code_works_only_once(client: Client) -> None:
    user = verified(user_with(Role.ANALYST))
    give_factor(user)
    code = code_now()
    for expected in (True, False):
        fresh_client = Client()
        sign_in(fresh_client, user)
        fresh_client.post("/en/account/factors/authenticate/", {"code": code})
        assert ("_auth_user_id" in fresh_client.session) is expected


def test_a_code_stays_used_while_it_is_still_taken(client: Client) -> None:
    """Also half a minute later, when allauth has forgotten it; written with a space it is the same."""
    user = verified(user_with(Role.ANALYST))
    give_factor(user)
    code = code_now(offset=2)  # that of a clock which is fast: it is taken for up to 90 seconds
    for written, opens in ((code, True), (code, False), (f"{code[:3]} {code[3:]}", False)):
        cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")
        fresh_client = Client()
        sign_in(fresh_client, user)
        fresh_client.post("/en/account/factors/authenticate/", {"code": written})
        assert ("_auth_user_id" in fresh_client.session) is opens


def test_a_session_without_the_second_step_is_sent_to_it(client: Client) -> None:
    user = user_with(Role.PLANNER)
    give_factor(user)
    client.force_login(user)
    answer = client.get("/en/account/sessions/")
    assert answer["Location"].startswith("/en/account/factors/reauthenticate/?next=")
    # The password alone must not open the way to remove or add a factor.
    for path in ("", "totp/deactivate/", "totp/activate/", "webauthn/add/", "recovery-codes/"):
        assert "/reauthenticate/" in client.get(f"/en/account/factors/{path}")["Location"]
    assert client.get("/en/account/reauthenticate/").status_code == 302
    client.post(answer["Location"], {"code": code_now()})
    assert client.get("/en/account/sessions/").status_code == 200


def test_an_officer_cannot_remove_the_last_factor(database: Addresses) -> None:
    user = user_with(Role.AUDITOR)
    client = signed_in(user)
    client.post("/en/account/factors/reauthenticate/", {"code": code_now()})
    client.post("/en/account/factors/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_factors_change_only_after_a_fresh_confirmation(database: Addresses) -> None:
    client = signed_in(user_with(Role.ANALYST))
    for path in ("totp/deactivate/", "webauthn/add/", "recovery-codes/generate/"):
        assert "/reauthenticate/" in client.get(f"/en/account/factors/{path}")["Location"]


def test_a_demonstration_asks_for_no_second_factor(client: Client, settings_of: object) -> None:
    settings_of.DEMO = True
    client.force_login(user_with(Role.ADMINISTRATOR))
    assert client.get("/en/desk/people/").status_code == 200


@pytest.fixture
def settings_of() -> object:
    from django.conf import settings

    before = settings.DEMO
    yield settings
    settings.DEMO = before


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [
        (Role.REGISTRAR, middleware.OFFICER_IDLE, middleware.OFFICER_SECONDS),
        (Role.CITIZEN, middleware.CITIZEN_IDLE, middleware.CITIZEN_SECONDS),
    ],
)
def test_sessions_end_idle_and_end_at_last(
    database: Addresses, monkeypatch: pytest.MonkeyPatch, role: Role, idle: int, longest: int
) -> None:
    start = time.time()
    page = "/en/account/sessions/"
    client = signed_in(user_with(role))
    monkeypatch.setattr(middleware.time, "time", lambda: start + idle - 1)
    assert client.get(page).status_code == 200
    monkeypatch.setattr(middleware.time, "time", lambda: start + 2 * idle)
    assert client.get(page)["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session

    monkeypatch.setattr(middleware.time, "time", lambda: start)
    client = signed_in(user_with(role))
    moment = start
    while moment - start < longest:
        assert client.get(page).status_code == 200
        moment += idle - 60
        monkeypatch.setattr(middleware.time, "time", lambda moment=moment: min(moment, start + longest - 1))
    monkeypatch.setattr(middleware.time, "time", lambda: start + longest + 1)
    assert client.get(page)["Location"].startswith(LOGIN)


def test_the_other_sessions_are_ended_from_the_list(database: Addresses) -> None:
    user = verified(user_with(Role.CITIZEN))
    here, there = Client(), Client(HTTP_USER_AGENT="A telephone")
    sign_in(here, user)
    sign_in(there, user)
    assert "A telephone" in here.get("/en/account/sessions/").content.decode()
    here.post("/en/account/sessions/")
    assert here.get("/en/account/sessions/").status_code == 200
    assert there.get("/en/account/sessions/").status_code == 302


def test_changing_the_password_ends_the_other_sessions(database: Addresses) -> None:
    user = verified(user_with(Role.CITIZEN))
    here, there = Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    changed = {"oldpassword": PASSWORD, "password1": GOOD}
    assert here.post("/en/account/password/change/", changed).status_code == 302
    assert here.get("/en/account/sessions/").status_code == 200
    assert there.get("/en/account/sessions/").status_code == 302


def test_a_reset_link_works_once(client: Client) -> None:
    user = verified(user_with(Role.CITIZEN))
    client.post("/en/account/password/reset/", {"email": user.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link
    form = client.get(link[1])["Location"]
    assert client.post(form, {"password1": GOOD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert "does not work any more" in Client().get(link[1]).content.decode()


PAGES = (
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "confirm-email/",
    "inactive/",
    "factors/",
    "factors/totp/activate/",
    "factors/webauthn/",
    "factors/webauthn/add/",
    "factors/recovery-codes/generate/",
    "factors/reauthenticate/",
    "password/change/",
    "email/",
    "sessions/",
    "logout/",
    "sign-on/",
    "sign-on/login/error/",
    "sign-on/login/cancelled/",
)


@pytest.mark.parametrize("lang", ["mn", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_in_one_language(database: Addresses, lang: str, page: str) -> None:
    user = verified(user_with(Role.ANALYST))
    client = signed_in(user)
    if page == "factors/totp/activate/":
        client = signed_in(verified(user_with(Role.CITIZEN)))
        client.post(f"/{lang}/account/reauthenticate/", {"password": PASSWORD})
    elif page.startswith("factors/"):
        client.post(f"/{lang}/account/factors/reauthenticate/", {"code": code_now()})
    else:
        client = client if page in PAGES[6:] else Client()
    answer = client.get(f"/{lang}/account/{page}")
    assert answer.status_code == (401 if page == "sign-on/login/error/" else 200)
    text = answer.content.decode()
    assert f'<html lang="{lang}"' in text
    assert len(re.findall("<h1", text)) == 1
    main = re.sub(
        r"(?s)<(script|noscript|svg|code).*?</\1>", "", text.partition('id="main">')[2].partition("</main")[0]
    )
    words = re.sub(r"<[^>]+>|user\d+@example.org|JavaScript|\S+@\S+|Nuudel|\{.*\}", " ", main)
    other = r"[A-Za-z]{4,}" if lang == "mn" else r"[А-Яа-яӨҮөү]{3,}"
    assert not re.findall(other, words.replace("python", "")), words
