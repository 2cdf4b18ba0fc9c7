"""The pages of edge nodes: how the link stands, and two versions beside each other, in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from nuudel.base.errors import WebError
from nuudel.cli import node as commands
from nuudel.domains.campaigns.record_types import PARTICIPANT, TRAINING
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.facts.service import make_service
from nuudel.web.nodes import loop, syncing
from nuudel.web.nodes.link import demand_address
from nuudel.web.nodes.models import Link, Operation, Received
from nuudel.web.nodes.registry import register
from nuudel.web.shell import records
from nuudel.web.testing import close_connections, signed_in
from nuudel.web.words import LANGUAGES, say

from .nodes_given import (
    OTHER,
    Office,
    Road,
    add_participant,
    change,
    here,
    joined,
    make_training,
    new_node,
    new_office,
    person_at,
)

NAME = "Канар Нууц"


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Office, Office, str]]:
    """A centre and a node, and the address of somebody who works at both."""
    centre = new_office()
    centre.enter()
    make_service("owner")
    email = person_at().email
    node = new_node(centre)
    yield centre, node, email
    close_connections()
    for office in (centre, node):
        office.platform.drop(office.name)


def sync(sides: tuple[Office, Office, str]) -> None:
    centre, node, _ = sides
    node.enter()
    with joined(centre, node, Road()):
        syncing.sync()


def conflict(sides: tuple[Office, Office, str]) -> tuple[Any, Operation]:
    """Somebody's name, changed at the office and at the centre: what the office wrote, and its record."""
    centre, _, email = sides
    centre.enter()
    made = add_participant(here(email), make_training(here(email)), full_name="Анхны Нэр")
    sync(sides)
    change(here(email), PARTICIPANT, made.pk, full_name=NAME, institution_name="Сургууль")
    centre.enter()
    change(here(email), PARTICIPANT, made.pk, full_name="Төвийн Нэр")
    sync(sides)
    return made, Operation.objects.get(record_id=made.pk)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_at_the_centre_both_versions_stand_side_by_side_and_one_is_taken(
    sides: tuple[Office, Office, str], lang: str, choice: str
) -> None:
    centre, node, email = sides
    made, row = conflict(sides)
    centre.enter()
    user = here(email)
    client = signed_in(user)
    listed = client.get(f"/{lang}/desk/nodes/").content.decode()
    assert str(row.pk) in listed
    assert NAME not in listed
    assert say("nodes.problem.changed_since", lang=lang) in listed
    address = f"/{lang}/desk/nodes/{row.pk}/"
    page = client.get(address).content.decode()
    assert NAME in page
    assert "Төвийн Нэр" in page
    assert say("nodes.theirs", lang=lang) in page
    read = AuditEntry.objects.using("owner").filter(action="read", record_type=PARTICIPANT.key)
    assert any("full_name" in entry.fields and str(made.pk) in entry.record_ids for entry in read)
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"choice": choice}).status_code == 302
    assert client.get(address).status_code == 404  # decided
    sync(sides)
    assert Operation.objects.get(pk=row.pk).state == ("taken" if choice == "mine" else "dropped")
    for office in (centre, node):
        office.enter()
        with acting(here(email), "test"):
            kept: Any = records.find(here(email), PARTICIPANT, made.pk)
            assert kept.full_name == (NAME if choice == "mine" else "Төвийн Нэр")
            assert len(records.history(PARTICIPANT, kept)) == (3 if choice == "mine" else 2)


def test_on_the_node_the_choice_waits_until_it_is_sent(sides: tuple[Office, Office, str]) -> None:
    _, node, email = sides
    made, row = conflict(sides)
    node.enter()
    client = signed_in(here(email))
    address = f"/mn/desk/nodes/{row.pk}/"
    page = client.get(address).content.decode()
    assert NAME in page
    assert "Төвийн Нэр" in page
    assert client.post(address, {"choice": "mine"}).status_code == 302
    assert say("nodes.decided", lang="mn") in client.get("/mn/desk/nodes/").content.decode()
    row.refresh_from_db()
    assert (row.state, row.decision) == ("conflict", "mine")
    sync(sides)
    row.refresh_from_db()
    assert (row.state, row.content) == ("taken", None)
    with acting(here(email), "test"):
        assert records.find(here(email), PARTICIPANT, made.pk).full_name == NAME  # type: ignore[attr-defined]


