"""The form of a legal hold."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from nuudel.domains.registration import models
from nuudel.domains.registration.notices.register import person_numbered
from nuudel.people.registration_numbers import normalise
from nuudel.web.shell.forms import RecordForm
from nuudel.web.words import say


class HoldForm(RecordForm):
    """A hold: whom it is about is told by the registration number, once."""

    number = forms.CharField(max_length=20)

    class Meta:
        model = models.Hold
        fields: ClassVar = ["ground", "until"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.is_new:
            del self.fields["number"]
        self.order_fields(["place", "institution", "number"])

    def clean_number(self) -> str:
        """The person of the number, wherever the register has it."""
        number = normalise(self.cleaned_data["number"])
        person = person_numbered(number)
        if person is None:
            raise ValidationError(say("registration.hold_rule.unknown"))
        self.instance.person = person
        return number
