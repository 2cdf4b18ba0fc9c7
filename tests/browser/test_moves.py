"""The main job of registration in a real browser: a move, from a telephone to a certificate that verifies."""

from collections.abc import Callable
from typing import Any

from nuudel.web.access.context import acting

from .visitors import DESK, Visitor

Come = Callable[..., Visitor]


def test_a_citizen_reports_a_move_and_has_a_certificate_that_is_genuine(visit: Come, service: str) -> None:
    """On a telephone; the registrar of the destination decides at a desk."""
    from nuudel.domains.registration.tests.given_moves import TO, days, family, offices

    origin, destination = offices()
    people = family(origin)
    citizen = visit()
    citizen.sign_in(people.citizen)
    citizen.open("moves_my")
    citizen.reads(people.child.given_name)
    citizen.follow(citizen.say("registration.my.report"))
    citizen.press(citizen.say("registration.report.on"))  # all of the household
    citizen.follow_first("a[href$='aimag=MN11']")
    citizen.main.locator(f"input[value='{TO}']").check()
    citizen.press(citizen.say("registration.report.on"))
    citizen.write({"bagh": "2", "address": "Байр 12-34"}, "registration.report")
    citizen.field(citizen.say("registration.report.consent")).check()
    citizen.press(citizen.say("registration.report.on"))
    citizen.write({"day": f"{days(-1):%Y-%m-%d}", "phone": "99112233"}, "registration.report")
    citizen.field(citizen.say("registration.reason_code.employment")).check()
    citizen.press(citizen.say("registration.report.on"))
    citizen.reads(people.spouse.given_name, "Байр 12-34")
    citizen.press(citizen.say("registration.report.send"))
    case = citizen.page.url
    citizen.reads(citizen.say("registration.my.next"))
    move = citizen.record
    registrar = visit(width=DESK)
    registrar.sign_in(destination)
    registrar.open("moves_office")
    for action in ("verify", "approve"):
        registrar.open("moves_decide", move)
        if action == "verify":  # the spouse, who is there too; the head has reported it herself
            registrar.main.locator("input[name=agreed]:enabled").check()
        else:
            for paper in registrar.main.locator("input[name=seen]").all():
                paper.check()
        registrar.field(registrar.say(f"registration.move.action_{action}")).check()
        registrar.press(registrar.say("registration.moves.decide_now"))
    registrar.reads(registrar.say("registration.move.state_approved"))
    citizen.go(case)
    link = citizen.main.get_by_role("link", name=citizen.say("registration.my.certificate"), exact=True)
    name, content = citizen.takes(link)
    assert name.endswith(".pdf")
    assert content.startswith(b"%PDF-")
    number, seal = sealed(people.citizen, move)
    whoever = visit()
    whoever.open("moves_verify_form")
    whoever.field(whoever.say("registration.certificate.number")).fill(number)
    whoever.field(whoever.say("registration.certificate.seal")).fill(seal)
    whoever.press(whoever.say("registration.verify.check"))
    whoever.reads(whoever.say("registration.verify.genuine"), number)
    whoever.reads_nothing_of(people.head.given_name, people.child.given_name)


def sealed(user: Any, move: str) -> tuple[str, str]:
    """Number and seal as they are printed on the certificate."""
    from nuudel.domains.registration.models import Move

    with acting(user, "test"):
        found = Move.objects.get(pk=move)
    return found.number, found.certificate
