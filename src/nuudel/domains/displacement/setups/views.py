"""The part's own page: a new operation from a setup."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from nuudel.domains.displacement.operations.forms import units_of
from nuudel.domains.displacement.setups.making import Wanted, set_up
from nuudel.domains.displacement.setups.reading import Setup, setup_of, setups
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell.forms import institutions_of
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import language, say

KEY = "displacement.operation"
TITLE = 200


class SetupForm(forms.Form):
    """Which setup, where, from when on."""

    setup = forms.ChoiceField(widget=forms.RadioSelect)
    place = forms.ChoiceField()
    institution = forms.ChoiceField()
    first = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    title = forms.CharField(max_length=TITLE, required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        operation = record_types()[KEY]
        fields: Any = self.fields
        fields["setup"].choices = [(one.key, one.title[language()]) for one in setups()]
        fields["place"].choices = [("", ""), *units_of(user, operation)]
        offices = institutions_of(user, operation)
        fields["institution"].choices = offices
        if len(offices) == 1:
            fields["institution"].required = False
            fields["institution"].widget = forms.HiddenInput()
            self.initial["institution"] = offices[0][0]
        for name, field in fields.items():
            field.label = say(f"displacement.setup.{name}")

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        chosen = told["institution"] or self.initial["institution"]
        office = Institution.objects.get(pk=chosen)
        return Wanted(setup_of(told["setup"]), told["place"], office, told["first"], told["title"].strip())


@shown_or_sent
def setup(request: HttpRequest) -> HttpResponse:
    """Choose a setup, a place and the first day; the operation that is made is shown."""
    user = user_of(request)
    if not may(user, KEY, "create"):
        raise PermissionDenied
    form = SetupForm(user, request.POST if request.method == "POST" else None, initial={"first": localdate()})
    if form.is_valid():
        made = set_up(user, form.wanted())
        return redirect("record", "displacement", "operation", made.pk)
    page = {"form": form, "setups": [told(one) for one in setups()]}
    return render(request, "displacement/setup.html", page, status=422 if form.errors else 200)


def told(one: Setup) -> dict[str, Any]:
    """A setup as the page shows it."""
    return {
        "key": one.key,
        "title": one.title[language()],
        "purpose": one.purpose[language()],
        "instruments": one.instruments,
        "rounds": one.rounds,
        "frame": one.frame,
        "alarms": [alarm.title[language()] for alarm in one.alarms],
    }
