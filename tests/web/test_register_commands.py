"""``nuudel register``: notices from a file, and erasure, as an operator runs them."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from typer.testing import CliRunner, Result

from nuudel.base.errors import RunError
from nuudel.cli import audit as audit_command
from nuudel.cli.register import app
from nuudel.domains.registration.models import Household, Person, UnregisteredHousehold
from nuudel.domains.registration.retention import erase as erasing
from nuudel.domains.registration.retention.rules import NAMES, Rule, Value
from nuudel.domains.registration.tests.given_civil import living_in, message, notice_of, now, number
from nuudel.domains.registration.tests.made import household, person, registrar, settled
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution

BIRTH = date(1990, 5, 17)
MOTHER = "female"


@pytest.fixture(scope="module")
def officer(database: Addresses) -> User:
    institution("civil")
    return registrar()


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is open already."""
    monkeypatch.setattr(audit_command, "open_database", lambda: None)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def a_mother(officer: User) -> tuple[Household, Person, str]:
    home, own = household(officer), number(BIRTH, MOTHER)
    mother = person(officer, registration_number=own, birth_date=BIRTH, household_role="head")
    settled(officer, mother, home)
    return home, mother, own


def birth(mother: str, day: date) -> str:
    return message(
        "birth", day=day, child=number(day, "male"), mother=mother, patronymic="Туяа", given_name="Номин",
        sex="male",
    )  # fmt: skip


def test_a_file_of_notices_is_taken_and_what_is_refused_is_listed(officer: User, tmp_path: Path) -> None:
    home, _, own = a_mother(officer)
    good, unknown = birth(own, date(2024, 5, 1)), birth(number(BIRTH, MOTHER), date(2024, 5, 2))
    future = birth(own, localdate() + timedelta(days=3))
    file = tmp_path / "notices.jsonl"
    file.write_text("\n".join([good, "", unknown, future, "{", good]) + "\n", "utf-8")
    ran = run("notices", file, "--institution", "civil")
    assert ran.exit_code == 0, ran.output
    told = dict(line.split() for line in ran.stdout.splitlines()[:5])
    assert told == {"applied": "1", "held": "1", "repeated": "1", "rejected": "2", "released": "0"}
    with (tmp_path / "notices.jsonl.rejects.csv").open(encoding="utf-8") as stream:
        listed = list(csv.DictReader(stream))
    assert [(row["line"], row["code"], row["field"]) for row in listed] == [
        ("4", "WEB-426", "day"),
        ("5", "WEB-425", ""),
    ]
    assert own not in ran.output + str(listed)
    assert living_in(home) == 2
    kept = notice_of(good, service_user())
    assert (kept.institution.code, kept.created_by) == ("civil", service_user())
    again = run("notices", file, "--institution", "civil", "--rejects", tmp_path / "other.csv")
    assert "repeated               3" in again.output
    assert (tmp_path / "other.csv").exists()
    assert living_in(home) == 2


def test_where_every_line_is_refused_the_command_fails(officer: User, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("{\n[]\n", "utf-8")
    ran = run("notices", file, "--institution", "civil")
    assert ran.exit_code == 1
    assert "rejected               2" in ran.output
    file.write_text("\n", "utf-8")
    assert run("notices", file, "--institution", "civil").exit_code == 0


def test_what_cannot_be_taken_is_told(officer: User, tmp_path: Path) -> None:
    file, binary = tmp_path / "one.jsonl", tmp_path / "binary.jsonl"
    file.write_text("{\n", "utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    wrong = {
        "RUN-145: missing": ("notices", tmp_path / "missing.jsonl", "--institution", "civil"),
        "RUN-145: binary": ("notices", binary, "--institution", "civil"),
        "RUN-146: there is no institution 'civill'": ("notices", file, "--institution", "civill"),
        "RUN-147": ("notices", file, "--institution", "civil", "--rejects", tmp_path / "no" / "such.csv"),
    }
    for said, words in wrong.items():
        with pytest.raises(RunError, match=said):
            raise run(*words).exception or AssertionError(said)


def test_erasure_counts_first_and_then_erases(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    day = localdate()
    rules = {name: Rule("test", (Value(None, "test", date(1990, 1, 1)),)) for name in NAMES}
    rules["unregistered_contact"] = Rule("test", (Value(0, "test", date(1990, 1, 1)),))
    monkeypatch.setattr(erasing, "rules", lambda: rules)
    case = UnregisteredHousehold(
        source="service", round="1", reference="c1", place="MN18101", bagh="1", found_on=day, persons=2,
        institution=officer.current_postings[0].institution, contact_name="Жишээ", contact_phone="99112233",
    )  # fmt: skip
    kind = record_types()["registration.unregistered"]
    with acting(officer, "test"):
        records.follow(officer, kind, case, "create")
        records.follow(officer, kind, case, "close")
    shown = run("erase", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "unregistered_contact               1" in shown.output
    assert "nothing was erased" in shown.output
    assert now(case).contact_phone == "99112233"
    done = run("erase")
    assert "unregistered_contact               1" in done.output
    assert "files removed                      0" in done.output
    assert now(case).contact_phone is None
    with acting(officer, "test"), service_rights():
        assert UnregisteredHousehold.objects.get(pk=case.pk).contact_name is None
    assert "unregistered_contact               0" in run("erase").output
