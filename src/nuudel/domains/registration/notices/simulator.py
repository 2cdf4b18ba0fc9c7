"""A simulator of civil registration: believable notices about the persons of a register, some of them faulty.

For pilots and tests only, where no data exchange is at hand. Its sender is ``SENDER``; whoever receives its
lines says so (``receive(..., simulated=True)``), and what they bring into the register is marked synthetic.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nuudel.domains.registration.models import Person
from nuudel.domains.registration.notices.format import VERSION
from nuudel.people.registration_numbers import number_for
from nuudel.web.facts.service import service_rights

SENDER = "nuudel-simulator"
GIVEN = {
    "female": ("Номин", "Анударь", "Сарнай", "Мишээл"),
    "male": ("Тэмүүлэн", "Билгүүн", "Анар", "Эрдэнэ"),
}
SHARES = {"birth": 46, "death": 14, "marriage": 24, "divorce": 8, "name_change": 8}
"""Of 100 notices; births and deaths as in the country's figures, the others so that each kind occurs."""
FAULTS = ("unknown_person", "no_json", "future", "unknown_field", "twice", "number")
LETTERS = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ"
LATEST_DAYS = 60


@dataclass(frozen=True)
class Known:
    """What the simulator needs to know of a person."""

    number: str
    sex: str
    birth_date: date
    place: str
    given_name: str


def people(most: int) -> list[Known]:
    """Living residents with a registration number, in the order of their ids."""
    with service_rights():
        rows = Person.objects.filter(
            state="living", household__isnull=False, registration_number_index__isnull=False
        )
        return [
            Known(row.registration_number or "", row.sex, row.birth_date, row.place, row.given_name)
            for row in rows.order_by("pk")[:most]
        ]


def simulate(
    persons: Sequence[Known], count: int, *, seed: int, today: date, faulty: float = 0.1
) -> Iterator[str]:
    """Lines of notices, the same for the same seed.

    Parameters
    ----------
    persons
        As ``people`` gives them.
    count
        How many notices.
    today
        The day of sending; what they tell happened within the 60 days before.
    faulty
        Share of the lines that have a fault of ``FAULTS``.
    """
    chance = random.Random(seed)  # noqa: S311  Nothing secret hangs on it.
    adults = [one for one in persons if (today - one.birth_date).days > 18 * 366]
    last = ""
    for serial in range(count):
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        told = notice(chance, kind, adults, serial, today) | {
            "format": VERSION,
            "kind": kind,
            "sender": SENDER,
            "message_id": f"{seed}-{serial}",
        }
        line = json.dumps(told, ensure_ascii=False)
        if chance.random() < faulty:
            line = with_fault(chance.choice(FAULTS), told, line, last)
        last = line
        yield line


def notice(
    chance: random.Random, kind: str, adults: Sequence[Known], serial: int, today: date
) -> dict[str, Any]:
    """What a notice of a kind says of somebody."""
    day = today - timedelta(days=chance.randrange(LATEST_DAYS))
    who = chance.choice(adults)
    common = {"day": day.isoformat(), "place": who.place}
    if kind == "birth":
        mother = chance.choice([one for one in adults if one.sex == "female"])
        sex = chance.choice(["female", "male"])
        letters = LETTERS[serial // 50 % len(LETTERS)] + "Я"
        child = number_for(day, sex, letters, serial % 50)  # type: ignore[arg-type]
        named = {"patronymic": mother.given_name, "given_name": chance.choice(GIVEN[sex])}
        return common | {"child": child, "mother": mother.number, "sex": sex, "place": mother.place} | named
    if kind in ("marriage", "divorce"):
        other = chance.choice([one for one in adults if one.sex != who.sex])
        return common | {"first": who.number, "second": other.number}
    if kind == "name_change":
        named = {"patronymic": who.given_name, "given_name": chance.choice(GIVEN[who.sex])}
        return common | {"person": who.number} | named
    return common | {"person": who.number}


def with_fault(fault: str, told: dict[str, Any], line: str, last: str) -> str:
    """The line with a fault that senders make."""
    number = next(name for name in ("mother", "person", "first") if name in told)
    changes: dict[str, dict[str, Any]] = {
        "unknown_person": {number: "ЯЯ01010100"},
        "future": {"day": "2199-01-01"},
        "unknown_field": {"remark": "simulated"},
        "number": {number: "0000000000"},
    }
    if fault in changes:
        return json.dumps(told | changes[fault], ensure_ascii=False)
    return last or line if fault == "twice" else line[:-1]
