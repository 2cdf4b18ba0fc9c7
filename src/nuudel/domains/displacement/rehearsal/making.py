"""Making a rehearsal of an operation, filling it by a job, and ending it."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.filling import fill, fill_copied
from nuudel.domains.displacement.entities.reading import entities_of, written
from nuudel.domains.displacement.forms.keeping import Uploaded, keep
from nuudel.domains.displacement.frames.frame import frame_of
from nuudel.domains.displacement.frames.making import Planned, at_level, levels_of, make_frame
from nuudel.domains.displacement.operations.keys import make_key
from nuudel.domains.displacement.rehearsal.areas import Spot, assessments
from nuudel.domains.displacement.rehearsal.drawing import Drawing, Told
from nuudel.domains.displacement.rehearsal.points import Point, profiles, watches
from nuudel.domains.displacement.rehearsal.sending import PURPOSE, field_of, send_all
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import demand, path_of
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.words import say

OPERATION, ROUND, FORM = "displacement.operation", "displacement.round", "displacement.form"
DAYS = 14
"""Over so many days a rehearsal is spread, today the last one."""
TOLD_EVERY = 25
MOST_AREAS = 400
LEVEL = "soum"
POINTS = "points"
POINT_COLUMNS = ("name", "label", "place", "inside", "outside", "status", "opens", "closes", "epidemic")
OPEN = ("planned", "open")


def rehearse(user: User, operation: models.Operation) -> models.Operation:
    """Make a rehearsal of an operation, open, with its forms, frame and people; a job fills it.

    Raises
    ------
    WebError
        ``WEB-556`` it is a rehearsal itself, ``WEB-557`` one is running already, ``WEB-558`` it has no form.
    """
    demand(user, OPERATION, "rehearse", operation)
    if operation.rehearses_id is not None:
        raise WebError(556, "this is a rehearsal itself.", "Rehearse the operation that it belongs to.")
    if operation.rehearsals.filter(state="open").exists():
        raise WebError(557, "a rehearsal of this operation is running.", "End it first.")
    versions = newest_versions(operation)
    if not versions:
        raise WebError(558, "the operation has no form that could be filled.", "Add a form to it first.")
    today = localdate()
    made = made_of(user, operation, today)
    for version in versions:
        copied = keep(user, made, Uploaded("form.xml", bytes(version.xml), version.mapping))
        records.transition(user, record_types()[FORM], copied.form, "open")
    around = make_round(user, operation, made, today)
    fill_points(user, operation, made, {version.form.form_id for version in versions})
    from nuudel.domains.displacement.jobs import fill_rehearsal

    with transaction.atomic():  # a job of a rehearsal that was not made does not exist
        fill_rehearsal.defer(around=str(around.pk))
    return made


def newest_versions(operation: models.Operation) -> list[models.FormVersion]:
    rows = models.FormVersion.objects.filter(form__operation=operation).exclude(form__state="closed")
    newest = {row.form_id: row for row in rows.select_related("form").order_by("pk")}
    return [row for row in newest.values() if not row.encrypted]


def made_of(user: User, operation: models.Operation, today: date) -> models.Operation:
    """The rehearsal's own operation, marked."""
    named = {
        f"title_{lang}": say("displacement.rehearsal.named", lang=lang, operation=title)[:200]
        for lang, title in (("mn", operation.title_mn), ("en", operation.title_en or operation.title_mn))
    }
    made = models.Operation(
        **named,
        purpose=say("displacement.rehearsal.purpose"),
        start=today - timedelta(days=DAYS - 1),
        end=today,
        synthetic=True,
        rehearses=operation,
        rehearsed={"sent": 0, "all": 0, "done": False},
        place=operation.place,
        institution=operation.institution,
    )
    records.create(user, record_types()[OPERATION], made)
    records.transition(user, record_types()[OPERATION], made, "open")
    return made


def make_round(user: User, operation: models.Operation, made: models.Operation, today: date) -> models.Round:
    """One open round with the frame and the people of the real one's newest round that has some."""
    around = models.Round(
        operation=made,
        number=1,
        start=today - timedelta(days=DAYS - 1),
        end=today,
        place=made.place,
        institution=made.institution,
    )
    records.create(user, record_types()[ROUND], around)
    rounds = list(operation.rounds.order_by("number"))
    make_frame(user, around, planned_like(rounds, around))
    for person, place in people_of(rounds) or [(user, made.place)]:
        row = models.Assignment(round=around, holder=person, place=place, institution=made.institution)
        records.create(user, record_types()["displacement.assignment"], row)
        make_key(user, row, say("displacement.rehearsal.phone"))
    records.transition(user, record_types()[ROUND], around, "open")
    return around


