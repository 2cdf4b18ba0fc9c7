"""Synthetic records for the demonstration: an operation with two rounds and two flow points, all marked.

They are made as people and phones make them: with history, facts and audit. The institution of the
demonstration is synthetic, and so is what it makes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate, localtime

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.filling import fill
from nuudel.domains.displacement.entities.reading import written
from nuudel.domains.displacement.forms.instruments import uploaded
from nuudel.domains.displacement.forms.keeping import keep
from nuudel.domains.displacement.frames.frame import frame_of
from nuudel.domains.displacement.frames.making import at_level, make_frame
from nuudel.domains.displacement.operations.keys import make_key
from nuudel.domains.displacement.quality.checking import check_new
from nuudel.domains.displacement.rehearsal.areas import Spot, assessments
from nuudel.domains.displacement.rehearsal.drawing import Drawing
from nuudel.domains.displacement.rehearsal.making import POINT_COLUMNS, POINTS, line_of
from nuudel.domains.displacement.rehearsal.points import Point, profiles, watches
from nuudel.domains.displacement.rehearsal.sending import field_of, send_all
from nuudel.domains.displacement.submissions.entering import enter_all
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

PURPOSE = "demo"
PLACE, AIMAG, CENTRE = "MN81", "MN81", "MN18101"
FORMS = ("baseline_area", "flow_point_profile", "flow_registry", "flow_survey")
WATCHED_DAYS = 14
TRAVELLER = "flow_survey"
LEFT = 4
"""Areas of the second round that nobody has reached yet."""


def make_demo(users: Mapping[Role, User], institution: Institution) -> None:
    """Make an operation, its rounds with what came in them, and its flow points."""
    assert institution.synthetic, "only a synthetic institution makes synthetic records"
    user, today = users[Role.PLANNER], localdate()
    where = {"place": PLACE, "institution": institution}
    with acting(user, PURPOSE):
        operation = make_operation(user, today, where)
        rounds = [make_round(user, operation, number, today, where) for number in (1, 2)]
        for around in rounds:
            row = models.Assignment(round=around, holder=users[Role.FIELD_ENUMERATOR], **where)
            make_key(user, make(user, "assignment", row), "Жишээ утас")
        spots = [Spot(row.area, row.level, AIMAG) for row in frame_of(rounds[0])]
    send(rounds, spots, today)
    enter_all()
    check_new()
    with acting(user, PURPOSE):
        step(user, "round", rounds[0], "close")


def make(user: User, kind: str, record: Any, *steps: str) -> Any:
    record_type = record_types()[f"displacement.{kind}"]
    made = records.create(user, record_type, record)
    for action in steps:
        records.transition(user, record_type, made, action)
    return made


def step(user: User, kind: str, record: Any, action: str) -> None:
    record_type = record_types()[f"displacement.{kind}"]
    found = records.find(user, record_type, record.pk, to_change=True)
    records.transition(user, record_type, found, action)


def make_operation(user: User, today: date, where: Mapping[str, Any]) -> models.Operation:
    """The operation with its open forms and the list of its points."""
    operation = models.Operation(
        title_mn="Жишээ: зудын дараах нүүдэл",
        title_en="Example: moves after a dzud",
        purpose="Жишээ",
        start=today - timedelta(days=40),
        **where,
    )
    make(user, "operation", operation, "open")
    for key in FORMS:
        version = keep(user, operation, uploaded(key))
        records.transition(user, record_types()["displacement.form"], version.form, "open")
    fill(user, operation, POINTS, written(POINT_COLUMNS, [line_of(point) for point in points_at()]))
    return operation


def points_at() -> list[Point]:
    return [
        Point("west-road", "Жишээ: баруун зам · Example: western road", CENTRE, PLACE, "MN82", 8, 20),
        Point("east-road", "Жишээ: зүүн зам · Example: eastern road", CENTRE, PLACE, "MN11", 8, 20, 1.6),
    ]


def make_round(
    user: User, operation: models.Operation, number: int, today: date, where: Mapping[str, Any]
) -> models.Round:
    """An open round with its frame: the first one ended two weeks ago, the second one runs."""
    start = today - timedelta(days=40 if number == 1 else 13)
    around = models.Round(
        operation=operation, number=number, start=start, end=start + timedelta(days=20), **where
    )
    make(user, "round", around, "open")
    make_frame(user, around, at_level(around, "soum"))
    return around


def send(rounds: Sequence[models.Round], spots: Sequence[Spot], today: date) -> None:
    """Assessments of both rounds; profiles, and two weeks of watches and travellers in the second one."""
    for around, shown in ((rounds[0], spots), (rounds[1], spots[:-LEFT])):
        drawing = Drawing(seed=around.number)
        told = list(assessments(drawing, shown, around.start, 12))
        if around.number == 2:
            first = today - timedelta(days=WATCHED_DAYS - 1)
            every = list(watches(drawing, points_at(), first, WATCHED_DAYS))
            asked = [one for one in every if one.form_id == TRAVELLER]
            told += [*profiles(points_at(), first), *(one for one in every if one.form_id != TRAVELLER)]
            told += asked[::2]
            told = [
                one for one in told if one.sent_at <= localtime()
            ]  # nobody has watched what is still to come
        send_all(field_of(around.pk), told, lambda sent: None)
