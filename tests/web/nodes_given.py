"""A centre and its nodes for the tests: databases of their own, and a link that the test can cut."""

import gzip
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from django.test import Client

from nuudel.domains.campaigns.record_types import CAMPAIGN, MANUAL, PARTICIPANT, TRAINING
from nuudel.domains.campaigns.tests.given import a_campaign, a_participant, a_training
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.facts.service import make_service
from nuudel.web.nodes import syncing
from nuudel.web.nodes.link import Centre, UnreachedError, refusal_of
from nuudel.web.nodes.models import Operation
from nuudel.web.nodes.registry import register
from nuudel.web.shell import records
from nuudel.web.shell.models import Action, Comment
from nuudel.web.testing import Platform, close_connections, institution, point_to, start_platform, user_with

PLACE = "MN51101"
OTHER = "MN51107"
"""Two districts of Ulaanbaatar."""


@dataclass
class Office:
    """A database: the centre's, or a node's."""

    platform: Platform
    name: str

    def enter(self) -> None:
        """From here on the test works in this office."""
        point_to(self.platform.addresses(self.name))


@dataclass
class Road:
    """What happens to messages on their way: nothing, or as a test says.

    Attributes
    ----------
    before, after
        Asked before a message goes and before an answer comes: true where the link is cut there.
    told
        All messages that went, in their order.
    """

    before: Callable[[], bool] = lambda: False
    after: Callable[[], bool] = lambda: False
    told: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def joined(centre: Office, node: Office, road: Road) -> Iterator[None]:
    """Nodes ask the centre inside this process: its own views, in its own database."""
    original = Centre.ask

    def ask(self: Centre, what: str, content: Any) -> dict[str, Any]:
        if road.before():
            raise UnreachedError("cut")
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        road.told.append((what, body))
        centre.enter()
        try:
            answer = post(what, body, self.token)
        finally:
            node.enter()
        if road.after():
            raise UnreachedError("cut")
        if answer.status_code != 200:
            raise refusal_of(answer.status_code, answer.content)
        return dict(msgspec.json.decode(gzip.decompress(answer.content)))

    Centre.ask = ask  # type: ignore[method-assign]
    try:
        yield
    finally:
        Centre.ask = original  # type: ignore[method-assign]


def post(what: str, body: bytes, token: str, version: str = "") -> Any:
    """A node's message to the centre that is pointed to."""
    from nuudel.web.nodes.versions import version as own_version

    return Client().post(
        f"/nodes/v1/{what}",
        gzip.compress(body),
        content_type="application/json",
        headers={"Nuudel-Version": version or own_version(), "Authorization": f"Node {token}"},
    )


def new_office() -> Office:
    platform = start_platform()
    return Office(platform, platform.copy())


def new_node(centre: Office, place: str = PLACE) -> Office:
    """A node that has joined the centre."""
    centre.enter()
    _, code = register(place, "Test node")
    node = new_office()
    node.enter()
    make_service("owner")
    with joined(centre, node, Road()):
        syncing.join("http://127.0.0.1:1", code)
        syncing.sync()
    return node


def person_at(place: str = PLACE, role: Role = Role.REGISTRAR, office: str = "test-office") -> User:
    """Somebody at the centre with one posting."""
    return user_with(role, place, institution(office))


def here(person: str) -> User:
    """The account of an address in the database that is pointed to."""
    return User.objects.get(email=person)


def make_training(user: User, **given: Any) -> Any:
    office = Institution.objects.get(code="test-office")
    with acting(user, "test"):
        return records.create(user, TRAINING, a_training(institution=office, place=PLACE, **given))


def make_campaign(user: User, **given: Any) -> Any:
    office = Institution.objects.get(code="test-office")
    with acting(user, "test"):
        return records.create(user, CAMPAIGN, a_campaign(institution=office, place=PLACE, **given))


def add_participant(user: User, training: Any, **given: Any) -> Any:
    with acting(user, "test"):
        parent: Any = records.find(user, TRAINING, training.pk)
        made = a_participant(parent, institution=parent.institution, **given)
        return records.create(user, PARTICIPANT, made)


