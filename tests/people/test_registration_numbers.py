"""Registration numbers: their form, what they tell, and how one is made."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import PeopleError
from nuudel.people.registration_numbers import (
    LETTERS,
    Sex,
    birth_date_of,
    is_registration_number,
    normalise,
    number_for,
    sex_of,
)

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("УБ85123112", True),
        ("ӨҮ00223199", False),  # 31 February
        ("ӨҮ00222999", True),  # 29 February 2000
        ("ӨҮ01222999", False),  # 29 February 2001
        ("АА26261500", True),  # born on the day itself
        ("АА26261600", False),  # born tomorrow
        ("АА85131200", False),  # month 13
        ("АА85321200", False),  # a month above 20 is one of this century, and 2085 has not come
        ("АА85201200", False),  # month 20 is none
        ("АА85001200", False),
        ("УБ8512311", False),
        ("УБ851231123", False),
        ("уб85123112", False),
        ("УB85123112", False),
        ("85123112УБ", False),
        ("УБ٨٥123112", False),  # digits of another script
        ("", False),
    ],
)
def test_the_form(number: str, good: bool) -> None:
    assert is_registration_number(number, TODAY) is good


def test_it_is_written_in_one_way() -> None:
    assert normalise(" уб 8512-3112 ") == "УБ85123112"


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        # The ninth sign: odd for men, even for women.
        ("УК03271614", date(2003, 7, 16), "male"),
        ("УБ85123112", date(1985, 12, 31), "male"),
        ("УБ85123102", date(1985, 12, 31), "female"),
        ("АА00210180", date(2000, 1, 1), "female"),
        ("АА00010190", date(1900, 1, 1), "male"),
        ("АА85133112", None, "male"),  # no such day, but the sign for the sex is there
        ("АА8513311", None, None),
        ("", None, None),
    ],
)
def test_what_it_tells(number: str, born: date | None, sex: str | None) -> None:
    assert birth_date_of(number) == born
    assert sex_of(number) == sex


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(("female", "male")),
    st.text(LETTERS, min_size=2, max_size=2),
    st.integers(0, 49),
)
def test_a_number_tells_what_it_was_made_of(born: date, sex: Sex, letters: str, serial: int) -> None:
    number = number_for(born, sex, letters, serial)
    assert is_registration_number(number, date(2100, 1, 1))
    assert (birth_date_of(number), sex_of(number)) == (born, sex)
    assert number[:2] == letters


def test_the_numbers_of_one_day_place_and_sex_are_fifty() -> None:
    made = {
        number_for(date(1990, 1, 1), sex, "УБ", serial) for sex in ("female", "male") for serial in range(50)
    }
    assert len(made) == 100


@pytest.mark.parametrize(
    ("born", "letters", "serial"),
    [
        (date(1899, 12, 31), "УБ", 0),
        (date(2100, 1, 1), "УБ", 0),
        (date(1990, 1, 1), "UB", 0),
        (date(1990, 1, 1), "У", 0),
        (date(1990, 1, 1), "УБА", 0),
        (date(1990, 1, 1), "уб", 0),
        (date(1990, 1, 1), "УБ", 50),
        (date(1990, 1, 1), "УБ", -1),
    ],
)
def test_a_number_that_cannot_be_made(born: date, letters: str, serial: int) -> None:
    with pytest.raises(PeopleError) as refused:
        number_for(born, "male", letters, serial)
    assert refused.value.code == "PEOPLE-111"
    assert refused.value.fields == ("birth_date", "letters", "serial")
