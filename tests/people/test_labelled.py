"""The labelled set and its error model: each error does what it says, and the set is what it claims."""

import random
from datetime import date

import polars as pl
import pytest

from nuudel.people.linkage import errors
from nuudel.people.linkage.errors import ALL_ERRORS, KEYBOARD, Written
from nuudel.people.linkage.labelled import LOOK_ALIKES, Labelled, labelled
from nuudel.people.registration_numbers import is_registration_number, sex_of
from nuudel.people.synthetic import DAY

RECORD = Written("Бат-Эрдэнэ", "Дорж", date(1990, 3, 7), "male", "УБ90030712", "5")


@pytest.fixture(scope="module")
def given() -> Labelled:
    return labelled(3000, 4)


def test_the_keyboard_has_each_letter_once() -> None:
    letters = "".join(KEYBOARD)
    assert len(letters) == len(set(letters)) == 33


@pytest.mark.parametrize(
    ("letter", "near"), [("р", "хогшит"), ("й", "ыфця"), ("ф", "цй"), ("ю", "вдп"), ("a", "")]
)
def test_neighbours_on_the_keyboard(letter: str, near: str) -> None:
    assert sorted(errors.neighbours(letter)) == sorted(near)


@pytest.mark.parametrize("seed", range(30))
def test_each_error_changes_what_it_names(seed: int) -> None:
    rng = random.Random(seed)
    changed = {kind: error(RECORD, rng) for kind, error in ALL_ERRORS.items()}
    assert changed["no_change"] == RECORD
    for kind in ("wrong_letter", "typing_slip"):
        names = [(changed[kind].given_name, RECORD.given_name), (changed[kind].patronymic, RECORD.patronymic)]
        assert sum(now != before for now, before in names) == 1
    swapped = changed["names_swapped"]
    assert (swapped.given_name, swapped.patronymic) == ("Дорж", "Бат-Эрдэнэ")
    assert changed["no_patronymic"].patronymic is None
    number = changed["wrong_digit_in_number"].number or ""
    assert sum(a != b for a, b in zip(number, "УБ90030712", strict=True)) == 1
    assert changed["day_and_month_swapped"].birth_date == date(1990, 7, 3)
    wrong_day = changed["wrong_day_of_birth"].birth_date
    assert wrong_day is not None
    assert wrong_day.replace(day=7) == RECORD.birth_date != wrong_day
    assert changed["year_of_birth_only"].birth_date == date(1990, 1, 1)
    assert changed["other_given_name"].given_name not in (None, RECORD.given_name)
    latin = changed["latin_letters"].given_name or ""
    assert all(not "а" <= letter <= "я" for letter in latin.lower())


def test_two_errors_are_two() -> None:
    for seed in range(50):
        assert errors.two_errors(RECORD, random.Random(seed)) != RECORD


def test_a_date_that_cannot_be_swapped_stays() -> None:
    late = Written("Бат", None, date(1990, 3, 20), "male", None, None)
    assert errors.day_and_month(late, random.Random(1)) == late


def test_the_same_seed_gives_the_same_set(given: Labelled) -> None:
    again = labelled(3000, 4)
    assert again.records.equals(given.records)
    assert again.pairs.equals(given.pairs)
    assert not labelled(3000, 5).records.equals(given.records)


def test_it_is_marked_and_counted(given: Labelled) -> None:
    assert given.synthetic
    assert given.pairs.height == 300
    expected = {kind: int(3000 * share) for kind, (share, _) in LOOK_ALIKES.items()}
    assert dict(given.alike["kind"].value_counts().iter_rows()) == expected
    assert given.records.height == 3000 + 300 + sum(expected.values())
    assert set(given.pairs["kind"]) == set(ALL_ERRORS)


def test_second_records_come_partly_without_numbers(given: Labelled) -> None:
    numbers = given.records["number"].gather(given.pairs["second"])
    assert (numbers.is_not_null() == given.pairs["with_number"]).all()
    assert 0.4 < given.pairs["with_number"].mean() < 0.65


def test_who_only_looks_alike_has_a_number_of_his_own(given: Labelled) -> None:
    people = pl.concat([pl.Series(range(3000)), given.alike["second"]])
    numbers = given.records["number"].gather(people)
    assert numbers.n_unique() == len(people)
    looks = given.records[given.alike["second"].to_list()]
    for number, born, sex in looks.select("number", "birth_date", "sex").iter_rows():
        assert is_registration_number(number, DAY)
        assert sex_of(number) == sex
        assert born <= DAY
