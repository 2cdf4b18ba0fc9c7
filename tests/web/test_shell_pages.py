"""The work pages from the sign-in to the export, as a browser asks for them."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.shell import records
from nuudel.web.shell.models import Action, Notice
from nuudel.web.testing import signed_in, user_with

from .shell_trial import CASE, Case, hidden, make, soums, trial, typed, url

__all__ = ["trial"]
pytestmark = pytest.mark.usefixtures("trial")


@pytest.fixture
def officer() -> Any:
    return user_with(Role.REGISTRAR, place="MN81")


@pytest.fixture
def desk(officer: Any) -> Client:
    return signed_in(officer)


def test_a_record_is_made_shown_and_listed(desk: Client) -> None:
    pk = make(desk, title_en="A case of work")
    shown = desk.get(url(pk)).content.decode()
    assert "A case of work" in shown
    assert "The topic work" in shown
    assert "By phone, By post" in shown
    assert "Secret Person" in shown
    assert "Case is new" in shown
    listed = desk.get(url("list")).content.decode()
    assert pk in listed
    assert "Secret Person" not in listed
    assert "A case of work" in listed
    assert "Хэрэг" in desk.get(url("list", lang="mn")).content.decode()


def test_the_work_page_names_what_waits_and_where(desk: Client) -> None:
    pk = make(desk, title_mn="Waits for me")
    page = desk.get("/en/desk/").content.decode()
    assert f"/en/desk/trial/case/{pk}/" in page
    assert "Waits for me" in page
    assert "Zavkhan" in page
    assert "/en/desk/trial/case/list/" in page
    assert "/visit/list/" not in page


def test_each_page_answers_in_both_languages(desk: Client) -> None:
    pk = make(desk)
    for lang in ("mn", "en"):
        addresses = [f"/{lang}/desk/", f"/{lang}/desk/notices/"]
        addresses += [url(*parts, lang=lang) for parts in (("list",), ("new",), (pk,), (pk, "change"))]
        addresses += [url(pk, "step", "take", lang=lang), url(pk, "step", "refuse", lang=lang)]
        addresses += [url("new", lang=lang, kind="visit") + f"?of={pk}"]
        for address in addresses:
            assert desk.get(address).status_code == 200, address


def test_what_a_form_lacks_is_said_beside_the_field_and_what_was_typed_stays(desk: Client) -> None:
    sent = typed(title_mn="", persons="many", day="2026-13-01", number="KEPT-NUMBER", ways=["desk"])
    response = desk.post(url("new"), sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert hidden(response, "form_key") == sent["form_key"]
    for kept in ("KEPT-NUMBER", 'value="many"', 'value="2026-13-01"', "Secret Person"):
        assert kept in page
    assert page.count('aria-invalid="true"') == 3
    assert 'href="#id_title_mn"' in page or 'href="#title_mn"' in page
    assert 'role="alert" tabindex="-1" autofocus' in page
    assert "With the &lt;head&gt; of the household." in page


def test_a_rule_of_the_domain_is_said_beside_its_field(desk: Client) -> None:
    page = desk.post(url("new"), typed(persons="2000"))
    assert page.status_code == 422
    assert "Persons: At most 1000." in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place", "MN11"),
        ("place", "../etc"),
        ("topic", "other"),
        ("ways", ["pigeon"]),
        ("persons", "-1"),
        ("persons", "99999999999"),
        ("title_mn", "a\0b"),
        ("title_mn", "x" * 81),
        ("full_name", ""),
        ("full_name", "a\0b"),
    ],
)
def test_what_the_form_does_not_offer_is_not_taken(desk: Client, field: str, value: Any) -> None:
    before = count(desk)
    response = desk.post(url("new"), typed(**{field: value}))
    assert response.status_code == 422
    assert 'class="field wrong"' in response.content.decode()
    assert count(desk) == before


def count(desk: Client) -> str:
    import re

    found = re.search(r"([\d,]+) found", desk.get(url("list")).content.decode())
    assert found
    return found[1]


def test_the_places_offered_are_those_of_the_posting(desk: Client) -> None:
    page = desk.get(url("new")).content.decode()
    assert f'value="{soums()[0]}"' in page
    assert 'value="MN11"' not in page
    assert 'name="institution"' not in page


def test_a_change_keeps_names_of_personal_fields_and_values_of_others(desk: Client, officer: Any) -> None:
    pk = make(desk)
    form = desk.get(url(pk, "change"))
    assert "Secret Person" in form.content.decode()
    changed = typed(full_name="Another Secret", ways=["desk"], version=hidden(form, "version"))
    assert desk.post(url(pk, "change"), changed).status_code == 302
    with acting(officer, "test"):
        entry = Action.objects.get(record_id=pk, action="change")
        assert entry.changes == {"ways": ["phone;post", "desk"], "full_name": None}
        assert Case.objects.get(pk=pk).full_name == "Another Secret"
    page = desk.get(url(pk)).content.decode()
    assert "<del>By phone, By post</del> <ins>By desk</ins>" in page


def test_a_form_sent_without_a_change_leaves_no_history(desk: Client, officer: Any) -> None:
    pk = make(desk)
    again = typed(version=hidden(desk.get(url(pk, "change")), "version"))
    assert desk.post(url(pk, "change"), again).status_code == 302
    with acting(officer, "test"):
        assert [entry.action for entry in Action.objects.filter(record_id=pk)] == ["create"]


def test_steps_ask_first_and_are_taken_once(desk: Client, officer: Any) -> None:
    pk = make(desk)
    version = hidden(desk.get(url(pk, "step", "take")), "version")
    for _ in range(2):  # a double click
        assert desk.post(url(pk, "step", "take"), {"version": version}).status_code == 302
    with acting(officer, "test"):
        rows = Action.objects.filter(record_id=pk).order_by("number")
        assert [row.action for row in rows] == ["create", "take"]
    assert "Case is working" in desk.get(url(pk)).content.decode()
    assert desk.post(url(pk, "step", "take"), {}).status_code == 302  # it is done; nothing is done again
    assert desk.get(url(pk, "step", "fly")).status_code == 404


def test_a_step_that_asks_why_is_not_taken_without_an_answer(desk: Client) -> None:
    pk = make(desk)
    version = hidden(desk.get(url(pk, "step", "refuse")), "version")
    assert "Say why." in desk.post(url(pk, "step", "refuse"), {"version": version}).content.decode()
    long = desk.post(url(pk, "step", "refuse"), {"version": version, "reason": "x" * 501})
    assert long.status_code == 422
    assert "x" * 501 in long.content.decode()
    given = {"version": version, "reason": "It is <b>double</b>."}
    assert desk.post(url(pk, "step", "refuse"), given).status_code == 302
    page = desk.get(url(pk)).content.decode()
    assert "It is &lt;b&gt;double&lt;/b&gt;." in page
    assert "Case is refused" in page


def test_a_step_that_a_rule_forbids_is_not_taken(desk: Client) -> None:
    pk = make(desk, persons="")
    desk.post(url(pk, "step", "take"), {"version": hidden(desk.get(url(pk)), "form_key")})
    desk.post(url(pk, "step", "take"), {"version": hidden(desk.get(url(pk, "step", "take")), "version")})
    version = hidden(desk.get(url(pk, "step", "accept")), "version")
    response = desk.post(url(pk, "step", "accept"), {"version": version})
    assert response.status_code == 422
    assert "Say how many." in response.content.decode()
    assert "Case is working" in desk.get(url(pk)).content.decode()


def test_what_is_closed_is_not_changed(desk: Client) -> None:
    pk = make(desk)
    form = hidden(desk.get(url(pk, "change")), "version")
    for action in ("take", "accept"):
        version = hidden(desk.get(url(pk, "step", action)), "version")
        assert desk.post(url(pk, "step", action), {"version": version}).status_code == 302
    page = desk.get(url(pk)).content.decode()
    assert "/change/" not in page
    late = desk.post(url(pk, "change"), typed(version=form, title_mn="Too late"))
    assert late.status_code == 409
    now = typed(version=hidden(desk.get(url(pk, "change")), "version"), title_mn="Too late")
    closed = desk.post(url(pk, "change"), now)
    assert closed.status_code == 409
    assert "can no longer be changed" in closed.content.decode()
    assert "Too late" not in desk.get(url(pk)).content.decode()


def test_a_comment_stays_once_and_is_escaped(desk: Client) -> None:
    pk = make(desk)
    sent = {"form_key": hidden(desk.get(url(pk)), "form_key"), "text": "<script>alert(1)</script> it is"}
    for _ in range(2):
        assert desk.post(url(pk, "comment"), sent).status_code == 302
    page = desk.get(url(pk)).content.decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; it is") == 1
    assert "<script>alert(1)" not in page
    assert desk.post(url(pk, "comment"), {"text": "  \0 "}).status_code == 422
    long = desk.post(url(pk, "comment"), {"text": "y" * 4001})
    assert long.status_code == 422
    assert "y" * 4001 in long.content.decode()
    assert "4,001" in long.content.decode()


def test_a_part_is_made_in_its_record_and_listed_there(desk: Client) -> None:
    pk = make(desk)
    form_key = "0190f000-0000-7000-8000-000000000001"
    address = url("new", kind="visit") + f"?of={pk}"
    response = desk.post(address, {"day": "2026-06-01", "form_key": form_key})
    assert response.headers["Location"] == url(pk) + "#visit"
    assert "Visit of 2026-06-01" in desk.get(url(pk)).content.decode()
    assert desk.get(url("new", kind="visit")).status_code == 404
    assert desk.get(url("new", kind="visit") + "?of=x").status_code == 404


def test_the_maker_is_told_and_may_look_and_the_mail_says_nothing(desk: Client) -> None:
    maker = user_with(Role.CASE_WORKER, place="MN81", language="en")
    own = signed_in(maker)
    pk = make(own, title_mn="Confidential title")
    given = {"version": hidden(desk.get(url(pk, "step", "refuse")), "version"), "reason": "No paper."}
    assert desk.post(url(pk, "step", "refuse"), given).status_code == 302
    page = own.get("/en/desk/notices/").content.decode()
    assert "one case: Do refuse" in page
    assert url(pk) in page
    assert own.get(url(pk)).status_code == 200
    notice = Notice.objects.get(user=maker)
    send(notice.pk)
    told = mail.outbox[-1]
    assert told.to == [maker.email]
    for secret in ("Secret", "Confidential", pk, "No paper", "AB12345678", maker.name):
        assert secret not in told.subject + told.body
    assert own.post("/en/desk/notices/seen/").status_code == 302
    sent = len(mail.outbox)
    send(notice.pk)
    assert len(mail.outbox) == sent  # what was seen needs no mail


def send(notice: int) -> None:
    from nuudel.web.shell.jobs import send_notice

    send_notice(notice)


def test_the_job_of_a_notice_is_in_the_transaction_of_the_step(desk: Client) -> None:
    from django.db import connection

    maker = user_with(Role.CASE_WORKER, place="MN81")
    pk = make(signed_in(maker))
    given = {"version": hidden(desk.get(url(pk, "step", "refuse")), "version"), "reason": "No paper."}
    desk.post(url(pk, "step", "refuse"), given)
    notice = Notice.objects.get(user=maker)
    with connection.cursor() as cursor:
        asked = "SELECT args FROM procrastinate_jobs WHERE (args->>'notice')::bigint = %s"
        cursor.execute(asked, [notice.pk])
        jobs = cursor.fetchall()
    assert [json.loads(args) for (args,) in jobs] == [{"notice": notice.pk}]


def test_a_step_that_is_not_committed_leaves_no_notice_and_no_job(officer: Any) -> None:
    from django.db import connection, transaction

    maker = user_with(Role.CASE_WORKER, place="MN81")
    pk = make(signed_in(maker))
    with acting(officer, "test"):
        case = records.find(officer, CASE, UUID(pk), to_change=True)
        records.transition(officer, CASE, case, "refuse", reason="No paper.")
        left = Notice.objects.get(user=maker).pk
        transaction.set_rollback(True)
    assert not Notice.objects.filter(user=maker)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE (args->>'notice')::bigint = %s", [left])
        assert cursor.fetchone() == (0,)


def test_a_notice_of_a_record_that_is_closed_to_the_user_leads_nowhere(desk: Client) -> None:
    maker = user_with(Role.CASE_WORKER, place="MN81")
    own = signed_in(maker)
    pk = make(own)
    given = {"version": hidden(desk.get(url(pk, "step", "refuse")), "version"), "reason": "No paper."}
    desk.post(url(pk, "step", "refuse"), given)
    maker.postings.using("owner").update(role=Role.PLANNER)
    assert own.get(url(pk)).status_code == 404
    page = own.get("/en/desk/notices/").content.decode()
    assert url(pk) not in page
    assert "You can no longer open the record." in page
