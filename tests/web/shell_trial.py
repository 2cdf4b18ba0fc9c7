"""A domain for the tests of the shell: cases with personal fields, and visits that belong to them."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pytest
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.test import Client

from nuudel.ledger.ids import new_id
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series
from nuudel.web.access.models import PermissionRow, Place, Record
from nuudel.web.access.roles import Role, Scope, permit
from nuudel.web.access.row_security import protect
from nuudel.web.access.tables import permission_tables
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.record_types import Entry, Problem, RecordType, record_types
from nuudel.web.shell.states import StateTable, Transition
from nuudel.web.shell.views import home
from nuudel.web.words import language, messages

TOPICS = ("work", "school")
WAYS = ("phone", "desk", "post")
SERIES = Series(
    key="trial-cases",
    source="Nuudel: a register of the tests",
    fact=Fact.EVENT.value,
    concept={"en": "Cases that were accepted; it counts cases.", "mn": "Хүлээн авсан хэрэг; хэргийг тоолно."},
)


class Case(Record):
    """A case of a person."""

    title_mn = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True)
    topic = models.CharField(max_length=20, choices=choices(TOPICS))
    ways = ArrayField(models.CharField(max_length=20, choices=choices(WAYS)), default=list, blank=True)
    persons = models.PositiveIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    urgent = models.BooleanField(default=False)
    full_name = EncryptedTextField()
    number = EncryptedTextField(index=True, null=True, blank=True)

    class Meta:
        app_label = "trial"

    def __str__(self) -> str:
        return str((language() == "en" and self.title_en) or self.title_mn)


class Visit(Record):
    """A visit in a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visits")
    day = models.DateField()

    class Meta:
        app_label = "trial"

    def __str__(self) -> str:
        return f"Visit of {self.day}"


class CaseForm(RecordForm):
    """A case."""

    ways = forms.MultipleChoiceField(
        choices=choices(WAYS), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Case
        fields: ClassVar = [
            *("title_mn", "title_en", "topic", "ways", "persons", "day", "note", "urgent"),
            *("full_name", "number"),
        ]


class VisitForm(RecordForm):
    """A visit."""

    class Meta:
        model = Visit
        fields: ClassVar = ["case", "day"]


STATES = StateTable(
    first="new",
    transitions=(
        Transition("take", ("new",), "working"),
        Transition("accept", ("working",), "accepted", notice=True),
        Transition("refuse", ("new", "working"), "refused", reason=True, notice=True),
        Transition("give_back", ("working", "refused"), "new", reason=True),
    ),
    tags={"new": "new", "working": "wait", "accepted": "done", "refused": "refused"},
    waiting=frozenset({"new", "working"}),
    fixed=frozenset({"accepted"}),
)


def rules(record: Case, action: str) -> Sequence[Problem]:
    if action == "accept" and record.persons is None:
        return [Problem("persons", "trial.rule.persons")]
    if record.persons is not None and record.persons > 1000:
        return [Problem("persons", "trial.rule.most", {"most": 1000})]
    return []


def entries(record: Case, action: Any, before: Sequence[Any]) -> Sequence[Entry]:
    if action.action != "accept":
        return []
    row = {"id": new_id(), "kind": "case_accepted", "place": record.place, "persons": record.persons}
    row |= {"start": action.created_at.date(), "quality": "synthetic"}
    return [Entry(Fact.EVENT.value, SERIES, row)]


CASE = RecordType(
    key="trial.case",
    model=Case,
    form=CaseForm,
    states=STATES,
    listed=("topic", "ways", "persons", "day"),
    filtered=("topic",),
    searched=("title_mn", "note"),
    exported=("title_mn", "topic", "ways", "persons", "day", "note"),
    personal=frozenset({"full_name", "number"}),
    parts=("trial.visit",),
    rules=rules,
    entries=entries,
)
VISIT = RecordType(
    key="trial.visit",
    model=Visit,
    form=VisitForm,
    states=StateTable(first="noted"),
    listed=("day",),
    exported=("case", "day"),
    parent="case",
)
STEPS = tuple(step.action for step in STATES.transitions)
WORK = ("create", "change", "comment", "read", "export", *STEPS)
PERMISSIONS = {
    "trial.case": (
        *permit(Role.REGISTRAR, Scope.PLACE, *WORK),
        *permit(Role.CASE_WORKER, Scope.OWN, "create", "change", "comment", "read"),
        *permit(Role.ANALYST, Scope.ALL, "read"),
    ),
    "trial.visit": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "read", "export"),
        *permit(Role.ANALYST, Scope.ALL, "read"),
    ),
}
WORDS = {
    **{f"trial.{name}": name for name in ("title", "about")},
    **{f"trial.topic_code.{code}": f"The topic {code}" for code in TOPICS},
    **{f"trial.ways_code.{code}": f"By {code}" for code in WAYS},
    **{f"trial.case.state_{state}": f"Case is {state}" for state in STATES.names},
    **{f"trial.case.action_{action}": f"Do {action}" for action in STEPS},
    **{
        f"trial.{kind}.{name}": f"{name} {kind}"
        for kind in ("case", "visit")
        for name in ("one", "many", "new")
    },
    "trial.visit.state_noted": "Noted",
    "trial.visit.day": "Day of the visit",
    "trial.case.title_mn": "Title",
    "trial.case.full_name": "Full name",
    "trial.case.number": "Number",
    "trial.case.persons": "Persons",
    "trial.case.hint_persons": "With the <head> of the household.",
    "trial.rule.persons": "Say how many.",
    "trial.rule.most": "At most {most}.",
}


