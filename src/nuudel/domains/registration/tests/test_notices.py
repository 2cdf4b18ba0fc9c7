"""Notices of civil registration: what each does, what holds it, and how it is taken back."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.timezone import localdate

from nuudel.domains.registration.figures import series
from nuudel.domains.registration.models import Household, IdentityDocument, Person
from nuudel.domains.registration.notices.receive import receive
from nuudel.domains.registration.notices.record_types import NOTICE
from nuudel.domains.registration.residence import events
from nuudel.domains.registration.tests.given_civil import (
    born,
    counted,
    living_in,
    message,
    notice_of,
    now,
    number,
)
from nuudel.domains.registration.tests.made import ASGAT, START, household, person, settled
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with

BORN = date(2024, 5, 1)


@pytest.fixture
def mother(officer: User, home: Household) -> Person:
    return resident(officer, home, "female", household_role="head", marital_status="married")


def resident(user: User, home: Household, sex: str, **given: object) -> Person:
    """Somebody with a registration number who lives in a household."""
    birth = date(1990, 5, 17)
    fields = {"registration_number": number(birth, sex), "birth_date": birth, "sex": sex}
    made = person(user, place=home.place, **fields | given)
    settled(user, made, home)
    return made


def birth_of(mother: Person, /, **given: object) -> tuple[str, str]:
    """A birth, and the child's number."""
    child = number(BORN, "male")
    told: dict[str, object] = {
        "day": BORN,
        "child": child,
        "mother": mother.registration_number,
        "patronymic": "Туяа",
        "given_name": "Тэмүүлэн",
        "sex": "male",
    }
    return message("birth", **told | given), child


def take(user: User, notice: object, action: str) -> None:
    with acting(user, "test"):
        [found] = records.locked(NOTICE, [notice.pk])  # type: ignore[attr-defined]
        records.transition(user, NOTICE, found, action, reason="test")


def test_a_birth_enters_the_mothers_household(officer: User, mother: Person, tmp_path: Path) -> None:
    before = counted(tmp_path).get("birth", 0)
    line, number_ = birth_of(mother)
    received = receive(officer, [line])
    assert (received.applied, received.held, received.rejected) == (1, 0, 0)
    child = born(officer, number_)
    assert (child.household_id, child.place) == (
        mother.household_id or now(mother).household_id,
        mother.place,
    )
    assert (child.given_name, child.patronymic, child.mother_id) == ("Тэмүүлэн", "Туяа", mother.pk)
    assert (child.household_role, child.citizenship, child.birth_date) == ("child", "MN", BORN)
    assert child.given_key is not None
    assert counted(tmp_path)["birth"] == before + 1
    notice = notice_of(line, officer)
    assert (notice.state, notice.person_id, notice.problem) == ("applied", child.pk, "")


def test_the_same_message_counts_once(officer: User, mother: Person, home: Household) -> None:
    line, _ = birth_of(mother)
    first, second = receive(officer, [line, "", line]), receive(officer, [line])
    assert (first.applied, first.repeated) == (1, 1)
    assert (second.applied, second.repeated, second.rejected) == (0, 1, 0)
    assert living_in(home) == 2


def test_a_message_that_says_something_else_under_its_number_is_refused(
    officer: User, mother: Person
) -> None:
    line, _ = birth_of(mother)
    receive(officer, [line])
    [reject] = receive(officer, [line.replace("Тэмүүлэн", "Анар")]).rejects
    assert (reject.line, reject.code, reject.field) == (1, "WEB-427", "message_id")


def test_a_death_that_comes_before_the_birth_is_applied_after_it(
    officer: User, mother: Person, home: Household, tmp_path: Path
) -> None:
    line, child = birth_of(mother)
    death = message("death", day=BORN + timedelta(days=3), person=child)
    received = receive(officer, [death])
    assert (received.applied, received.held) == (0, 1)
    assert notice_of(death, officer).problem == "person_unknown"
    received = receive(officer, [line])
    assert (received.applied, received.released) == (1, 1)
    assert notice_of(death, officer).state == "applied"
    assert born(officer, child).state == "deceased"
    assert living_in(home) == 1


