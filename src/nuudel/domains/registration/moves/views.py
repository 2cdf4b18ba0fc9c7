"""The citizen's pages: the household, the moves, one of them, its papers and its certificate."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Move, MoveMember, Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.moves import agreeing, certificate
from nuudel.domains.registration.moves.agreeing import adults_of, asks
from nuudel.domains.registration.moves.certificate_pdf import certificate_pdf
from nuudel.domains.registration.moves.checks import Result, checked
from nuudel.domains.registration.moves.codes import PAPERS, PENDING
from nuudel.domains.registration.moves.following import following
from nuudel.domains.registration.moves.panel import address_of, agreement, asked, destination_of, named
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.register import case_of, moving, with_ends
from nuudel.domains.registration.moves.report import household_of, members_of
from nuudel.domains.registration.moves.rules import may_still_appeal
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach, attachments
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.errors import BrokenRulesError, WrongStateError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.models import Action
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import LONGEST_REASON, shown_or_sent, text_asked, user_of
from nuudel.web.shell.views.files import words_of
from nuudel.web.words import say

OWN_STEPS = ("withdraw", "appeal", "send_papers")
SHORT = 200


@require_safe
def moves(request: HttpRequest) -> HttpResponse:
    """To the page of moves that is the user's."""
    roles = user_of(request).roles
    return redirect("moves_office" if Role.REGISTRAR in roles else "moves_my")


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """The citizen's household and moves; how to be linked, where the account is not."""
    return render(request, "registration/my_household.html", my_page(user_of(request)))


def my_page(user: User) -> dict[str, Any]:
    """What a citizen sees of the own household."""
    person = household_of(user)
    page: dict[str, Any] = {"person": person, "asked": asked(asks(user))}
    if person is not None and person.household is not None:
        members = members_of(person.household)
        records.note_reading(PERSON, members, NAMED)
        page["members"] = [(named(one), one) for one in members]
        page["where"] = where(person)
    today = localdate()
    rows = [row for row in records.readable(user, MOVE).order_by("-created_at") if isinstance(row, Move)]
    page["moves"] = [(row, following(row, today)) for row in rows]
    return page


@require_POST
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An adult whom somebody else has named agrees to the move."""
    user = user_of(request)
    try:
        agreeing.agree(user, agreeing.to_agree(user, pk))
    except WrongStateError:
        page = my_page(user) | {"error": say("shell.conflict")}
        return render(request, "registration/my_household.html", page, status=409)
    return redirect("moves_my")


def where(person: Person) -> str:
    """Where somebody lives, in one line."""
    household = person.household
    assert household is not None
    place = place_names([household.place])[household.place]
    bagh = bagh_words(household.place, household.bagh)
    return f"{place}, {bagh}, {address_of(household.dwelling)}"


def own_move(request: HttpRequest, pk: UUID, *, to_change: bool = False) -> Move:
    """A move that the user may see; 404 and an audited refusal where it is somebody else's."""
    try:
        found = records.find(user_of(request), MOVE, pk, to_change=to_change)
    except Http404:
        request.nuudel_refused = True  # type: ignore[attr-defined]
        raise
    assert isinstance(found, Move)
    return found


@shown_or_sent
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A move as its citizen follows it; steps that are the citizen's are taken here."""
    move = own_move(request, pk, to_change=request.method == "POST")
    if request.method == "POST":
        problem = take(request, move)
        if not problem:
            return redirect("moves_case", pk)
        return render(request, "registration/my_case.html", case_page(request, move) | problem, status=422)
    return render(request, "registration/my_case.html", case_page(request, move))


def take(request: HttpRequest, move: Move) -> dict[str, Any]:
    """Take a step of the citizen's; what stands against it, by the name under which the page shows it."""
    user, action = user_of(request), request.POST.get("step", "")
    if action not in OWN_STEPS:
        raise Http404
    reason = ""
    if action in ("withdraw", "appeal"):
        reason, wrong = text_asked(request, "reason", LONGEST_REASON, f"registration.my.{action}_missing")
        if wrong:
            return {"error": wrong, "error_at": action, "reason": reason}
    if action == "appeal":
        move.appeal = reason
    try:
        records.transition(user, MOVE, move, action, reason=reason)
    except BrokenRulesError as broken:
        return {"error": say_problem(broken.problems[0]), "error_at": action, "reason": reason}
    except WrongStateError:
        return {"error": say("shell.conflict"), "error_at": action, "reason": reason}
    return {}


