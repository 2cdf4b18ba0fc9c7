"""Letters of names: the standard's table, and the rules that bring all spellings of a name together.

The table is that of MNS 5217:2012, *Transliteration of Mongolian Cyrillic characters into Latin characters*,
as Wikipedia prints it; Wiktionary's differs in ж (zh) and й (j). It does not name the letters of Kazakh,
which the west of Mongolia uses; these take the Latin letters of the Mongolian letter nearest to them.
"""

import re
import unicodedata

CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "ye", "ё": "yo", "ж": "j", "з": "z", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "ө": "ö", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ү": "ü", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "i",
    "ы": "y", "ь": "i", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
KAZAKH = {
    "ә": "ye", "ғ": "g", "қ": "k", "ң": "n", "ұ": "u", "һ": "kh", "і": "i",
}  # fmt: skip
LETTERS = CYRILLIC | KAZAKH

# ISO 9 writes one sign for a letter; taking its accent away would leave another sound.
SINGLE_SIGNS = {
    "â": "ya",
    "û": "yu",
    "ë": "yo",
    "ž": "j",
    "š": "sh",
    "č": "ch",
    "ŝ": "sh",
    "ʹ": "i",
    "ʺ": "i",
}
APOSTROPHES = "'’ʼ`´ʹʺ"
BETWEEN_WORDS = " .-‐‑–"
TO_BARE = str.maketrans(LETTERS | SINGLE_SIGNS | dict.fromkeys(BETWEEN_WORDS, ""))

# A longer group stands before a shorter one inside it. Each consonant becomes one letter: c = ц, h = х,
# j = ж, q = ч, w = ш.
CONSONANTS = {
    "tsch": "q", "shch": "w", "sch": "w", "tsh": "tw", "sh": "w", "ch": "q", "ck": "k", "dzh": "j", "zh": "j",
    "dj": "j", "kh": "h", "hh": "h", "x": "h", "ts": "c", "tz": "c", "dz": "z", "v": "b", "w": "b", "q": "k",
}  # fmt: skip
CONSONANT = re.compile("|".join(CONSONANTS))
# In this order; oe and ue are ways to write ö and ü.
VOWELS = (("ye", "e"), ("y", "i"), ("oe", "o"), ("ue", "o"), ("u", "o"), ("ei", "i"))
J_FOR_I = re.compile("(?<=[aeiou])j(?=[^aeiou]|$)")  # as ISO 9 writes й
TWICE = re.compile(r"(.)\1+")  # long vowels, and consonants where two parts of a name meet


def folded(name: str) -> str:
    """The skeleton of a name that was checked."""
    letters = CONSONANT.sub(lambda found: CONSONANTS[found[0]], bare(name))
    if not letters.isascii() or not letters.isalpha():
        plain = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
    if "j" in letters:
        letters = J_FOR_I.sub("i", letters)
    for vowel, replacement in VOWELS:
        letters = letters.replace(vowel, replacement)
    return TWICE.sub(r"\1", letters)


def bare(name: str) -> str:
    """Lower-case Latin letters without hyphens, with ö and ü as they are written."""
    latin = name.casefold().translate(TO_BARE)
    return without_apostrophes(latin) if any(sign in latin for sign in APOSTROPHES) else latin


def without_apostrophes(latin: str) -> str:
    """After o and u an apostrophe makes ö and ü (the old ASCII way); elsewhere it is a soft sign."""
    out = ""
    for letter in latin:
        if letter in APOSTROPHES:
            out += "" if out.endswith(("o", "u", "i")) else "i"
        else:
            out += letter
    return out