def test_a_mother_without_residence_holds_the_birth_until_she_has_one(officer: User, home: Household) -> None:
    birth = date(1990, 5, 17)
    mother = person(officer, registration_number=number(birth, "female"))
    line, child = birth_of(mother)
    assert receive(officer, [line]).held == 1
    notice = notice_of(line, officer)
    assert (notice.state, notice.problem, notice.place) == ("held", "parent_not_resident", mother.place)
    with pytest.raises(BrokenRulesError) as broken:
        take(officer, notice, "apply")
    assert [p.message for p in broken.value.problems] == ["registration.problem_code.parent_not_resident"]
    assert now(notice).state == "held"
    settled(officer, mother, home)
    take(officer, notice, "apply")
    assert now(notice).state == "applied"
    assert born(officer, child).household_id == home.pk


def test_a_death_ends_documents_widows_the_spouse_and_dissolves_an_empty_household(
    officer: User, home: Household, tmp_path: Path
) -> None:
    husband = resident(officer, home, "male", household_role="head", marital_status="married")
    wife = resident(officer, home, "female", household_role="spouse", marital_status="married")
    card = document(officer, husband)
    day = localdate() - timedelta(days=2)
    before = counted(tmp_path, series.DEATHS).get("death", 0)
    receive(officer, [message("death", day=day, person=husband.registration_number)])
    assert (now(husband).state, now(husband).household_id) == ("deceased", None)
    assert (now(wife).marital_status, now(card).state, now(home).state) == ("widowed", "expired", "active")
    assert counted(tmp_path, series.DEATHS)["death"] == before + 1
    receive(officer, [message("death", day=day, person=wife.registration_number)])
    assert now(home).state == "dissolved"


def document(user: User, holder: Person) -> IdentityDocument:
    """An issued card."""
    kind = record_types()["registration.document"]
    with acting(user, "test"):
        card = IdentityDocument(
            person=holder, kind="identity_card", basis="first", place=holder.place, institution=institution()
        )
        records.follow(user, kind, card, "create")
        records.follow(user, kind, card, "issue")
    return card


def test_marriage_and_divorce_change_both(officer: User, home: Household) -> None:
    pair = [resident(officer, home, sex, marital_status="never_married") for sex in ("female", "male")]
    couple = {"first": pair[0].registration_number, "second": pair[1].registration_number}
    divorce = message("divorce", day=date(2025, 1, 2), **couple)
    assert receive(officer, [divorce]).held == 1
    assert notice_of(divorce, officer).problem == "not_married"
    assert receive(officer, [message("marriage", day=date(2024, 1, 2), **couple)]).applied == 1
    assert {now(one).marital_status for one in pair} == {"married"}
    again = message("marriage", day=date(2024, 1, 3), **couple)
    receive(officer, [again])
    assert notice_of(again, officer).problem == "already_married"
    take(officer, notice_of(divorce, officer), "apply")
    assert {now(one).marital_status for one in pair} == {"divorced"}


def test_the_spouse_is_known_by_the_marriage_wherever_they_live(officer: User, home: Household) -> None:
    apart = household(officer, ASGAT)
    first = resident(officer, home, "female", marital_status="divorced")
    second = resident(officer, apart, "male", marital_status="never_married")
    couple = {"first": first.registration_number, "second": second.registration_number}
    receive(officer, [message("marriage", day=date(2024, 1, 2), **couple)])
    receive(officer, [message("death", day=date(2024, 2, 2), person=first.registration_number)])
    assert now(second).marital_status == "widowed"


