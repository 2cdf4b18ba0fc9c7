"""Pairs that may be one person: evidence, merger and its return, two offices, two at once."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.utils.timezone import localdate

from nuudel.domains.registration import models
from nuudel.domains.registration.duplicates.record_types import PAIR
from nuudel.domains.registration.figures import series
from nuudel.domains.registration.persons.keys import kept as kept_after
from nuudel.domains.registration.residence.events import Cause, end, lived, stock
from nuudel.domains.registration.tests.given_civil import counted
from nuudel.domains.registration.tests.given_pairs import (
    BORN,
    decide,
    now,
    pair_of,
    problems_of,
    step,
    third_of,
    twice,
)
from nuudel.domains.registration.tests.made import ASGAT, ULIASTAI, household, person, registrar, settled
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.record_types import record_types

LATER = date(2099, 1, 1)


def test_a_pair_is_noted_once_in_either_order(user: User) -> None:
    first, second = twice(user)
    one, other = pair_of(user, first, second), pair_of(user, second, first)
    assert one.pk == other.pk
    assert one.first_id < one.second_id
    with acting(user, "test"):
        assert len(records.history(PAIR, one)) == 1


def test_after_a_merger_one_is_left_everywhere(user: User, tmp_path: Path) -> None:
    first, second = twice(user)
    for one in (first, second):
        settled(user, one, household(user))
    before = stock_of(user), counted(tmp_path / "a", series.CORRECTIONS)
    pair = pair_of(user, first, second)
    decide(user, pair, "merge", kept=first)
    kept, merged = now(user, first), now(user, second)
    assert (kept.state, merged.state, merged.merged_into_id) == ("living", "merged", kept.pk)
    assert kept.household_id is not None
    assert merged.household_id is None
    assert stock_of(user) == before[0] - 1
    with acting(user, "test"), service_rights():
        last = lived(merged)[-1]
        assert last.ends is not None
        assert last.ends.kind == "correction"
        assert kept_after(merged).pk == kept.pk
    after = counted(tmp_path / "b", series.CORRECTIONS)
    assert sum(after.values()) == sum(before[1].values()) + 1


def stock_of(user: User, place: str = ULIASTAI) -> int:
    with acting(user, "test"):
        return stock(place, LATER)


PLAIN = [
    column.name
    for column in models.Person._meta.concrete_fields
    if column.name != "changed_at" and not isinstance(column, EncryptedTextField)
]


def everything(user: User, *people: models.Person) -> dict[str, Any]:
    """Persons, their stays, all households and stocks, as they can be compared before and after."""
    with acting(user, "test"), service_rights():
        rows = models.Person.objects.filter(pk__in=[one.pk for one in people])
        told = {one["id"]: one for one in rows.values(*PLAIN)}
        stays = {one.pk: [(s.household_id, s.begun, s.ended) for s in lived(one)] for one in rows}
        households = set(models.Household.objects.values_list("pk", "state", "place", "dwelling"))
    stocks = [stock_of(user, place) for place in (ULIASTAI, ASGAT)]
    return {"people": told, "stays": stays, "households": households, "stocks": stocks}


LIVES = ("nowhere", "alone", "together")


@pytest.mark.parametrize(
    ("kept_lives", "merged_lives", "account"), list(itertools.product(LIVES, LIVES, ("", "merged", "both")))
)
def test_merging_and_taking_it_back_leaves_all_as_it_was(
    user: User, kept_lives: str, merged_lives: str, account: str
) -> None:
    citizen = registrar(ULIASTAI)  # whose record it is does not decide on it
    first, second = twice(user, ULIASTAI, ASGAT, holder=citizen if account == "both" else None)
    if account == "merged":
        with acting(user, "test"), service_rights():
            second.holder = citizen
            records.follow(
                user, record_types()["registration.person"], second, "change", before={"holder": None}
            )
    shared = household(user)
    for one, lives in ((first, kept_lives), (second, merged_lives)):
        if lives != "nowhere":
            settled(user, one, shared if lives == "together" else household(user, ASGAT))
    bystander = person(user)
    settled(user, bystander, shared)
    before = everything(user, first, second, bystander)
    pair = pair_of(user, first, second)
    decide(user, pair, "merge", kept=first)
    assert everything(user, first, second, bystander) != before
    assert (now(user, first).holder_id == citizen.pk) == bool(account)
    step(user, PAIR, pair, "unmerge")
    assert everything(user, first, second, bystander) == before
    assert now(user, pair).state == "apart"
    with acting(user, "test"):
        for one in (first, second):
            kind = record_types()["registration.person"]
            history = records.history(kind, one)
            assert len(history) >= 3
            assert records.folded_state(kind, history) == "living"


def test_what_was_taken_back_can_be_merged_again(user: User) -> None:
    first, second = twice(user)
    settled(user, second, household(user))
    pair, before = pair_of(user, first, second), stock_of(user)
    for _ in range(2):
        decide(user, pair, "merge", kept=first)
        assert now(user, first).household_id is not None
        step(user, PAIR, pair, "unmerge")
        step(user, PAIR, pair, "reopen")
        assert (now(user, first).household_id, stock_of(user)) == (None, before)


@pytest.mark.parametrize(
    ("ground", "message"),
    [
        ("number", "ground_number"),
        ("document", "ground_document"),
        ("birth_record", "ground_birth_record"),
        ("mother", "ground_mother"),
        ("paper", "ground_paper"),
        ("", "ground_missing"),
    ],
)
def test_names_alone_never_merge(user: User, ground: str, message: str) -> None:
    same: dict[str, Any] = {"birth_date": BORN, "given_name": "Болд", "patronymic": "Дорж"}
    first, second = person(user, **same), person(user, **same)
    pair = pair_of(user, first, second)
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=first, ground=ground, paper="letter.pdf")
    assert problems_of(caught) == {message}
    assert now(user, second).state == "living"
    assert now(user, pair).state == "found"


def test_evidence_and_the_kept_record_are_asked_for(user: User) -> None:
    first, second = twice(user)
    pair = pair_of(user, first, second)
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=None)
    assert problems_of(caught) == {"kept_missing"}
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=person(user))
    assert problems_of(caught) == {"kept_missing"}
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=first, evidence="  ")
    assert problems_of(caught) == {"evidence_missing"}


@pytest.mark.parametrize("differs", ["", "birth_date", "sex", "mother"])
def test_the_same_mother_and_birth_are_a_ground(user: User, differs: str) -> None:
    mothers = [person(user, birth_date=date(1960, 1, 1)) for _ in range(2)]
    fields: dict[str, Any] = {"birth_date": BORN, "sex": "male", "mother": mothers[0]}
    changes: dict[str, Any] = {"birth_date": date(1988, 3, 3), "sex": "female"}
    other = {differs: changes[differs]} if differs in changes else {}
    first, second = person(user, **fields), person(user, **fields | other)
    if differs == "mother":
        second = person(user, **fields | {"mother": mothers[1]})
    pair = pair_of(user, first, second)
    if not differs:
        assert decide(user, pair, "merge", kept=first, ground="mother").state == "merged"
        return
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=first, ground="mother")
    assert problems_of(caught) == {"ground_mother"}


@pytest.mark.parametrize(
    ("kind", "ground"), [("identity_card", "document"), ("birth_certificate", "birth_record")]
)
def test_a_document_of_one_number_is_a_ground(user: User, kind: str, ground: str) -> None:
    first, second = person(user, given_name="Бат"), person(user, given_name="Баат")
    for one, written in ((first, "aa 123"), (second, "AA  123")):
        with acting(user, "test"):
            made = models.IdentityDocument(
                person=one,
                kind=kind,
                basis="first",
                number=written,
                place=one.place,
                institution=one.institution,
            )
            records.follow(user, record_types()["registration.document"], made, "create")
    pair = pair_of(user, first, second)
    wrong = {"document": "birth_record", "birth_record": "document"}[ground]
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=first, ground=wrong)
    assert problems_of(caught) == {f"ground_{wrong}"}
    assert decide(user, pair, "merge", kept=first, ground=ground).state == "merged"


def test_mergers_in_a_row_come_back_in_the_other_order(user: User) -> None:
    a, b, c = (*twice(user), person(user))
    third = third_of(user, a)
    one, two, other = pair_of(user, a, b), pair_of(user, b, third), pair_of(user, a, c)
    before = everything(user, a, b, c, third)
    decide(user, one, "merge", kept=b)
    # The open question about the record that went is one about the record that was kept.
    assert pair_of(user, b, c).pk != other.pk
    with acting(user, "test"):
        assert models.Pair.objects.filter(first_id=min(b.pk, c.pk), second_id=max(b.pk, c.pk)).count() == 1
    decide(user, two, "merge", kept=third)
    with acting(user, "test"):
        assert kept_after(now(user, a)).pk == third.pk
    with pytest.raises(BrokenRulesError) as caught:
        step(user, PAIR, one, "unmerge")
    assert problems_of(caught) == {"merged_since"}
    circle = pair_of(user, a, third)
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, circle, "merge", kept=a)
    assert problems_of(caught) == {"kept_merged"}
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, circle, "merge", kept=third)
    assert problems_of(caught) == {"merged_before"}
    step(user, PAIR, two, "unmerge")
    step(user, PAIR, one, "unmerge")
    assert everything(user, a, b, c, third) == before


def test_whoever_moved_after_the_merger_comes_back_first(user: User) -> None:
    first, second = twice(user)
    settled(user, second, household(user))
    pair = pair_of(user, first, second)
    decide(user, pair, "merge", kept=first)
    with acting(user, "test"):
        kept = records.locked(record_types()["registration.person"], [first.pk])[0]
        cause = Cause("registration.notice", first.pk)
        end(user, kept, kind="emigration", day=localdate(), cause=cause)
    with pytest.raises(BrokenRulesError) as caught:
        step(user, PAIR, pair, "unmerge")
    assert problems_of(caught) == {"moved_since"}


def test_the_dead_and_those_who_left_are_kept_not_merged(user: User) -> None:
    first, second = twice(user)
    with acting(user, "test"):
        one = records.locked(record_types()["registration.person"], [first.pk])[0]
        records.follow(user, record_types()["registration.person"], one, "die")
    settled(user, second, household(user))
    pair, before = pair_of(user, first, second), stock_of(user)
    with pytest.raises(BrokenRulesError) as caught:
        decide(user, pair, "merge", kept=second)
    assert problems_of(caught) == {"not_living"}
    decide(user, pair, "merge", kept=first)
    assert (now(user, first).state, now(user, first).household_id) == ("deceased", None)
    assert stock_of(user) == before - 1


def test_two_offices_agree(user: User) -> None:
    first, second = twice(user, ULIASTAI, ASGAT)
    here, there, elsewhere = registrar(ULIASTAI), registrar(ASGAT), registrar("MN18110")
    pair = pair_of(user, first, second)
    with pytest.raises(Http404):
        decide(elsewhere, pair, "merge", kept=first)
    for one in (here, there):
        with pytest.raises(BrokenRulesError) as caught:
            decide(one, pair, "merge", kept=first)
        assert problems_of(caught) == {"other_office"}
    decide(here, pair, "propose", kept=first)
    with pytest.raises(BrokenRulesError) as caught:
        step(here, PAIR, pair, "merge")
    assert problems_of(caught) == {"other_office"}
    # What was proposed is what is merged.
    with acting(there, "test"):
        found = records.find(there, PAIR, pair.pk, to_change=True)
        with pytest.raises(WrongStateError):
            records.change(there, PAIR, found, {"evidence": ""}, records.version_of(found))
    step(there, PAIR, pair, "merge")
    assert now(user, second).merged_into_id == first.pk


def test_a_registrar_of_both_places_needs_nobody(user: User) -> None:
    first, second = twice(user, ULIASTAI, ASGAT)
    pair = pair_of(user, first, second)
    assert decide(registrar("MN81"), pair, "merge", kept=second).state == "merged"


def test_of_two_reviewers_at_once_one_wins(user: User) -> None:
    first, second = twice(user)
    for one in (first, second):
        settled(user, one, household(user))
    pair, before = pair_of(user, first, second), stock_of(user)
    reviewers = [registrar(ULIASTAI) for _ in range(4)]
    start = threading.Barrier(len(reviewers))

    def review(number: int) -> str:
        start.wait()
        try:
            return decide(reviewers[number], pair, "merge", kept=(first, second)[number % 2]).state
        except (WrongStateError, ConflictError, BrokenRulesError) as error:
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(reviewers)) as pool:
        ends = list(pool.map(review, range(len(reviewers))))
    assert sorted(ends) == ["WrongStateError"] * 3 + ["merged"]
    assert stock_of(user) == before - 1


def test_two_pairs_of_one_person_at_once_are_no_circle(user: User) -> None:
    first, second = twice(user)
    third = third_of(user, first)
    pairs = [pair_of(user, *two) for two in ((first, second), (second, third), (third, first))]
    kept = (first, second, third)
    start = threading.Barrier(3)

    def review(number: int) -> str:
        start.wait()
        try:
            return decide(user, pairs[number], "merge", kept=kept[number]).state
        except BrokenRulesError:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(review, range(3)))
    states = [now(user, one).state for one in kept]
    assert states.count("living") == 3 - ends.count("merged")
    assert 1 <= states.count("living") <= 2
    assert ends.count("merged") >= 1
