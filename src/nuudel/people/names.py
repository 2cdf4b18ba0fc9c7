"""Names of persons in Cyrillic and Latin letters: transliterated, read back, compared in any spelling.

Source of the transliteration: MNS 5217:2012 (``spelling.CYRILLIC``).
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

from nuudel.base.errors import PeopleError
from nuudel.people.name_reading import read
from nuudel.people.spelling import APOSTROPHES, BETWEEN_WORDS, LETTERS, bare, folded

LONGEST = 100
# What the same skeleton is worth; the rest is for the same letters.
SAME_SKELETON = 0.95
WORD_ENDS = re.compile(f"[{re.escape(BETWEEN_WORDS)}]")


def transliterate(text: str) -> str:
    """A name in Latin letters by MNS 5217:2012; a name in Latin letters stays as it is.

    Raises
    ------
    PeopleError
        ``PEOPLE-101`` empty, ``102`` a digit or sign that no name has, ``103`` another script, ``104``
        Cyrillic and Latin letters in one word, ``105`` longer than 100 characters. Never with the name.

    Examples
    --------
    >>> transliterate("Бат-Эрдэнэ"), transliterate("ХҮРЭЛБААТАР"), transliterate("Цэцэгмаа")
    ('Bat-Erdene', 'KHÜRELBAATAR', 'Tsetsegmaa')
    """
    name = checked(text)
    capitals = sum(letter.isalpha() for letter in name) > 1 and name.upper() == name
    return "".join(in_latin(letter, capitals) for letter in name)


def in_latin(letter: str, capitals: bool) -> str:
    latin = LETTERS.get(letter.lower())
    if latin is None:
        return letter
    if letter.islower():
        return latin
    return latin.upper() if capitals else latin[0].upper() + latin[1:]


def to_cyrillic(text: str) -> str:
    """The best reading of a Latin name in Cyrillic letters; a name in Cyrillic letters stays as it is.

    Latin spellings lose what Cyrillic tells apart (ө, о, ү and у; long vowels; й, ы, ь and и), so this is a
    proposal for a person to confirm. Names made of known parts are read part by part, others letter by
    letter with vowel harmony. The reading always has the skeleton of what was read.

    Raises
    ------
    PeopleError
        As ``transliterate``.

    Examples
    --------
    >>> to_cyrillic("Munkhbat"), to_cyrillic("Enkhtuya"), to_cyrillic("BAT-ERDENE")
    ('Мөнхбат', 'Энхтуяа', 'БАТ-ЭРДЭНЭ')
    """
    name = checked(text)
    if any(letter.lower() in LETTERS for letter in name):
        return name
    return read(name)


def skeleton(name: str) -> str:
    """One form for all spellings of a name: small ASCII letters, without vowel length, hyphens and signs.

    Cyrillic, MNS 5217, ISO 9, older travel documents and plain typing mostly meet in it: х, kh and h; ц, ts
    and c; о, ө, у, ү and their Latin letters; в, w and б; й, ы, ь, ъ and и.

    Raises
    ------
    PeopleError
        As ``transliterate``.

    Examples
    --------
    >>> {skeleton(name) for name in ("Мөнхцэцэг", "Mönkhtsetseg", "Munhceceg", "MUNKH-TSETSEG")}
    {'monhceceg'}
    """
    return folded(checked(name))


def variants(skeleton: str) -> frozenset[str]:
    """A skeleton and all that are left when one of its letters goes.

    Two skeletons that differ by one letter, more, less or other, or by two neighbours in the wrong order,
    always share a variant.
    """
    return frozenset(
        {skeleton}
        | {skeleton[:place] + skeleton[place + 1 :] for place in range(len(skeleton)) if skeleton[1:]}
    )


def similarity(a: str, b: str) -> float:
    """How alike two names are, from 0 to 1, in any spelling; 1 for the same letters by the standard.

    Names with the same skeleton have at least 0.95; others 0.95 of 1 - changes / length of their skeletons,
    where a letter put in, left out or changed, or two neighbours exchanged, is a change.

    Raises
    ------
    PeopleError
        As ``transliterate``.
    """
    first, second = forms(a), forms(b)
    alike = OSA.normalized_similarity(first[0], second[0])
    if alike < 1:
        return SAME_SKELETON * alike
    return SAME_SKELETON + (1 - SAME_SKELETON) * OSA.normalized_similarity(first[1], second[1])


@lru_cache(maxsize=128)  # the name that is asked for is compared with many, and many of these are the same
def forms(name: str) -> tuple[str, str]:
    """A name's skeleton, and its bare Latin letters."""
    name = checked(name)
    return folded(name), bare(name)


def checked(text: str) -> str:
    """A name without space around it, in composed letters, that can be one.

    Raises
    ------
    PeopleError
        As ``transliterate``.
    """
    if len(text) > LONGEST:
        raise PeopleError(105, "a name is longer than 100 characters.", "Give the name alone.")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(letter.isalpha() for letter in name):
        raise PeopleError(101, "a name has no letters.", "Give the name in Cyrillic or Latin letters.")
    for word in WORD_ENDS.split(name):
        check_word(word)
    return name


def check_word(word: str) -> None:
    scripts = {script_of(letter) for letter in word} - {"between"}
    if "none" in scripts:
        raise PeopleError(
            102, "a name has a digit or a sign that no name has.", "Give letters, hyphens and spaces only."
        )
    if "other" in scripts:
        raise PeopleError(
            103, "a name is in another script.", "Give it in Mongolian Cyrillic or in Latin letters."
        )
    if len(scripts) > 1:
        raise PeopleError(
            104,
            "a name has Cyrillic and Latin letters in one word.",
            "Type the word anew with one keyboard layout: some letters only look alike.",
        )


def script_of(letter: str) -> str:
    """``cyrillic``, ``latin``, ``between`` (what stands between letters), ``other`` or ``none``."""
    if letter.lower() in LETTERS:
        return "cyrillic"
    if letter in APOSTROPHES or letter in BETWEEN_WORDS:
        return "between"
    if not letter.isalpha():
        return "none"
    return "latin" if unicodedata.name(letter, "").startswith("LATIN ") else "other"
