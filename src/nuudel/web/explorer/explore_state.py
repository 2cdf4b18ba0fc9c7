"""What the map page shows, as its address says it; the script of the page reads the same words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nuudel.publication.explorer.read import Bundle

SHOWS = ("both", "in", "out", "net")
ROUTES = ("place", "all", "none")
NO_FILL = "none"


@dataclass(frozen=True)
class State:
    """One view of the map.

    Attributes
    ----------
    place
        Code of the chosen place.
    year
        Year of the moves.
    show
        Which routes of the place: in and out, in, out, or what remains of both.
    routes
        Routes of the place, of all places, or none.
    level
        Level of the areas that are filled.
    fill
        Key of the indicator that fills them, or ``none``.
    """

    place: str
    year: int
    show: str
    routes: str
    level: str
    fill: str

    def query(self, **changes: object) -> str:
        """The address's query of this view, with changes."""
        from urllib.parse import urlencode

        return urlencode({**vars(self), **changes})


def first_state(bundle: Bundle) -> State:
    """How the page starts: the capital, or the place with most moves, in the last year."""
    units = [place.code for place in bundle.units()]
    place = bundle.capital if bundle.capital and bundle.capital in units else units[0]
    nets = [key for key, entry in bundle.indicators.items() if entry["palette"] == "net"]
    return State(place, bundle.years[-1], "both", "place", bundle.unit_level, nets[0] if nets else NO_FILL)


def read_state(bundle: Bundle, query: Mapping[str, str]) -> State:
    """The view that an address asks for; what it does not say, or says wrongly, is as the page starts."""
    start = first_state(bundle)
    levels = [level["key"] for level in bundle.index["levels"]]
    return State(
        place=chosen(query.get("place"), tuple(bundle.places), start.place),
        year=int(chosen(query.get("year"), [str(year) for year in bundle.years], str(start.year))),
        show=chosen(query.get("show"), SHOWS, start.show),
        routes=chosen(query.get("routes"), ROUTES, start.routes),
        level=chosen(query.get("level"), levels, start.level),
        fill=chosen(query.get("fill"), (NO_FILL, *bundle.indicators), start.fill),
    )


def chosen(value: str | None, known: Sequence[str], otherwise: str) -> str:
    return value if value is not None and value in known else otherwise


def route_place(bundle: Bundle, code: str) -> str:
    """The place whose routes are shown: the chosen one, or the unit above it that has flows."""
    place = bundle.place(code)
    return code if place.level == bundle.unit_level else place.parent or code


def indicator_values(bundle: Bundle, state: State) -> tuple[int | None, Mapping[str, Any]]:
    """The year that is shown of the fill, and its values; the nearest earlier year, else the first."""
    by_year = bundle.indicator(state.fill).get(state.level, {})
    years = sorted(int(year) for year in by_year if year.isdigit())
    if not years:
        return None, next(iter(by_year.values()), {})
    year = max((year for year in years if year <= state.year), default=years[0])
    return year, by_year[str(year)]
