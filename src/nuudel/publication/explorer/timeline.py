"""The years of the country or of a place, and what happened in them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.publication.charts import style
from nuudel.publication.charts.style import number
from nuudel.publication.charts.years import Series, paint_horizon
from nuudel.publication.explorer.documents import EventEntry, Exhibit, Section, TimelinePage
from nuudel.publication.explorer.page_moves import FEWEST_YEARS, LOSSES, moves_table, year_caveats, year_span
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.teller import Moves, Teller
from nuudel.publication.report.document import Figure

# Years before an event that it is compared with.
BEFORE = 3


def compose_timeline(bundle: Bundle, lang: str, place: str | None = None) -> TimelinePage:
    """Arrivals and departures of the country or of a place, with events; errors as ``compose_place``."""
    teller = Teller(bundle, lang)
    code = place or bundle.country_code
    name = teller.name(code)
    moves = teller.moves(code)
    sections: tuple[Section, ...] = ()
    if moves is not None and np.isfinite(moves.net).sum() >= FEWEST_YEARS:
        sections = (years_section(teller, code, moves),)
    return TimelinePage(
        title=teller.say("timeline.title", name=name),
        lead=teller.say("timeline.lead_place" if place else "timeline.lead_country"),
        sections=sections,
        caveats=(teller.say("timeline.caveat"),) if bundle.index["events"] else (),
        code=code,
        events=tuple(event_entry(teller, code, moves, entry) for entry in bundle.index["events"]),
    )


def years_section(teller: Teller, code: str, moves: Moves) -> Section:
    figure = Figure(
        key="timeline",
        title=timeline_title(teller, code, moves),
        subtitle=teller.say("timeline.subtitle", first=int(moves.years[0]), last=int(moves.years[-1])),
        painter=lambda canvas: paint_years(teller, moves, canvas),
        source=teller.source(teller.moves_source),
        table="moves",
        caveats=year_caveats(teller, moves),
        legend=(
            ("came", teller.say("timeline.came")),
            ("left", teller.say("timeline.left")),
            *((("doubtful", teller.say("moves.doubtful")),) if moves.doubtful_years() else ()),
        ),
    )
    return Section(
        "years", teller.say("timeline.section"), (), (Exhibit(figure, moves_table(teller, moves, None)),)
    )


def timeline_title(teller: Teller, code: str, moves: Moves) -> str:
    """The years of most and fewest moves of the country; of a place, of most arrivals and departures."""
    if code == teller.bundle.country_code:
        most, least = int(np.nanargmax(moves.arrivals)), int(np.nanargmin(moves.arrivals))
        return teller.say(
            "timeline.finding_country", most=int(moves.years[most]), n=number(moves.arrivals[most]),
            least=int(moves.years[least]), m=number(moves.arrivals[least]),
        )  # fmt: skip
    most, least = int(np.nanargmax(moves.arrivals)), int(np.nanargmax(moves.departures))
    return teller.say(
        "timeline.finding_place", most=int(moves.years[most]), n=number(moves.arrivals[most]),
        least=int(moves.years[least]), m=number(moves.departures[least]),
    )  # fmt: skip


def paint_years(teller: Teller, moves: Moves, canvas: style.Canvas) -> Drawing:
    events = teller.events()
    came = Series(
        moves.arrivals, style.IN, doubtful=moves.doubtful_years(side="in"), labels=peak(moves, moves.arrivals)
    )
    left = Series(
        moves.departures,
        style.OUT,
        doubtful=moves.doubtful_years(side="out"),
        labels=peak(moves, moves.departures),
    )
    word = next((event.label for event in events if event.kind == "dzud"), "")
    return paint_horizon(canvas, moves.years, came, left, events=events, dzud_word=word)


def peak(moves: Moves, values: np.ndarray) -> dict[int, str]:
    """Words at the largest value."""
    if not np.isfinite(values).any():
        return {}
    top = int(np.nanargmax(values))
    return {int(moves.years[top]): number(float(values[top]))}


def event_entry(teller: Teller, code: str, moves: Moves | None, entry: Mapping[str, Any]) -> EventEntry:
    first, last = entry["from"], entry["to"]
    told = {"rule": rule_text, "dzud": dzud_text, "epidemic": epidemic_text}.get(entry["kind"])
    return EventEntry(
        key=entry["key"],
        kind=entry["kind"],
        first=first,
        last=last,
        title=teller.text(entry["label"]),
        text=told(teller, code, moves, entry) if told else "",
    )


def rule_text(teller: Teller, code: str, moves: Moves | None, entry: Mapping[str, Any]) -> str:
    """Registered arrivals at the rule's place before, during and after it."""
    first, last = entry["from"], entry["to"]
    place = entry["places"][0] if entry["places"] else teller.bundle.country_code
    own = teller.moves(place)
    if own is None:
        return ""
    during, before = own.mean(own.arrivals, first, last), own.mean(own.arrivals, first - BEFORE, first - 1)
    after = own.mean(own.arrivals, last + 1, last + 1)
    if not np.isfinite([during, before, after]).all():
        return ""
    return teller.say(
        "timeline.rule", place=teller.name(place), n=number(during, -2), before=number(before, -2),
        after=number(after, -2), years=BEFORE,
    )  # fmt: skip


def dzud_text(teller: Teller, code: str, moves: Moves | None, entry: Mapping[str, Any]) -> str:
    """Animals lost in a dzud's years, in the country or a place, beside the median year's."""
    if LOSSES not in teller.bundle.indicators:
        return ""
    levels = teller.bundle.indicator(LOSSES)
    by_year = next(iter(levels.values()))
    sums = {
        int(year): sum(v for p, v in row.items() if v is not None and code in (p, teller.bundle.country_code))
        for year, row in by_year.items()
    }
    years = [year for year in range(entry["from"], entry["to"] + 1) if year in sums]
    lost, usual = sum(sums[y] for y in years), float(np.median(list(sums.values())))
    if not years or not lost:
        return ""
    times = lost / (usual * len(years)) if usual else 0.0
    key = "timeline.dzud" if times >= 1.5 else "timeline.dzud_plain"
    amount = (
        teller.say("timeline.million", n=number(lost / 1000, 1))
        if lost >= 1000
        else teller.say("timeline.thousand", n=number(lost))
    )
    return teller.say(key, n=amount, years=year_span(years), times=number(times, 0 if times >= 10 else 1))


def epidemic_text(teller: Teller, code: str, moves: Moves | None, entry: Mapping[str, Any]) -> str:
    """Registered arrivals and departures in the years of an epidemic, beside those before."""
    if moves is None:
        return ""
    first, last = entry["from"], entry["to"]
    during, before = (
        moves.mean(moves.arrivals, first, last),
        moves.mean(moves.arrivals, first - BEFORE, first - 1),
    )
    if not np.isfinite([during, before]).all():
        return ""
    return teller.say("timeline.epidemic", n=number(during, -2), before=number(before, -2), years=BEFORE)
