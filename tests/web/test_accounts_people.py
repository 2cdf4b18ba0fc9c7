"""The administrator's pages: invitations that work once, postings, closed accounts, and the audit of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.web.access.roles import Role
from nuudel.web.accounts.first_administrator import make_administrator
from nuudel.web.accounts.models import Institution, Invitation, Posting, User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import PASSWORD, institution, signed_in, user_with

GOOD = "river stone horse winter"


@pytest.fixture(autouse=True)
def fresh(database: Addresses) -> None:
    cache.clear()
    mail.outbox = []


@pytest.fixture
def administrator(database: Addresses) -> Client:
    return signed_in(user_with(Role.ADMINISTRATOR))


def invitation(email: str, **changes: Any) -> dict[str, Any]:
    entered = {
        "name": "Saran",
        "email": email,
        "language": "en",
        "role": Role.REGISTRAR.value,
        "institution": institution().pk,
        "place": "MN81",
        "valid_from": timezone.localdate().isoformat(),
    }
    return entered | changes


def link_in(page: bytes) -> str:
    found = re.search(rb'value="http://testserver(/en/account/welcome/[^"]+)"', page)
    assert found
    return found[1].decode()


def actions() -> list[str]:
    entries = AuditEntry.objects.using("owner").order_by("pk")
    return [f"{entry.action} {entry.record_type}" for entry in entries]


def test_an_invited_person_sets_a_password_once_and_signs_in(administrator: Client) -> None:
    answer = administrator.post("/en/desk/people/invite/", invitation("saran@example.org"))
    link = link_in(answer.content)
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["saran@example.org"]
    user = User.objects.get(email="saran@example.org")
    assert (user.roles, user.has_usable_password()) == ({Role.REGISTRAR}, False)
    assert link.split("/")[-2].encode() not in bytes(Invitation.objects.get(user=user).token_hash)

    person = Client()
    assert "12 characters" in person.post(link, {"password1": "short"}).content.decode()
    assert person.post(link, {"password1": GOOD})["Location"] == "/en/account/login/"
    person.post("/en/account/login/", {"login": user.email, "password": GOOD})
    assert person.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert Client().get(link).status_code == 410
    for expected in ("invite accounts.user", "create accounts.posting", "accept_invitation accounts.user"):
        assert expected in actions()


def test_a_link_ends_after_its_days_and_when_a_new_one_is_made(administrator: Client) -> None:
    answer = administrator.post("/en/desk/people/invite/", invitation("nomin@example.org"))
    first = link_in(answer.content)
    user = User.objects.get(email="nomin@example.org")
    second = link_in(administrator.post(f"/en/desk/people/{user.pk}/link/").content)
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    Invitation.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(second, {"password1": GOOD}).status_code == 410
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_same_address_is_not_invited_twice(administrator: Client) -> None:
    known = user_with(Role.CITIZEN)
    page = administrator.post("/en/desk/people/invite/", invitation(known.email.upper())).content.decode()
    assert "already" in page
    assert mail.outbox == []


def test_who_becomes_an_officer_begins_anew_by_a_link(administrator: Client) -> None:
    """Somebody else may have signed up with this address and kept the password."""
    citizen = user_with(Role.CITIZEN)
    stranger = signed_in(citizen)
    assert stranger.get("/en/desk/").status_code == 200
    posting = {
        "role": "registrar",
        "institution": institution().pk,
        "place": "MN81",
        "valid_from": timezone.localdate().isoformat(),
    }
    answer = administrator.post(f"/en/desk/people/{citizen.pk}/", posting)
    assert answer.status_code == 200
    assert "/account/welcome/" in answer.content.decode()
    assert stranger.get("/en/desk/").status_code == 302
    assert not User.objects.get(pk=citizen.pk).has_usable_password()
    assert User.objects.get(pk=citizen.pk).roles == {Role.CITIZEN, Role.REGISTRAR}


def test_a_posting_is_given_and_ended_and_counts_at_once(administrator: Client) -> None:
    clerk = user_with(Role.PLANNER)
    posting = {
        "role": "analyst",
        "institution": institution().pk,
        "place": "",
        "valid_from": timezone.localdate().isoformat(),
    }
    wrong = posting | {"valid_to": "2001-01-01"}
    assert "before the first" in administrator.post(f"/en/desk/people/{clerk.pk}/", wrong).content.decode()
    assert administrator.post(f"/en/desk/people/{clerk.pk}/", posting).status_code == 302
    made = Posting.objects.get(user=clerk, role="analyst")
    assert User.objects.get(pk=clerk.pk).roles == {Role.PLANNER, Role.ANALYST}
    assert administrator.post(f"/en/desk/people/postings/{made.pk}/end/").status_code == 302
    assert User.objects.get(pk=clerk.pk).roles == {Role.PLANNER}
    assert "end accounts.posting" in actions()


def test_an_administrator_changes_nothing_of_his_own(database: Addresses) -> None:
    boss = user_with(Role.ADMINISTRATOR)
    client = signed_in(boss)
    posting = invitation("x@example.org", role="auditor")
    own = boss.postings.get()
    assert client.post(f"/en/desk/people/{boss.pk}/", posting).status_code == 403
    assert client.post(f"/en/desk/people/postings/{own.pk}/end/").status_code == 403
    assert client.post(f"/en/desk/people/{boss.pk}/stop/").status_code == 403
    assert User.objects.get(pk=boss.pk).roles == {Role.ADMINISTRATOR}
    assert "Another administrator" in client.get(f"/en/desk/people/{boss.pk}/").content.decode()


def test_closing_an_account_ends_its_sessions_at_once(administrator: Client) -> None:
    user = user_with(Role.CITIZEN)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/en/account/sessions/").status_code == 200
    administrator.post(f"/en/desk/people/{user.pk}/stop/")
    assert client.get("/en/account/sessions/").status_code == 302
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    administrator.post(f"/en/desk/people/{user.pk}/stop/")
    assert User.objects.get(pk=user.pk).is_active
    assert "close accounts.user" in actions()
    assert "reopen accounts.user" in actions()


def test_people_are_found_by_name_and_the_look_is_audited(administrator: Client) -> None:
    user = user_with(Role.PLANNER, name="Ganbold the planner")
    page = administrator.get("/en/desk/people/?q=ganbold").content.decode()
    assert user.name in page
    reads = AuditEntry.objects.using("owner").filter(action="read", record_type="accounts.user")
    assert any(str(user.pk) in entry.record_ids for entry in reads)


def test_the_list_has_pages_and_a_search_without_finds_says_so(administrator: Client) -> None:
    for _ in range(55):
        user_with(name="Many of them")
    assert "page=2" in administrator.get("/en/desk/people/?q=many").content.decode()
    assert "Nobody is found" in administrator.get("/en/desk/people/?q=zzzz").content.decode()


def test_an_institution_is_made_and_renamed(administrator: Client) -> None:
    entered = {"name_mn": "Алба", "name_en": "Bureau", "code": "bureau", "place": "MN81"}
    assert administrator.post("/en/desk/institutions/", entered).status_code == 302
    administrator.post("/en/desk/institutions/bureau/", entered | {"name_en": "Office"})
    assert Institution.objects.get(code="bureau").name("en") == "Office"
    assert administrator.post("/en/desk/institutions/", entered).status_code == 200  # the code is taken


def test_the_first_administrator_gets_a_link_and_only_once(database: Addresses) -> None:
    Posting.objects.using("owner").filter(role=Role.ADMINISTRATOR).delete()
    first = make_administrator("first@example.org", "First", "en")
    second = make_administrator("first@example.org", "First", "en")
    assert Client().get(first).status_code == 410
    assert Client().post(second, {"password1": GOOD}).status_code == 302
    assert User.objects.get(email="first@example.org").roles == {Role.ADMINISTRATOR}
    with pytest.raises(WebError, match="WEB-122"):
        make_administrator("first@example.org", "First", "en")
    with pytest.raises(WebError, match="WEB-121"):
        make_administrator("no address", "First", "en")
    with pytest.raises(WebError, match="WEB-124"):
        make_administrator("second@example.org", "Second", "en")
    assert not User.objects.filter(email="second@example.org").exists()


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_every_page_is_there_in_both_languages(administrator: Client, lang: str) -> None:
    person = user_with(Role.REGISTRAR, place="MN81")
    institution()
    for page in (
        "people/",
        "people/invite/",
        f"people/{person.pk}/",
        "institutions/",
        "institutions/test-office/",
    ):
        answer = administrator.get(f"/{lang}/desk/{page}")
        assert answer.status_code == 200
        assert f'lang="{lang}"' in answer.content.decode()
