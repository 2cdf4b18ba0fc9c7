"""From the telephone to the certificate, page by page, in both languages; and what is refused on the way."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Move, MoveDraft
from nuudel.domains.registration.moves import drafts
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_moves import (
    EVERY_PAPER,
    TO,
    Family,
    approved,
    days,
    family,
    now,
    offices,
    reported,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.audit.models import AuditEntry
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

DESK = "desk/registration"
PHOTO = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
pytestmark = pytest.mark.usefixtures("files_apart", "unlimited")


def post(client: Client, address: str, fields: dict[str, Any], status: int = 302) -> Any:
    answer = client.post(address, fields)
    wrong = re.findall(r'class="errors".*?</div>', answer.content.decode(), re.S)
    assert answer.status_code == status, wrong
    return answer


def answer_all(client: Client, lang: str, people: Family, **given: Any) -> str:
    """Answer every question of a report; the address to which the last page leads."""
    at = f"/{lang}/{DESK}/my/move"
    fields: dict[str, dict[str, Any]] = {
        "who": {"persons": [str(key) for key in people.ids]},
        "where": {"place": TO},
        "address": {"bagh": "2", "address": f"Байр {people.citizen.pk}", "consent": "on"},
        "when": {"day": str(days(-1)), "reason": "education", "phone": "99112233"},
    }
    for name, answers in fields.items():
        query = "?aimag=MN11" if name == "where" else ""
        following = post(client, f"{at}/{name}/{query}", answers | given.get(name, {})).headers["Location"]
        assert client.get(following).status_code == 200
    return str(post(client, f"{at}/check/", {}).headers["Location"])


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_a_citizen_reports_sends_papers_and_has_the_certificate(database: Addresses, lang: str) -> None:
    origin, destination = offices()
    people = family(origin)
    client, office = signed_in(people.citizen), signed_in(destination)
    home = client.get(f"/{lang}/{DESK}/my/", follow=True).content.decode()
    assert people.child.given_name in home
    assert f"/{lang}/{DESK}/my/move/who/" in home
    case = answer_all(client, lang, people)
    shown = client.get(case).content.decode()
    pk = UUID(case.split("/")[-2])
    move = now_by(people.citizen, pk)
    assert move.number in shown
    assert "26" in shown
    paper = {"kind": "military_deregistration", "file": SimpleUploadedFile("зураг.png", PHOTO)}
    post(client, f"/{lang}/{DESK}/my/case/{pk}/paper/", paper)
    decide = f"/{lang}/{DESK}/office/decide/{pk}/"
    assert move.number in office.get(f"/{lang}/{DESK}/office/moves/").content.decode()
    take(office, decide, step="ask_for_papers", reason="Орон сууцны гэрчилгээ үзүүлнэ үү.")
    asked = client.get(f"/{lang}/{DESK}/my/case/{pk}/").content.decode()
    assert "Орон сууцны гэрчилгээ үзүүлнэ үү." in asked
    post(client, f"/{lang}/{DESK}/my/case/{pk}/", {"step": "send_papers"})
    (spouse,) = boxes(office.get(decide))  # the head's own report is her word
    assert people.spouse.given_name in take(office, decide, 422, step="verify").content.decode()
    take(office, decide, step="verify", agreed=[spouse])
    assert not boxes(office.get(decide))
    take(office, decide, step="approve", seen=["dwelling_right"])
    assert now_by(people.citizen, pk).state == "approved"
    done = client.get(f"/{lang}/{DESK}/my/case/{pk}/").content.decode()
    assert "certificate.pdf" in done
    record = office.get(f"/{lang}/{DESK}/move/{pk}/")
    assert record.status_code == 200


def boxes(page: Any) -> list[str]:
    """The adults whom the page lets an officer tick."""
    found = re.findall(r'name="agreed" value="([^"]+)"( checked disabled)?', page.content.decode())
    return [key for key, done in found if not done]


def now_by(user: User, pk: UUID) -> Move:
    with acting(user, "test"), service_rights():
        return Move.objects.get(pk=pk)


def take(client: Client, address: str, status: int = 302, **fields: Any) -> Any:
    """Fill the form of a decision and send it."""
    page = client.get(address).content.decode()
    version = re.findall(r'name="version" value="(\w+)"', page)[0]
    return post(client, address, {"version": version} | fields, status)


def test_the_draft_is_kept_between_pages_and_forgotten_once_sent(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    client = signed_in(people.citizen)
    at = f"/mn/{DESK}/my/move"
    post(client, f"{at}/who/", {"persons": [str(people.spouse.pk)]})
    # Whoever comes back, also on another telephone, goes on where it was left.
    again = signed_in(people.citizen)
    assert again.get(f"{at}/when/").headers["Location"] == f"{at}/where/"
    who = again.get(f"{at}/who/").content.decode()
    assert re.findall(r'value="([0-9a-f-]{36})"[^>]*checked', who) == [str(people.spouse.pk)]
    answer_all(client, "mn", people)
    with acting(people.citizen, "test"):
        assert drafts.answers(people.citizen) == {}


def test_old_drafts_are_emptied(database: Addresses) -> None:
    citizen = user_with(Role.CITIZEN)
    for distance, kept in ((13, {"day": "x"}), (15, {})):
        with acting(citizen, "test"):
            drafts.keep(citizen, {"day": "x"})
            note_audit("change", kinds.MOVE_DRAFT)
            MoveDraft.objects.filter(created_by=citizen).update(
                changed_at=timezone.now() - timedelta(days=distance)
            )
        with acting(citizen, "test"):
            drafts.empty_old()
            assert drafts.answers(citizen) == kept


def test_drafts_are_read_by_nobody_else(database: Addresses) -> None:
    citizen, other, office = user_with(Role.CITIZEN), user_with(Role.CITIZEN), made.registrar()
    with acting(citizen, "test"):
        drafts.keep(citizen, {"day": "x"})
    for user in (other, office):
        with acting(user, "test"):
            assert not MoveDraft.objects.filter(created_by=citizen).exists()


@pytest.mark.parametrize(
    ("page", "fields", "said"),
    [
        ("who", {"persons": []}, "persons"),
        ("who", {"guardian": "ЮЮ00000000"}, "guardian"),
        ("where", {"place": "MN51"}, "place"),
        ("address", {"bagh": "", "address": ""}, "bagh"),
        ("when", {"day": "2026-02-30"}, "day"),
        ("when", {"reason": "boredom"}, "reason"),
    ],
)
def test_what_is_wrong_is_said_beside_the_question(
    database: Addresses, page: str, fields: dict[str, Any], said: str
) -> None:
    origin, _ = offices()
    people = family(origin)
    client = signed_in(people.citizen)
    at = f"/mn/{DESK}/my/move"
    right: dict[str, dict[str, Any]] = {
        "who": {"persons": [str(key) for key in people.ids]},
        "where": {"place": TO},
        "address": {"bagh": "2", "address": "Байр 1"},
        "when": {"day": str(days(-1)), "reason": "family"},
    }
    for name, answers in right.items():
        query = "?aimag=MN11" if name == "where" else ""
        if name == page:
            text = post(client, f"{at}/{name}/{query}", answers | fields, 422).content.decode()
            assert f'id="{said}-error"' in text
            break
        post(client, f"{at}/{name}/{query}", answers)


def test_what_stands_against_a_report_is_said_and_nothing_is_lost(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    client = signed_in(people.citizen)
    reported(people)
    with pytest.raises(AssertionError, match="Шийдээгүй өөр шилжилтэд байгаа хүн: 3"):
        answer_all(client, "mn", people)
    with acting(people.citizen, "test"):
        assert drafts.answers(people.citizen)["reason"] == "education"


def test_a_citizen_who_is_not_linked_is_told_how(database: Addresses) -> None:
    client = signed_in(user_with(Role.CITIZEN))
    for lang, said in (("mn", "холбогдоогүй"), ("en", "not linked yet")):
        assert said in client.get(f"/{lang}/{DESK}/my/household/").content.decode()
    assert client.get(f"/mn/{DESK}/my/move/who/").headers["Location"] == f"/mn/{DESK}/my/"


def test_another_citizens_case_is_not_there_and_the_attempt_is_audited(database: Addresses) -> None:
    origin, _ = offices()
    people, stranger = family(origin), user_with(Role.CITIZEN)
    move = reported(people)
    client = signed_in(stranger)
    for address in (f"case/{move.pk}/", f"case/{move.pk}/certificate.pdf"):
        answer = client.get(f"/mn/{DESK}/my/{address}")
        assert answer.status_code == 404
        assert move.number not in answer.content.decode()
    assert client.post(f"/mn/{DESK}/my/case/{move.pk}/", {"step": "withdraw"}).status_code == 404
    assert client.get(f"/mn/{DESK}/move/{move.pk}/").status_code == 404
    refused = AuditEntry.objects.using("owner").filter(user_id=stranger.pk, action="refused")
    assert refused.filter(record_ids__contains=[str(move.pk)]).count() == 3


def test_roles_open_their_own_pages(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    analyst = signed_in(user_with(Role.ANALYST))
    citizen, office = signed_in(people.citizen), signed_in(origin)
    pages = {"my/household/": 1, "office/moves/": 2, "office/search/": 2, "my/move/who/": 3}
    for page, who in pages.items():
        for client, bit in ((citizen, 1), (office, 2), (analyst, 0)):
            expected = {200, 302} if who & bit else {403}
            assert client.get(f"/mn/{DESK}/{page}").status_code in expected, (page, bit)
    assert Client().get(f"/mn/{DESK}/my/household/").status_code == 302


def test_an_officer_reports_for_somebody_at_the_counter(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    client = signed_in(destination)
    search = f"/mn/{DESK}/office/search/"
    assert "бүртгэлд алга" in post(client, search, {"number": "ЮЮ99999999"}, 422).content.decode()
    given = {"number": f" {people.spouse.registration_number.lower()} ", "purpose": "Цонхон дээр ирсэн"}
    found = post(client, search, given)
    assert found.headers["Location"] == f"/mn/{DESK}/my/move/who/"
    record = answer_all(client, "mn", people)
    move = now_by(destination, UUID(record.split("/")[-2]))
    assert (move.reported_by, move.household_id) == ("officer", people.household.pk)
    shown = client.get(record).content.decode()
    assert "Бүртгэлд юу байна" in shown
    assert people.child.given_name in shown


def test_the_origin_reads_the_case_and_does_not_decide(database: Addresses) -> None:
    origin, _ = offices()
    move = reported(family(origin))
    client = signed_in(origin)
    assert client.get(f"/mn/{DESK}/office/decide/{move.pk}/").status_code == 403
    page = client.get(f"/mn/{DESK}/move/{move.pk}/").content.decode()
    assert f"office/decide/{move.pk}" not in page
    listed = client.get(f"/mn/{DESK}/office/moves/").content.decode()
    assert move.number in listed
    address = f"/mn/{DESK}/move/{move.pk}/step/verify/"
    form = client.get(address).content.decode()
    version = re.findall(r'name="version" value="(\w+)"', form)[0]
    assert "Зөвхөн очих газар" in post(client, address, {"version": version}, 422).content.decode()


def test_a_refusal_needs_its_reason_and_its_text(database: Addresses) -> None:
    origin, destination = offices()
    move = reported(family(origin))
    client, address = signed_in(destination), f"/en/{DESK}/office/decide/{move.pk}/"
    take(client, address, 422, step="refuse", refusal="dwelling_full")
    take(client, address, 422, step="refuse", reason="Because.")
    take(client, address, 422, step="", reason="Because.")
    assert now(move).state == "reported"
    take(client, address, step="refuse", refusal="dwelling_full", reason="Ten people live there.")
    fresh = now(move)
    assert (fresh.state, fresh.refusal, fresh.due_on) == ("refused", "dwelling_full", days(30))


def test_an_old_page_decides_nothing(database: Addresses) -> None:
    origin, destination = offices()
    move = reported(family(origin))
    client, address = signed_in(destination), f"/en/{DESK}/office/decide/{move.pk}/"
    version = re.findall(r'name="version" value="(\w+)"', client.get(address).content.decode())[0]
    step(destination, move, "verify")
    post(client, address, {"version": version, "step": "approve", "seen": list(EVERY_PAPER)}, 409)
    assert now(move).seen == []


def test_the_appeal_and_the_withdrawal_are_the_citizens(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    move = step(destination, reported(people), "refuse", refusal="other")
    client, address = signed_in(people.citizen), f"/mn/{DESK}/my/case/{move.pk}/"
    post(client, address, {"step": "appeal", "reason": " "}, 422)
    post(client, address, {"step": "appeal", "reason": "Бид тэнд багтана."})
    assert (now(move).state, now(move).appeal) == ("appealed", "Бид тэнд багтана.")
    second = reported(family(origin))
    own = signed_in(User.objects.get(pk=second.holder_id or 0))
    post(own, f"/mn/{DESK}/my/case/{second.pk}/", {"step": "withdraw", "reason": "Болилоо."})
    assert now(second).state == "withdrawn"
    assert own.post(f"/mn/{DESK}/my/case/{second.pk}/", {"step": "approve"}).status_code == 404


def test_a_file_of_another_kind_is_refused(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    move = reported(people)
    client, address = signed_in(people.citizen), f"/mn/{DESK}/my/case/{move.pk}/paper/"
    program = {"kind": "other_paper", "file": SimpleUploadedFile("a.png", b"MZ" + b"\0" * 64)}
    post(client, address, program, 422)
    post(client, address, {"kind": "nonsense", "file": SimpleUploadedFile("a.png", PHOTO)}, 422)
    post(client, address, {"kind": "other_paper"}, 422)


def test_what_was_done_before_is_on_the_citizens_page(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    move = approved(people, destination)
    client = signed_in(people.citizen)
    page = client.get(f"/en/{DESK}/my/household/").content.decode()
    assert move.number in page
    assert "You are registered at the new place" in page
    assert "Bayangol" in page


def test_nobody_finds_out_who_is_registered_by_trying_numbers(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, _ = offices()
    people = family(origin)
    client = signed_in(people.citizen)
    address = f"/en/{DESK}/my/move/who/"
    fields = {"persons": [str(people.head.pk)], "guardian": "ЮЮ00000000"}
    said = [post(client, address, fields, 422).content.decode() for _ in range(11)]
    assert all("has this number" in text for text in said[:10])
    assert "Too many numbers were tried" in said[10]


def test_the_dwelling_that_is_chosen_counts_who_lives_there(database: Addresses) -> None:
    origin, destination = offices()
    home = made.dwelling(destination, TO, bagh="2", address="Яармаг 8", capacity=2)
    move = reported(family(origin), bagh="2", address="Яармагийн 8 тоот")
    client, address = signed_in(destination), f"/en/{DESK}/office/decide/{move.pk}/"
    assert "Яармаг 8" in client.get(address).content.decode()
    told = {"agreed": boxes(client.get(address)), "seen": list(EVERY_PAPER)}
    take(client, address, step="verify", dwelling=str(home.pk), **told)
    shown = take(client, address, 422, step="approve").content.decode()
    assert "There would be 3 people; only 2 may live there." in shown
    history = client.get(f"/en/{DESK}/move/{move.pk}/").content.decode()
    assert "Identity cards" in history
    assert "Dwelling of the register chosen" in history
