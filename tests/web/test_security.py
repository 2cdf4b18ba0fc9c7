"""What a browser is told, what a request may carry, what is never said: headers, limits, refusals, logs."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory

from nuudel.base.errors import WebError
from nuudel.web import limits, logs, refusals
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.api.limits import Limit
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import PASSWORD, signed_in, user_with

LOGIN = "/en/account/login/"


def confirmed(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_no_script_or_style_of_a_page_is_its_own(client: Client) -> None:
    answer = client.get(LOGIN)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    page = answer.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    scripts = [part.partition(">")[0] for part in page.split("<script")[1:]]
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_answer_has_the_headers(client: Client, header: str, value: str) -> None:
    for address in (LOGIN, "/en/nothing-here/", "/en/account/sessions/"):
        assert client.get(address)[header] == value


def test_personal_pages_are_kept_by_no_cache(database: Addresses) -> None:
    client = signed_in(user_with(Role.ADMINISTRATOR))
    for address in ("/en/desk/people/", "/en/account/factors/", "/en/account/sessions/"):
        assert client.get(address)["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    client.post(LOGIN, {"login": confirmed(user_with(Role.CITIZEN)).email, "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_post_without_the_token_of_its_page_is_refused(
    database: Addresses, headers: dict[str, str]
) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(LOGIN, {"login": "a@example.org", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(database: Addresses, there: str) -> None:
    cache.clear()
    user = confirmed(user_with(Role.CITIZEN))
    client = Client()
    answer = client.post(f"{LOGIN}?next={there}", {"login": user.email, "password": PASSWORD, "next": there})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


def test_another_host_name_is_refused(client: Client) -> None:
    answer = client.get("/en/account/signup/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(("lang", "said"), [("en", "There is nothing here"), ("mn", "Энд юу ч алга")])
def test_what_is_not_there_says_so_in_the_language_of_the_address(
    client: Client, lang: str, said: str
) -> None:
    answer = client.get(f"/{lang}/desk/people/nobody-knows/")
    assert answer.status_code == 404
    assert said in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500])
@pytest.mark.parametrize("lang", ["en", "mn"])
def test_every_refusal_has_its_page(database: Addresses, status: int, lang: str) -> None:
    answer = refusals.refused(RequestFactory().get(f"/{lang}/somewhere/"), status)
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in answer.content.decode()


def test_a_failure_shows_no_details_even_without_a_database(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError, connection

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed for bat@example.org")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    connection.close()
    monkeypatch.setattr(connection, "connect", gone)
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    answer = client.get("/mn/account/sessions/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Манай талд алдаа" in page or "алдаа гарлаа" in page
    for secret in ("10.1.2.3", "bat@example.org", "Traceback", "OperationalError"):
        assert secret not in page


def test_too_much_at_once_is_refused_before_it_is_read(client: Client) -> None:
    answer = client.post(
        LOGIN, data=b"x", content_type="text/plain", CONTENT_LENGTH=str(limits.MOST_BYTES + 1)
    )
    assert answer.status_code == 413
    assert client.post(LOGIN, data=b"x", content_type="text/plain", CONTENT_LENGTH="-5").status_code == 413


def test_who_downloads_too_often_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DOWNLOADS", Limit(per_minute=60, burst=3))
    statuses = [client.get("/download/none").status_code for _ in range(4)]
    assert 429 not in statuses[:3]
    assert statuses[3] == 429
    assert int(client.get("/download/none")["Retry-After"]) >= 1
    assert client.get("/download/none", REMOTE_ADDR="10.0.0.9").status_code != 429


def test_logs_hold_no_address_no_number_and_no_link(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.ScrubbingFormatter("{message}", style="{"))
    logger = logging.Logger("nuudel.test")  # one that nothing else listens to
    logger.addHandler(handler)
    from_the_database = "duplicate key\nDETAIL: Key (email)=(bat@example.org) already exists, УБ99112233."
    try:
        raise ValueError(from_the_database)
    except ValueError:
        logger.exception("Not Found: /mn/account/welcome/abcDEF123_-/ for tuya.b@office.gov.mn, tel 99112233")
    written = capsys.readouterr().err
    assert "ValueError" in written
    for personal in ("@", "99112233", "abcDEF123", "office.gov.mn", "already exists"):
        assert personal not in written


def test_a_log_says_what_kind_of_fault_and_where_but_not_its_values() -> None:
    from django.template import Context, Template
    from django.template.base import VariableDoesNotExist

    name = "".join(["Канар", "чимэг"])  # in two parts: a traceback shows the lines of the source
    formatter = logs.ScrubbingFormatter("{message}", style="{")
    try:
        Template("{% if person.none.deeper|length > missing.part %}{% endif %}{{ person.name }}").render(
            Context({"person": {"name": name}})
        )
        raise VariableDoesNotExist("Failed lookup for key [%s] in %r", ("x", {"name": name}))
    except VariableDoesNotExist:
        written = formatter.formatException(sys.exc_info())
    assert "VariableDoesNotExist" in written
    assert "test_security.py" in written
    assert name not in written
    try:
        raise WebError(281, "the secret key 'audit' is missing.", "Set NUUDEL_KEYS.")
    except WebError:
        assert "WEB-281" in formatter.formatException(sys.exc_info())


def test_what_the_application_logs_is_scrubbed(database: Addresses) -> None:
    told = settings.LOGGING
    assert set(told["handlers"]) == {"standard"}
    assert told["handlers"]["standard"]["formatter"] == "scrubbed"
    assert all(logger["handlers"] == [] for logger in told["loggers"].values())


def in_production(command: list[str]) -> "subprocess.CompletedProcess[str]":
    of_tests = ("DJANGO_ALLOW_ASYNC_UNSAFE",)
    environment = {name: value for name, value in os.environ.items() if name not in of_tests} | {
        "NUUDEL_TLS": "yes",
        "NUUDEL_HOSTS": "nuudel.example.mn",
        "DJANGO_SETTINGS_MODULE": "nuudel.web.settings",
    }
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_djangos_own_check_of_a_deployment_finds_nothing(database: Addresses) -> None:
    done = in_production(["-m", "django", "check", "--deploy", "--fail-level", "WARNING"])
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_behind_tls_cookies_are_secure_and_browsers_insist(database: Addresses) -> None:
    program = """
