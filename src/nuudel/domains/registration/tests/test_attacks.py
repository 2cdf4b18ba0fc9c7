"""What somebody tries who wants more than is theirs: to find, to take over, to decide, to invent."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nuudel.domains.registration.documents.panel import content as document_panel
from nuudel.domains.registration.documents.witnesses import ask_by_witnesses, witness_named
from nuudel.domains.registration.models import Dwelling, Hold, Pair, Person
from nuudel.domains.registration.moves import rules as move_rules
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.notices.receive import receive
from nuudel.domains.registration.persons import views
from nuudel.domains.registration.retention import erase
from nuudel.domains.registration.tests import given_civil as civil
from nuudel.domains.registration.tests import given_pairs, made
from nuudel.domains.registration.tests.given_moves import (
    FROM,
    TO,
    days,
    document,
    family,
    now,
    offices,
    reported,
    step,
)
from nuudel.domains.registration.unregistered.lists import COLUMNS
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.api.limits import Limit
from nuudel.web.audit.models import AuditEntry
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, signed_in, user_with

DESK = "desk/registration"
PERSON, PAPER = "registration.person", "registration.document"


pytestmark = pytest.mark.usefixtures("files_apart")


def victim(office: User) -> tuple[Person, Dwelling]:
    """Somebody who lives alone at an address that is nobody's business."""
    at = made.dwelling(office, TO, bagh="7", address="Нуугдмал гудамж 99")
    person = made.person(office, TO, registration_number=civil.number(date(1985, 4, 4), "female"))
    made.settled(office, person, made.household(office, TO, bagh="7", dwelling=at))
    return now(person), at


def changed(user: User, record: Any, **fields: Any) -> None:
    """Change fields as a program does: without the form."""
    record_type = record_types()[f"registration.{type(record)._meta.model_name}"]
    with acting(user, "test"):
        found: Any = records.find(user, record_type, record.pk, to_change=True)
        before = {name: getattr(found, name) for name in fields}
        for name, value in fields.items():
            setattr(found, name, value)
        records.change(user, record_type, found, before, records.version_of(found))


def test_a_number_does_not_tell_its_owners_address(database: Addresses) -> None:
    """Who knows a registration number reports a move into that household and reads where it is."""
    origin, destination = offices()
    people = family(origin)
    person, at = victim(destination)
    move = reported(people, joins=person.household_id)
    client = signed_in(people.citizen)
    for lang in ("mn", "en"):
        for page in (f"my/case/{move.pk}/", f"move/{move.pk}/", "my/household/"):
            answer = client.get(f"/{lang}/{DESK}/{page}")
            assert answer.status_code == 200, page
            assert at.address not in answer.content.decode(), page
    assert at.address not in now(move).address
    shown = signed_in(destination).get(f"/mn/{DESK}/office/decide/{move.pk}/").content.decode()
    assert at.address in shown, "the office that decides sees it"
    done = step(destination, move, "verify")
    done = step(destination, done, "approve", seen=["dwelling_right", "military"])
    assert (done.state, done.address, done.bagh) == ("approved", at.address, "7")


def test_a_joined_household_that_went_elsewhere_is_not_followed(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    person, _ = victim(destination)
    move = reported(people, joins=person.household_id)
    with acting(destination, "test"):
        [household] = records.locked(record_types()["registration.household"], [person.household_id])
        household.place = FROM
        records.follow(
            destination, record_types()["registration.household"], household, "move", before={"place": TO}
        )
    step(destination, move, "verify")
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "approve", seen=["dwelling_right", "military"])
    assert "joined_is_gone" in given_pairs.problems_of(broken)


def test_the_origin_does_not_alter_what_the_destination_has_verified(database: Addresses) -> None:
    origin, destination = offices()
    move = step(destination, reported(family(origin)), "verify")
    with pytest.raises(BrokenRulesError) as broken:
        changed(origin, move, address="Өөр хаяг 1")
    assert "destination_decides" in given_pairs.problems_of(broken)


