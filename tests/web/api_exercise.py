"""A record type made for the tests of the API: a real, protected table, and what a domain says of it."""

from types import ModuleType
from typing import Any

from django.db import connections, models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from nuudel.web.access.models import PermissionRow, Record
from nuudel.web.access.roles import Role, Scope, permit
from nuudel.web.access.row_security import protect
from nuudel.web.access.tables import permission_tables
from nuudel.web.api import pages
from nuudel.web.api.operations import assemble
from nuudel.web.api.records.shell import ShellRegister
from nuudel.web.audit.triggers import audited
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.record_types import Problem, RecordType
from nuudel.web.shell.states import StateTable, Transition

KEY = "exercise.record"
PERMISSIONS = (
    *permit(Role.REGISTRAR, Scope.PLACE, "read", "create", "change", "close", "comment"),
    *permit(Role.ANALYST, Scope.ALL, "read"),
)


class Exercise(Record):
    """A record with a title and a note, which stands for personal data."""

    title = models.CharField(max_length=40)
    note = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "exercise"
        db_table = "exercise_record"
        managed = False


class ExerciseForm(RecordForm):
    class Meta:
        model = Exercise
        fields = ("title", "note")


def rules(row: Any, action: str) -> list[Problem]:
    """A rule of the domain, told in words of the API's own messages."""
    return [Problem("title", "api.reason.not_valid")] if row.title == "forbidden" else []


CLOSE = Transition("close", ("open",), "closed", reason=True)
TYPE = RecordType(
    key=KEY,
    model=Exercise,
    form=ExerciseForm,
    states=StateTable(
        "open", (Transition("close", ("open",), "closed", reason=True),), fixed=frozenset({"closed"})
    ),
    listed=("title",),
    personal=frozenset({"note"}),
    rules=rules,
)


def make_tables() -> None:
    """The tables with row-level security and audit, and the permissions, in the database of now."""
    owner = connections["owner"]
    with owner.schema_editor() as editor:
        editor.create_model(Exercise)
    with owner.cursor() as cursor:
        for operation in (protect("exercise_record", KEY), audited("exercise_record", KEY)):
            cursor.execute(operation.sql)
    PermissionRow.objects.using("owner").bulk_create(
        PermissionRow(record_type=KEY, role=role, kind=kind, scope=scope)
        for role, kind, scope in sorted({(p.role.value, p.kind, p.scope.value) for p in PERMISSIONS})
    )
    permission_tables()[KEY] = PERMISSIONS


def urls() -> ModuleType:
    """Addresses of an API with this register."""
    module = ModuleType("exercise_urls")
    api = assemble([ShellRegister(TYPE)])

    def openapi(request: HttpRequest) -> HttpResponse:
        return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))

    module.urlpatterns = [  # type: ignore[attr-defined]
        path("api/v1/openapi.json", openapi, name="api-openapi"),
        path("api/v1/", api.urls),
        re_path(r"^api/", pages.unknown, name="api-unknown"),
    ]
    return module


__all__ = ["KEY", "Exercise", "make_tables", "urls"]
