"""The table of a year: residents and their change by aimag, or by soum and district of one aimag."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.registration.figures.counts import Change, Counted, counted
from nuudel.domains.registration.figures.protected import Protected, protected
from nuudel.web.access.models import Place
from nuudel.web.access.units import AIMAG, COUNTRY, unit_of

SERIES = "registration-residents"


@dataclass(frozen=True)
class YearTable:
    """A year's table.

    Attributes
    ----------
    of
        The aimag whose soums it shows; empty for the country.
    table
        Protected; None where the aimag is shown together with others, so that its soums cannot be.
    open_units
        The aimags whose soums may be asked for.
    """

    year: int
    last: date
    of: str
    table: Protected | None
    open_units: frozenset[str]


def year_table(year: int, of: str = "") -> YearTable:
    """The table of a year, the running one until today."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), localdate())
    paths = dict(Place.objects.values_list("code", "path"))
    found = counted(first, last)

    def unit(code: str, level: int) -> str:
        return unit_of(paths.get(code) or [code], level)

    aimags = found.by(lambda code: unit(code, AIMAG))
    country = found.by(lambda code: unit(code, COUNTRY))
    whole = next(iter(country.values()), None)
    if whole is None:
        return YearTable(year, last, of, None, frozenset())
    table = protected(SERIES, aimags, whole)
    alone = frozenset(row.units[0] for row in table.rows if len(row.units) == 1 and None not in row.cells)
    if not of:
        return YearTable(year, last, "", table, alone)
    if of not in alone:
        return YearTable(year, last, of, None, alone)
    soums = {code: change for code, change in by_soum(found).items() if unit(code, AIMAG) == of}
    return YearTable(year, last, of, protected(SERIES, soums, aimags[of]), alone)


def by_soum(found: Counted) -> dict[str, Change]:
    return found.by(lambda code: code)
