"""What one officer may not do alone, and what an office of one may, so that it is seen."""

from typing import Any

import pytest
from django.test import Client

from nuudel.domains.registration.documents.rules import needs_second_officer
from nuudel.domains.registration.duplicates.record_types import PAIR
from nuudel.domains.registration.models import IdentityDocument, Move, Pair, Person
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.report import report_move
from nuudel.domains.registration.persons.accounts import link
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_moves import (
    EVERY_PAPER,
    Family,
    days,
    family,
    now,
    offices,
    report,
    reported,
    step,
)
from nuudel.domains.registration.tests.given_pairs import BORN, decide, pair_of, problems_of
from nuudel.domains.registration.tests.given_pairs import step as step_pair
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Posting, User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import signed_in, user_with

PAPERS = list(EVERY_PAPER)
ALONE = {"second_officer"}
LIST = "/en/desk/registration/move/"


def at_counter(office: User, people: Family, **given: Any) -> Move:
    """A move that an officer has reported for somebody at the counter."""
    with acting(office, "test"):
        return report_move(office, report(people, **given), reporter=None)


def refused(user: User, move: Move, action: str = "approve") -> set[str]:
    with pytest.raises(BrokenRulesError) as broken:
        step(user, move, action, seen=PAPERS)
    return problems_of(broken)


def test_who_reports_at_the_counter_does_not_approve_where_there_is_a_colleague(database: Addresses) -> None:
    origin, clerk = offices()
    colleague = user_with(Role.REGISTRAR, place=made.BAYANGOL)
    move = step(clerk, at_counter(clerk, family(origin)), "verify")
    assert refused(clerk, move) == ALONE
    done = step(colleague, move, "approve", seen=PAPERS)
    assert (done.state, done.officers) == ("approved", "")


def test_a_second_step_by_a_colleague_is_not_enough_it_is_the_approval_that_counts(
    database: Addresses,
) -> None:
    origin, clerk = offices()
    colleague = user_with(Role.REGISTRAR, place=made.BAYANGOL)
    move = step(colleague, at_counter(clerk, family(origin)), "verify")
    assert refused(clerk, move) == ALONE


def test_an_adults_own_word_or_report_is_no_officers_word(database: Addresses) -> None:
    origin, clerk = offices()
    user_with(Role.REGISTRAR, place=made.BAYANGOL)
    people, others = family(origin), family(origin)
    move = at_counter(clerk, people)
    agree(people.citizen, move)
    step(clerk, move, "verify")
    assert step(clerk, move, "approve", seen=PAPERS).officers == ""
    own = step(clerk, reported(others), "verify")
    assert step(clerk, own, "approve", seen=PAPERS).officers == ""


def agree(citizen: User, move: Move) -> None:
    with acting(citizen, "test"), service_rights():
        member = move.members.get(person__holder=citizen)
    assert signed_in(citizen).post(f"/mn/desk/registration/my/agree/{member.pk}/").status_code == 302


def test_an_office_of_one_decides_alone_and_it_is_seen(database: Addresses) -> None:
    origin, _ = offices()
    clerk = user_with(Role.REGISTRAR, place=made.ASGAT)
    gone = user_with(Role.REGISTRAR, place=made.ASGAT)
    Posting.objects.using("owner").filter(user_id=gone.pk).update(valid_to=days(-1))
    people = family(origin)
    move = step(clerk, at_counter(clerk, people, place=made.ASGAT, bagh="3"), "verify")
    done = step(clerk, move, "approve", seen=PAPERS)
    assert (done.state, done.officers) == ("approved", "one")
    supervisor = signed_in(user_with(Role.REGISTRAR, place="MN81"))
    listed = supervisor.get(f"{LIST}list/", {"officers": "one"}).content.decode()
    assert done.number in listed
    assert str(reported(family(origin), place=made.ASGAT).number) not in listed
    assert "one officer alone" in supervisor.get(f"{LIST}{done.pk}/").content.decode()
    counted = supervisor.get(f"{LIST}counts.csv", {"by": "officers"})
    assert counted.status_code == 200
    assert "officers" in counted.content.decode()
    assert found_by_auditor(signed_in(user_with(Role.AUDITOR)), done)


def found_by_auditor(auditor: Client, move: Move) -> bool:
    found = auditor.get("/en/desk/audit/", {"action": "approve_alone", "record_type": MOVE.key})
    assert found.status_code == 200
    return str(move.pk) in found.content.decode()


def test_a_paper_alone_merges_by_two_officers(database: Addresses, settings_of_files: Any) -> None:
    clerk, colleague = made.registrar(), made.registrar()
    same: dict[str, Any] = {"birth_date": BORN, "given_name": "Болд", "patronymic": "Дорж"}
    first, second = made.person(clerk, **same), made.person(clerk, **same)
    pair = pair_of(clerk, first, second)
    with acting(clerk, "test"):
        attach(clerk, PAIR, pair, settings_of_files)
    said = {"kept": first, "ground": "paper", "paper": "letter.pdf"}
    with pytest.raises(BrokenRulesError) as broken:
        decide(clerk, pair, "merge", **said)
    assert problems_of(broken) == ALONE
    decide(clerk, pair, "propose", **said)
    with pytest.raises(BrokenRulesError) as broken:
        step_pair(clerk, PAIR, pair, "merge")
    assert problems_of(broken) == ALONE
    step_pair(colleague, PAIR, pair, "merge")
    assert state_of(Pair, pair, clerk) == "merged"
    assert state_of(Person, second, clerk) == "merged"


def state_of(model: Any, row: Any, user: User) -> str:
    with acting(user, "test"), service_rights():
        return str(model.objects.get(pk=row.pk).state)


@pytest.fixture
def settings_of_files() -> Any:
    """A small PDF as it is uploaded."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("letter.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def test_a_decision_of_the_household_by_appeal_is_its_own_word(database: Addresses) -> None:
    """In an office of two, who has refused decides no appeal: the other one may, who has reported."""
    origin, clerk = offices()
    colleague = user_with(Role.REGISTRAR, place=made.BAYANGOL)
    people = family(origin)
    move = step(colleague, at_counter(clerk, people), "refuse", refusal="other")
    step(people.citizen, move, "appeal", appeal="Тэнд амьдардаг.")
    assert step(clerk, move, "approve", seen=PAPERS).state == "approved"
    assert now(people.head).place == made.BAYANGOL


def test_an_account_that_the_same_officer_has_linked_proves_nothing(database: Addresses) -> None:
    origin, clerk = offices()
    user_with(Role.REGISTRAR, place=made.BAYANGOL)
    people, account = family(origin), user_with(Role.CITIZEN)
    with acting(clerk, "test"):
        link(clerk, records.locked(PERSON, [people.spouse.pk])[0], account.email, "identity_card")
    move = at_counter(clerk, people)
    agree(account, move)
    step(clerk, move, "verify")
    assert refused(clerk, move) == ALONE


def test_a_basis_that_is_changed_after_the_witnesses_spoke_changes_nothing(database: Addresses) -> None:
    clerk, colleague = user_with(Role.REGISTRAR), user_with(Role.REGISTRAR)
    document = IdentityDocument(basis="first", first_witness="НА00000000", created_by=clerk)
    assert needs_second_officer(document, clerk)
    assert not needs_second_officer(document, colleague)
    assert not needs_second_officer(IdentityDocument(basis="first", created_by=clerk), clerk)
