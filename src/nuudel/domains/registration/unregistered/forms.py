"""The forms of the part: a case, a list as a file, and the household that ends a case."""

from typing import Any, ClassVar

from django import forms

from nuudel.domains.registration import codes, models
from nuudel.web.access.models import Place
from nuudel.web.shell.codes import choices
from nuudel.web.shell.forms import INDENT, RecordForm
from nuudel.web.words import language, say


class UnregisteredHouseholdForm(RecordForm):
    """A household that lives somewhere without being registered there; what hinders it is ticked."""

    hindrances = forms.MultipleChoiceField(
        choices=choices(codes.HINDRANCES), required=False, widget=forms.CheckboxSelectMultiple
    )
    came_from = forms.ChoiceField(required=False)

    class Meta:
        model = models.UnregisteredHousehold
        fields: ClassVar = [
            "source",
            "round",
            "reference",
            "bagh",
            "found_on",
            "persons",
            "children",
            "came_from",
            "hindrances",
            "contact_name",
            "contact_phone",
            "note",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lang = language()
        rows = sorted(Place.objects.all(), key=lambda row: row.path)
        named = [(row.code, INDENT * max(len(row.path) - 2, 0) + row.name(lang)) for row in rows]
        self.fields["came_from"].choices = [("", ""), *named]  # type: ignore[attr-defined]


class ListForm(forms.Form):
    """A list of a round or a service as a file."""

    source = forms.ChoiceField()
    round = forms.CharField(max_length=200, required=False)
    file = forms.FileField()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.auto_id = "%s"
        words = [(code, say(f"registration.source_code.{code}")) for code in codes.UNREGISTERED_SOURCES]
        self.fields["source"].choices = words  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = say(f"registration.unregistered.{name}")
            field.error_messages["required"] = say("registration.unregistered.missing")
