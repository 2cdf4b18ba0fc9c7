"""Notices and the people they are about, for the tests of the register's dealings with civil registration."""

import itertools
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from nuudel.domains.registration.figures import series
from nuudel.domains.registration.models import CivilNotice, Household, Person
from nuudel.ledger import Ledger, events
from nuudel.ledger.series import Series
from nuudel.people.registration_numbers import number_for
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.snapshot import write_snapshot

PLACE = "MN18101"
_serials = itertools.count(1)


def number(birth: date, sex: str) -> str:
    """A registration number that no other test has."""
    serial = next(_serials)
    letters = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧ"
    return number_for(birth, sex, f"Ю{letters[serial // 50]}", serial % 50)  # type: ignore[arg-type]


def message(kind: str, **given: Any) -> str:
    """A notice as a line, numbered anew unless the number is given."""
    told = {
        "format": "nuudel-civil-notice/1",
        "kind": kind,
        "sender": "test-registry",
        "message_id": f"m-{next(_serials)}",
        "place": PLACE,
    }
    for name, value in given.items():
        told[name] = value.isoformat() if isinstance(value, date) else value
    return json.dumps(told, ensure_ascii=False)


def now(row: Any) -> Any:
    """A record as the database has it, read with the system's rights."""
    with acting(row.created_by, "test"), service_rights():
        return type(row).objects.select_related("created_by", "institution").get(pk=row.pk)


def notice_of(line: str, user: User) -> CivilNotice:
    """The record of a message."""
    told: Mapping[str, Any] = json.loads(line)
    with acting(user, "test"), service_rights():
        return CivilNotice.objects.select_related("created_by", "institution").get(
            sender=told["sender"], message_id=told["message_id"]
        )


def born(user: User, child: str) -> Person:
    """The person of a registration number."""
    from nuudel.domains.registration.notices.register import person_numbered

    with acting(user, "test"):
        found = person_numbered(child)
    assert found is not None
    return found


def living_in(household: Household) -> int:
    with acting(household.created_by, "test"), service_rights():
        return Person.objects.filter(household=household, state="living").count()


def counted(folder: Path, one: Series = series.BIRTHS) -> dict[str, float]:
    """Persons of a series of events by kind; kinds that count nobody are left out."""
    ledger = Ledger.open(write_snapshot(folder)).connect()
    if one.key not in ledger.manifest.counts("event"):
        return {}
    found: dict[str, float] = {}
    for row in events(ledger, one.key, by=("kind",)).to_polars().iter_rows(named=True):
        found[row["kind"]] = found.get(row["kind"], 0.0) + row["persons"]
    return {kind: persons for kind, persons in found.items() if persons}
