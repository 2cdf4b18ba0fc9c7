"""The forms of the part's records, their fields in order, and that of the witnesses."""

import re
from typing import Any, ClassVar

from django import forms
from django.utils.timezone import localdate

from nuudel.domains.registration import models
from nuudel.domains.registration.documents.witnesses import Witness, witness_named
from nuudel.people.registration_numbers import is_registration_number, normalise
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import RecordForm
from nuudel.web.words import say

LONGEST_STATEMENT, SHORTEST_STATEMENT = 4000, 30
FIRST_DOCUMENTS = ("identity_card", "temporary_certificate", "birth_certificate")


class IdentityDocumentForm(RecordForm):
    """A document; without any papers it is asked for on the page of the witnesses."""

    class Meta:
        model = models.IdentityDocument
        fields: ClassVar = ["kind", "basis", "number", "expires_on"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        basis: Any = self.fields["basis"]
        if self.instance.basis != "witnesses":
            basis.choices = [choice for choice in basis.choices if choice[0] != "witnesses"]

    def clean_number(self) -> str | None:
        number = self.cleaned_data["number"] or ""
        return re.sub(r"\s+", "", number).upper() or None


class WitnessForm(forms.Form):
    """Two people of the register who say who somebody is."""

    kind = forms.ChoiceField()
    first_witness = forms.CharField(max_length=20)
    second_witness = forms.CharField(max_length=20)
    statement = forms.CharField(
        max_length=LONGEST_STATEMENT, widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_STATEMENT})
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "%s"} | options))
        self.user = user
        for name, field in self.fields.items():
            field.label = say(f"registration.witnesses.{name}")
            field.help_text = say(f"registration.witnesses.hint_{name}")
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(code, say(f"registration.kind_code.{code}")) for code in FIRST_DOCUMENTS]
        for name in ("first_witness", "second_witness"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_first_witness(self) -> Witness:
        return self.witness("first_witness")

    def clean_second_witness(self) -> Witness:
        return self.witness("second_witness")

    def witness(self, name: str) -> Witness:
        """The person of a number, who may be a witness."""
        number = normalise(self.cleaned_data[name])
        if not is_registration_number(number, localdate()):
            raise forms.ValidationError(say("registration.person.rule_number_form"))
        found = witness_named(self.user, number)
        if isinstance(found, str):
            raise forms.ValidationError(say(f"registration.witnesses.rule_{found}"))
        return found

    def clean_statement(self) -> str:
        text: str = self.cleaned_data["statement"].replace("\r\n", "\n").strip()
        if len(text) < SHORTEST_STATEMENT:
            raise forms.ValidationError(say("registration.witnesses.rule_short", least=SHORTEST_STATEMENT))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first_witness"), cleaned.get("second_witness")
        if first is not None and second is not None and first.person.pk == second.person.pk:
            self.add_error("second_witness", say("registration.witnesses.rule_same"))
        return cleaned
