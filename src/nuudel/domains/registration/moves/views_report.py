"""The pages of a report: by a citizen for the own household, by an officer for somebody at the counter."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Household, Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.moves import drafts
from nuudel.domains.registration.moves.checks import is_asked
from nuudel.domains.registration.moves.panel import address_of, named
from nuudel.domains.registration.moves.report import (
    Report,
    fee_of,
    household_of,
    members_of,
    report_move,
)
from nuudel.domains.registration.moves.report_forms import (
    AddressForm,
    QuestionForm,
    SearchForm,
    WhenForm,
    WhereForm,
    WhoForm,
    key_of,
)
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.web.access.models import Place
from nuudel.web.access.roles import Role
from nuudel.web.access.units import aimags_by_name
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.records import note_reading
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import language, say

STEPS = ("who", "where", "address", "when", "check")


@dataclass(frozen=True)
class Subject:
    """Whose household is reported: of the citizen (``reporter``), or one that an officer has looked up."""

    household: Household
    members: list[Person]
    reporter: Person | None


@shown_or_sent
def search(request: HttpRequest) -> HttpResponse:
    """An officer looks up a household by the registration number of somebody in it."""
    user = user_of(request)
    form = SearchForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person: Person = form.cleaned_data["number"]
        note_audit("read", PERSON.key, [person.pk], ["registration_number"], form.cleaned_data["purpose"])
        drafts.keep(user, {"household": str(person.household_id)})
        return redirect("moves_report", "who")
    status = 422 if form.errors else 200
    return render(request, "registration/move_search.html", {"form": form}, status=status)


@shown_or_sent
def report(request: HttpRequest, step: str) -> HttpResponse:
    """A page of the report; answers are kept, and shown again when one goes back."""
    if step not in STEPS:
        raise Http404
    user = user_of(request)
    given = drafts.answers(user)
    subject = subject_of(user, given)
    if subject is None:
        return redirect("moves")
    missing = next((name for name in STEPS[: STEPS.index(step)] if not answered(name, given)), "")
    if missing:
        return redirect("moves_report", missing)
    note_reading(PERSON, subject.members, NAMED)
    at = STEPS.index(step)
    page: dict[str, Any] = {"step": step, "steps": STEPS, "at": at, "number": at + 1, "subject": subject}
    page |= {"heading": say(f"registration.report.title_{step}"), "before": STEPS[at - 1] if at else ""}
    if step == "check":
        return check(request, user, given, page)
    if step == "where" and not aimag_of(request, given):
        page["aimags"] = aimags_by_name(language())
        return render(request, "registration/move_aimag.html", page)
    form = form_of(step, request, given, subject)
    if request.method == "POST" and form.is_valid():
        drafts.keep(user, given | kept(form.cleaned_data))
        return redirect("moves_report", STEPS[STEPS.index(step) + 1])
    page["form"] = form
    return render(request, "registration/move_question.html", page, status=422 if form.errors else 200)


def subject_of(user: User, given: dict[str, Any]) -> Subject | None:
    """Whose move it is; None where the account is not linked, or an officer has looked up nobody."""
    if Role.REGISTRAR in user.roles and given.get("household"):
        with service_rights():
            household = Household.objects.select_related("dwelling").get(pk=given["household"])
        return Subject(household, members_of(household), None)
    person = household_of(user) if Role.CITIZEN in user.roles else None
    if person is None or person.household is None:
        return None
    return Subject(person.household, members_of(person.household), person)


def answered(step: str, given: dict[str, Any]) -> bool:
    needed = {"who": "persons", "where": "place", "address": "consent", "when": "day"}
    return needed[step] in given


def form_of(step: str, request: HttpRequest, given: dict[str, Any], subject: Subject) -> QuestionForm:
    """The form of a page: what was sent, or what was answered before."""
    user, data = user_of(request), request.POST if request.method == "POST" else None
    # Numbers of persons are not kept, only whom they led to: they are typed anew.
    initial = {name: value for name, value in given.items() if name not in ("guardian", "joins")}
    if step == "who":
        members = [(str(person.pk), f"{named(person)}, {person.birth_date:%Y}") for person in subject.members]
        initial.setdefault("persons", [key for key, _ in members])
        return WhoForm(user, data, members=members, initial=initial)
    if step == "where":
        return WhereForm(user, data, aimag=aimag_of(request, given), initial=initial)
    forms: dict[str, type[QuestionForm]] = {"address": AddressForm, "when": WhenForm}
    return forms[step](user, data, initial=initial)


def kept(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Answers as the draft keeps them."""
    return {name: str(value) if isinstance(value, date) else value for name, value in cleaned.items()}


