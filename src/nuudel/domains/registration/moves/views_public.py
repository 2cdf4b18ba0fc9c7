"""Pages for everybody: a certificate verified, a move followed by its number; without names."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.registration.models import Move
from nuudel.domains.registration.moves.certificate import in_groups, verified
from nuudel.domains.registration.moves.following import following
from nuudel.domains.registration.moves.numbers import normalise
from nuudel.web.api.limits import address_of
from nuudel.web.facts.service import service_rights
from nuudel.web.refusals import refused
from nuudel.web.shared_limits import SharedLimit
from nuudel.web.words import language

ASKED = SharedLimit(per_minute=30, burst=30, name="certificates")
"""By address, in all workers together: nobody finds a number or a seal by trying; checking is not held up."""

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]


def limited(view: "View[Given]") -> "View[Given]":
    """Answers 429, with ``Retry-After``, to who asks too often."""

    @wraps(view)
    def asked(request: HttpRequest, /, *args: Given.args, **named: Given.kwargs) -> HttpResponse:
        wait = ASKED.take(address_of(request))
        if wait:
            response = refused(request, 429)
            response.headers["Retry-After"] = str(int(wait) + 1)
            return response
        return view(request, *args, **named)

    return asked


@require_safe
@limited
def follow(request: HttpRequest) -> HttpResponse:
    """The state of a move and what happens next, by its number: no names, no places."""
    typed = request.GET.get("number", "")[:40]
    page: dict[str, object] = {"typed": typed}
    if typed:
        number = normalise(typed)
        with service_rights():
            move = Move.objects.filter(number=number).first() if number else None
        page["number"] = number
        page["follow"] = following(move, localdate()) if move else None
    return render(
        request, "registration/follow.html", page, status=404 if typed and not page["follow"] else 200
    )


@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Number and seal typed from the paper."""
    number, seal = (request.GET.get(name, "")[:60].strip() for name in ("number", "seal"))
    if number and seal:
        letters = "".join(letter for letter in seal if letter.isalnum() and letter.isascii())
        return redirect("moves_verify", normalise(number) or "0", letters or "0")
    return render(
        request, "registration/verify.html", {"number": number, "seal": seal, "half": bool(number or seal)}
    )


@require_safe
@limited
def verify(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    """Whether a certificate is genuine; of a forged one nothing else is said."""
    shown = verified(number, seal, language())
    page = {"shown": shown, "number": number, "seal": in_groups(seal[:60])}
    response = render(request, "registration/verify.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response