def planned_like(rounds: list[models.Round], around: models.Round) -> list[Planned]:
    """The areas of the first round that has a frame; where none has, the soums of the place."""
    for row in rounds:
        if frame := frame_of(row):
            return [
                Planned(one.area, one.place, level=one.level, team=one.team_name)
                for one in frame[:MOST_AREAS]
            ]
    return at_level(around, LEVEL)[:MOST_AREAS] if LEVEL in levels_of(around) else []


def people_of(rounds: list[models.Round]) -> list[tuple[User, str]]:
    rows = models.Assignment.objects.filter(round__in=rounds, state="active").select_related("holder")
    found = {(row.holder_id, row.place): (row.person, row.place) for row in rows}
    return list(found.values())


def fill_points(user: User, operation: models.Operation, made: models.Operation, forms: set[str]) -> None:
    """The points of the real operation; where it has none yet, two."""
    if "flow_registry" not in forms:
        return
    rows = {row.entity_id: {"label": row.label, **row.values} for row in entities_of(operation, POINTS)}
    if rows:
        fill_copied(user, made, POINTS, rows)
    else:
        fill(user, made, POINTS, written(POINT_COLUMNS, [line_of(one) for one in invented(made.place)]))


def invented(place: str) -> list[Point]:
    """Two points on roads, for an operation that has none yet."""
    aimag = (list(path_of(place))[1:2] or ["MN11"])[0]
    other = "MN41" if aimag != "MN41" else "MN11"
    return [
        Point(
            f"rehearsal-{code}", say(f"displacement.rehearsal.point_{code}"), place, aimag, other, 8, 20, size
        )
        for code, size in (("west", 1.0), ("east", 0.5))
    ]


def line_of(point: Point) -> tuple[str, ...]:
    hours = (f"{point.opens:02d}:00", f"{point.closes:02d}:00")
    return (point.code, point.name, point.place, point.inside, point.outside, "open", *hours, "no")


def fill_round(pk: UUID) -> int:
    """Send all synthetic submissions of a rehearsal's round; what was sent before is not sent again."""
    field = field_of(pk)
    with acting(service_user(), PURPOSE):
        told = list(told_of(field.around, set(field.forms)))

    def came(sent: int) -> None:
        if sent % TOLD_EVERY == 0:
            note_progress(field.around.operation_id, sent, len(told))

    if not field.around.operation.synthetic:
        raise PermissionDenied
    sent = send_all(field, told, came)
    note_progress(field.around.operation_id, sent, len(told), done=True)
    return sent


def told_of(around: models.Round, forms: set[str]) -> Iterator[Told]:
    """What a rehearsal's round tells: each area once, each point each day."""
    drawing = Drawing(seed=1)
    if "baseline_area" in forms:
        spots = [
            Spot(row.area, row.level, (list(path_of(row.place))[1:2] or [""])[0]) for row in frame_of(around)
        ]
        yield from assessments(drawing, spots, around.start, DAYS)
    if "flow_registry" in forms:
        points = points_in(around.operation)
        if "flow_point_profile" in forms:
            yield from profiles(points, around.start)
        asked = watches(drawing, points, around.start, DAYS)
        yield from (one for one in asked if one.form_id in forms)


def points_in(operation: models.Operation) -> list[Point]:
    found = []
    for row in entities_of(operation, POINTS):
        told = row.values
        if told.get("place"):
            hours = (hour_of(told.get("opens", ""), 8), hour_of(told.get("closes", ""), 20))
            ends = (told.get("inside") or told["place"], told.get("outside") or told["place"])
            found.append(Point(row.entity_id, row.label, told["place"], *ends, *hours))
    return found


def hour_of(text: str, usual: int) -> int:
    return int(text[:2]) if text[:2].isdigit() else usual


def note_progress(pk: UUID, sent: int, whole: int, *, done: bool = False) -> None:
    """Write down how far the job has come."""
    with acting(service_user(), PURPOSE):
        note_audit("rehearse", OPERATION, [pk], ["rehearsed"])
        models.Operation.objects.filter(pk=pk).update(rehearsed={"sent": sent, "all": whole, "done": done})


def end(user: User, made: models.Operation) -> None:
    """End a rehearsal: its round takes nothing more, and it counts as over. Its rows stay, marked."""
    demand(user, OPERATION, "rehearse", made)
    if made.rehearses_id is None or made.state != "open":
        raise WebError(559, "this is no rehearsal that is running.", "Open the rehearsal and end it there.")
    for around in made.rounds.filter(state="open").select_related("institution"):
        records.transition(user, record_types()[ROUND], around, "close")
    records.transition(user, record_types()[OPERATION], made, "close")
