"""Tokens: made by their user, shown once, kept as a hash, ended; and the pages of the API."""

import re
from datetime import timedelta

import pytest

from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

TYPE = "audit.entry"  # a record type that auditors may read


def page(lang: str = "en") -> str:
    return f"/{lang}/desk/tokens/"


def made(client, **fields):  # type: ignore[no-untyped-def]
    return client.post(page(), {"name": "Nightly job", "days": "30", "scopes": [f"{TYPE}:read"]} | fields)


def text_of(response) -> str:  # type: ignore[no-untyped-def]
    found = re.search(r">(nuudel_[\w-]{43})<", response.content.decode())
    assert found is not None
    return found[1]


def test_a_token_is_shown_once_and_kept_as_a_hash(database: Addresses) -> None:
    from django.db import connection

    from nuudel.web.access.context import acting

    user = user_with(Role.AUDITOR)
    client = signed_in(user)
    response = made(client)
    text = text_of(response)
    assert "no-store" in response.headers["Cache-Control"]
    again = client.get(page()).content.decode()
    assert text not in again
    assert text[:13] in again
    with acting(user, "test"), connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM api_apitoken t")
        rows = " ".join(row[0] for row in cursor.fetchall())
    assert text not in rows
    assert text[13:] not in rows


def test_only_scopes_that_the_postings_allow_are_offered(database: Addresses) -> None:
    from nuudel.web.api.models import ApiToken

    client = signed_in(user_with(Role.AUDITOR))
    for scopes in ([f"{TYPE}:write"], ["accounts.user:write"], ["*"], []):
        before = ApiToken.objects.count()
        response = made(client, scopes=scopes)
        assert 'class="errors"' in response.content.decode()
        assert ApiToken.objects.count() == before


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 81}, {"days": "36500"}, {"days": ""}])
def test_a_token_has_a_name_and_an_end(database: Addresses, fields: dict[str, str]) -> None:
    assert 'class="errors"' in made(signed_in(user_with(Role.AUDITOR)), **fields).content.decode()


def test_an_ended_token_opens_nothing(database: Addresses) -> None:
    from nuudel.web.api.models import ApiToken
    from nuudel.web.api.tokens import find_token

    user = user_with(Role.AUDITOR)
    client = signed_in(user)
    text = text_of(made(client))
    token = ApiToken.objects.get(user=user)
    assert find_token(text) == token
    stranger = signed_in(user_with(Role.AUDITOR))
    assert stranger.post(f"{page()}{token.pk}/end/").status_code == 404
    assert find_token(text) == token
    assert client.post(f"{page()}{token.pk}/end/").status_code == 302
    assert find_token(text) is None
    assert client.get(f"{page()}{token.pk}/end/").status_code == 405


def test_an_expired_token_and_one_of_a_stopped_user_open_nothing(database: Addresses) -> None:
    from django.utils import timezone

    from nuudel.web.access.context import acting
    from nuudel.web.accounts.models import User
    from nuudel.web.api.models import ApiToken
    from nuudel.web.api.tokens import find_token, make_token

    user = user_with(Role.AUDITOR)
    with acting(user, "test"):
        token, text = make_token(user, "x", [f"{TYPE}:read"], 30)
    assert find_token(text) == token
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_token(text) is None
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert find_token(text) == token
    User.objects.using("owner").filter(pk=user.pk).update(is_active=False)
    assert find_token(text) is None


def test_making_and_ending_are_audited(database: Addresses) -> None:
    from nuudel.web.access.context import acting
    from nuudel.web.api.models import ApiToken
    from nuudel.web.audit.models import AuditEntry

    user = user_with(Role.AUDITOR)
    client = signed_in(user)
    text = text_of(made(client))
    token = ApiToken.objects.get(user=user)
    client.post(f"{page()}{token.pk}/end/")
    with acting(user, "test"):
        found = AuditEntry.objects.filter(record_type="api.token", record_ids=[str(token.pk)])
        assert sorted(entry.action for entry in found) == ["create", "end"]
        assert not any(text in str(entry.__dict__) for entry in found)


def test_an_officer_shows_the_second_factor_again(database: Addresses) -> None:
    client = signed_in(user_with(Role.AUDITOR))
    session = client.session
    methods = session["account_authentication_methods"]
    methods[0]["at"] -= 3600
    session["account_authentication_methods"] = methods
    session.save()
    for response in (client.get(page()), made(client)):
        assert response.status_code == 302
        assert "reauthenticate" in response.headers["Location"]


def test_who_has_not_signed_in_sees_no_tokens(client) -> None:  # type: ignore[no-untyped-def]
    assert client.get(page()).status_code == 302


def test_a_user_has_a_bounded_number_of_tokens(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    from nuudel.web.api import token_pages
    from nuudel.web.api.models import ApiToken

    monkeypatch.setattr(token_pages, "MOST_TOKENS", 2)
    user = user_with(Role.AUDITOR)
    client = signed_in(user)
    for _ in range(3):
        made(client)
    assert ApiToken.objects.filter(user=user).count() == 2


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_the_description_names_every_operation_and_problem(client, lang: str) -> None:  # type: ignore[no-untyped-def]
    from nuudel.web.api.pages import schema
    from nuudel.web.api.problems import CODES

    text = client.get(f"/{lang}/api/").content.decode()
    for operations in schema()["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in text
    for code, _ in CODES.values():
        assert f'id="{code}"' in text
    assert "<script>" not in text


def test_the_description_is_found_from_the_address_of_the_api(client) -> None:  # type: ignore[no-untyped-def]
    for address in ("/api/", "/api/v1/", "/api/v1/docs"):
        response = client.get(address, headers={"accept-language": "en"})
        assert (response.status_code, response.headers["Location"]) == (302, "/en/api/")


def test_openapi_has_names_summaries_and_problems_everywhere(client) -> None:  # type: ignore[no-untyped-def]
    response = client.get("/api/v1/openapi.json")
    assert (
        client.get("/api/v1/openapi.json", headers={"if-none-match": response.headers["ETag"]}).status_code
        == 304
    )
    found = response.json()
    names = []
    for operations in found["paths"].values():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"]
            assert "500" in operation["responses"]
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]
    assert len(names) == len(set(names)) > 10
