"""One key for all spellings of a name: Cyrillic, MNS 5217, ISO 9, GeoNames, old ASCII and English styles.

The key keeps what all transliterations of Mongolian agree on and drops what they differ in. The vowels о, ө,
у, ү fall together, because *Ömnögovi*, *Umnugovi* and *Omnogovi* write the same name; so do long and short
vowels, й, ы, ь and и, and the ways to write х, ц, з, ж, ш and ч.
"""

import re
import unicodedata
from collections.abc import Sequence

CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "ye", "ё": "yo", "ж": "j", "з": "z", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ү": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "",
    "ы": "i", "ь": "i", "э": "e", "ю": "yu", "я": "ya",
    "қ": "k", "ұ": "u", "і": "i", "ә": "a", "ғ": "g", "ң": "n",
}  # fmt: skip
# Single signs of ISO 9 that accent stripping would turn into another sound.
ISO_9 = {"â": "ya", "û": "yu", "ë": "yo", "ž": "j", "š": "sh", "č": "ch", "ŝ": "sh", "ʹ": "i", "ʺ": ""}
# In this order: a longer group before the shorter one inside it.
LATIN = (
    (r"(?<=[ou])['’ʼ`]", ""),  # the old ASCII way to write ö and ü: o', u'
    (r"(?<=[bcdfghjklmnpqrstvwxz])['’ʼ`]", "i"),  # an apostrophe for the soft sign
    (r"tsch", "č"),
    (r"sch|sh", "š"),
    (r"ch", "č"),
    (r"dsch|dzh|zh|dj", "j"),
    (r"kh|x", "h"),
    (r"ts|tz", "c"),
    (r"dz", "z"),
    (r"w", "v"),
    (r"ye", "e"),
    (r"(?<=[aeiou])j(?=[^aeiou]|$)", "i"),  # j for й, as ISO 9 has it
    (r"y", "i"),
    (r"[^\wčš]|_", ""),
    (r"[ou]", "o"),
    (r"(.)\1+", r"\1"),
)
PATTERNS = tuple((re.compile(pattern), replacement) for pattern, replacement in LATIN)


def latin(name: str) -> str:
    """A name in lower-case Latin letters; what is not Cyrillic stays as it is."""
    letters = unicodedata.normalize("NFC", name.strip().casefold())
    return "".join(CYRILLIC.get(letter, ISO_9.get(letter, letter)) for letter in letters)


def close_key(name: str) -> str:
    """As ``key``, but with the vowels and their lengths as they are written."""
    return fold(name, PATTERNS[:-2])


def key(name: str) -> str:
    """The key under which all spellings of a name fall together.

    Examples
    --------
    >>> {key(name) for name in ("Өмнөговь", "Ömnögovi", "Umnugovi", "O'mnogovi", "Ômnôgovʹ")}
    {'omnogovi'}
    """
    return fold(name, PATTERNS)


def fold(name: str, patterns: Sequence[tuple[re.Pattern[str], str]]) -> str:
    folded = unicodedata.normalize("NFKD", latin(name))
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    for pattern, replacement in patterns:
        folded = pattern.sub(replacement, folded)
    return folded
