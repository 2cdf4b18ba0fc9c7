"""The search for duplicates in the whole register: finds, merges nothing, tells no name."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuudel.base.errors import WebError
from nuudel.cli import audit as audit_command
from nuudel.cli.register import app
from nuudel.domains.registration import models
from nuudel.domains.registration.duplicates import batch, parameters
from nuudel.domains.registration.tests.given_civil import number
from nuudel.domains.registration.tests.made import person, registrar
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution

NAMES = ("Болд", "Туяа", "Ганбаатар", "Сарангэрэл", "Отгонбаяр", "Нарантуяа")


@pytest.fixture(scope="module")
def user(database: Addresses) -> User:
    return registrar("")


def entered(user: User, name: str, born: date, told: str) -> models.Person:
    return person(user, given_name=name, birth_date=born, registration_number=told)


def pairs(user: User) -> list[models.Pair]:
    with acting(user, "test"), service_rights():
        return list(models.Pair.objects.select_related("created_by"))


def test_who_was_entered_twice_is_found_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [number(date(1980 + place, 3, 4), "female") for place in range(len(NAMES))]
    people = [
        entered(user, name, date(1980 + place, 3, 4), numbers[place]) for place, name in enumerate(NAMES)
    ]
    again = entered(user, "Сарангэрл", date(1983, 3, 4), f"Я{numbers[3][1:]}")
    entered(user, "Болд", date(1980, 3, 4), f"Я{numbers[0][1:]}")
    monkeypatch.setattr(audit_command, "open_database", lambda: None)
    shown = CliRunner().invoke(app, ["duplicates", "--threshold", "0.9"])
    assert shown.exit_code == 0, shown.output
    found = {frozenset((pair.first_id, pair.second_id)) for pair in pairs(user)}
    assert frozenset((people[3].pk, again.pk)) in found
    assert len(found) == 2
    assert {pair.found_by for pair in pairs(user)} == {"batch"}
    assert all(pair.state == "found" and pair.probability >= 0.9 for pair in pairs(user))
    assert not any(name in shown.output for name in NAMES)
    assert not any(told in shown.output for told in numbers)
    repeated = batch.search(0.9)
    assert (repeated.records, repeated.new) == (len(NAMES) + 2, 0)
    assert len(pairs(user)) == 2


def test_the_threshold_is_dated() -> None:
    assert parameters.threshold(date(2026, 1, 1)) == 0.9
    with pytest.raises(WebError, match="WEB-435"):
        parameters.threshold(date(2019, 12, 31))


def test_a_synthetic_register_is_written_and_loaded_by_commands(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_command, "open_database", lambda: None)
    institution("load-office", synthetic=True)
    folder = str(tmp_path / "r")
    drawn = CliRunner().invoke(app, ["synthetic", "--persons", "100", "--out", folder])
    assert drawn.exit_code == 0, drawn.output
    assert "100 synthetic persons in 26 households" in drawn.output
    refused = CliRunner().invoke(app, ["load", folder, "--institution", "load-office"])
    assert isinstance(refused.exception, WebError)
    assert refused.exception.code == "WEB-443"  # this module has entered people before
