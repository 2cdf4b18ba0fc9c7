"""The forms of services, conflicts and steps of mediation."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError

from nuudel.domains.otor import models
from nuudel.web.access.decisions import visible
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.codes import CODE_LENGTH
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import say


class ServiceForm(RecordForm):
    """A service that is granted."""

    class Meta:
        model = models.Service
        fields: ClassVar = ["request", "kind", "persons", "provider", "day"]


class ConflictForm(RecordForm):
    """A conflict; where one side has a request, its code links the two."""

    groups: ClassVar = {
        "what": ("place", "institution", "day", "about", "where"),
        "sides": ("first_kind", "first_party", "second_kind", "second_party"),
        "account": ("account", "request_code"),
        "outcome": ("outcome", "outcome_text"),
    }

    class Meta:
        model = models.Conflict
        fields: ClassVar = [
            *("day", "about", "where", "first_kind", "first_party", "second_kind", "second_party"),
            *("account", "outcome", "outcome_text"),
        ]

    def __init__(self, record_type: RecordType, user: User, *args: object, **options: object) -> None:
        super().__init__(record_type, user, *args, **options)  # type: ignore[arg-type]
        self.fields["account"].widget = forms.Textarea(attrs={"rows": 4})
        if self.is_new:
            for name in ("outcome", "outcome_text"):
                self.fields.pop(name)
            code = forms.CharField(max_length=CODE_LENGTH, required=False)
            self.fields["request_code"] = code
            self.name_field("request_code", code)

    def clean_request_code(self) -> models.OtorRequest | None:
        code = str(self.cleaned_data["request_code"]).strip().upper()
        if not code:
            return None
        rows = visible(models.OtorRequest.objects.filter(code=code), self.user, "otor.request")
        found = rows.first()
        if found is None:
            raise ValidationError(say("otor.rule.no_request"))
        return found

    def filled(self) -> Record:
        record = super().filled()
        asked = self.cleaned_data.get("request_code") if self.is_new else None
        if asked is not None:
            assert isinstance(record, models.Conflict)
            record.request, record.other_place = asked, asked.other_place
        return record


class MediationForm(RecordForm):
    """A step of mediation."""

    class Meta:
        model = models.Mediation
        fields: ClassVar = ["conflict", "day", "mediator", "result"]

    def __init__(self, record_type: RecordType, user: User, *args: object, **options: object) -> None:
        super().__init__(record_type, user, *args, **options)  # type: ignore[arg-type]
        self.fields["result"].widget = forms.Textarea(attrs={"rows": 4})
