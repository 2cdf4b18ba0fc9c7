"""Places by their names: found in either script and with other letters, near ones, and their order."""

import difflib
from collections.abc import Iterable

from nuudel.publication.explorer.read import Bundle, BundlePlace

# Letters that keyboards lack, for which people type о or у; and spellings of one sound.
FOLDED = (
    *((letter, "у") for letter in "өүо"),
    *((letter, "u") for letter in "öüo"),
    *(("ё", "е"), ("kh", "h"), ("ts", "c")),
)
MOST_NEAR = 5
NEAR = 0.6
LONGEST = 80


def folded(name: str) -> str:
    """A name as it is compared: small letters, no hyphens or spaces, one letter for one sound."""
    text = "".join(letter for letter in name.casefold() if letter.isalnum())
    for found, put in FOLDED:
        text = text.replace(found, put)
    return text


def matches(place: BundlePlace, wanted: str) -> bool:
    """Whether a place's code or one of its names has the letters that somebody typed."""
    typed = folded(wanted)
    return typed == "" or any(typed in folded(name) for name in (*place.names.values(), place.code))


def named_so(places: Iterable[BundlePlace], wanted: str) -> list[BundlePlace]:
    """The places whose whole name or code somebody typed."""
    typed = folded(wanted)
    return [p for p in places if typed in {folded(name) for name in (*p.names.values(), p.code)}]


def near(bundle: Bundle, wanted: str) -> list[BundlePlace]:
    """Places whose names come nearest to what somebody typed, the nearest first."""
    by_name: dict[str, list[BundlePlace]] = {}
    for place in bundle.places.values():
        for name in {folded(name) for name in (*place.names.values(), place.code)}:
            by_name.setdefault(name, []).append(place)
    close = difflib.get_close_matches(folded(wanted[:LONGEST]), by_name, MOST_NEAR, NEAR)
    found = {place.code: place for name in close for place in by_name[name]}
    return list(found.values())[:MOST_NEAR]


def alphabetical(name: str) -> list[tuple[str, int]]:
    """Key of the order of names: Ө follows О, and Ү follows У, whatever their places in Unicode."""
    after = {"ө": ("о", 1), "ү": ("у", 1), "ё": ("е", 1)}
    return [after.get(letter, (letter, 0)) for letter in name.casefold()]