def case_page(request: HttpRequest, move: Move) -> dict[str, Any]:
    """Everything that a citizen sees of a move."""
    user, today = user_of(request), localdate()
    records.note_reading(MOVE, [move])
    movers = moving(move)
    records.note_reading(PERSON, [one.person for one in movers], ("given_name", "patronymic"))
    names = place_names([move.place, move.other_place])
    steps = {step.action for step in records.possible(user, MOVE, move)}
    return {
        "move": move,
        "sent": "sent" in request.GET,
        "follow": following(move, today),
        "names": [named(one.person) for one in movers],
        "adults": [(named(row.person), agreement(row)) for row in others_asked(user, move)],
        "from": f"{names[move.other_place]}, {bagh_words(move.other_place, move.from_bagh)}",
        "to": ", ".join((names[move.place], *destination_of(user, with_ends(move)))),
        "told": told(move),
        "papers": wanted(move) if move.state in ("reported", "verified", "papers_asked") else [],
        "all_papers": [(code, say(f"registration.paper_code.{code}")) for code in PAPERS],
        "files": [(file, paper_words(file.name)) for file in attachments(MOVE, move)],
        "may_withdraw": "withdraw" in steps,
        "may_send": "send_papers" in steps,
        "may_appeal": "appeal" in steps and may_still_appeal(move, today),
        "may_add": move.state in ("reported", "verified", "papers_asked", "refused", "appealed"),
    }


def others_asked(user: User, move: Move) -> list[MoveMember]:
    """The adults besides the reader whose word an open move needs."""
    if move.state not in PENDING:
        return []
    return [row for row in adults_of(move) if row.person.holder_id != user.pk]


def told(move: Move) -> Action | None:
    """What the office wrote last: which papers it asks for, or why it refused."""
    rows = Action.objects.filter(record_type=MOVE.key, record_id=move.pk)
    return rows.filter(action__in=("ask_for_papers", "refuse", "uphold", "reverse")).order_by("number").last()


def wanted(move: Move) -> list[tuple[str, str]]:
    """Papers that would help: the register does not know, and nothing was sent."""
    checks = checked(case_of(move, moving(move)))
    codes = {
        check.paper: None
        for check in checks
        if check.paper and check.source != "upload" and check.result != Result.OK
    }
    return [(code, say(f"registration.paper_code.{code}")) for code in codes]


def paper_words(name: str) -> str:
    """What a file is, by the beginning of its name; else the name."""
    kind = next((code for code in PAPERS if name.startswith(code)), "")
    return say(f"registration.paper_code.{kind}") if kind else name


@require_POST
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a photo or scan of a paper; its name begins with the kind of paper."""
    move = own_move(request, pk)
    kind, upload = request.POST.get("kind", ""), request.FILES.get("file")
    try:
        if upload is None or kind not in PAPERS:
            raise WebError(225, "no file was sent.", "Choose a file.", ("file",))
        upload.name = f"{kind} {(upload.name or '')[-SHORT:]}"
        attach(user_of(request), MOVE, move, upload)
    except WebError as error:
        page = case_page(request, move) | {"error": words_of(error), "error_at": "paper"}
        return render(request, "registration/my_case.html", page, status=422)
    return redirect(f"{reverse('moves_case', args=[pk])}#papers")


@require_safe
def certificate_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificate as PDF."""
    move = own_move(request, pk)
    if move.state != "approved":
        raise Http404
    content = certificate.opened(move)
    note_audit("read", MOVE.key, [move.pk], ["certificate"])
    address = request.build_absolute_uri(reverse("moves_verify", args=[move.number, move.certificate]))
    response = HttpResponse(
        certificate_pdf(content, move.certificate, address), content_type="application/pdf"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="nuudel-{move.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