def aimag_of(request: HttpRequest, given: dict[str, Any]) -> str:
    """The aimag that is chosen: in the address, else that of the soum that was answered before."""
    if "again" in request.GET:
        return ""
    chosen = request.GET.get("aimag", "")
    if not chosen and given.get("place"):
        chosen = Place.objects.get(code=given["place"]).parent
    return chosen if Place.objects.filter(code=chosen, level="aimag").exists() else ""


def check(request: HttpRequest, user: User, given: dict[str, Any], page: dict[str, Any]) -> HttpResponse:
    """Everything that was answered, to be looked at before it is sent."""
    subject: Subject = page["subject"]
    status = 200
    if request.method == "POST":
        try:
            move = report_move(user, report_of(given, subject), reporter=subject.reporter)
        except BrokenRulesError as broken:
            page["errors"] = [say_problem(problem) for problem in broken.problems]
            status = 422
        except WebError as error:
            if error.code != "WEB-412":
                raise
            page["errors"] = [say("registration.report.not_for_all")]
            status = 422
        else:
            drafts.forget(user)
            address = "moves_case" if subject.reporter else "record"
            arguments = [move.pk] if subject.reporter else ["registration", "move", move.pk]
            return redirect(f"{reverse(address, args=arguments)}?sent=1")
    page |= summary(given, subject)
    return render(request, "registration/move_check.html", page, status=status)


def summary(given: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """The answers in words."""
    place = Place.objects.get(code=given["place"])
    parent = Place.objects.get(code=place.parent)
    old = Place.objects.get(code=subject.household.place).name(language())
    movers = [person for person in subject.members if str(person.pk) in given["persons"]]
    day = date.fromisoformat(given["day"])
    others = [one for one in movers if one != subject.reporter and is_asked(one.birth_date, day)]
    home = subject.household
    there = say("registration.report.joined")
    if not given["joins"]:
        there = f"{bagh_words(place.code, given['bagh'])}, {given['address']}"
    return {
        "moving": [named(person) for person in movers],
        "asked": ", ".join(named(person) for person in others),
        "from_address": ", ".join((old, bagh_words(home.place, home.bagh), address_of(home.dwelling))),
        "place": f"{parent.name(language())}, {place.name(language())}",
        "there": there,
        "day": given["day"],
        "reason": say(f"registration.reason_code.{given['reason']}"),
        "fee": fee_of(subject.household.place, place.code, day),
    }


def report_of(given: dict[str, Any], subject: Subject) -> Report:
    """The answers as a report; only members of the household are taken from them."""
    members = {str(person.pk): person for person in subject.members}
    chosen = [members[key] for key in given["persons"] if key in members]
    if not chosen:
        raise PermissionDenied
    guardian = key_of(given.get("guardian", ""))
    joined = joined_household(given.get("joins", ""))
    return Report(
        household=subject.household.pk,
        persons=frozenset(person.pk for person in chosen),
        place=given["place"],
        bagh=given["bagh"].strip(),
        address=given["address"].strip(),
        day=date.fromisoformat(given["day"]),
        reason=given["reason"],
        joins=joined,
        consent=given["consent"],
        phone=given["phone"],
        guardians={person.pk: guardian for person in chosen} if guardian else {},
    )


def joined_household(person: str) -> UUID | None:
    """The household of whoever the number that was typed belongs to."""
    if not person:
        return None
    with service_rights():
        return Person.objects.values_list("household", flat=True).get(pk=person)
