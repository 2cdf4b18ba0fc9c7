"""``nuudel doctor`` finds each fault and says what to mend; the monitor's figures name no person."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.test import Client

from nuudel.web.operations import doctor, keys
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUUDEL_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


@contextmanager
def changed(addresses: Addresses, do: str, undo: str) -> Iterator[None]:
    """A fault in the database, made as its owner and taken back."""
    with psycopg.connect(addresses.owner, autocommit=True) as owner:
        owner.execute(do)
        try:
            yield
        finally:
            owner.execute(undo)


def found(addresses: Addresses) -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.check_database(addresses)}


def test_a_sound_installation_is_found_sound(database: Addresses) -> None:
    findings = [*doctor.check_database(database), doctor.check_python(), doctor.check_built()]
    assert [finding.check for finding in findings if not finding.good] == []
    assert doctor.check_migrations().good


def test_a_server_that_does_not_answer(database: Addresses) -> None:
    nowhere = Addresses(
        app="postgresql://nuudel_app@127.0.0.1:1/none", owner=database.owner, backup=database.backup
    )
    (finding,) = doctor.check_database(nowhere)
    assert (finding.check, finding.good) == ("Database", False)
    assert "127.0.0.1" not in finding.found  # neither address nor password


def test_a_role_that_may_do_too_much(database: Addresses) -> None:
    as_owner = Addresses(app=database.owner, owner=database.owner, backup=database.backup)
    role = found(as_owner)["Application's role"]
    assert not role.good
    assert "nuudel_app" in role.mend


def test_a_table_whose_policies_are_off(database: Addresses) -> None:
    table = "ALTER TABLE shell_action {} FORCE ROW LEVEL SECURITY"
    with changed(database, table.format("NO"), table.format("")):
        assert found(database)["Row security"].found == "not forced on shell_action"
    assert found(database)["Row security"].good


def test_keys_that_others_read_or_that_are_broken(own_keys: Path) -> None:
    assert doctor.check_keys().good  # none yet: the first start makes them
    keys.make_keys(own_keys)
    assert doctor.check_keys().good
    (own_keys / "audit").chmod(0o644)
    assert doctor.check_keys().found == "readable by others"
    (own_keys / "audit").chmod(0o600)
    (own_keys / "encryption").write_text("not a key")
    broken = doctor.check_keys()
    assert not broken.good
    assert "not a key" not in broken.found + broken.mend


def test_a_start_makes_the_keys_that_came_later(own_keys: Path) -> None:
    keys.make_keys(own_keys)
    before = (own_keys / "audit").read_text()
    (own_keys / "pseudonym").unlink()
    assert keys.make_keys(own_keys) == ["pseudonym"]
    assert (own_keys / "audit").read_text() == before


@pytest.mark.parametrize(
    ("hosts", "tls", "good"),
    [
        ("localhost,127.0.0.1", "no", True),
        ("nuudel.example.org", "no", False),
        ("nuudel.example.org", "yes", True),
    ],
)
def test_open_hosts_need_tls(monkeypatch: pytest.MonkeyPatch, hosts: str, tls: str, good: bool) -> None:
    monkeypatch.setenv("NUUDEL_HOSTS", hosts)
    monkeypatch.setenv("NUUDEL_TLS", tls)
    assert doctor.check_hosts().good is good


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUUDEL_DATA", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=doctor.ENOUGH_BYTES))
    assert not doctor.check_folder().good
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=doctor.ENOUGH_BYTES + 1))
    assert doctor.check_folder().good
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert doctor.check_folder().found == "cannot be written"


def test_figures_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUUDEL_RELEASE", str(tmp_path))
    finding = doctor.check_release()
    assert not finding.good
    assert "nuudel release" in finding.mend


def test_the_monitors_figures_name_routes_and_nobody(database: Addresses) -> None:
    user = user_with()
    browser = signed_in(user)
    browser.get("/en/desk/")
    browser.get(f"/en/places/?q={user.email}")
    told = Client().get("/metrics").content.decode()
    assert 'nuudel_requests_total{method="GET",route="work",status="200"}' in told
    assert user.email not in told
    assert "nuudel_request_seconds_bucket" in told