@pytest.fixture(scope="module")
def trial(database: Any) -> Iterator[None]:
    """The domain in the program and in the module's database."""
    yield from put_in()


def put_in() -> Iterator[None]:
    """Put the domain into the program and its tables into the database, and take it out of the program."""
    for record_type in (CASE, VISIT):
        make_table(record_type)
    record_types()[CASE.key], record_types()[VISIT.key] = CASE, VISIT  # type: ignore[index]
    permission_tables().update(PERMISSIONS)
    known: list[dict[str, str]] = [messages(lang) for lang in ("mn", "en")]  # type: ignore[misc]
    for table in known:
        table.update(WORDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "DOMAINS", ("trial",))
        yield
    for key in PERMISSIONS:
        del record_types()[key]  # type: ignore[attr-defined]
        del permission_tables()[key]
    for table in known:
        for word in WORDS:
            del table[word]


def make_table(record_type: RecordType) -> None:
    """What a domain's migrations do: the table, row-level security, the audit's trigger."""
    owner = connections["owner"]
    with owner.schema_editor() as editor:
        editor.create_model(record_type.model)
    table = record_type.model._meta.db_table
    with owner.cursor() as cursor:
        cursor.execute(str(protect(table, record_type.key).sql))
        cursor.execute(str(audited(table, record_type.key).sql))
    rows = {(grant.role.value, grant.kind, grant.scope.value) for grant in PERMISSIONS[record_type.key]}
    PermissionRow.objects.using("owner").bulk_create(
        PermissionRow(record_type=record_type.key, role=role, kind=kind, scope=scope)
        for role, kind, scope in rows
    )


def soums(aimag: str = "MN81") -> list[str]:
    """Codes of the soums of an aimag."""
    return list(Place.objects.filter(parent=aimag).order_by("code").values_list("code", flat=True))


def typed(**given: Any) -> dict[str, Any]:
    """A form of a case as a browser sends it, with what is given instead."""
    return {
        "form_key": str(new_id()),
        "place": "MN81",
        "title_mn": "Хэрэг",
        "topic": "work",
        "ways": ["phone", "post"],
        "persons": "4",
        "day": "2026-05-04",
        "full_name": "Secret Person",
        "number": "AB12345678",
    } | given


def url(*parts: object, lang: str = "en", kind: str = "case") -> str:
    """Address of a work page of a kind of record."""
    return "/".join(["", lang, "desk", "trial", kind, *map(str, parts), ""])


def make(client: Client, **given: Any) -> str:
    """Make a case through the form; its number."""
    response = client.post(url("new"), typed(**given))
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"].rstrip("/").rpartition("/")[2]


def hidden(page: Any, name: str) -> str:
    """The value of a hidden field of a page."""
    import re

    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, f"no {name}"
    return found[1]