def test_another_address_is_another_dwelling(database: Addresses) -> None:
    """The certificate and the register would tell two addresses."""
    origin, destination = offices()
    first = made.dwelling(destination, TO, bagh="2", address="Нэгдүгээр байр 1")
    move = reported(family(origin), bagh="2", address=first.address)
    assert now(move).dwelling_id == first.pk
    changed(destination, move, address="Хоёрдугаар байр 2")
    assert now(move).dwelling_id is None


def test_a_refusal_by_program_names_its_ground(database: Addresses) -> None:
    origin, destination = offices()
    move = reported(family(origin))
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "refuse")
    assert given_pairs.problems_of(broken) == {"choose_refusal"}
    assert now(move).state == "reported"


@pytest.mark.parametrize("action", ["verify", "approve", "refuse", "uphold", "reverse", "ask_for_papers"])
def test_the_origin_decides_nothing(database: Addresses, action: str) -> None:
    origin, _ = offices()
    move = reported(family(origin))
    with acting(origin, "test"):
        found: Any = records.find(origin, MOVE, move.pk)
        assert "destination_decides" in {
            one.message.rpartition(".")[2] for one in move_rules.problems(found, action, origin, days(0))
        }


def test_a_number_of_another_place_is_looked_up_for_a_purpose(database: Addresses) -> None:
    """The search for a report told household and names of anybody in the nation without one."""
    origin, destination = offices()
    people = family(origin)
    client, search = signed_in(destination), f"/mn/{DESK}/office/search/"
    number = people.spouse.registration_number
    assert client.post(search, {"number": number}).status_code == 422
    assert client.get(f"/mn/{DESK}/my/move/who/").status_code == 302
    assert client.post(search, {"number": number, "purpose": f"хүн {number} байна"}).status_code == 422
    assert client.post(search, {"number": number, "purpose": "Цонхон дээр ирсэн"}).status_code == 302
    reasons = AuditEntry.objects.using("owner").filter(user_id=destination.pk, action="read")
    assert reasons.filter(reason="Цонхон дээр ирсэн", record_ids__contains=[str(people.spouse.pk)]).exists()
    assert signed_in(origin).post(search, {"number": number}).status_code == 302


