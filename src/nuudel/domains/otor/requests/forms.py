"""The form of a request: what is asked for, then terms and days, as far as the request has come."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError

from nuudel.domains.otor import codes, models
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.requests.states import HERE
from nuudel.domains.otor.spots import soums
from nuudel.web.access.decisions import works_for
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.codes import CODE_LENGTH, choices
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import say

HERD = ("persons", "school_children", *SPECIES)
ASKED = ("first_day", "last_day", "pasture", "reason", *HERD, "services")
TERMS = ("fee_mnt", "conditions")

SHOWN = {
    "requested": ASKED,
    "accepted": TERMS,
    "arrived": (*HERD, "extend_until", "arrived_on"),
    "extended": (*HERD, "extend_until", "arrived_on"),
    "extension_asked": (*HERD, "arrived_on"),
    "arrived_without_permit": (*HERD, *TERMS, "arrived_on"),
    "agreed": ("arrived_on",),
    "left": ("arrived_on", "left_on"),
}
"""What a form asks in each state; nothing in those that are not named."""


class RequestForm(RecordForm):
    """A request of otor; a new one names the household by its code."""

    groups: ClassVar = {
        "who": ("household_code", "place", "institution"),
        "when": ("first_day", "last_day", "pasture", "reason"),
        "people": ("persons", "school_children", "services"),
        "herd": SPECIES,
        "terms": TERMS,
        "days": ("extend_until", "arrived_on", "left_on"),
    }

    services = forms.MultipleChoiceField(
        choices=choices(codes.SERVICES), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = models.OtorRequest
        fields: ClassVar = [*ASKED, *TERMS, "extend_until", "arrived_on", "left_on"]

    def __init__(self, record_type: RecordType, user: User, *args: object, **options: object) -> None:
        super().__init__(record_type, user, *args, **options)  # type: ignore[arg-type]
        shown = ASKED if self.is_new else SHOWN.get(self.instance.state, ())
        if self.instance.state in HERE and not self.is_new:
            shown = (*shown, "left_on")
        for name in self._meta.fields or ():
            if name not in shown:
                self.fields.pop(name, None)
        if self.is_new:
            code = forms.CharField(max_length=CODE_LENGTH, widget=forms.TextInput(attrs={"size": 12}))
            self.fields["household_code"] = code
            self.name_field("household_code", code)
            self.order_fields(["household_code", "place", "institution"])

    def add_place(self) -> None:
        """Any soum may be asked, also one where the user has no work."""
        self.fields["place"] = forms.ChoiceField(choices=[("", ""), *soums()])

    def clean_household_code(self) -> str:
        """The code of a household that is at home, or is to be received, where the user works."""
        code = str(self.cleaned_data["household_code"]).strip().upper()
        with service_rights():
            found = models.HerderHousehold.objects.filter(code=code, state="active").first()
        asked = str(self.data.get("place", ""))
        known = found is not None and (
            works_for(self.user, found.place) or bool(asked and works_for(self.user, asked))
        )
        if found is None or not known:
            raise ValidationError(say("otor.rule.no_household"))
        self.household = found
        return code

    def filled(self) -> Record:
        """The request with its household, whose soum is the one that it leaves."""
        record = super().filled()
        if self.is_new:
            assert isinstance(record, models.OtorRequest)
            record.household, record.other_place = self.household, self.household.place
        return record
