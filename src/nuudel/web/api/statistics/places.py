"""The release as a whole, and what is known of each place."""

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from nuudel.base.provenance import Quality
from nuudel.web.api.routers import Router
from nuudel.web.api.schemas import Paged, Words, public
from nuudel.web.api.statistics.answers import current_release, served
from nuudel.web.api.statistics.lists import Cursor, Fields, Limit, Number, Paging, page_of
from nuudel.web.api.statistics.lookup import Code, Year, place_of, years_between

router = Router(tags=["statistics"])
router.add_decorator(served, mode="view")


class Level(Schema):
    """A level of places, such as aimag or soum."""

    key: str
    one: Words
    plural: Words


class Caveat(Schema):
    """What is to be known before a figure is used."""

    text: Words
    effect: str | None = None
    places: list[str] | None = None
    years: list[int] | None = None


class Source(Schema):
    """Where figures come from."""

    key: str
    institution: Words
    title: Words
    identifier: str | None
    licence: str | None


class ReleaseOut(Schema):
    """What is published now."""

    build: str = Field(description="Changes with any figure or word.")
    version: str
    country: Words
    years: list[int]
    languages: list[str]
    levels: list[Level]
    flow_years: list[int]
    flow_quality: Quality
    sources: list[Source]
    caveats: list[Caveat]


class PlaceRow(Schema):
    """A place."""

    code: str = ""
    level: str = ""
    parent: str | None = None
    name: Words = Field(default_factory=dict)
    lat: float = 0
    lon: float = 0


class Places(Paged):
    items: list[PlaceRow]


class PopulationRow(Schema):
    """People of a place in a year, of one source table; tables count differently."""

    year: int
    value: Number | None
    table: str
    source: str
    quality: Quality


class PlaceOut(Schema):
    """A place with its people."""

    code: str
    level: str
    parent: str | None
    name: Words
    lat: float
    lon: float
    children: list[str]
    population: list[PopulationRow]
    caveats: list[Caveat]


class Doubt(Schema):
    """What is known against the figures of a year."""

    effect: str
    sides: list[str] = Field(description="in, out or both.")
    reason: Words


class SeriesRow(Schema):
    """Registered moves of a place in a year; null where there is no figure."""

    year: int
    arrivals: Number | None
    departures: Number | None
    net: Number | None = Field(description="Null for the country: moves within it have no net.")
    doubtful: list[Doubt]


class Series(Schema):
    """Arrivals and departures of a place over the years."""

    place: str
    quality: Quality
    items: list[SeriesRow]


@router.get(
    "", response=public(ReleaseOut), operation_id="statistics_release", url_name="statistics-release",
    summary="What is published now",
)  # fmt: skip
def show_release(request: HttpRequest) -> dict[str, Any]:
    index = current_release().bundle.index
    flows = index["flows"]
    return {**index, "flow_years": flows["years"], "flow_quality": flows["quality"]}


@router.get(
    "/places", response=public(Places), operation_id="statistics_places", url_name="statistics-places",
    summary="Places, upper levels first", exclude_unset=True,
)  # fmt: skip
def list_places(
    request: HttpRequest, level: Code = "", parent: Code = "", cursor: Cursor = "", limit: Limit = 100,
    fields: Fields = "",
) -> dict[str, Any]:  # fmt: skip
    bundle = current_release().bundle
    rows = [
        {name: entry[name] for name in PlaceRow.model_fields}
        for entry in bundle.index["places"]
        if (not level or entry["level"] == level) and (not parent or entry["parent"] == parent)
    ]
    return page_of(request, rows, PlaceRow, Paging(cursor, limit, fields), bundle.build)


@router.get(
    "/places/{code}", response=public(PlaceOut), operation_id="statistics_place", url_name="statistics-place",
    summary="A place, its people by year, and what to know of its figures",
)  # fmt: skip
def show_place(request: HttpRequest, code: str) -> dict[str, Any]:
    bundle = current_release().bundle
    place = place_of(bundle, code)
    entry = {name: getattr(place, name) for name in ("code", "level", "parent", "lat", "lon")}
    return {**bundle.details(place.code), **entry, "name": place.names}


@router.get(
    "/places/{code}/series", response=public(Series), operation_id="statistics_series",
    url_name="statistics-series", summary="Arrivals and departures by year, of a place or of the country",
)  # fmt: skip
def show_series(request: HttpRequest, code: str, first: Year = None, last: Year = None) -> dict[str, Any]:
    bundle = current_release().bundle
    series = bundle.series.get(code) or bundle.series.get(place_of(bundle, code).code) or {}
    wanted = years_between(first, last)
    doubts = series.get("doubtful", [])
    rows = [
        {
            "year": year,
            "arrivals": came,
            "departures": left,
            "net": None if came is None or left is None or code == bundle.country_code else came - left,
            "doubtful": [doubt for doubt in doubts if doubt["year"] == year],
        }
        for year, came, left in zip(
            bundle.years, series.get("arrivals", ()), series.get("departures", ()), strict=False
        )
        if year in wanted
    ]
    return {"place": code, "quality": Quality.OBSERVED, "items": rows}
