"""Places of otor: which soums there are, and whether a point lies in the country."""

from functools import cache

from nuudel.base.packs import load_pack
from nuudel.places.boundaries import Boundaries, boundaries
from nuudel.web.access.models import Place
from nuudel.web.words import language

SOUM, AIMAG, COUNTRY = "soum", "aimag", "country"
PACK = "mongolia"


@cache
def outline() -> Boundaries:
    """The country's outline; read once."""
    return boundaries(load_pack(PACK), COUNTRY)


def in_country(latitude: float, longitude: float) -> bool:
    """Whether a point lies in the country; degrees."""
    return outline().locate([latitude], [longitude])[0] is not None


def is_soum(code: str) -> bool:
    """Whether a code is that of a soum or district."""
    return Place.objects.filter(code=code, level=SOUM).exists()


def soums() -> list[tuple[str, list[tuple[str, str]]]]:
    """All soums by aimag, in the reader's language and order."""
    lang = language()
    aimags = {p.code: p.name(lang) for p in Place.objects.filter(level=AIMAG)}
    grouped: dict[str, list[tuple[str, str]]] = {code: [] for code in aimags}
    for place in Place.objects.filter(level=SOUM):
        grouped.setdefault(place.parent, []).append((place.code, place.name(lang)))
    named = [(aimags.get(code, code), sorted(rows, key=lambda row: row[1])) for code, rows in grouped.items()]
    return sorted((entry for entry in named if entry[1]), key=lambda entry: entry[0])
