"""Finding what a request names; what is not there is a 404 that names the nearest."""

from collections.abc import Mapping
from typing import Annotated, Any

from ninja import Query

from nuudel.publication.explorer.read import Bundle, BundlePlace
from nuudel.publication.tables import Table
from nuudel.web.api.problems import invalid, not_found
from nuudel.web.api.statistics.answers import current_release

FIRST_YEAR, LAST_YEAR = 1900, 2200
Code = Annotated[str, Query(max_length=40)]
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


def place_of(bundle: Bundle, code: str) -> BundlePlace:
    """A place of the bundle."""
    if code not in bundle.places:
        raise not_found("code", bundle.places, code[:40])
    return bundle.places[code]


def indicator_of(bundle: Bundle, key: str) -> Mapping[str, Any]:
    """The description of an indicator."""
    if key not in bundle.indicators:
        raise not_found("key", bundle.indicators, key[:60])
    return bundle.indicators[key]


def table_of(key: str) -> Table:
    """A published table."""
    tables = current_release().tables
    if key not in tables:
        raise not_found("key", tables, key[:60])
    return tables[key]


def years_between(first: int | None, last: int | None) -> range:
    """The years from one to another, both included."""
    start, end = first or FIRST_YEAR, last or LAST_YEAR
    if start > end:
        raise invalid(("first", "order"))
    return range(start, end + 1)
