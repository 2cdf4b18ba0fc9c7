"""A record type made for the tests of the API: a real, protected table, and the functions of a register."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

from django.db import connections, models
from django.http import Http404
from django.urls import path, re_path
from ninja import Schema

from nuudel.ledger.ids import new_id
from nuudel.web.access.decisions import demand, visible
from nuudel.web.access.models import PermissionRow, Record, RecordPart
from nuudel.web.access.roles import Role, Scope, permit
from nuudel.web.access.row_security import protect
from nuudel.web.access.tables import permission_tables
from nuudel.web.accounts.models import User
from nuudel.web.api import pages
from nuudel.web.api.operations import assemble
from nuudel.web.api.records.register import Asked, Attachment, Comment
from nuudel.web.api.schemas import Strict
from nuudel.web.audit.log import record
from nuudel.web.audit.triggers import audited
from nuudel.web.testing import institution

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


class Remark(RecordPart):
    """What somebody wrote about it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    text = models.TextField()

    class Meta:
        app_label = "exercise"
        db_table = "exercise_remark"
        managed = False


class Own(Schema):
    title: str = ""
    note: str = ""


class New(Strict):
    place: str
    title: str
    note: str = ""


class Changed(Strict):
    title: str = ""
    note: str = ""


class ExerciseRegister:
    """The functions of a register over the two tables."""

    key = KEY
    title = "exercise records"
    fields: type[Schema] = Own
    new: type[Schema] = New
    changed: type[Schema] = Changed
    actions: ClassVar[tuple[str, ...]] = ("close",)

    def page(self, user: User, asked: Asked) -> Sequence[Record]:
        demand(user, KEY, "read")
        found = visible(Exercise.objects.select_related("institution"), user, KEY).order_by("-id")
        found = found.filter(state=asked.state) if asked.state else found
        found = found.filter(place=asked.place) if asked.place else found
        found = found.filter(id__lt=asked.after) if asked.after else found
        rows = list(found[: asked.limit + 1])
        record("read", KEY, [row.pk for row in rows], ["title", "note"])
        return rows

    def find(self, user: User, pk: UUID, *, to_change: bool = False) -> Record:
        wanted = Exercise.objects.filter(pk=pk)
        if to_change:
            list(wanted.select_for_update().values_list("pk"))
        row = visible(wanted.select_related("institution"), user, KEY).first()
        if row is None:
            raise Http404
        record("read", KEY, [pk], ["title", "note"])
        return row

    def values(self, user: User, row: Any) -> Mapping[str, Any]:
        return {"title": row.title, "note": row.note}

    def create(self, user: User, values: Mapping[str, Any]) -> Record:
        row = Exercise(**values, state="open", institution=institution(), created_by=user)
        demand(user, KEY, "create", row)
        row.save(force_insert=True)
        record("create", KEY, [row.pk], values)
        return row

    def change(self, user: User, row: Any, values: Mapping[str, Any]) -> Record:
        demand(user, KEY, "change", row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        record("change", KEY, [row.pk], values)
        return row  # type: ignore[no-any-return]

    def transition(self, user: User, row: Any, action: str, reason: str) -> Record:
        demand(user, KEY, action, row)
        row.state = "closed"
        row.save()
        record(action, KEY, [row.pk], ["state"], reason)
        return row  # type: ignore[no-any-return]

    def comments(self, user: User, row: Any) -> Sequence[Comment]:
        found = Remark.objects.filter(record_id=row.pk).order_by("id")
        return [Comment(entry.pk, entry.text, str(entry.created_by_id), entry.created_at) for entry in found]

    def comment(self, user: User, row: Any, text: str) -> UUID:
        demand(user, KEY, "comment", row)
        where = {"record_type": KEY, "record_id": row.pk, "place": row.place, "institution": row.institution}
        entry = Remark.objects.create(text=text, created_by=user, **where)
        record("comment", KEY, [row.pk])
        return entry.pk  # type: ignore[no-any-return]

    def attachments(self, user: User, row: Any) -> Sequence[Attachment]:
        return ()


def make_tables() -> None:
    """The tables with row-level security and audit, and the permissions, in the database of now."""
    owner = connections["owner"]
    with owner.schema_editor() as editor:
        for model in (Exercise, Remark):
            editor.create_model(model)
    with owner.cursor() as cursor:
        for operation in (protect("exercise_record", KEY), protect("exercise_remark"), audited("exercise_record", KEY)):
            cursor.execute(operation.sql)
    PermissionRow.objects.using("owner").bulk_create(
        PermissionRow(record_type=KEY, role=role, kind=kind, scope=scope)
        for role, kind, scope in sorted({(p.role.value, p.kind, p.scope.value) for p in PERMISSIONS})
    )
    permission_tables()[KEY] = PERMISSIONS


def urls() -> ModuleType:
    """Addresses of an API with this register."""
    module = ModuleType("exercise_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("api/v1/", assemble([ExerciseRegister()]).urls),
        re_path(r"^api/", pages.unknown, name="api-unknown"),
    ]
    return module


__all__ = ["KEY", "Exercise", "ExerciseRegister", "make_tables", "urls"]