def test_nobody_sees_or_decides_what_is_of_another_place(sides: tuple[Office, Office, str]) -> None:
    centre, _, email = sides
    _, row = conflict(sides)
    centre.enter()
    for stranger in (person_at(OTHER), person_at("", Role.ANALYST), person_at("", Role.AUDITOR)):
        client = signed_in(stranger)
        assert str(row.pk) not in client.get("/en/desk/nodes/").content.decode()
        assert client.get(f"/en/desk/nodes/{row.pk}/").status_code == 404
        assert client.post(f"/en/desk/nodes/{row.pk}/", {"choice": "theirs"}).status_code == 404
    assert Received.objects.get(pk=row.pk).state == "conflict"
    assert email


def test_what_still_cannot_be_done_says_why_and_changes_nothing(sides: tuple[Office, Office, str]) -> None:
    centre, _, email = sides
    made, row = conflict(sides)
    centre.enter()
    user = here(email)
    with acting(user, "test"):
        found = records.find(user, PARTICIPANT, made.pk, to_change=True)
        records.transition(user, PARTICIPANT, found, "withdraw", reason="Давхардсан.")
    client = signed_in(user)
    answer = client.post(f"/en/desk/nodes/{row.pk}/", {"choice": "mine"})
    assert answer.status_code == 422
    assert "WEB-213" in answer.content.decode()
    assert Received.objects.get(pk=row.pk).state == "conflict"
    assert client.post(f"/en/desk/nodes/{row.pk}/", {"choice": "theirs"}).status_code == 302


def test_the_state_of_the_link_is_shown(sides: tuple[Office, Office, str]) -> None:
    _, node, email = sides
    node.enter()
    make_training(here(email))
    client = signed_in(here(email))
    for fault, key in (("", "there"), ("WEB-487", "away"), ("WEB-482", "revoked"), ("WEB-486", "version")):
        Link.objects.update(fault=fault)
        assert say(f"nodes.state.{key}", lang="en") in client.get("/en/desk/nodes/").content.decode()
    sync(sides)
    assert say("nodes.all_sent", lang="en") in client.get("/en/desk/nodes/").content.decode()


def test_an_administrator_of_the_centre_sees_the_nodes(sides: tuple[Office, Office, str]) -> None:
    centre, _, email = sides
    centre.enter()
    administrator = person_at("", Role.ADMINISTRATOR)
    assert "Test node" in signed_in(administrator).get("/en/desk/nodes/").content.decode()
    assert "Test node" not in signed_in(here(email)).get("/en/desk/nodes/").content.decode()


def test_pauses_grow_while_the_link_is_gone(
    sides: tuple[Office, Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [loop.pause_after(n, 0.0) for n in range(7)] == [15, 30, 60, 120, 240, 480, 600]
    assert loop.pause_after(99, 1.0) == 750
    centre, node, _ = sides
    node.enter()
    pauses: list[float] = []
    monkeypatch.setattr(loop.random, "random", lambda: 0.0)
    with joined(centre, node, Road(before=lambda: len(pauses) < 3)):
        loop.keep_in_step(5, pauses.append)
    assert pauses == [30, 60, 120, 15, 15]


@pytest.mark.parametrize(
    "address", ["http://centre.example", "ftp://localhost", "https://a:b@centre.example", "centre.example"]
)
def test_records_never_go_in_the_clear(address: str) -> None:
    with pytest.raises(WebError, match="WEB-491"):
        demand_address(address)
    assert demand_address("https://centre.example/") == "https://centre.example"
    assert demand_address("http://127.0.0.1:8000") == "http://127.0.0.1:8000"


def test_the_commands_of_centre_and_node(
    sides: tuple[Office, Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, node, email = sides
    monkeypatch.setattr("nuudel.cli.admin.open_platform", lambda: None)
    run = CliRunner().invoke
    centre.enter()
    told = run(commands.app, ["register", "--place", "MN51101", "--name", "By command"])
    assert "It cannot be shown again." in told.output
    assert "By command: not joined yet" in run(commands.app, ["list"]).output
    name = told.output.split()[1]
    assert f"Node {name} is revoked" in run(commands.app, ["revoke", name]).output
    assert "By command: revoked" in run(commands.app, ["list"]).output
    _, code = register("MN51101", "Second")
    second = new_office()
    second.enter()
    with joined(centre, second, Road()):
        joining = run(commands.app, ["join", "https://centre.example", code])
    assert joining.exit_code == 0, joining.output
    assert "This is now the node of MN51101 (Second)." in joining.output
    assert TRAINING.model.objects.using("owner").exists()
    status = run(commands.app, ["status"]).output
    assert "waiting          0 operations" in status
    assert User.objects.filter(email=email).exists()
    with joined(centre, second, Road()):
        assert "Sent 0 operations" in run(commands.app, ["sync"]).output
    close_connections()
    second.platform.drop(second.name)
    node.enter()