def change(user: User, kind: Any, pk: Any, **values: Any) -> None:
    with acting(user, "test"):
        found = records.find(user, kind, pk, to_change=True)
        version = records.version_of(found)
        before = {name: getattr(found, name) for name in values}
        for name, value in values.items():
            setattr(found, name, value)
        records.change(user, kind, found, before, version)


def take(user: User, kind: Any, pk: Any, action: str, reason: str = "") -> None:
    with acting(user, "test"):
        found = records.find(user, kind, pk, to_change=True)
        records.transition(user, kind, found, action, reason=reason)


def say_about(user: User, kind: Any, pk: Any, text: str) -> Comment:
    with acting(user, "test"):
        return records.comment(user, kind, records.find(user, kind, pk), text)


def dump(user: User) -> dict[str, Any]:
    """All records with their histories and comments as a person reads them, the same on both sides."""
    found: dict[str, Any] = {}
    people = dict(User.objects.values_list("pk", "name"))
    with acting(user, "test"):
        for kind in (CAMPAIGN, TRAINING, PARTICIPANT, MANUAL):
            for row in records.readable(user, kind):
                fields = {name: str(records.value_of(row, name)) for name in kind.fields}
                acts = Action.objects.filter(record_id=row.pk).order_by("number")
                said = Comment.objects.filter(record_id=row.pk).order_by("pk")
                found[str(row.pk)] = {
                    "fields": fields
                    | {"state": row.state, "place": row.place, "by": people[row.created_by_id]},
                    "at": (row.created_at, row.changed_at),
                    "acts": [
                        (a.pk, a.number, a.action, a.state, a.reason, a.changes, people[a.created_by_id])
                        for a in acts
                    ],
                    "said": [(c.pk, c.text, people[c.created_by_id]) for c in said],
                }
    return found


def states() -> dict[str, int]:
    """How many operations of a node are in each state."""
    found: dict[str, int] = {}
    for state in Operation.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def chance(seed: int, of: float) -> Callable[[], bool]:
    """True with a probability, the same each time for a seed."""
    luck = random.Random(seed)
    return lambda: luck.random() < of


class World:
    """A centre, its nodes, and somebody who works at both."""

    def __init__(self) -> None:
        self.centre = new_office()
        self.centre.enter()
        make_service("owner")
        self.email = person_at().email
        self.offices = [self.centre]

    def node(self, place: str = PLACE) -> Office:
        made = new_node(self.centre, place)
        self.offices.append(made)
        return made

    def at(self, office: Office) -> User:
        """Go to an office; the account there of who works at both."""
        office.enter()
        return here(self.email)

    def sync(self, node: Office, road: Road | None = None) -> syncing.Round:
        node.enter()
        with joined(self.centre, node, road or Road()):
            return syncing.sync()

    def same(self, node: Office) -> bool:
        """Whether both have the same records with the same histories; the test is at the node after it."""
        theirs = dump(self.at(self.centre))
        return dump(self.at(node)) == theirs


def closing(world: World) -> None:
    """Drop the databases of a world."""
    close_connections()
    for office in world.offices:
        office.platform.drop(office.name)


def of_record(pk: Any) -> list[Operation]:
    return list(Operation.objects.filter(record_id=pk).order_by("turn"))


def agreed_training(world: World, node: Office) -> Any:
    """A training that both have."""
    training = make_training(world.at(world.centre))
    world.sync(node)
    return training


def facts_of(office: Office) -> int:
    """How many facts there are, as the audit of each database tells: every one is entered with a note."""
    office.enter()
    rows = AuditEntry.objects.using("owner").filter(action="append", record_type="facts.fact")
    return sum(len(row.record_ids) for row in rows)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A centre, with somebody who works there and at its nodes."""
    made = World()
    yield made
    closing(made)


@pytest.fixture(scope="module")
def node(world: World) -> Office:
    """A node that has joined it."""
    return world.node()
