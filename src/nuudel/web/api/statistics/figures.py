"""Figures by place and year: routes, indicators, forecasts and scenarios."""

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from nuudel.base.provenance import Quality
from nuudel.web.api.problems import not_found
from nuudel.web.api.routers import Router
from nuudel.web.api.schemas import Paged, Words, public
from nuudel.web.api.statistics.answers import current_bundle, current_release, served
from nuudel.web.api.statistics.lists import Cursor, Fields, Limit, Number, Paging, page_of
from nuudel.web.api.statistics.lookup import Code, Year, indicator_of, place_of

router = Router(tags=["statistics"])
router.add_decorator(served, mode="view")
UNDATED = "all"


class Flow(Schema):
    """Persons who moved from one place to another in a year, with the range where it is estimated."""

    origin: str = ""
    destination: str = ""
    persons: int = 0
    low: int | None = None
    high: int | None = None


class Flows(Paged):
    year: int
    quality: Quality
    range_percent: Number | None = Field(description="What share of the possible lies between low and high.")
    note: Words | None
    items: list[Flow]


class Indicator(Schema):
    """What an indicator is."""

    key: str
    title: Words
    unit: Words
    levels: list[str]
    years: list[int]
    quality: Quality
    source: Words
    caveat: Words | None


class Indicators(Schema):
    items: list[Indicator]


class Value(Schema):
    """A value of an indicator; the year is null where it belongs to no single year."""

    place: str = ""
    level: str = ""
    year: int | None = None
    value: Number | None = None


class Values(Paged):
    key: str
    quality: Quality
    items: list[Value]


class ForecastRow(Schema):
    """The people of a year to come, at each of the probabilities."""

    year: int
    persons: list[Number | None]


class Forecast(Schema):
    """People to come: quantiles, never one line alone."""

    place: str
    quality: Quality
    levels: list[float] = Field(description="Probabilities of the quantiles in persons.")
    items: list[ForecastRow]


class Scenario(Schema):
    """What a scenario changes in the people of a place, against what is expected without it."""

    key: str
    title: Words
    years: list[int]
    median: list[Number | None]
    low: list[Number | None] = Field(description="10 % lie below.")
    high: list[Number | None] = Field(description="10 % lie above.")


class Scenarios(Schema):
    place: str
    quality: Quality
    items: list[Scenario]


@router.get(
    "/flows/{int:year}", response=public(Flows), operation_id="statistics_flows", url_name="statistics-flows",
    summary="Routes of a year, largest first", exclude_unset=True,
)  # fmt: skip
def list_flows(
    request: HttpRequest, year: int, origin: Code = "", destination: Code = "", cursor: Cursor = "",
    limit: Limit = 100, fields: Fields = "",
) -> dict[str, Any]:  # fmt: skip
    bundle = current_release().bundle
    about = bundle.index["flows"]
    if year not in about["years"]:
        raise not_found("year")
    rows = [
        dict(zip(Flow.model_fields, row, strict=True))
        for row in bundle.flows(year)["rows"]
        if (not origin or row[0] == origin) and (not destination or row[1] == destination)
    ]
    head = {
        "year": year,
        "quality": about["quality"],
        "range_percent": about.get("range_percent"),
        "note": about.get("coverage_note"),
    }
    return head | page_of(request, rows, Flow, Paging(cursor, limit, fields), bundle.build)


@router.get(
    "/indicators", response=public(Indicators), operation_id="statistics_indicators",
    url_name="statistics-indicators", summary="All indicators",
)  # fmt: skip
def list_indicators(request: HttpRequest) -> dict[str, Any]:
    return {"items": list(current_bundle().indicators.values())}


@router.get(
    "/indicators/{key}", response=public(Indicator), operation_id="statistics_indicator",
    url_name="statistics-indicator", summary="What an indicator is",
)  # fmt: skip
def show_indicator(request: HttpRequest, key: str) -> Any:
    return indicator_of(current_bundle(), key)


@router.get(
    "/indicators/{key}/values", response=public(Values), operation_id="statistics_values",
    url_name="statistics-values", summary="The values of an indicator by level, year and place",
    exclude_unset=True,
)  # fmt: skip
def list_values(
    request: HttpRequest, key: str, level: Code = "", place: Code = "", year: Year = None,
    cursor: Cursor = "", limit: Limit = 100, fields: Fields = "",
) -> dict[str, Any]:  # fmt: skip
    bundle = current_bundle()
    about = indicator_of(bundle, key)
    rows = [
        {"place": code, "level": at, "year": None if when == UNDATED else int(when), "value": value}
        for at, years in bundle.indicator(key).items()
        for when, values in years.items()
        for code, value in values.items()
        if (not level or at == level) and (year is None or when == str(year)) and (not place or code == place)
    ]
    head = {"key": key, "quality": about["quality"]}
    return head | page_of(request, rows, Value, Paging(cursor, limit, fields), bundle.build)


@router.get(
    "/places/{code}/forecast", response=public(Forecast), operation_id="statistics_forecast",
    url_name="statistics-forecast", summary="People to come, with ranges",
)  # fmt: skip
def show_forecast(request: HttpRequest, code: str) -> dict[str, Any]:
    bundle = current_release().bundle
    forecast = bundle.details(place_of(bundle, code).code).get("forecast")
    if forecast is None:
        raise not_found("code")
    by_year = zip(*forecast["persons"], strict=True)
    rows = [
        {"year": year, "persons": list(persons)}
        for year, persons in zip(forecast["years"], by_year, strict=True)
    ]
    return {"place": code, "quality": forecast["quality"], "levels": forecast["levels"], "items": rows}


@router.get(
    "/places/{code}/scenarios", response=public(Scenarios), operation_id="statistics_scenarios",
    url_name="statistics-scenarios", summary="What scenarios change in the people of a place",
)  # fmt: skip
def show_scenarios(request: HttpRequest, code: str) -> dict[str, Any]:
    bundle = current_release().bundle
    found = bundle.details(place_of(bundle, code).code).get("scenarios") or []
    return {"place": code, "quality": Quality.SCENARIO, "items": found}
