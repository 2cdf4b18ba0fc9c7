"""The forms of operations, rounds and assignments."""

from typing import Any, ClassVar

from django import forms

from nuudel.domains.displacement import models
from nuudel.domains.displacement.roles import RUNNING, SENDING
from nuudel.web.access.models import Place, Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import INDENT, RecordForm, places_of
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import language

LEVELS = ("country", "aimag", "soum")
"""Of the places for which somebody may choose to run an operation, or to cover: no settlements."""


class OperationForm(RecordForm):
    """An operation."""

    class Meta:
        model = models.Operation
        fields: ClassVar = ["title_mn", "title_en", "purpose", "start", "end"]

    def add_place(self) -> None:
        choices = units_of(self.user, self.record_type)
        self.fields["place"] = forms.ChoiceField(choices=[("", ""), *choices])


def units_of(user: User, record_type: RecordType) -> list[tuple[str, str]]:
    """The country, aimags and soums in which a user may make records of a type."""
    units = set(Place.objects.filter(level__in=LEVELS).values_list("code", flat=True))
    return [(code, name) for code, name in places_of(user, record_type) if code in units]


class RoundForm(RecordForm):
    """A round."""

    class Meta:
        model = models.Round
        fields: ClassVar = ["operation", "number", "start", "end"]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A colleague, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class AssignmentForm(RecordForm):
    """Who covers which area."""

    person = PersonField(queryset=User.objects.none())
    area = forms.ChoiceField()

    class Meta:
        model = models.Assignment
        fields: ClassVar = ["round"]

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        around = parent or self.instance
        self.fields["person"].queryset = colleagues(around)  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", ""), *areas(around.place)]  # type: ignore[attr-defined]

    def filled(self) -> Record:
        record = super().filled()
        record.place = self.cleaned_data["area"]
        record.holder = self.cleaned_data["person"]
        return record


class DeviceForm(RecordForm):
    """A phone's key: what the phone is called."""

    class Meta:
        model = models.Device
        fields: ClassVar = ["assignment", "name"]


def colleagues(around: Record) -> Any:
    """Who may be sent: enumerators and those who run operations, at the same institution."""
    roles = [SENDING, *RUNNING]
    at = {"postings__institution": around.institution_id, "postings__role__in": roles}
    return User.objects.filter(is_active=True, **at).distinct().order_by("name")


def areas(place: str) -> list[tuple[str, str]]:
    """A place and the units below it, each under its upper one: those that an area frame knows."""
    rows = sorted(Place.objects.filter(path__contains=[place], level__in=LEVELS), key=lambda row: row.path)
    depth = len(rows[0].path) if rows else 0
    return [(row.code, INDENT * (len(row.path) - depth) + row.name(language())) for row in rows]
