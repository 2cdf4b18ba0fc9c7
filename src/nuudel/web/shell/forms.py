"""The form of a record: one base class; a domain names the model and the fields."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.db import models
from django.http import QueryDict

from nuudel.web.access.decisions import held
from nuudel.web.access.models import Place, Record
from nuudel.web.accounts.models import Institution, User
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem, RecordType
from nuudel.web.shell.records import version_of
from nuudel.web.shell.states import CREATED
from nuudel.web.words import language, messages, say

INDENT = "\u2003"  # an em space a level


@dataclass(frozen=True)
class Group:
    """Fields that are asked together.

    Attributes
    ----------
    heading
        Empty where the form is not divided.
    numbers
        Whether all of them are numbers, which stand two in a row.
    """

    heading: str
    fields: list[forms.BoundField]
    numbers: bool


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """Writes a record: its own fields, and where and for which institution it is.

    Parameters
    ----------
    record_type, user
        What is written, and by whom: the choice of places is that of the user's postings.
    parent
        The record that this one belongs to; it gives the place and the institution.

    A long form names ``groups``: the messages ``group_<name>`` of its type, and the fields under each.
    """

    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, record_type: RecordType, user: User, *args: Any, parent: Record | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.record_type, self.user, self.parent = record_type, user, parent
        self.is_new = self.instance._state.adding
        if record_type.parent:
            self.fields.pop(record_type.parent, None)
        if self.is_new:
            self.initial.setdefault("form_key", uuid.uuid4())
            if parent is None:
                self.add_place()
                self.add_institution()
                self.order_fields(["place", "institution"])
        else:
            self.initial["version"] = version_of(self.instance)
        for name, field in self.fields.items():
            self.name_field(name, field)

    def name_field(self, name: str, field: forms.Field) -> None:
        """Label and hint from the messages; codes by their words; days with the browser's calendar."""
        known = messages(language())
        key = self.record_type.words(name)
        field.label = known.get(key) or known.get(f"shell.field.{name}", name)
        field.help_text = known.get(self.record_type.words(f"hint_{name}"), "")
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 4
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        if isinstance(field, forms.TypedChoiceField | forms.MultipleChoiceField) and name not in (
            "place",
            "institution",
        ):
            field.choices = [(code, code_words(self.record_type, name, code)) for code in codes_of(field)]
        if isinstance(field, forms.CharField) and is_empty_as_null(self._meta.model, name):
            field.empty_value = None

    @property
    def grouped(self) -> list[Group]:
        """What is shown, in groups; one without a heading where there are not several."""
        shown = {field.name: field for field in self.visible_fields()}
        found = [
            (
                self.record_type.words(f"group_{name}"),
                [shown.pop(field) for field in fields if field in shown],
            )
            for name, fields in self.groups.items()
        ]
        told = [(say(words), fields) for words, fields in found if fields]
        if len(told) < 2:
            return [Group("", self.visible_fields(), numbers=False)]
        rest = [Group("", list(shown.values()), numbers=False)] if shown else []
        return [*(Group(heading, fields, all_numbers(fields)) for heading, fields in told), *rest]

    def add_place(self) -> None:
        self.fields["place"] = forms.ChoiceField(choices=[("", ""), *places_of(self.user, self.record_type)])

    def add_institution(self) -> None:
        """Asked only where the user works for several."""
        choices = institutions_of(self.user, self.record_type)
        if len(choices) > 1:
            self.fields["institution"] = forms.ChoiceField(choices=choices)
        self.only_institution = choices[0][0] if choices else ""

    @property
    def own_fields(self) -> list[str]:
        return [name for name in self.record_type.fields if name in self.fields]

    def put(self, name: str, value: str) -> None:
        """Give the form, where it is shown again, another value than the one that was sent."""
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data

    def filled(self) -> Record:
        """The record with what was written; its place and institution from the form, or from the parent."""
        record: Record = self.instance
        if not self.is_new:
            return record
        if self.parent is not None:
            setattr(record, self.record_type.parent, self.parent)
            record.place, record.institution = self.parent.place, self.parent.institution
            record.holder = self.parent.holder
            if hasattr(record, "synthetic"):
                record.synthetic = getattr(self.parent, "synthetic", False)
        else:
            chosen = self.cleaned_data.get("institution") or self.only_institution
            record.place = self.cleaned_data["place"]
            record.institution = Institution.objects.get(pk=chosen)
        return record

    def before(self) -> dict[str, Any]:
        """The old values of the fields that the form has changed."""
        return {name: self.initial.get(name) for name in self.changed_data if name in self.own_fields}

    def show_problems(self, broken: BrokenRulesError) -> None:
        """Put the broken rules beside their fields."""
        for problem in broken.problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, say_problem(problem))

    def _get_validation_exclusions(self) -> set[str]:
        """Only what the form shows is checked by it; the rest is the shell's and the database's."""
        own = {field.name for field in self.instance._meta.fields}
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | (own - set(self.own_fields))


def all_numbers(fields: list[forms.BoundField]) -> bool:
    return all(isinstance(field.field.widget, forms.NumberInput) for field in fields)


def say_problem(problem: Problem) -> str:
    """A broken rule in the words of its domain."""
    slots: dict[str, Any] = dict(problem.slots)
    return say(problem.message, **slots)


def codes_of(field: forms.ChoiceField) -> list[Any]:
    """The codes of a choice; those of domains stand in no groups."""
    choices: Any = field.choices
    return [code for code, _ in choices]


def is_empty_as_null(model: type[models.Model], name: str) -> bool:
    """Whether an encrypted field that is left empty is nothing, rather than an encrypted empty text."""
    column = next((column for column in model._meta.concrete_fields if column.name == name), None)
    return isinstance(column, EncryptedTextField) and bool(column.null)


def code_words(record_type: RecordType, name: str, code: object) -> str:
    """A code in words; the empty choice stays empty."""
    return say(f"{record_type.domain}.{name}_code.{code}") if code not in ("", None) else ""


def places_of(user: User, record_type: RecordType) -> list[tuple[str, str]]:
    """The places at which the user may make records of a type, those of an aimag under it."""
    postings = [posting for posting, _ in held(user, record_type.key, CREATED)]
    rows = Place.objects.all()
    if not any(posting.place == "" for posting in postings):
        reached = models.Q(pk__in=[])
        for posting in postings:
            reached |= models.Q(path__contains=[posting.place])
        rows = rows.filter(reached)
    lang = language()
    return [
        (row.code, INDENT * max(len(row.path) - 2, 0) + row.name(lang))
        for row in sorted(rows, key=lambda row: row.path)
    ]


def institutions_of(user: User, record_type: RecordType) -> list[tuple[str, str]]:
    """The institutions for which the user may make records of a type."""
    lang = language()
    found = {p.institution_id: p.institution.name(lang) for p, _ in held(user, record_type.key, CREATED)}
    return [(str(key), name) for key, name in found.items()]


def form_of(
    record_type: RecordType,
    user: User,
    data: Mapping[str, Any] | None = None,
    *,
    record: Record | None = None,
    parent: Record | None = None,
) -> RecordForm:
    """The form of a record: empty, sent, or of a record that is there."""
    named = {"instance": record} if record is not None else {}
    form: RecordForm = record_type.form(record_type, user, data, parent=parent, auto_id="%s", **named)
    return form
