"""The synthetic country in which displacement tracking is measured: a round, its frame and its phones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

OFFICE = "bench-office"
COUNTRY = "MN"
ZONE = ZoneInfo("Asia/Ulaanbaatar")
LEAST = 8
"""Baghs at least, however small the share."""


@dataclass(frozen=True)
class Country:
    """A round over the whole country, open, and what phones send in it."""

    planner: Any
    round: Any
    version: Any
    keys: Sequence[Any]
    spots: Sequence[Any]


def posted(role: str, place: str) -> Any:
    """Somebody with one posting."""
    from nuudel.ledger.ids import new_id
    from nuudel.web.accounts.models import Institution, Posting, User

    user = User.objects.create_user(f"{new_id()}@example.org", None, name="Example", synthetic=True)
    office = Institution.objects.get(code=OFFICE).pk
    Posting.objects.using("owner").create(user_id=user.pk, role=role, institution_id=office, place=place)
    return user


def country(baghs: int, phones: int) -> Country:
    """Make an open round with a frame of baghs and with phones, each of an enumerator of its own."""
    from nuudel.domains.displacement import models
    from nuudel.domains.displacement.forms.instruments import uploaded
    from nuudel.domains.displacement.forms.keeping import keep
    from nuudel.domains.displacement.frames.making import Planned, make_frame
    from nuudel.domains.displacement.operations.keys import make_key
    from nuudel.domains.displacement.rehearsal.areas import Spot
    from nuudel.web.access.context import acting
    from nuudel.web.access.models import Place
    from nuudel.web.access.roles import Role
    from nuudel.web.accounts.models import Institution
    from nuudel.web.shell import records
    from nuudel.web.shell.record_types import record_types

    _office, _ = Institution.objects.using("owner").get_or_create(
        code=OFFICE, defaults={"name_mn": "Жишээ", "name_en": "Example", "synthetic": True}
    )
    planner = posted(Role.PLANNER, "")
    people = [posted(Role.FIELD_ENUMERATOR, "") for _ in range(phones)]
    where = {"place": COUNTRY, "institution": Institution.objects.get(code=OFFICE)}
    soums = sorted(Place.objects.filter(level="soum").values_list("code", "path"))
    codes = [(f"{code}-{number:02d}", code, path[1]) for number in range(1, 99) for code, path in soums][
        :baghs
    ]
    types = record_types()
    first = datetime.now(ZONE).date() - timedelta(days=20)

    def made(kind: str, record: Any) -> Any:
        record_type = types[f"displacement.{kind}"]
        row = records.create(planner, record_type, record)
        if record_type.states.step("open"):
            records.transition(planner, record_type, row, "open")
        return row

    with acting(planner, "bench"):
        operation = made("operation", models.Operation(title_mn="Жишээ", purpose="Жишээ", **where))
        days = {"start": first, "end": first + timedelta(days=30)}
        around = made("round", models.Round(operation=operation, number=1, **days, **where))
        version = keep(planner, operation, uploaded("baseline_area"))
        records.transition(planner, types["displacement.form"], version.form, "open")
        make_frame(planner, around, [Planned(code, soum, level="bagh") for code, soum, _ in codes])
        keys = []
        for person in people:
            row = models.Assignment(round=around, holder=person, **where)
            records.create(planner, types["displacement.assignment"], row)
            keys.append(make_key(planner, row, "bench"))
    return Country(planner, around, version, keys, [Spot(area, "bagh", aimag) for area, _, aimag in codes])


def submissions(field: Country, count: int) -> Iterator[bytes]:
    """The XML of assessments, area after area, round and round."""
    from nuudel.domains.displacement.rehearsal.areas import assessment
    from nuudel.domains.displacement.rehearsal.drawing import Drawing
    from nuudel.domains.displacement.submissions.mapped import read_version
    from nuudel.ledger.ids import new_id
    from nuudel.surveys.answers import Row
    from nuudel.surveys.writing import write_submission
    from nuudel.web.access.context import acting

    drawing = Drawing(seed=1)
    with acting(field.planner, "bench"):
        definition, _ = read_version(field.version.pk)
    for number in range(count):
        spot = field.spots[number % len(field.spots)]
        day = field.round.start + timedelta(days=number * 20 // count)
        told = assessment(drawing, spot, day, "", "baseline_area")
        rows = {
            path: [Row((place,), dict(row)) for place, row in enumerate(several)]
            for path, several in told.rows.items()
        }
        yield write_submission(definition, f"uuid:{new_id()}", told.values, rows)
