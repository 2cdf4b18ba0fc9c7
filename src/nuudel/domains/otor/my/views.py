"""The herder's pages."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.otor.herds import last_count
from nuudel.domains.otor.models import HerderHousehold, OtorRequest
from nuudel.domains.otor.my.forms import HerderForm
from nuudel.domains.otor.my.linking import link as link_household
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.requests.rules import request as rules_of
from nuudel.domains.otor.requests.states import OPEN
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.states import CHANGED, CREATED
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import say

LAST_REQUESTS = 20
EXTENDABLE = ("arrived", "extended")
TOLD = ("454", "455")
"""Numbers of the errors that a link that failed comes back with."""


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """My household and its requests."""
    shown = page_of(user_of(request))
    told = request.GET.get("told", "")
    if told in TOLD and shown["household"] is None:
        shown["error"] = say(f"otor.my.error_{told}")
    return render(request, "otor/my.html", shown)


def household_of(user: User) -> HerderHousehold | None:
    """The household that the user holds."""
    rows = visible(HerderHousehold.objects.filter(holder=user, state="active"), user, "otor.household")
    return rows.first()


def page_of(user: User) -> dict[str, Any]:
    """What the page shows: the link first, where there is no household yet."""
    household = household_of(user)
    if household is None:
        return {"household": None}
    rows = visible(OtorRequest.objects.filter(household=household), user, "otor.request")
    requests = list(rows.prefetch_related("granted").order_by("-first_day")[:LAST_REQUESTS])
    names = place_names([household.place, *(one.place for one in requests)])
    with service_rights():
        count = last_count(household.pk)
    today = localdate()
    return {
        "household": household,
        "home": names[household.place],
        "count": count,
        "request_type": REQUEST,
        "requests": [
            {
                "request": one,
                "place": names[one.place],
                "days": (one.answer_by - today).days if one.state == "requested" else None,
                "granted": [service for service in one.granted.all() if service.state != "withdrawn"],
                "may_extend": one.state in EXTENDABLE,
                "may_withdraw": one.state in OPEN,
            }
            for one in requests
        ],
    }


@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """Link the account to the household."""
    user = user_of(request)
    code, phone = request.POST.get("code", "")[:20], request.POST.get("phone", "")[:30]
    try:
        link_household(user, code, phone)
    except WebError as error:
        # A refusal with a status of 400 and more would undo the count of tries too.
        return redirect(f"{reverse('otor_my')}?told={error.code[-3:]}")
    return redirect("otor_my")


@shown_or_sent
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for otor."""
    user = user_of(request)
    household = household_of(user)
    if household is None:
        return redirect("otor_my")
    if request.method != "POST":
        return form_page(request, HerderForm(user, household, auto_id="%s"))
    sending = sent.sending_of(user, REQUEST.key, request.POST)
    if sending.twin is not None:
        return redirect("otor_my")
    form = HerderForm(user, household, request.POST, auto_id="%s")
    if form.is_valid():
        made = form.filled()
        problems = rules_of(made, CREATED)  # type: ignore[arg-type]
        if not problems:
            # The holder may ask for the own household, and for no other: that is decided here.
            records.follow(user, REQUEST, made, CREATED)
            if sending.before is None:
                sent.remember(sending, user, REQUEST.key, made.pk)
            return redirect("otor_my")
        form.show_problems(BrokenRulesError(problems))
    return form_page(request, form, status=422)


def form_page(request: HttpRequest, form: HerderForm, status: int = 200) -> HttpResponse:
    """The shell's page of a form."""
    return render(request, "shell/form.html", {"record_type": REQUEST, "form": form}, status=status)


@require_POST
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask to stay longer."""
    user = user_of(request)
    found: Any = records.find(user, REQUEST, pk, to_change=True)
    before = {"extend_until": found.extend_until}
    found.extend_until = day_of(request.POST.get("until", ""))
    try:
        if found.state in EXTENDABLE and found.extend_until is not None:
            records.follow(user, REQUEST, found, CHANGED, before=before)
        records.transition(user, REQUEST, found, "ask_extension")
    except BrokenRulesError as broken:
        shown = page_of(user) | {"error": " ".join(map(say_problem, broken.problems))}
        return render(request, "otor/my.html", shown, status=422)
    return redirect("otor_my")


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