def test_the_nation_is_not_read_one_by_one(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = made.registrar()
    made.person(officer)
    client = signed_in(officer)
    monkeypatch.setattr(views, "ASKED", Limit(per_minute=1, burst=3))
    asked = {"given": "Туяа", "patronymic": "Дорж"}
    answers = [client.post(f"/mn/{DESK}/office/look-up/", asked) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    assert "Нэг минут" in answers[-1].content.decode()
    assert "Дорж Туяа" not in answers[-1].content.decode()


def test_what_documents_say_is_changed_after_their_withdrawal(database: Addresses) -> None:
    officer = made.registrar()
    person = made.person(officer, birth_date=date(1990, 5, 17))
    paper = document(officer, person, "identity_card")
    for field, value in (("birth_date", date(1980, 5, 17)), ("given_name", "Болд"), ("sex", "male")):
        with pytest.raises(BrokenRulesError) as broken:
            changed(officer, now(person), **{field: value})
        assert "rule_documents_first" in given_pairs.problems_of(broken), field
    changed(officer, now(person), birth_place="Улиастай")
    with acting(officer, "test"):
        found = records.find(officer, record_types()[PAPER], paper.pk, to_change=True)
        records.transition(officer, record_types()[PAPER], found, "withdraw", reason="Wrong day of birth.")
    changed(officer, now(person), birth_date=date(1980, 5, 17))
    assert now(person).birth_date == date(1980, 5, 17)


def citizen_and_registrar() -> User:
    """A registrar who is in the register, too."""
    return user_with(Role.REGISTRAR, place=FROM)


def test_an_officer_leaves_the_own_record_alone(database: Addresses) -> None:
    """Own birth, own papers, own merger: somebody else does it."""
    user, other = citizen_and_registrar(), made.registrar()
    person = made.person(other, holder=user)
    with pytest.raises(BrokenRulesError) as broken:
        changed(user, now(person), birth_date=date(1970, 1, 1))
    assert "rule_own" in given_pairs.problems_of(broken)
    paper = document_asked(other, person)
    with pytest.raises(BrokenRulesError) as broken:
        issue(user, paper)
    assert given_pairs.problems_of(broken) == {"rule_own"}
    assert issue(other, paper).state == "issued"


def test_an_officer_issues_nothing_that_rests_on_the_own_word(database: Addresses) -> None:
    user, other = citizen_and_registrar(), made.registrar()
    number = civil.number(date(1980, 1, 2), "male")
    made.person(
        other,
        holder=user,
        registration_number=number,
        birth_date=date(1980, 1, 2),
        sex="male",
        given_name="Бат",
    )
    paper = spoken_for(other, made.person(other, given_name="Сараа"), number)
    with pytest.raises(BrokenRulesError) as broken:
        issue(user, paper)
    assert given_pairs.problems_of(broken) == {"rule_own"}


def document_asked(user: User, person: Person) -> Any:
    record_type = record_types()[PAPER]
    with acting(user, "test"):
        paper = record_type.model(
            person=person,
            kind="birth_certificate",
            basis="first",
            number=civil.number(days(-5), "male"),
            place=person.place,
            institution=person.institution,
        )
        return records.create(user, record_type, paper)


def issue(user: User, paper: Any) -> Any:
    with acting(user, "test"):
        found = records.find(user, record_types()[PAPER], paper.pk, to_change=True)
        return records.transition(user, record_types()[PAPER], found, "issue")


def spoken_for(user: User, person: Person, first: str) -> Any:
    """A request for somebody without papers, with one witness of a number and another one."""
    second = civil.number(date(1975, 3, 3), "female")
    made.person(user, registration_number=second, birth_date=date(1975, 3, 3), given_name="Оюун")
    with acting(user, "test"):
        both: Any = tuple(witness_named(user, number) for number in (first, second))
        return ask_by_witnesses(user, person, "birth_certificate", both, "Бид түүнийг 2010 оноос танина.")


def test_a_witness_for_many_is_seen(database: Addresses) -> None:
    officer = made.registrar()
    number = civil.number(date(1981, 1, 2), "male")
    made.person(
        officer, registration_number=number, birth_date=date(1981, 1, 2), sex="male", given_name="Зуучлагч"
    )
    papers = [spoken_for(officer, made.person(officer, given_name="Ним"), number) for _ in range(3)]
    with acting(officer, "test"):
        shown: Any = document_panel(officer, papers[-1])["witnesses"]
    assert [count for _, count in shown] == [2, 0]
    page = signed_in(officer).get(f"/en/{DESK}/document/{papers[-1].pk}/").content.decode()
    assert "witness for 2 more" in page


def test_nobody_merges_a_stranger_into_the_own_record(database: Addresses) -> None:
    officer = made.registrar()
    first, second = given_pairs.twice(officer)
    pair = given_pairs.pair_of(officer, first, second)
    with acting(officer, "test"):
        first.holder = officer
        records.follow(officer, record_types()[PERSON], first, "change", before={"holder": None})
    with pytest.raises(BrokenRulesError) as broken:
        given_pairs.decide(officer, pair, "merge", kept=first)
    assert "own_record" in given_pairs.problems_of(broken)


def test_a_number_is_one_number_however_a_program_spells_it(database: Addresses) -> None:
    officer = made.registrar()
    number = civil.number(date(1992, 7, 7), "female")
    given = {"birth_date": date(1992, 7, 7), "sex": "female", "given_name": "Наран", "patronymic": "Пүрэв"}
    made.person(officer, registration_number=number, **given)
    with pytest.raises(BrokenRulesError) as broken:
        entered(officer, registration_number=f" {number.lower()} ", **given)
    assert given_pairs.problems_of(broken) == {"number_taken"}


def test_a_program_that_enters_somebody_twice_leaves_a_pair(database: Addresses) -> None:
    officer = made.registrar()
    given = {"birth_date": date(1993, 7, 7), "sex": "female", "given_name": "Нандин", "patronymic": "Пүрэв"}
    first = made.person(officer, **given)
    second = entered(officer, **given)
    with acting(officer, "test"), service_rights():
        pair = Pair.objects.get(first__in=(first, second), second__in=(first, second))
    assert (pair.found_by, pair.state) == ("entry", "found")


def entered(user: User, **fields: Any) -> Person:
    """A person as a program enters one."""
    with acting(user, "test"):
        one = Person(place=FROM, institution=institution(), **fields)
        records.create(user, record_types()[PERSON], one)
        return one


def living(office: User, place: str, born: date = date(1985, 5, 5)) -> Person:
    person = made.person(office, place, registration_number=civil.number(born, "female"), birth_date=born)
    made.settled(office, person, made.household(office, place))
    return now(person)


def test_an_officer_declares_nobody_dead_elsewhere(database: Addresses) -> None:
    """A file names its sender itself: with one, a registrar of any soum closed any record of the nation."""
    origin, destination = offices()
    person = living(destination, TO)
    line = civil.message("death", person=person.registration_number, day=days(-3), place=FROM)
    received = receive(origin, [line])
    assert [reject.code for reject in received.rejects] == ["WEB-429"]
    assert now(person).state == "living"
    file = SimpleUploadedFile("notices.jsonl", line.encode())
    page = signed_in(origin).post(f"/mn/{DESK}/notices/file/", {"file": file}).content.decode()
    assert "таны харьяанд амьдардаггүй" in page
    typed = {"content": line, "place": FROM}
    answer = signed_in(origin).post(f"/mn/{DESK}/notice/new/", typed)
    assert answer.status_code == 422
    assert "мэдээлэл солилцооны" in answer.content.decode()
    assert now(person).state == "living"
    assert receive(destination, [line]).applied == 1


def test_naming_another_sender_takes_no_notice_back(database: Addresses) -> None:
    origin, destination = offices()
    dead, own = living(destination, TO), living(origin, FROM, date(1986, 6, 6))
    death = civil.message("death", person=dead.registration_number, day=days(-3), place=TO)
    assert receive(destination, [death]).applied == 1
    forged = civil.message(
        "death", person=own.registration_number, day=days(-2), corrects=json.loads(death)["message_id"]
    )
    received = receive(origin, [forged])
    assert (received.applied, received.held) == (0, 1)
    assert now(dead).state == "deceased"
    assert now(own).state == "living"


def test_a_hold_that_comes_last_still_keeps(database: Addresses) -> None:
    """Between the list of what is due and its erasure an administrator sets a hold."""
    officer = made.registrar()
    person = made.person(officer, given_name="Үлдэх")
    administrator = user_with(Role.ADMINISTRATOR)
    with acting(administrator, "test"):
        kept = Hold(person=person, ground="7/2026", place=person.place, institution=institution())
        records.create(administrator, record_types()["registration.hold"], kept)
    with acting(administrator, "test"):
        assert erase.without_hold([person.pk]) == []


def test_numbers_of_thousands_of_digits_are_told_and_break_nothing(database: Addresses) -> None:
    officer = made.registrar()
    client = signed_in(officer)
    columns = ",".join(COLUMNS)
    row = f"r1,{FROM},1,2026-01-01,{'9' * 5000},,,,,,"
    file = SimpleUploadedFile("list.csv", f"{columns}\n{row}\n".encode())
    given = {"file": file, "source": "service", "round": "1"}
    answer = client.post(f"/mn/{DESK}/office/unregistered/list/", given)
    assert answer.status_code == 200, answer.status_code
    made.settled(officer, made.person(officer), made.household(officer))
    assert client.get(f"/mn/{DESK}/figures/", {"year": "2" * 5000}).status_code == 404
