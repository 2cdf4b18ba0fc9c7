"""How records of one person come to differ: an error model for measuring linkage, made without its rules.

Nothing here is taken from ``people.names`` or from the model of linkage: the keyboard is the Mongolian one,
the ways to write names in Latin letters are tables of their own.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

# The three rows of letters of the Mongolian Cyrillic keyboard.
KEYBOARD = ("фцужэнгшүзкъ", "йыбөахролдп", "ячёсмитьвю")
COMMON = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ё": "yo", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "ш": "sh",
}  # fmt: skip
# Ways to write Mongolian names in Latin letters that are met: travel documents of today, those of the
# nineties, what people type on a telephone, and libraries' ISO 9.
WAYS_OF_WRITING: tuple[dict[str, str], ...] = (
    COMMON | {"е": "ye", "ж": "j", "й": "i", "ө": "u", "ү": "u", "х": "kh", "ц": "ts", "ч": "ch", "щ": "sh",
              "ъ": "i", "ы": "y", "ь": "i", "э": "e", "ю": "yu", "я": "ya"},
    COMMON | {"е": "e", "ж": "j", "й": "i", "ө": "o", "ү": "u", "х": "h", "ц": "ts", "ч": "ch", "щ": "sh",
              "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya"},
    COMMON | {"е": "e", "ж": "j", "й": "i", "ө": "u", "ү": "u", "х": "h", "ц": "c", "ч": "ch", "щ": "sh",
              "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya", "в": "w"},
    COMMON | {"е": "e", "ё": "ë", "ж": "ž", "й": "j", "ө": "ô", "ү": "ù", "х": "h", "ц": "c", "ч": "č",
              "ш": "š", "щ": "ŝ", "ъ": "ʺ", "ы": "y", "ь": "ʹ", "э": "è", "ю": "û", "я": "â"},
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What one record says of a person."""

    given_name: str | None
    patronymic: str | None
    birth_date: date | None
    sex: str | None
    number: str | None
    mother: str | None


def neighbours(letter: str) -> str:
    """The letters of the keys beside, above and below; each row stands half a key right of the one above."""
    for row, letters in enumerate(KEYBOARD):
        place = letters.find(letter)
        if place >= 0:
            near = letters[max(0, place - 1) : place] + letters[place + 1 : place + 2]
            above = KEYBOARD[row - 1][place : place + 2] if row else ""
            below = KEYBOARD[row + 1][max(0, place - 1) : place + 1] if row + 1 < len(KEYBOARD) else ""
            return near + above + below
    return ""


def wrong_key(text: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(text) if neighbours(letter.lower())]
    place = rng.choice(places)
    other = rng.choice(neighbours(text[place].lower()))
    return text[:place] + (other.upper() if text[place].isupper() else other) + text[place + 1 :]


def slip(text: str, rng: random.Random) -> str:
    """A letter left out, typed twice, or exchanged with the next."""
    place = rng.randrange(1, len(text)) if len(text) > 1 else 0
    what = rng.randrange(3)
    if what == 0 and len(text) > 2:
        return text[:place] + text[place + 1 :]
    if what == 1 or place + 1 >= len(text):
        return text[: place + 1] + text[place].lower() + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def in_one_name(record: Written, change: Callable[[str, random.Random], str], rng: random.Random) -> Written:
    if record.patronymic and (not record.given_name or rng.random() < 0.4):
        return replace(record, patronymic=change(record.patronymic, rng))
    return replace(record, given_name=change(record.given_name, rng)) if record.given_name else record


def wrong_letter(record: Written, rng: random.Random) -> Written:
    return in_one_name(record, wrong_key, rng)


def typing_slip(record: Written, rng: random.Random) -> Written:
    return in_one_name(record, slip, rng)


def latin(record: Written, rng: random.Random) -> Written:
    """Both names in Latin letters, long vowels often short, hyphens often gone."""
    way = rng.choice(WAYS_OF_WRITING)
    short, without_hyphen = rng.random() < 0.4, rng.random() < 0.5

    def write(name: str) -> str:
        out = ""
        for letter in name.lower():
            letters = way.get(letter, letter)
            if short and letters and out.endswith(letters) and letters in "aeiouôùè":
                continue
            out += letters
        return (out.replace("-", "") if without_hyphen else out).title()

    return replace(
        record,
        given_name=write(record.given_name) if record.given_name else None,
        patronymic=write(record.patronymic) if record.patronymic else None,
    )


def names_swapped(record: Written, _: random.Random) -> Written:
    return replace(record, given_name=record.patronymic, patronymic=record.given_name)


def no_patronymic(record: Written, _: random.Random) -> Written:
    return replace(record, patronymic=None)


def wrong_digit(record: Written, rng: random.Random) -> Written:
    if not record.number:
        return record
    place = rng.randrange(2, len(record.number))
    digit = rng.choice([d for d in "0123456789" if d != record.number[place]])
    return replace(record, number=record.number[:place] + digit + record.number[place + 1 :])


def day_and_month(record: Written, _: random.Random) -> Written:
    born = record.birth_date
    if born is None or not can_swap(born):
        return record
    return replace(record, birth_date=born.replace(month=born.day, day=born.month))


def can_swap(born: date) -> bool:
    return born.day <= 12 and born.day != born.month


def wrong_day(record: Written, rng: random.Random) -> Written:
    born = record.birth_date
    others = [day for day in range(1, 29) if born and day != born.day]
    return replace(record, birth_date=born and born.replace(day=rng.choice(others)))


def year_only(record: Written, _: random.Random) -> Written:
    born = record.birth_date
    return replace(record, birth_date=born and born.replace(month=1, day=1))


def other_name(record: Written, rng: random.Random) -> Written:
    """Another given name: changed by law, or the name that all use instead of the one in the papers."""
    return replace(
        record, given_name=rng.choice(("Хүрэлсүх", "Нарандулам", "Баянмөнх", "Цагаанхүү", "Одгэрэл"))
    )


def no_change(record: Written, _: random.Random) -> Written:
    return record


Error = Callable[[Written, random.Random], Written]
ERRORS: dict[str, Error] = {
    "no_change": no_change,
    "wrong_letter": wrong_letter,
    "typing_slip": typing_slip,
    "latin_letters": latin,
    "names_swapped": names_swapped,
    "no_patronymic": no_patronymic,
    "wrong_digit_in_number": wrong_digit,
    "day_and_month_swapped": day_and_month,
    "wrong_day_of_birth": wrong_day,
    "year_of_birth_only": year_only,
    "other_given_name": other_name,
}
# Of these, two different ones make a record of the kind ``two_errors``.
COMBINED = (
    "wrong_letter",
    "typing_slip",
    "latin_letters",
    "names_swapped",
    "no_patronymic",
    "wrong_day_of_birth",
)


def two_errors(record: Written, rng: random.Random) -> Written:
    # In the order in which people write: names are swapped and typed before they are put into Latin letters.
    for kind in sorted(rng.sample(COMBINED, 2), key=lambda kind: kind == "latin_letters"):
        record = ERRORS[kind](record, rng)
    return record


ALL_ERRORS: dict[str, Error] = ERRORS | {"two_errors": two_errors}
