"""The registration number of Mongolia's citizens: two Cyrillic letters and eight digits.

Source of its parts: order 331 of 2010 of the head of the General Authority for State Registration, *Rules for
giving, changing and cancelling registration numbers*, 1.2: two letters for the place of registration, six
digits for year, month and day of birth, the ninth sign for the sex, the tenth a check code.

The order does not say how sex and century are written. Programs that read the number agree on both: 20 is
added to the month of people born from 2000 on, and the ninth sign is odd for men and even for women. How
the check code is computed is not published, so it is not checked here.
"""

import re
from datetime import date
from typing import Literal

from nuudel.base.errors import PeopleError

LETTERS = "АБВГДЕЁЖЗИЙКЛМНОӨПРСТУҮФХЦЧШЩЪЫЬЭЮЯ"
FORM = re.compile(f"[{LETTERS}]{{2}}[0-9]{{8}}")
LATER_CENTURY = 20
# Of the last two digits, one sex has five values of the first and ten of the second.
SERIALS = 50

Sex = Literal["female", "male"]


def normalise(text: str) -> str:
    """Capital letters, without spaces and hyphens."""
    return re.sub(r"[\s\-‐–]", "", text).upper()


def birth_date_of(number: str) -> date | None:
    """The day of birth that a number tells; None where it has not the form or tells no day."""
    if not FORM.fullmatch(number):
        return None
    year, month, day = (int(number[start : start + 2]) for start in (2, 4, 6))
    if month > LATER_CENTURY:
        year, month = 2000 + year, month - LATER_CENTURY
    else:
        year += 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def sex_of(number: str) -> Sex | None:
    """The sex that a number tells; None where it has not the form."""
    if not FORM.fullmatch(number):
        return None
    return "male" if int(number[8]) % 2 else "female"


def is_registration_number(number: str, today: date) -> bool:
    """Whether a number has the form, and its day of birth can be one: a day that was, not after ``today``."""
    born = birth_date_of(number)
    return born is not None and born <= today


def number_for(birth_date: date, sex: Sex, letters: str, serial: int) -> str:
    """A number of the right form, for synthetic persons and tests; its check code is not a real one.

    Parameters
    ----------
    letters
        The two letters of the place.
    serial
        0 to 49: which of the numbers of the same place, day and sex.

    Raises
    ------
    PeopleError
        ``PEOPLE-111`` where the letters, the year (1900 to 2099) or the serial number cannot be.
    """
    fits = len(letters) == 2 and set(letters) <= set(LETTERS)
    if not fits or not 0 <= serial < SERIALS or not 1900 <= birth_date.year < 2100:
        raise PeopleError(
            111,
            "no registration number can be made of these parts.",
            "Give two Cyrillic capitals, a day of birth from 1900 to 2099 and a serial number from 0 to 49.",
            ("birth_date", "letters", "serial"),
        )
    month = birth_date.month + (LATER_CENTURY if birth_date.year >= 2000 else 0)
    sex_digit = 2 * (serial // 10) + (sex == "male")
    return f"{letters}{birth_date.year % 100:02}{month:02}{birth_date.day:02}{sex_digit}{serial % 10}"
