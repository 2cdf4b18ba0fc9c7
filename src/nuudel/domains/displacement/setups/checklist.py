"""What is still to be done before an operation runs, each with the page where it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.served import missing_files
from nuudel.domains.displacement.submissions.mapped import read_version
from nuudel.web.access.decisions import may, visible
from nuudel.web.accounts.models import User

WATCHED = "flow_registry"
ASSESSED = "baseline_area"


@dataclass(frozen=True)
class Task:
    """A thing to be done: whether it is, how far it has come, and where it is done."""

    key: str
    done: bool
    count: int
    whole: int
    address: str


def checklist(user: User, operation: models.Operation) -> list[Task]:
    """The tasks of who runs an operation; none for others, of one that is over, or of a rehearsal."""
    over = operation.state == "closed" or operation.rehearses_id is not None
    if over or not may(user, "displacement.operation", "change", operation):
        return []
    return list(tasks(user, operation))


def tasks(user: User, operation: models.Operation) -> Iterator[Task]:
    page = record("operation", operation.pk)
    around = operation.rounds.exclude(state="closed").order_by("number").first()
    forms = list(visible(operation.forms.all(), user, "displacement.form").exclude(state="closed"))
    names = {form.form_id for form in forms}
    yield of_forms(forms, page)
    yield of_lists(forms, names, operation)
    if around is None:
        address = f"{reverse('record_new', args=['displacement', 'round'])}?of={operation.pk}"
        yield Task("round", False, 0, 1, address)
    else:
        yield from planned_in(around, names)
    rehearsals = operation.rehearsals.count()
    yield Task("rehearsed", rehearsals > 0, rehearsals, 1, f"{page}#rehearsal")
    yield Task("started", operation.state == "open", int(operation.state == "open"), 1, page)
    if around is not None:
        yield from opened_in(around)


def record(kind: str, pk: object) -> str:
    return reverse("record", args=["displacement", kind, pk])


def of_forms(forms: list[models.Form], page: str) -> Task:
    shut = [form for form in forms if form.state != "open"]
    address = record("form", shut[0].pk) if shut else page
    return Task("forms", bool(forms) and not shut, len(forms) - len(shut), max(1, len(forms)), address)


def of_lists(forms: list[models.Form], names: set[str], operation: models.Operation) -> Task:
    """Tables that forms name; a list of points that nothing is in yet is not complete."""
    versions = models.FormVersion.objects.filter(form__in=forms).defer(
        "xml", "itemsets", "workbook", "mapping"
    )
    newest = {row.form_id: row for row in versions.select_related("form__operation").order_by("pk")}
    # What another form of the operation fills is not lacking, although it is not open yet.
    filled = {f"{name}.csv" for row in newest.values() for name in read_version(row.pk)[0].entity_lists}
    lacking = [row.form_id for row in newest.values() if set(missing_files(row)) - filled]
    if WATCHED in names and not operation.entities.filter(list_name="points", state="kept").exists():
        lacking += [form.pk for form in forms if form.form_id == WATCHED]
    whole = max(1, len(newest))
    done = len(newest) - len(set(lacking))
    address = f"{reverse('displacement_lists')}?of={operation.pk}"
    return Task("lists", bool(newest) and not lacking, done, whole, address)


def planned_in(around: models.Round, names: set[str]) -> Iterator[Task]:
    """Areas, informants and people of the next round."""
    if ASSESSED in names:
        areas = around.areas.count()
        yield Task(
            "frame", areas > 0, areas, max(1, areas), f"{reverse('displacement_frame')}?of={around.pk}"
        )
        known = around.operation.informants.filter(state="active").count()
        address = f"{reverse('record_new', args=['displacement', 'informant'])}?of={around.operation_id}"
        yield Task("informants", known > 0, known, max(1, known), address)
    people = models.Assignment.objects.filter(round=around, state="active").count()
    yield Task("people", people > 0, people, max(1, people), record("round", around.pk))


def opened_in(around: models.Round) -> Iterator[Task]:
    """The round open, and then its phones: before that, their list of forms is empty."""
    page = record("round", around.pk)
    yield Task("opened", around.state == "open", int(around.state == "open"), 1, page)
    assigned = models.Assignment.objects.filter(round=around, state="active")
    people = assigned.count()
    keyed = assigned.filter(devices__state="active").distinct().count()
    waiting = assigned.exclude(devices__state="active").order_by("pk").first()
    address = f"{reverse('displacement_device')}?of={waiting.pk}" if waiting else page
    yield Task("keys", people > 0 and keyed == people, keyed, max(1, people), address)
