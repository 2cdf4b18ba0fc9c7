"""The table of places that the instruments look up on the phone, without a network: ``places.csv``."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nuudel.base.packs import Pack

COLUMNS = ("name", "label", "__version", "level", "parent")
VERSION = 1
"""Phones take a table as a list of entities where it has versions; places keep theirs."""
COUNTRY = "country"


@dataclass(frozen=True)
class Area:
    """A unit that the gazetteer of the pack does not have: a bagh or khoroo of an operation's area frame."""

    code: str
    name_mn: str
    name_en: str
    parent: str
    level: str = "bagh"


def places_csv(pack: Pack, areas: Iterable[Area] = ()) -> bytes:
    """The table: ``name`` (place code), ``label``, ``__version``, ``level``, ``parent``.

    A label has both names (``Хан-Уул · Khan-Uul``): a table beside a form has one column of labels. Countries
    are those of the pack's migrant stocks, after the units of the pack's own.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for area in (*units(pack), *countries(pack), *areas):
        rows.writerow((area.code, label(area.name_mn, area.name_en), VERSION, area.level, area.parent))
    return written.getvalue().encode()


def label(mn: str, en: str) -> str:
    return mn if mn == en else f"{mn} · {en}"


def units(pack: Pack) -> Iterator[Area]:
    """The units of the country that are valid today, in the order of the pack."""
    frame = pack.table("places").frame
    for code, level, parent, en, mn, valid_to in frame.select(
        "code", "level", "parent", "name_en", "name_mn", "valid_to"
    ).iter_rows():
        if valid_to is None:
            yield Area(code, mn, en, parent or "", level)


def countries(pack: Pack) -> Iterator[Area]:
    """The countries with which people move, by their names in English; not the pack's own."""
    frame = pack.table("migrant_stocks").frame
    found: dict[str, tuple[str, str]] = {}
    for origin, destination, en, mn in frame.select(
        "origin", "destination", "partner_en", "partner_mn"
    ).iter_rows():
        found.setdefault(destination if origin == pack.country else origin, (en, mn))
    for code, (en, mn) in sorted(found.items(), key=lambda item: item[1]):
        yield Area(code, mn, en, "", COUNTRY)
