"""Reading a Latin name back into Cyrillic: by the known parts of names, else letter by letter."""

import re
from collections.abc import Iterator
from functools import cache

from rapidfuzz.distance import OSA

from nuudel.people import name_elements
from nuudel.people.spelling import bare, folded

# What a letter of a reading costs that is not part of a known part of a name.
LETTER_COST = 1.5
PART_COST = 1.0
LONGEST_PART = 16
FRONT = re.compile("[eöü]")
BACK = re.compile("[ao]")
# In this order. {u} and {o} follow the vowel harmony of the word.
LETTER_RULES = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (r"shch", "щ"), (r"sch|sh|š|ŝ", "ш"), (r"tsch|ch|č", "ч"), (r"kh|h|x", "х"), (r"ts|tz|c", "ц"),
        (r"dzh|zh|dj|ž", "ж"), (r"dz", "з"), (r"yaa", "яа"), (r"ya|â", "я"), (r"yo|ë", "ё"),
        (r"yuu", "ю{u}"), (r"yu|û", "ю"), (r"ye", "е"), (r"(?<=[aeiouöüy])j(?![aeiouöü])", "й"),
        (r"j", "ж"), (r"(?<=[aeouöü])[iy]", "й"), (r"iy|ii", "ий"), (r"a", "а"), (r"b", "б"), (r"v|w", "в"),
        (r"g", "г"), (r"d", "д"), (r"e", "э"), (r"z", "з"), (r"i", "и"), (r"k|q", "к"), (r"l", "л"),
        (r"m", "м"), (r"n", "н"), (r"ö|o['’ʼ`]|oe", "ө"), (r"ü|u['’ʼ`]|ue", "ү"), (r"o", "{o}"),
        (r"u", "{u}"), (r"p", "п"), (r"r", "р"), (r"s", "с"), (r"t", "т"), (r"f", "ф"), (r"y", "ы"),
        (r"['’ʼ`ʹ]", "ь"), (r"ʺ", "ъ"),
    )
)  # fmt: skip


def read(name: str) -> str:
    """A Latin name in Cyrillic letters; letters that no rule knows are read without their accents."""
    capitals = sum(letter.isalpha() for letter in name) > 1 and name.upper() == name
    parts = re.split(r"([ .\-‐‑–]+)", name)
    return "".join(
        part if index % 2 else cased(part, read_part(part.lower()), capitals)
        for index, part in enumerate(parts)
    )


def cased(latin: str, reading: str, capitals: bool) -> str:
    if capitals:
        return reading.upper()
    return reading[:1].upper() + reading[1:] if latin[:1].isupper() else reading


def read_part(latin: str) -> str:
    by_parts = known_parts(latin)
    if by_parts and folded(by_parts) == folded(latin):
        return by_parts
    return by_letters(latin)


def known_parts(latin: str) -> str:
    """The cheapest way to write a word as parts of names; empty where it has none."""
    if not latin.isalpha():
        return ""
    best: list[tuple[float, str]] = [(0.0, "")]
    for end in range(1, len(latin) + 1):
        ways = [
            (best[start][0] + cost, best[start][1] + reading)
            for start in range(max(0, end - LONGEST_PART), end)
            for cost, reading in pieces(latin[start:end])
        ]
        best.append(min(ways))
    return best[-1][1]


def pieces(latin: str) -> Iterator[tuple[float, str]]:
    """What a piece of a word can be: known parts with the same skeleton, or a letter or group of letters."""
    for part, spelled in parts_by_skeleton().get(folded(latin), ()):
        yield PART_COST + OSA.distance(latin, spelled) / 4, part
    if len(latin) <= 4:
        yield LETTER_COST * len(latin), by_letters(latin)


@cache
def parts_by_skeleton() -> dict[str, tuple[tuple[str, str], ...]]:
    """Skeleton -> the parts of names that have it, in small letters, each with its Latin letters."""
    found: dict[str, dict[str, str]] = {}
    for parts in (
        name_elements.FIRST, name_elements.MALE_SECOND, name_elements.FEMALE_SECOND, name_elements.MALE_NAMES,
        name_elements.FEMALE_NAMES, name_elements.OLDER_MEN, name_elements.FAMILY,
    ):  # fmt: skip
        for part in parts:
            found.setdefault(folded(part), {})[part.lower()] = bare(part)
    return {key: tuple(parts.items()) for key, parts in found.items()}


def by_letters(latin: str) -> str:
    """Letter by letter; u and o by the vowels around them: ү and ө beside e, ö and ü, else у and о."""
    front = bool(FRONT.search(latin)) and not BACK.search(latin)
    harmony = {"u": "ү", "o": "ө"} if front else {"u": "у", "o": "о"}
    out, place = "", 0
    while place < len(latin):
        for pattern, reading in LETTER_RULES:
            if found := pattern.match(latin, place):
                out += reading.format(**harmony)
                place = found.end()
                break
        else:
            plain = folded(latin[place])
            out += by_letters(plain) if plain != latin[place] else ""
            place += 1
    return out
