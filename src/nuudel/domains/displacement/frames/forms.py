"""The forms of areas, teams, their members, and informants."""

import secrets
from typing import Any, ClassVar

from django import forms

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import BAGH, PART, bagh_code, names_of
from nuudel.domains.displacement.models.base import KEY_LETTERS
from nuudel.domains.displacement.operations.forms import PersonField, areas, colleagues
from nuudel.web.access.models import Place, Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import RecordForm
from nuudel.web.words import say

LONGEST_BAGH = 12
BAGH_PATTERN = r"^[A-Za-z0-9._]{1,12}\Z"
WHERE = ("soum", "bagh")


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Colleagues, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PlacedForm(RecordForm):
    """A record of a soum or of a bagh in it; asked when it is made, and never changed."""

    soum = forms.ChoiceField()
    bagh = forms.RegexField(BAGH_PATTERN, required=False, max_length=LONGEST_BAGH)

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        if self.is_new and parent is not None:
            self.fields["soum"].choices = [("", ""), *areas(parent.place)]  # type: ignore[attr-defined]
            self.order_fields(WHERE)
        else:
            for name in WHERE:
                del self.fields[name]

    @property
    def area(self) -> str:
        """Code of the area that was chosen."""
        soum, bagh = self.cleaned_data.get("soum", ""), self.cleaned_data.get("bagh", "")
        if not bagh:
            return str(soum)
        return bagh_code(soum, int(bagh)) if bagh.isdecimal() else f"{soum}{PART}{bagh}"

    def filled(self) -> Record:
        record: Any = super().filled()
        if self.is_new:
            record.area, record.place = self.area, self.cleaned_data["soum"]
        return record  # type: ignore[no-any-return]


class AreaForm(PlacedForm):
    """An area of a round's frame."""

    name = forms.CharField(required=False, max_length=models.frames.NAME)

    class Meta:
        model = models.FrameArea
        fields: ClassVar = ["round", "team", "due", "priority"]

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        around: Any = parent if self.is_new else self.instance.round
        self.fields["team"].queryset = models.Team.objects.filter(round=around).order_by("name")  # type: ignore[attr-defined]
        if self.is_new:
            self.order_fields(("soum", "bagh", "name"))
        else:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        around: Any = self.parent
        if self.is_new and models.FrameArea.objects.filter(round=around, area=self.area).exists():
            self.add_error("soum", say("displacement.rule.area_taken"))
        return found

    def filled(self) -> Record:
        record: Any = super().filled()
        if self.is_new:
            place = Place.objects.get(code=record.place)
            record.level = BAGH if PART in record.area else place.level
            record.name_mn, record.name_en = names_of(record.area, place, self.cleaned_data["name"])
        return record  # type: ignore[no-any-return]


class TeamForm(RecordForm):
    """A team, and at first who is in it."""

    people = PeopleField(
        queryset=User.objects.none(), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )

    class Meta:
        model = models.Team
        fields: ClassVar = ["round", "name", "lead", "telephone"]
        field_classes: ClassVar = {"lead": PersonField}

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        rows = colleagues(parent or self.instance)
        self.fields["lead"].queryset = rows  # type: ignore[attr-defined]
        if self.is_new:
            self.fields["people"].queryset = rows  # type: ignore[attr-defined]
        else:
            del self.fields["people"]

    def filled(self) -> Record:
        record: Any = super().filled()
        record.chosen = list(self.cleaned_data.get("people", ()))
        return record  # type: ignore[no-any-return]


class MemberForm(RecordForm):
    """Somebody comes into a team."""

    person = PersonField(queryset=User.objects.none())

    class Meta:
        model = models.Member
        fields: ClassVar = ["team"]

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        self.fields["person"].queryset = colleagues(parent or self.instance)  # type: ignore[attr-defined]

    def filled(self) -> Record:
        record = super().filled()
        record.holder = self.cleaned_data["person"]
        return record


class InformantForm(PlacedForm):
    """Somebody who knows an area; phones get the code that is drawn here, nothing else."""

    class Meta:
        model = models.Informant
        fields: ClassVar = ["operation", "role", "sex", "name", "telephone"]

    def filled(self) -> Record:
        record: Any = super().filled()
        if self.is_new:
            record.code = f"KI-{''.join(secrets.choice(KEY_LETTERS) for _ in range(5)).upper()}"
        return record  # type: ignore[no-any-return]
