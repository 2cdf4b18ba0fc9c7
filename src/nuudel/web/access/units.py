"""The administrative units in which a place lies, by its path from the country down."""

from collections.abc import Sequence

from nuudel.web.access.decisions import path_of
from nuudel.web.access.models import Place

COUNTRY, AIMAG, SOUM = 0, 1, 2
"""Where the levels stand in a path; a district of the capital stands where a soum does."""


def unit_of(path: Sequence[str], level: int = AIMAG) -> str:
    """The unit of a level in which a place lies; the place itself where it is wider than that."""
    return path[min(level, len(path) - 1)]


def is_soum(path: Sequence[str]) -> bool:
    """Whether a path is that of a soum or district: of nothing wider, and nothing narrower."""
    return len(path) == SOUM + 1


def aimag_of(code: str) -> str:
    """The aimag of a place; the code itself where the place is unknown."""
    path = list(path_of(code))
    return unit_of(path) if path else code


def aimags_by_name(lang: str) -> list[tuple[str, str]]:
    """All aimags and the capital, each with its name in a language, by which they are sorted."""
    named = ((place.code, place.name(lang)) for place in Place.objects.filter(level="aimag"))
    return sorted(named, key=lambda row: row[1])


def aimags() -> dict[str, str]:
    """The aimag of every place, in one query."""
    return {code: unit_of(path) for code, path in Place.objects.values_list("code", "path")}
