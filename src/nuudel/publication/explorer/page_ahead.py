"""What may become of a place: the forecast of its people with its ranges, and what scenarios change."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nuudel.publication.charts import style
from nuudel.publication.charts.fans import Fan, paint_fan
from nuudel.publication.charts.ranges import RangedValue, paint_ranges
from nuudel.publication.charts.style import number, span
from nuudel.publication.explorer.documents import Exhibit, Section
from nuudel.publication.explorer.teller import Teller
from nuudel.publication.report.document import Figure, TextTable

LOW95, LOW80, MEDIAN, HIGH80, HIGH95 = range(5)
# The year that titles speak of; the last one where the forecast ends before.
STATED = 2050
STEP = 5
SCENARIOS_SHOWN = 8
MILLION = 1_000_000


def forecast_section(teller: Teller, code: str) -> Section | None:
    told = teller.bundle.details(code)["forecast"]
    if told is None:
        return None
    years, persons = np.array(told["years"]), np.array(told["persons"], dtype=float)
    at = min(int(np.searchsorted(years, STATED)), years.size - 1)
    colour = style.IN if persons[MEDIAN, -1] >= persons[MEDIAN, 0] else style.OUT
    unit = forecast_rounding(persons[:, at])

    # numbers of seven digits leave no room for the drawing
    scale = 1000 if persons.max() >= MILLION else 1
    shown = persons / scale

    digits = min(unit + (3 if scale > 1 else 0), 0)

    def cut(value: str) -> str:
        return teller.say("ahead.cut", value=number(float(value.replace(",", "")), digits))

    figure = Figure(
        key="forecast",
        title=forecast_title(teller, code, (int(years[0]), int(years[at])), persons[:, 0], persons[:, at]),
        subtitle=teller.say(
            "ahead.subtitle_thousand" if scale > 1 else "ahead.subtitle",
            first=int(years[0]),
            last=int(years[-1]),
        ),
        painter=lambda canvas: paint_fan(
            canvas,
            Fan(years, shown, teller.say("ahead.median"), colour, number(shown[MEDIAN, -1], digits)),
            cut=cut,
        ),
        source=teller.say("ahead.source"),
        table="forecast",
        caveats=(teller.say("ahead.caveat"),),
        tag=teller.say("page.estimated"),
        legend=(("range80", teller.say("ahead.range80")), ("range95", teller.say("ahead.range95"))),
    )
    return Section(
        "forecast",
        teller.say("ahead.section"),
        (),
        (Exhibit(figure, forecast_table(teller, years, persons)),),
    )


def forecast_rounding(quantiles: np.ndarray) -> int:
    return style.known_decimals(float(quantiles[LOW80]), float(quantiles[HIGH80]))


def forecast_title(
    teller: Teller, code: str, years: tuple[int, int], start: np.ndarray, then: np.ndarray
) -> str:
    """Whether people become more or fewer with the 80 % range, or whether it does not tell."""
    low, high, now = float(then[LOW80]), float(then[HIGH80]), float(start[MEDIAN])
    key = "more" if low > now else "fewer" if high < now else "unsure"
    return teller.say(
        f"ahead.title_{key}", name=teller.name(code), first=years[0], year=years[1], range=span(low, high)
    )


def forecast_table(teller: Teller, years: np.ndarray, persons: np.ndarray) -> TextTable:
    shown = [i for i, year in enumerate(years.tolist()) if year % STEP == 0 or i == years.size - 1]
    digits = forecast_rounding(persons[:, -1])
    return TextTable(
        title=teller.say("ahead.table"),
        header=tuple(teller.say(f"columns.{name}") for name in ("year", "median", "range80", "range95")),
        rows=tuple(
            (
                str(years[i]),
                number(persons[MEDIAN, i], digits),
                span(persons[LOW80, i], persons[HIGH80, i], digits),
                span(persons[LOW95, i], persons[HIGH95, i], digits),
            )
            for i in shown
        ),
        source=teller.say("ahead.source"),
        table="forecast",
        summary=teller.say("page.numbers"),
    )


def scenarios_section(teller: Teller, code: str) -> Section | None:
    told = teller.bundle.details(code)["scenarios"]
    if not told:
        return None
    year = max(year for entry in told for year in entry["years"] if year <= STATED)
    rows = sorted((at_year(teller, entry, year) for entry in told), key=lambda row: -abs(row.value))
    sure = [row for row in rows if row.low > 0 or row.high < 0]
    top = [
        RangedValue(r.name, r.value, r.low, r.high, r.colour, quiet=r not in sure)
        for r in rows[:SCENARIOS_SHOWN]
    ]
    figure = Figure(
        key="scenarios",
        title=scenarios_title(teller, teller.name(code), year, rows, sure),
        subtitle=teller.say("scenarios.subtitle", year=year),
        painter=lambda canvas: paint_ranges(canvas, top),
        source=teller.say("scenarios.source"),
        table="scenarios",
        caveats=(teller.say("scenarios.caveat"),),
        tag=teller.say("page.scenario"),
    )
    numbers = TextTable(
        title=teller.say("scenarios.table", year=year),
        header=tuple(teller.say(f"columns.{name}") for name in ("scenario", "difference", "range80")),
        rows=tuple((r.name, number(r.value, sign=True), span(r.low, r.high, 0, signed=True)) for r in rows),
        source=teller.say("scenarios.source"),
        table="scenarios",
        summary=teller.say("page.numbers"),
    )
    return Section("scenarios", teller.say("scenarios.section"), (), (Exhibit(figure, numbers),))


def at_year(teller: Teller, entry: Mapping[str, Any], year: int) -> RangedValue:
    k = entry["years"].index(year)
    value = entry["median"][k]
    colour = style.IN if value >= 0 else style.OUT
    return RangedValue(teller.text(entry["title"]), value, entry["low"][k], entry["high"][k], colour)


def scenarios_title(
    teller: Teller, name: str, year: int, rows: Sequence[RangedValue], sure: Sequence[RangedValue]
) -> str:
    """The scenario that surely changes a place's people most, or that none surely does."""
    if not sure:
        return teller.say("scenarios.title_none", name=name, n=len(rows))
    first = sure[0]
    key = "more" if first.value > 0 else "fewer"
    least, most = sorted((abs(first.low), abs(first.high)))
    return teller.say(
        f"scenarios.title_{key}", scenario=first.name, name=name, year=year, range=span(least, most, 0)
    )
