"""Every operation of the interface on records, by every role: what the permission tables declare, no more.

What is expected is worked out here from the declared tables alone, apart from the application's own check and
from the database's.
"""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role, Scope
from nuudel.web.access.tables import permission_tables
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, user_with

from .api_caller import Caller

PLACE, ELSEWHERE = "MN81", "MN85"
ROLES = [role for role in Role if role is not Role.SERVICE]
REFUSED = {403, 404}
# What the database shows to fewer people than the table declares: an enumerator sees the informants of the
# areas of the own assignments (migration 0004 of displacement; its own tests in test_spread.py).
NARROWED = {(f"displacement.{one}", Role.FIELD_ENUMERATOR) for one in ("informant", "entity")}
# What the state or a rule of the domain says to somebody who may.
BY_STATE = {409, 422}
READING = ("list", "get", "comments", "attachments")


@dataclass(frozen=True)
class Operation:
    """A call: its name, its action in the tables, and how it is sent."""

    name: str
    action: str
    method: str
    address: str
    body: Any = None

    @property
    def scope(self) -> str:
        return "read" if self.name in READING else "write"

    def send(self, caller: Caller) -> Any:
        if self.scope == "read":
            return caller.ask(self.method, self.address)
        return caller.write(self.method, self.address, self.body, if_match="*")


@pytest.fixture(scope="module")
def office(database: Addresses) -> Any:
    return institution("near")


@pytest.fixture(scope="module")
def made(office: Any) -> dict[str, Any]:
    """A record of each type at the office and the place, the first ones before those that belong to them."""
    from nuudel.web.shell.record_types import record_types

    found: dict[str, Any] = {}
    waiting = list(record_types().values())
    while waiting:
        ready = [one for one in waiting if all(instances(link, found) for link in links_of(one))]
        assert ready, f"records that need each other: {[one.key for one in waiting]}"
        for record_type in ready:
            found[record_type.key] = make(record_type, office, found)
        waiting = [one for one in waiting if one.key not in found]
    return found


def make(record_type: Any, office: Any, made: dict[str, Any]) -> Any:
    """A record in its first state, without the rules of the domain: these are not asked here."""
    from nuudel.web.facts.service import service_rights
    from nuudel.web.shell.records import done

    declared = permission_tables()[record_type.key]
    people = [p.role for p in declared if p.action == "create" and p.role is not Role.SERVICE]
    maker = user_with(next(iter(people), Role.ADMINISTRATOR), place=PLACE, at=office)
    people_named = {f.name: maker for f in needed_links(record_type) if f.related_model is type(maker)}
    named = sample(record_type) | unasked(record_type) | linked(record_type, office, made) | people_named
    record = record_type.model(**named, place=PLACE, institution=office, created_by=maker)
    record.state = record_type.states.first
    with acting(maker, "test"), nullcontext() if people else service_rights():
        record.save(force_insert=True)
        done(maker, record_type, record, "create")
    return record


def links_of(record_type: Any) -> "list[Any]":
    """The links to other records that a record cannot do without, its parent's among them."""
    from nuudel.web.access.models import Record

    return [f for f in needed_links(record_type) if issubclass(f.related_model, Record)]


def needed_links(record_type: Any) -> "list[Any]":
    """The links that a record of the type cannot do without, those to people among them."""
    fields = record_type.model._meta.fields
    return [f for f in fields if f.is_relation and not f.null and f.name not in ("institution", "created_by")]


def instances(link: Any, made: dict[str, Any]) -> list[Any]:
    return [record for record in made.values() if isinstance(record, link.related_model)]


def linked(record_type: Any, office: Any, made: dict[str, Any]) -> dict[str, Any]:
    """The records that a record names; two links of one kind name two, in the order of their ids."""
    from nuudel.web.shell.record_types import record_types

    found: dict[str, Any] = {}
    links = links_of(record_type)
    for link in links:
        same = [one for one in links if one.related_model is link.related_model]
        named = next(one for one in record_types().values() if one.model is link.related_model)
        found[link.name] = instances(link, made)[0] if link is same[0] else make(named, office, made)
    return found


