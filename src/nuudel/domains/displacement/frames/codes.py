"""Codes and names of areas: places of the gazetteer, and the baghs and khoroos below them."""

from collections.abc import Iterable

from nuudel.domains.displacement import models
from nuudel.surveys.instruments.lookups import Area
from nuudel.web.access.models import Place
from nuudel.web.shell.baghs import bagh_words

BAGH = "bagh"
PART = "-"


def soum_of(code: str) -> str:
    """The place in which an area lies: the soum of a bagh, else the area itself."""
    return code.partition(PART)[0]


def bagh_code(soum: str, number: int) -> str:
    """Code of a bagh or khoroo by its number."""
    return f"{soum}{PART}{number:02}"


def names_of(code: str, place: Place, name_mn: str = "", name_en: str = "") -> tuple[str, str]:
    """What an area is called in Mongolian and in English; a bagh after its soum."""
    if code == place.code:
        return str(place.name_mn), str(place.name_en)
    number = code.partition(PART)[2]
    mn = name_mn or bagh_words(place.code, number, lang="mn")
    en = name_en or name_mn or bagh_words(place.code, number, lang="en")
    return f"{place.name_mn}, {mn}", f"{place.name_en}, {en}"


def lookup_areas(operation: models.Operation) -> tuple[Area, ...]:
    """The baghs and khoroos of an operation's frames, as the instruments look up places on the phone."""
    return tuple(baghs(models.FrameArea.objects.filter(round__operation=operation)))


def baghs(rows: "Iterable[models.FrameArea]") -> Iterable[Area]:
    """Each bagh once, by its code, under the newest name; without its soum's, under which it is chosen."""
    newest = {row.area: row for row in sorted(rows, key=lambda row: row.pk) if row.level == BAGH}
    for code, row in sorted(newest.items()):
        mn, en = (name.rpartition(", ")[2] for name in (row.name_mn, row.name_en))
        yield Area(code, mn, en, row.place)
