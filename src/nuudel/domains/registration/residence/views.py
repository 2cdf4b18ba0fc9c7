"""The part's own pages: a household's first registration, its members, who lived where, and corrections."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Household, Person, UnregisteredHousehold
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.residence.correcting import correct, event_to_correct
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.residence.events import lived
from nuudel.domains.registration.residence.forms import (
    CorrectionForm,
    HouseholdRegisterForm,
    KnownMemberForm,
    NewMemberForm,
    ResidentsForm,
    StayForm,
)
from nuudel.domains.registration.residence.households import add_member, change_role, register_household
from nuudel.domains.registration.residence.residents import asked_for, residents, stays_of
from nuudel.domains.registration.unregistered import cases
from nuudel.web.access.decisions import demand
from nuudel.web.accounts.models import Institution
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import as_uuid
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import record_or_404, shown_or_sent, user_of
from nuudel.web.words import say


@shown_or_sent
def register(request: HttpRequest) -> HttpResponse:
    """A household at a dwelling; its members follow on the next page.

    One that was found unregistered is named by ``?unregistered=``: where it lives is told already.
    """
    user = user_of(request)
    demand(user, kinds.HOUSEHOLD, "register")
    case = cases.open_case(user, request.GET.get("unregistered", ""))
    initial = {"place": case.place, "bagh": case.bagh} if case else None
    form = HouseholdRegisterForm(user, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        asked["institution"] = Institution.objects.get(pk=asked["institution"])
        household = register_household(user, **asked)
        return to_members(household.pk, case)
    status = 422 if form.errors else 200
    return render(request, "registration/household_register.html", {"form": form}, status=status)


def to_members(household: UUID, case: UnregisteredHousehold | None) -> HttpResponse:
    """To the page of a household's members, which closes the case as soon as somebody is entered."""
    query = f"?unregistered={case.pk}" if case else ""
    return redirect(f"{reverse('residence_members', args=[household])}{query}")


@shown_or_sent
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter the members of a household: those who are registered, and those who are not yet."""
    user = user_of(request)
    _, found = record_or_404(request, "registration", "household", pk)
    household: Any = found
    demand(user, kinds.RESIDENCE, "create", household)
    which = request.POST.get("which", "")
    data = request.POST if request.method == "POST" else None
    known = KnownMemberForm(user, data if which == "known" else None)
    stay = StayForm(data if which == "new" else None, prefix="new")
    new = NewMemberForm(
        household, record_types()[kinds.PERSON], user, data if which == "new" else None, auto_id="new-%s"
    )
    wrong = ""
    if data is not None:
        try:
            if entered(request, household, which, known, new, stay):
                case = cases.open_case(user, request.GET.get("unregistered", ""))
                if case is not None and case.place == household.place:
                    cases.registered(user, case.pk, pk)
                return to_members(pk, None)
        except BrokenRulesError as broken:
            new.show_problems(broken)
        except WebError as error:
            wrong = words_of(error)
    rows: Any = records.readable(user, record_types()[kinds.PERSON])
    living = list(rows.filter(household=household).order_by("birth_date", "pk"))
    records.note_reading(record_types()[kinds.PERSON], living, NAMED)
    shown = {"household": household, "members": living, "known": known, "new": new, "stay": stay}
    shown |= {"wrong": wrong, "place": place_names([household.place])[household.place]}
    shown |= {"roles": StayForm().fields["role"].choices, "error": bool(data is not None)}  # type: ignore[attr-defined]
    status = 200 if data is None else 422
    return render(request, "registration/household_members.html", shown, status=status)


def entered(
    request: HttpRequest,
    household: Household,
    which: str,
    known: KnownMemberForm,
    new: NewMemberForm,
    stay: StayForm,
) -> bool:
    """Do what one of the page's forms asks for; whether it could be done."""
    user = user_of(request)
    if which == "role":
        person = as_uuid(request.POST.get("person", ""))
        role = request.POST.get("role", "")
        if person is None or role not in dict(stay.fields["role"].choices):  # type: ignore[attr-defined]
            return False
        change_role(user, household.pk, person, role)
        return True
    if which == "known" and known.is_valid():
        told = dict(known.cleaned_data)
        add_member(user, household.pk, told.pop("who").pk, **told)
        return True
    if which == "new" and all([new.is_valid(), stay.is_valid()]):
        person_made = records.create(user, record_types()[kinds.PERSON], new.filled())
        add_member(user, household.pk, person_made.pk, **stay.cleaned_data)
        return True
    return False


def words_of(error: WebError) -> str:
    """An error of residence in words."""
    if isinstance(error, ResidenceError):
        return say(f"registration.residence_wrong.{error.why}")
    return say(f"registration.residence_wrong.error_{error.code[-3:]}")


@require_safe
def who_lived(request: HttpRequest) -> HttpResponse:
    """Who lived in a household, in a dwelling or at a place on a day, and as known on another day."""
    user = user_of(request)
    where = asked_for(user, request.GET)
    sent = request.GET if "day" in request.GET else None
    form = ResidentsForm(user, sent, at_place=where is None, initial={"day": localdate()})
    shown: dict[str, Any] = {"form": form, "where": where, "asked": request.GET}
    status = 200
    if sent is not None:
        if form.is_valid():
            shown["found"] = residents(user, where or form.cleaned_data["place"], form.cleaned_data)
        else:
            status = 422
    return render(request, "registration/residents.html", shown, status=status)


@require_safe
def person_events(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A person's stays, each with what can be corrected by this officer."""
    user = user_of(request)
    _, found = record_or_404(request, "registration", "person", pk)
    person: Any = found
    demand(user, kinds.PERSON, "change", person)
    shown = {"person": person, "lines": stays_of(user, lived(person))}
    return render(request, "registration/person_events.html", shown)


@shown_or_sent
def correction(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct an event of residence: what was wrong is reversed, what is right is entered."""
    user = user_of(request)
    event = event_to_correct(user, pk)
    form = CorrectionForm(user, event, request.POST if request.method == "POST" else None)
    person: Person = event.person
    readable = records.readable(user, record_types()[kinds.PERSON]).filter(pk=person.pk).exists()
    shown = {"event": event, "person": person, "readable": readable, "form": form}
    shown["place"] = place_names([event.place])[event.place]
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        right = {told["what"]: told[told["what"]]} if told["what"] != "never" else {}
        try:
            correct(user, event, told["reason"], **right)
        except ResidenceError as error:
            form.add_error(None, words_of(error))
        else:
            if readable:
                return redirect("residence_person", person.pk)
            return redirect("record", "registration", "household", event.household_id)
    status = 422 if form.errors else 200
    return render(request, "registration/correction.html", shown, status=status)
