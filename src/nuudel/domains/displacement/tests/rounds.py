"""Rounds with the shipped instruments, and submissions of them that are entered at once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import Given, given, step
from nuudel.domains.displacement.tests.phones import Phone
from nuudel.surveys import instruments
from nuudel.surveys.answers import Row
from nuudel.surveys.definition import Definition
from nuudel.surveys.values import Value
from nuudel.surveys.writing import write_submission
from nuudel.surveys.xlsform import read_xlsform
from nuudel.web.access.context import acting

DAY = date(2026, 11, 10)


@dataclass(frozen=True)
class Instrument:
    """An open shipped form of a round."""

    given: Given
    form: Definition

    def send(
        self,
        key: NewKey,
        values: Mapping[str, Value],
        rows: Mapping[str, Sequence[Mapping[str, Value]]] | None = None,
        *,
        instance: str = "",
        replaces: str = "",
    ) -> str:
        """Send one submission; its id. Rows are given by the path of their repeat, as paths of questions."""
        instance = instance or f"uuid:{uuid.uuid4()}"
        told = {
            path: [Row((number,), row) for number, row in enumerate(several)]
            for path, several in (rows or {}).items()
        }
        answer = Phone(key).send(write_submission(self.form, instance, values, told, deprecated_id=replaces))
        assert answer.status_code == 201, answer.content
        return instance


def given_instrument(key: str, around: Given | None = None) -> Instrument:
    """A round with a shipped form, open; of a new operation where none is given."""
    around = around or given()
    definition = read_xlsform(instruments.workbook(key), f"{key}.xlsx")
    version = around.upload(definition.xml, f"{key}.xml", instruments.mapping_text(key))
    step(around.planner, "form", version.form, "open")
    return Instrument(around, definition)


def given_area_round() -> Instrument:
    return given_instrument("baseline_area")


def send_area(
    own: Instrument,
    key: NewKey,
    area: str,
    persons: int | None = None,
    *,
    day: date = DAY,
    minutes: int = 30,
    enter: bool = True,
    rows: Mapping[str, Sequence[Mapping[str, Value]]] | None = None,
    instance: str = "",
    replaces: str = "",
    **values: Any,
) -> models.Submission:
    """Send a baseline assessment of an area; ``present__displaced=3`` answers ``present/displaced``."""
    began = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    told: dict[str, Value] = {
        "start": began,
        "end": began + timedelta(minutes=minutes),
        "visit/assessed_on": day,
        "visit/place": area,
        "visit/outcome": "assessed",
    }
    if persons is not None:
        told["present/persons"] = persons
    told |= {name.replace("__", "/"): value for name, value in values.items()}
    sent = own.send(key, told, rows, instance=instance, replaces=replaces)
    if enter:
        enter_facts()
    with acting(own.given.planner, "test"):
        return models.Submission.objects.select_related("round").get(round=own.given.round, instance_id=sent)