def test_a_change_of_name_keeps_the_old_one_and_asks_for_new_documents(
    officer: User, home: Household
) -> None:
    bearer = resident(officer, home, "female", given_name="Хулан", family_name="Боржигон")
    card, key = document(officer, bearer), now(bearer).given_key
    line = message(
        "name_change",
        day=date(2025, 3, 1),
        person=bearer.registration_number,
        patronymic="Дорж",
        given_name="Номин",
    )
    receive(officer, [line])
    changed = now(bearer)
    assert (changed.given_name, changed.family_name) == ("Номин", "Боржигон")
    assert changed.given_key not in (None, key)
    with acting(officer, "test"), service_rights():
        [asked] = IdentityDocument.objects.filter(person=bearer).exclude(pk=card.pk)
        history = records.history(record_types()["registration.person"], changed)
    assert (asked.state, asked.basis, asked.replaces_id) == ("requested", "name_changed", card.pk)
    assert history[-1].changes == {"given_name": None}
    take(officer, notice_of(line, officer), "take_back")
    assert (now(bearer).given_name, now(asked).state) == ("Хулан", "refused")


def test_what_is_taken_back_counts_for_nothing(
    officer: User, mother: Person, home: Household, tmp_path: Path
) -> None:
    line, number_ = birth_of(mother)
    before = counted(tmp_path).get("birth", 0)
    receive(officer, [line])
    child, notice = born(officer, number_), notice_of(line, officer)
    take(officer, notice, "take_back")
    assert counted(tmp_path).get("birth", 0) == before
    gone = now(child)
    assert (gone.state, gone.household_id, gone.registration_number) == ("annulled", None, None)
    assert (living_in(home), now(notice).state) == (1, "taken_back")


def test_a_death_taken_back_brings_the_person_home(officer: User, mother: Person, home: Household) -> None:
    card = document(officer, mother)
    line = message("death", day=date(2025, 1, 1), person=mother.registration_number)
    receive(officer, [line])
    assert (now(home).state, now(card).state) == ("dissolved", "expired")
    take(officer, notice_of(line, officer), "take_back")
    alive = now(mother)
    assert (alive.state, alive.household_id, now(home).state) == ("living", home.pk, "active")
    assert now(card).state == "issued"


def test_a_birth_is_not_taken_back_once_the_child_has_moved(
    officer: User, mother: Person, home: Household
) -> None:
    line, number_ = birth_of(mother)
    receive(officer, [line])
    child, new = born(officer, number_), household(officer)
    with acting(officer, "test"):
        cause = events.Cause("registration.household", new.pk)
        [child] = records.locked(record_types()["registration.person"], [child.pk])
        events.end(officer, child, kind="move_out", day=date(2025, 1, 1), cause=cause)
        events.begin(officer, child, new, kind="move_in", day=date(2025, 1, 1), cause=cause)
    with pytest.raises(BrokenRulesError) as broken:
        take(officer, notice_of(line, officer), "take_back")
    assert [p.message for p in broken.value.problems] == ["registration.problem_code.residence"]
    assert (born(officer, number_).household_id, notice_of(line, officer).state) == (new.pk, "applied")


def test_names_that_were_changed_again_are_not_put_back(officer: User, mother: Person) -> None:
    def renamed(name: str) -> str:
        who = {"person": mother.registration_number, "patronymic": "Дорж", "given_name": name}
        return message("name_change", day=date(2025, 3, 1), **who)

    first = renamed("Номин")
    receive(officer, [first, renamed("Солонго")])
    with pytest.raises(BrokenRulesError) as broken:
        take(officer, notice_of(first, officer), "take_back")
    assert [p.message for p in broken.value.problems] == ["registration.problem_code.earlier_changed"]
    assert now(mother).given_name == "Солонго"