def parent_of(record_type: Any, made: dict[str, Any]) -> Any:
    """The record to which those of a type belong."""
    return instances(record_type.model._meta.get_field(record_type.parent), made)[0]


def made_here(record_type: Any) -> bool:
    """Whether programs make such records: not where only a page can name what they need."""
    named = {link.name for link in needed_links(record_type)} - {record_type.parent, *record_type.fields}
    return not (record_type.made_at or named)


def sample(record_type: Any) -> dict[str, Any]:
    """A value for each field that a record cannot do without."""
    from nuudel.web.api.records.fields import fields_of, needed

    return {name: value_of(field) for name, field in fields_of(record_type).items() if needed(field)}


def unasked(record_type: Any) -> dict[str, Any]:
    """Values of the fields that no form asks for and that the domain fills otherwise."""
    from nuudel.web.access.models import Record
    from nuudel.web.api.records.fields import needed

    filled = {field.name for field in Record._meta.fields} | {*record_type.fields, "id", "created_by"}
    own = (f for f in record_type.model._meta.fields if not f.is_relation and f.name not in filled)
    return {f.name: value_of(f) for f in own if needed(f) and not f.has_db_default()}


def value_of(field: Any) -> Any:
    from django.db import models

    from nuudel.web.protection.fields import EncryptedTextField

    if field.is_relation:
        return uuid4()
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.BinaryField) and not isinstance(field, EncryptedTextField):
        return b"x"
    if isinstance(field, models.DateTimeField):
        return datetime.now(UTC)
    if isinstance(field, models.DateField):
        return date.today() - timedelta(days=1)
    return 1 if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField) else "x"


def operations(record_type: Any, made: dict[str, Any]) -> Iterator[Operation]:
    """All that can be asked of the records of a type."""
    base = f"/api/v1/records/{record_type.key}"
    one = f"{base}/{made[record_type.key].pk}"
    values = json.loads(json.dumps(sample(record_type), default=str))
    where = {"place": PLACE}
    if record_type.parent:
        where = {record_type.parent: str(parent_of(record_type, made).pk)}
    yield Operation("list", "read", "GET", base)
    yield Operation("get", "read", "GET", one)
    yield Operation("comments", "read", "GET", f"{one}/comments")
    yield Operation("attachments", "read", "GET", f"{one}/attachments")
    yield Operation("create", "create", "POST", base, values | where)
    yield Operation("change", "change", "PATCH", one, {})
    yield Operation("comment", "comment", "POST", f"{one}/comments", {"text": "Asked."})
    for step in record_type.states.transitions:
        asked = {"action": step.action, "reason": "As asked."}
        yield Operation("transition", step.action, "POST", f"{one}/transitions", asked)


def scopes(role: Role, key: str, action: str) -> set[Scope]:
    return {p.scope for p in permission_tables()[key] if p.role == role and p.action == action}


def reaches(scope: Scope, *, near: bool) -> bool:
    """Whether somebody reaches the record, which another made: from its office and place, or from none."""
    return scope is Scope.ALL or (near and scope is not Scope.OWN)


def declared(role: Role, record_type: Any, made: dict[str, Any], asked: Operation, *, near: bool) -> bool:
    """Whether the tables allow the operation."""
    own = scopes(role, record_type.key, asked.action)
    if asked.name == "list":
        return bool(own)
    if asked.name == "create" and not record_type.parent:
        # The new record is one's own and at one's own institution; at the place only from near.
        free = {Scope.ALL, Scope.INSTITUTION, Scope.OWN}
        return bool(own if near else own & free)
    if asked.name == "create":
        kept = parent_of(record_type, made)
        above = next(key for key, record in made.items() if record is kept)
        seen = any(reaches(scope, near=near) for scope in scopes(role, above, "read"))
        return seen and any(scope is Scope.OWN or reaches(scope, near=near) for scope in own)
    seen = any(reaches(scope, near=near) for scope in scopes(role, record_type.key, "read"))
    return seen and any(reaches(scope, near=near) for scope in own)


