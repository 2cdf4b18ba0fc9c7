"""The part's own page: a first document for somebody without any papers, by two witnesses."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nuudel.domains.registration import kinds
from nuudel.domains.registration.documents.forms import WitnessForm
from nuudel.domains.registration.documents.witnesses import ask_by_witnesses
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.persons.forms import PersonForm
from nuudel.web.access.decisions import demand
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem, record_types
from nuudel.web.shell.views.asked import record_or_404, shown_or_sent, user_of
from nuudel.web.words import say

STATED = ("stated", "estimated")


class StatedPersonForm(PersonForm):
    """Somebody whose birth is known from what is said; a number is given later."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("registration_number", "patronymic_latin", "given_latin"):
            del self.fields[name]
        quality: Any = self.fields["birth_date_quality"]
        quality.choices = [choice for choice in quality.choices if choice[0] in STATED]


@shown_or_sent
def no_papers(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Ask for a first document: of somebody in the register, or with the record of somebody who is not."""
    user = user_of(request)
    demand(user, kinds.DOCUMENT, "create")
    person: Any = record_or_404(request, "registration", "person", pk)[1] if pk else None
    data = request.POST if request.method == "POST" else None
    form = WitnessForm(user, data)
    stated = None
    if person is None:
        stated = StatedPersonForm(record_types()[kinds.PERSON], user, data, auto_id="%s")
    shown = {"person": person, "form": form, "stated": stated}
    if data is None:
        return render(request, "registration/no_papers.html", shown)
    sending = sent.sending_of(user, "registration.no_papers", request.POST)
    if sending.twin is not None:
        return redirect("record", "registration", "document", sending.twin.record_id)
    if all([form.is_valid(), stated is None or stated.is_valid()]):
        try:
            made = asked(request, form, person, stated)
        except BrokenRulesError as broken:
            for problem in broken.problems:
                show(problem, form, stated)
        else:
            if sending.before is None:
                sent.remember(sending, user, kinds.DOCUMENT, made)
            return redirect("record", "registration", "document", made)
    return render(request, "registration/no_papers.html", shown, status=422)


def asked(
    request: HttpRequest, form: WitnessForm, person: Person | None, stated: StatedPersonForm | None
) -> UUID:
    """The person's record where there was none, and the request; its id."""
    user = user_of(request)
    told = form.cleaned_data
    witnesses = (told["first_witness"], told["second_witness"])
    if person is None:
        assert stated is not None
        made: Any = records.create(user, record_types()[kinds.PERSON], stated.filled())
        person = made
    for name, witness in zip(("first_witness", "second_witness"), witnesses, strict=True):
        if witness.person.pk == person.pk:
            raise BrokenRulesError([Problem(name, "registration.witnesses.rule_self")])
    return ask_by_witnesses(user, person, told["kind"], witnesses, told["statement"]).pk


def show(problem: Problem, form: WitnessForm, stated: StatedPersonForm | None) -> None:
    """A broken rule beside its field, on whichever of the two forms that is."""
    slots: dict[str, Any] = dict(problem.slots)
    words = say(problem.message, **slots)
    if problem.field in form.fields:
        form.add_error(problem.field, words)
    elif stated is not None and problem.field in stated.fields:
        stated.add_error(problem.field, words)
    else:
        form.add_error(None, words)