import django, json; django.setup()
from django.test import Client
told = Client(HTTP_HOST="nuudel.example.mn", HTTP_X_FORWARDED_PROTO="https").get("/en/account/login/")
plain = Client().get("/en/account/login/", HTTP_HOST="nuudel.example.mn")
print(json.dumps([told.status_code, told["Strict-Transport-Security"], told.cookies["csrftoken"]["secure"],
                  plain.status_code, plain["Location"]]))
"""
    done = in_production(["-c", program])
    assert done.returncode == 0, done.stderr
    status, insist, secure, plain, location = json.loads(done.stdout)
    assert (status, secure, plain) == (200, True, 301)
    assert insist == "max-age=31536000; includeSubDomains; preload"
    assert location.startswith("https://")


ATTEMPT = """
import django, sys; django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
from django.core import mail
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
client = Client()
for _ in range(int(sys.argv[2])):
    page = client.post("/en/account/login/", {"login": sys.argv[1], "password": "not this one, surely"})
print("Too many attempts" in page.content.decode())
"""


def test_two_processes_count_failed_sign_ins_together(database: Addresses) -> None:
    cache.clear()
    user = user_with(Role.CITIZEN)
    said = []
    for attempts in ("3", "2", "1"):
        done = subprocess.run(
            [sys.executable, "-c", ATTEMPT, user.email, attempts],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "nuudel.web.settings"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert user.email not in done.stderr
        said.append(done.stdout.strip())
    assert said == ["False", "False", "True"]


def test_no_template_marks_what_people_typed_as_safe() -> None:
    templates = Path(refusals.__file__).parent.rglob("templates/**/*.html")
    assert [file.name for file in templates if "|safe" in file.read_text("utf-8")] == []


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_name_with_markup_is_shown_as_text(database: Addresses, name: str) -> None:
    person = user_with(Role.PLANNER, name=name)
    client = signed_in(user_with(Role.ADMINISTRATOR))
    for address in ("/en/desk/people/", f"/en/desk/people/{person.pk}/"):
        assert name not in client.get(address).content.decode()