@pytest.mark.parametrize("near", [True, False], ids=["near", "far"])
@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_the_tables_declare(
    made: dict[str, Any], office: Any, role: Role, near: bool
) -> None:
    from nuudel.web.api.tokens import scopes_of
    from nuudel.web.shell.record_types import record_types

    posted = {"place": PLACE, "at": office} if near else {"place": ELSEWHERE, "at": institution("far")}
    user = user_with(role, **posted)
    wrong = []
    for record_type in record_types().values():
        caller = Caller(user, *(scopes_of(user) or ("none:read",)))
        for asked in operations(record_type, made):
            status = asked.send(caller).status_code
            right = declared(role, record_type, made, asked, near=near)
            if asked.name != "list" and (record_type.key, role) in NARROWED:
                right = False
            expected = {200, 201} if asked.scope == "read" else {200, 201, *BY_STATE}
            if asked.name == "create" and not made_here(record_type):
                right, expected = True, {403, 405}
            if status not in (expected if right else REFUSED):
                wrong.append((record_type.key, asked.name, asked.action, right, status))
    assert wrong == []


def test_no_operation_is_left_out(made: dict[str, Any]) -> None:
    """A new operation of the interface must come into the list above."""
    from nuudel.web.api.operations import api
    from nuudel.web.shell.record_types import record_types

    described = api.get_openapi_schema()["paths"]
    for record_type in record_types().values():
        base, pk = f"/api/v1/records/{record_type.key}", str(made[record_type.key].pk)
        there = {
            (method.upper(), path)
            for path, methods in described.items()
            if path == base or path.startswith(f"{base}/")
            for method in methods
        }
        assert {(o.method, o.address.replace(pk, "{pk}")) for o in operations(record_type, made)} == there


def with_both_scopes() -> "list[tuple[Any, Role]]":
    """The types that people write, each with a role that reads and writes at the place."""
    from nuudel.web.shell.record_types import record_types

    found = []
    for record_type in record_types().values():
        table = [p for p in permission_tables()[record_type.key] if p.role is not Role.SERVICE]
        reading = {p.role for p in table if p.action == "read" and p.scope is not Scope.OWN}
        writing = [p.role for p in table if p.kind == "write" and p.role in reading]
        found += [(record_type, role) for role in writing[:1]]
    assert {"registration.move", "otor.request", "campaigns.training"} <= {one.key for one, _ in found}
    return found


def test_a_token_without_the_scope_is_refused(made: dict[str, Any], office: Any) -> None:
    """Though its user may do all of it."""
    from nuudel.web.api.tokens import scopes_of

    for record_type, role in with_both_scopes():
        user = user_with(role, place=PLACE, at=office)
        for kind in ("read", "write"):
            all_but_one = set(scopes_of(user)) - {f"{record_type.key}:{kind}"}
            assert len(all_but_one) == len(scopes_of(user)) - 1
            caller = Caller(user, *all_but_one)
            for asked in operations(record_type, made):
                if asked.scope == kind:
                    answer = asked.send(caller)
                    assert (answer.status_code, answer.json()["code"]) == (403, "WEB-253"), asked


def test_a_token_ends_with_its_users_account(made: dict[str, Any], office: Any) -> None:
    from nuudel.web.accounts.models import User
    from nuudel.web.api.limits import STRANGERS
    from nuudel.web.api.tokens import scopes_of

    for record_type, role in with_both_scopes():
        user = user_with(role, place=PLACE, at=office)
        caller = Caller(user, *scopes_of(user))
        first, *_ = operations(record_type, made)
        assert first.send(caller).status_code == 200
        User.objects.using("owner").filter(pk=user.pk).update(is_active=False)
        STRANGERS._levels.clear()  # whose token has ended is a stranger, and strangers wait
        for asked in operations(record_type, made):
            answer = asked.send(caller)
            assert (answer.status_code, answer.json()["code"]) == (401, "WEB-252"), asked