def test_a_correction_takes_the_place_of_the_earlier_message(
    officer: User, mother: Person, home: Household, tmp_path: Path
) -> None:
    before = counted(tmp_path).get("birth", 0)
    line, child = birth_of(mother)
    wrong = notice_of_received(officer, line)
    right, _ = birth_of(mother, child=child, given_name="Анар", corrects=wrong.message_id)
    assert receive(officer, [right]).applied == 1
    assert (now(wrong).state, notice_of(right, officer).corrects_id) == ("taken_back", wrong.pk)
    assert (born(officer, child).given_name, living_in(home)) == ("Анар", 2)
    assert counted(tmp_path)["birth"] == before + 1


def notice_of_received(user: User, line: str) -> object:
    receive(user, [line])
    return notice_of(line, user)


def test_a_correction_that_cannot_be_applied_leaves_the_earlier_one(officer: User, mother: Person) -> None:
    line, child = birth_of(mother)
    first = notice_of_received(officer, line)
    stranger = number(date(1991, 1, 1), "female")
    second, _ = birth_of(mother, child=child, mother=stranger, corrects=first.message_id)  # type: ignore[attr-defined]
    assert receive(officer, [second]).held == 1
    assert now(first).state == "applied"
    assert born(officer, child).state == "living"
    assert notice_of(second, officer).problem == "parent_unknown"


HELD = [
    ("death", {"person": "unknown"}, "person_unknown"),
    ("death", {"day": date(1980, 1, 1)}, "before_birth"),
    ("birth", {"day": date(2024, 5, 2)}, "day_differs"),
    ("birth", {"given_name": "Тэ123"}, "name_unreadable"),
    ("birth", {"corrects": "never-sent"}, "earlier_unknown"),
]


@pytest.mark.parametrize(("kind", "given", "problem"), HELD)
def test_what_the_register_contradicts_is_held(
    officer: User, mother: Person, kind: str, given: dict[str, object], problem: str
) -> None:
    if given.get("person") == "unknown":
        given = {"person": number(date(1970, 1, 1), "male")}
    if kind == "death":
        line = message(kind, **{"day": BORN, "person": mother.registration_number} | given)
    else:
        line, _ = birth_of(mother, **given)
    assert receive(officer, [line]).held == 1
    assert notice_of(line, officer).problem == problem


def test_a_death_before_the_residence_began_is_held(officer: User, mother: Person) -> None:
    line = message("death", day=START - timedelta(days=1), person=mother.registration_number)
    assert receive(officer, [line]).held == 1
    assert notice_of(line, officer).problem == "residence"
    assert now(mother).state == "living"


REJECTED = [
    ("{", "WEB-425", ""),
    ('"sex": "male"', '"sex": "x"', "WEB-425", "sex"),
    ('"sex": "male"', '"sex": "female"', "WEB-426", "sex"),
    (BORN.isoformat(), "2024-13-01", "WEB-425", "day"),
    (BORN.isoformat(), "2999-01-01", "WEB-426", "day"),
    ('"MN18101"', '"MN99999"', "WEB-428", "place"),
    ('"patronymic"', '"patron"', "WEB-425", ""),
    ("nuudel-civil-notice/1", "nuudel-civil-notice/9", "WEB-425", "format"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_a_bad_line_is_told_by_number_and_field_and_by_no_value(
    officer: User, mother: Person, case: tuple[str, ...]
) -> None:
    line, child = birth_of(mother)
    bad = line.replace(case[0], case[1]) if len(case) == 4 else case[0]
    received = receive(officer, ["", bad, line])
    [reject] = received.rejects
    assert (reject.line, reject.code, reject.field) == (2, *case[-2:])
    assert received.applied == 1
    assert child not in str(reject)
    assert "Тэмүүлэн" not in str(reject)


def test_who_may_not_hand_notices_in_hands_in_none(database: Addresses, mother: Person) -> None:
    line, _ = birth_of(mother)
    with pytest.raises(PermissionDenied):
        receive(user_with(Role.ANALYST), [line])
    with pytest.raises(PermissionDenied):
        receive(user_with(Role.CITIZEN), [line])
