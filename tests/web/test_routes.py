"""Every address, every role: what the tables of routes declare is what a request gets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from nuudel.web.access.middleware import namespaced
from nuudel.web.access.roles import Role
from nuudel.web.access.routes import Rule
from nuudel.web.access.tables import route_tables
from nuudel.web.accounts.models import User
from nuudel.web.api.limits import STRANGERS
from nuudel.web.api.operations import api
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import give_factor, signed_in, user_with

SAMPLES = {
    "int": "987654321",
    "str": "none-such",
    "slug": "none-such",
    "uuid": "018f0000-0000-7000-8000-000000000000",
    "path": "none-such",
}
METHODS = ("get", "post")
PEOPLE: tuple[Role | None, ...] = (None, *(role for role in Role if role is not Role.SERVICE))


def walk(patterns: list[Any], before: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """All addresses with their names; what has no name is named by nothing."""
    for pattern in patterns:
        part = before + sample(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, part, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or ''}", "/" + part


def sample(pattern: str) -> str:
    """A part of an address with its parameters filled in."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "none-such"), pattern)
    filled = re.sub(r"\(\?P<\w+>.+?\)(?=[-/$]|$)", "none", filled)  # allauth's regular expressions
    return filled.replace("^", "").replace("$", "").replace("\\", "")


def addresses() -> list[tuple[str, str]]:
    from django.utils.translation import override

    with override("en"):
        return list(walk(get_resolver().url_patterns))


def rule_of(name: str) -> Rule | None:
    return route_tables().get(name) or namespaced(name)


def undeclared() -> list[str]:
    return [f"{name or 'without a name'} {address}" for name, address in addresses() if rule_of(name) is None]


def test_a_table_names_every_route() -> None:
    assert undeclared() == []


def test_no_table_names_a_route_that_is_not_there() -> None:
    there = {name for name, _ in addresses()}
    spaces = {name.rpartition(":")[0] for name in there}
    gone = [n for n in route_tables() if n not in there and not (n.endswith(":*") and n[:-2] in spaces)]
    assert gone == []


def test_a_route_that_no_table_names_is_found_and_refused(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpResponse

    added = path("en/secret-new-page/", lambda request: HttpResponse("open"), name="secret-new-page")
    resolver = get_resolver()
    monkeypatch.setattr(resolver, "url_patterns", [added, *resolver.url_patterns])
    assert undeclared() == ["secret-new-page /en/secret-new-page/"]
    match = resolver.resolve("/en/secret-new-page/")
    monkeypatch.setattr(
        "django.core.handlers.base.BaseHandler.resolve_request", lambda self, request: at(request, match)
    )
    for client in (Client(), signed_in(user_with(Role.ADMINISTRATOR))):
        assert client.get("/en/secret-new-page/").status_code == 403


def at(request: Any, match: Any) -> Any:
    request.resolver_match = match
    return match


def was_refused(response: Any) -> bool:
    """403, 401, or sent to sign in."""
    if response.status_code in (401, 403):
        return True
    return bool(response.status_code == 302 and response["Location"].startswith("/en/account/login/?next="))


def sessions_of(user: User | None) -> Iterator[Client]:
    """Clients that know nothing of each other; the user has just signed in to each of them."""
    began = dict(signed_in(user).session.items()) if user else {}
    while True:
        client = Client()
        if user and user.is_officer:
            give_factor(user)  # which some addresses take away
        if user:
            session = client.session
            session.update(began)
            session.save()
        yield client


@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role or "nobody")
def test_each_role_gets_what_the_tables_say(database: Addresses, role: Role | None) -> None:
    user = user_with(role) if role else None
    clients = sessions_of(user)
    wrong = []
    for name, address in addresses():
        rule = rule_of(name)
        assert rule is not None
        if rule.public and (not rule.database or address.startswith("/api/")):
            continue  # everybody's; the API's own matrix is below
        for method in METHODS:
            client = next(clients)
            client.raise_request_exception = False
            response = getattr(client, method)(address)
            response.close()
            admitted = rule.admits(user is not None, frozenset([role]) if role else frozenset())
            refused = was_refused(response)
            if name in OTHER_ANSWERS.get(response.status_code, ()):
                continue
            if refused == admitted and not (admitted and rule.record_type):
                wrong.append((name, method, response.status_code, "admitted" if admitted else "refused"))
            if response.status_code >= 500:
                wrong.append((name, method, response.status_code, "failed"))
    assert wrong == []


OTHER_ANSWERS = {
    # Open to everybody, and these say by their status that signing in did not work.
    401: ("socialaccount_login_error", "openid_connect_callback", "openid_connect_login"),
}


def operations() -> Iterator[tuple[str, str]]:
    """Each operation that asks for a token: method and address; each as if asked by somebody new."""
    for template, methods in api.get_openapi_schema()["paths"].items():
        address = re.sub(r"\{\w+\}", SAMPLES["uuid"], template)
        for method in [method for method, told in methods.items() if told.get("security")]:
            STRANGERS._levels.clear()
            yield method, address


def test_every_operation_of_the_interface_asks_for_a_token(database: Addresses) -> None:
    client = Client(raise_request_exception=False)
    answers = {
        (method, address): getattr(client, method)(address, content_type="application/json").status_code
        for method, address in operations()
    }
    assert {key: status for key, status in answers.items() if status != 401} == {}
    forged = {"Authorization": "Bearer nuudel_notatoken"}
    for method, address in operations():
        answer = getattr(client, method)(address, content_type="application/json", headers=forged)
        assert answer.status_code == 401, (method, address)


def test_a_session_alone_opens_no_operation_of_the_interface(database: Addresses) -> None:
    client = signed_in(user_with(Role.ADMINISTRATOR))
    for method, address in operations():
        assert getattr(client, method)(address, content_type="application/json").status_code == 401
