"""The registration number of Mongolia's citizens: two Cyrillic letters and eight digits.

The digits begin with the day of birth, ``yymmdd``; for people born from 2000 on 20 is added to the month.
"""

import re
from datetime import date

LETTERS = "АБВГДЕЁЖЗИЙКЛМНОӨПРСТУҮФХЦЧШЩЪЫЬЭЮЯ"
FORM = re.compile(f"[{LETTERS}]{{2}}[0-9]{{8}}")
LATER_CENTURY = 20


def normalise(text: str) -> str:
    """Capital letters, without spaces and hyphens."""
    return re.sub(r"[\s\-‐–]", "", text).upper()


def is_registration_number(number: str, today: date) -> bool:
    """Whether a number has the form, and its day of birth can be one: a day that was, not after ``today``."""
    if not FORM.fullmatch(number):
        return False
    year, month, day = (int(number[start : start + 2]) for start in (2, 4, 6))
    if month > LATER_CENTURY:
        year, month = 2000 + year, month - LATER_CENTURY
    else:
        year += 1900
    try:
        return date(year, month, day) <= today
    except ValueError:
        return False
