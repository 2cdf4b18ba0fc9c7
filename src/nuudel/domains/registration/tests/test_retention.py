"""Retention: nothing goes before its day, nothing of a person on hold, and the statistics stay."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.registration.figures import series
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import (
    Hold,
    IdentityDocument,
    MoveDraft,
    Person,
    UnregisteredHousehold,
)
from nuudel.domains.registration.moves.certificate import verified
from nuudel.domains.registration.notices.receive import receive
from nuudel.domains.registration.residence import events
from nuudel.domains.registration.retention.erase import Erased, erase_due, erase_persons
from nuudel.domains.registration.retention.rules import (
    FILE,
    NAMES,
    Rule,
    Rules,
    Value,
    read_rules,
    rules,
)
from nuudel.domains.registration.tests.given_civil import message, notice_of, now, number
from nuudel.domains.registration.tests.given_moves import approved, family, offices
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    ULIASTAI,
    household,
    person,
    registrar,
    settled,
)
from nuudel.ledger import Ledger, origin_destination
from nuudel.ledger.ids import new_id
from nuudel.people.ages import years_after
from nuudel.people.pseudonyms import pseudonym
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.operations.keys import read_key
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach, folder
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with

DIED = date(2015, 6, 30)
DAY = date(2025, 6, 30)  # ten years later
PERSON = "registration.person"


def ten_years(*names: str) -> Rules:
    """Rules by which some things are kept ten years, and all others for ever."""
    return {
        name: Rule("test", (Value(10 if name in names else None, "test", date(1990, 1, 1)),))
        for name in NAMES
    }


DEATHS = ten_years("person_deceased")
AIMAGS = {ULIASTAI: "MN81", ASGAT: "MN81", BAYANGOL: "MN11", "MN81": "MN81", "MN11": "MN11"}


@pytest.fixture(scope="module")
def officer(database: Addresses) -> User:
    return registrar("")


def dead(user: User, day: date = DIED) -> tuple[Person, str]:
    """Somebody who moved twice and died; the person and the notice of the death."""
    birth = date(1950, 5, 17)
    given = number(birth, "male")
    who = person(user, registration_number=given, birth_date=birth, sex="male", birth_place="Алдархаан")
    homes = [household(user, place) for place in (ULIASTAI, ASGAT, BAYANGOL)]
    settled(user, who, homes[0], date(2000, 1, 1))
    for number_, home in enumerate(homes[1:], start=1):
        cause = events.Cause("registration.move", new_id())
        moved = date(2005 + number_, 4, 1)
        with acting(user, "test"):
            [who] = records.locked(record_types()[PERSON], [who.pk])
            left = events.end(user, who, kind="move_out", day=moved, cause=cause)
            came = events.begin(user, who, home, kind="move_in", day=moved, cause=cause)
            enter_facts(user, [left, came])
    line = message("death", day=day, person=given)
    assert receive(user, [line]).applied == 1
    return now(who), line


def names_of(who: Person) -> tuple[str | None, ...]:
    fresh = now(who)
    return (fresh.given_name, fresh.patronymic, fresh.registration_number)


def hold(who: Person, **fields: object) -> Hold:
    """A hold that an administrator has set."""
    administrator = user_with(Role.ADMINISTRATOR)
    made = Hold(person=who, ground="12/2025", place=who.place, institution=institution(), **fields)
    with acting(administrator, "test"):
        records.create(administrator, record_types()["registration.hold"], made)
    return made


def test_the_day_before_nothing_goes_and_on_the_day_it_does(officer: User) -> None:
    who, line = dead(officer)
    before = names_of(who)
    erase_due(DAY - timedelta(days=1), given=DEATHS)
    assert names_of(who) == before
    done = erase_due(DAY, given=DEATHS)
    assert done.records["person_deceased"] >= 1
    assert names_of(who) == ("", None, None)
    gone = now(who)
    assert (gone.birth_date, gone.birth_place, gone.birth_date_quality) == (date(1950, 1, 1), "", "estimated")
    assert (gone.given_key, gone.patronymic_key, gone.sex) == (None, None, "male")
    notice = notice_of(line, officer)
    assert (notice.state, notice.content, notice.subject, notice.done) == ("applied", None, None, None)


def test_who_was_erased_is_not_due_again(officer: User) -> None:
    dead(officer)
    erase_due(DAY, given=DEATHS)
    assert erase_due(DAY, given=DEATHS) == Erased(dict.fromkeys(NAMES, 0), 0)


def test_a_dry_run_counts_and_changes_nothing(officer: User) -> None:
    who, _ = dead(officer)
    before = names_of(who)
    found = erase_due(DAY, given=DEATHS, dry_run=True)
    assert (found.records["person_deceased"], found.facts, found.files) == (1, 0, 0)
    assert names_of(who) == before
    erase_due(DAY, given=DEATHS)


@pytest.mark.parametrize(("until", "kept"), [(None, True), (DAY, True), (DAY - timedelta(days=1), False)])
def test_a_hold_keeps_a_person_until_its_last_day(officer: User, until: date | None, kept: bool) -> None:
    who, line = dead(officer)
    before = names_of(who)
    set_ = hold(who, until=until)
    done = erase_due(DAY, given=ten_years("person_deceased", "notice_content"))
    assert (names_of(who) == before) is kept
    assert (notice_of(line, officer).content is not None) is kept
    assert done.held == int(kept)
    administrator = user_with(Role.ADMINISTRATOR)
    with acting(administrator, "test"):
        records.transition(administrator, record_types()["registration.hold"], set_, "lift", reason="test")
    erase_due(DAY, given=DEATHS)
    assert names_of(who) == ("", None, None)


def test_nobody_is_erased_where_the_authority_has_said_nothing(officer: User) -> None:
    who, _ = dead(officer)
    before = names_of(who)
    erase_due(DAY)
    assert names_of(who) == before
    erase_due(DAY, given=DEATHS)


def test_the_living_stay_whatever_their_age(officer: User) -> None:
    who = person(officer, birth_date=date(1900, 1, 1))
    erase_due(DAY, given=ten_years(*NAMES))
    assert names_of(who)[0] == "Туяа"


def flows(tmp_path: Path) -> Counter[tuple[str, str, int]]:
    """Persons between aimags and within them, by year, as the ledger has them."""
    ledger = Ledger.open(write_snapshot(tmp_path)).connect()
    found: Counter[tuple[str, str, int]] = Counter()
    table = origin_destination(ledger, series.MOVES.key, durations=["unknown"]).to_polars()
    for row in table.iter_rows(named=True):
        found[AIMAGS[row["origin"]], AIMAGS[row["destination"]], row["year"]] += int(row["persons"])
    return found


def test_statistics_by_aimag_stay_and_the_pseudonym_goes(officer: User, tmp_path: Path) -> None:
    who, _ = dead(officer)
    name = pseudonym(read_key("pseudonym"), who.pk)
    before = flows(tmp_path / "before")
    assert before["MN81", "MN81", 2006] >= 1
    assert before["MN81", AIMAGS[BAYANGOL], 2007] >= 1
    assert name in pseudonyms(tmp_path / "before")
    done = erase_due(DAY, given=DEATHS)
    assert done.facts == 3  # two moves and the death
    assert flows(tmp_path / "after") == before
    assert name not in pseudonyms(tmp_path / "after")


def pseudonyms(folder: Path) -> set[str]:
    ledger = Ledger.open(write_snapshot(folder)).connect()
    return {
        name
        for fact in ("movement", "event")
        for name in ledger.facts(fact).to_polars()["pseudonym"].to_list()
    }


def test_the_registers_own_counts_stay(officer: User) -> None:
    dead(officer)
    with acting(officer, "test"):
        before = [events.stock(place, DIED - timedelta(days=1)) for place in (ULIASTAI, ASGAT, BAYANGOL)]
    erase_due(DAY, given=DEATHS)
    with acting(officer, "test"):
        after = [events.stock(place, DIED - timedelta(days=1)) for place in (ULIASTAI, ASGAT, BAYANGOL)]
    assert after == before
    assert before[2] >= 1


def test_files_and_documents_go_with_the_person(officer: User) -> None:
    who, _ = dead(officer)
    kind = record_types()["registration.document"]
    with acting(officer, "test"):
        card = IdentityDocument(
            person=who, kind="identity_card", basis="witnesses", number="A1", place=who.place,
            institution=institution(), witness_statement="Мэднэ.", first_witness="Нэр",
        )  # fmt: skip
        records.follow(officer, kind, card, "create")
        [found] = records.locked(kind, [card.pk])
        attach(officer, kind, found, SimpleUploadedFile("a.png", PNG))
    with acting(officer, "test"), service_rights():
        [kept] = Attachment.objects.filter(record_id=card.pk)
    assert (folder() / kept.stored).exists()
    assert erase_due(DAY, given=DEATHS).files == 1
    assert not (folder() / kept.stored).exists()
    gone = now(card)
    assert (gone.number, gone.first_witness, gone.witness_statement) == (None, None, "")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000000000200010005fe02fea7350000000049454e44ae426082"
)


def test_a_certificate_loses_its_names_and_still_verifies(officer: User) -> None:
    origin, destination = offices()
    people = family(origin)
    move = approved(people, destination)
    letters = move.certificate
    with acting(service_user(), "test"):
        erase_persons(service_user(), [people.spouse.pk])
    gone = now(move)
    assert (gone.certificate_content, gone.certificate) == (None, letters)
    with acting(officer, "test"):
        found = verified(move.number, letters, "en")
        assert (found.verdict, found.persons, found.day) == ("genuine", 3, str(move.day))
        assert verified(move.number, letters[::-1], "en").verdict == "not_genuine"


def test_drafts_that_were_never_sent_go(officer: User) -> None:
    with acting(officer, "test"):
        draft = MoveDraft(answers="{}", created_by=officer, place=ULIASTAI, institution=institution())
        note_audit("create", "registration.move_draft", [draft.pk], ["answers"])
        with service_rights():
            draft.save(force_insert=True)
    rule = ten_years("move_draft")
    today = localdate()
    erase_due(years_after(today, 10) - timedelta(days=1), given=rule)
    assert now(draft).answers == "{}"
    assert erase_due(years_after(today, 10), given=rule).records["move_draft"] == 1
    assert now(draft).answers is None


def test_the_contact_of_an_ended_case_goes_and_that_of_an_open_one_stays(officer: User) -> None:
    kind = record_types()["registration.unregistered"]
    cases = [
        UnregisteredHousehold(
            source="school", bagh="1", found_on=date(2024, 1, 1), persons=3, contact_name="Нэр",
            contact_phone="99112233", place=ULIASTAI, institution=institution(), hindrances=["fee"],
        )
        for _ in range(2)
    ]  # fmt: skip
    with acting(officer, "test"):
        for case in cases:
            records.create(officer, kind, case)
        records.transition(officer, kind, cases[0], "close", reason="test")
    done = erase_due(years_after(localdate(), 10), given=ten_years("unregistered_contact"))
    assert done.records["unregistered_contact"] == 1
    assert [now(case).contact_name for case in cases] == [None, "Нэр"]
    assert now(cases[0]).persons == 3


def test_an_erasure_is_in_the_audit_and_in_the_history_without_what_was_erased(officer: User) -> None:
    from nuudel.web.audit.models import AuditEntry

    who, _ = dead(officer)
    erase_due(DAY, given=DEATHS)
    with acting(service_user(), "test"):
        history = records.history(record_types()[PERSON], now(who))
    assert history[-1].reason == "retention: the time is over"
    told = history[-1].changes
    assert told.pop("birth_date_quality") == ["documented", "estimated"]
    assert set(told) >= {"given_name", "patronymic", "registration_number", "birth_date"}
    assert set(map(str, told.values())) == {"None"}
    with acting(user_with(Role.AUDITOR), "test"):
        assert AuditEntry.objects.filter(action="erase", record_type="facts.personal").exists()


def test_the_newest_rule_whose_day_has_come_holds() -> None:
    rule = Rule("t", (Value(5, "b", date(2020, 1, 1)), Value(75, "a", date(1990, 1, 1))))
    assert [rule.years(date(y, 1, 1)) for y in (1989, 1990, 2019, 2020)] == [None, 75, 75, 5]


GOOD = FILE.read_text("utf-8")
BAD = [
    (GOOD.replace("years: 1,", "years: one,"), "cannot be read"),
    (GOOD.replace("years: 1,", "years: -1,"), "cannot be read"),
    (GOOD.replace("move_draft:", "drafts:"), "drafts, move_draft"),
    (GOOD.replace("  values:", "  other: 1\n  values:", 1), "cannot be read"),
    (GOOD.replace("about: Names", "abuot: Names", 1), "cannot be read"),
    (GOOD + "    - {from: 2025-01-01, years: 2, source: s}\n", "two values from the same day"),
    ("- 1", "cannot be read"),
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_a_faulty_file_of_rules_is_refused(text: str, why: str) -> None:
    with pytest.raises(WebError) as error:
        read_rules(text)
    assert error.value.code == "WEB-430"
    assert why in error.value.problem


def test_every_rule_of_the_installation_names_its_source() -> None:
    found = rules()
    assert {value.source for rule in found.values() for value in rule.values if value.years is None} == {
        "to be filled in by the authority"
    }
    assert {name for name, rule in found.items() if rule.years(date(2026, 1, 1)) is not None} == {
        "move_draft", "unregistered_contact",
    }  # fmt: skip
