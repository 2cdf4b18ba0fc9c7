"""How many people will live where, and how sure that is: the country, the capital, the United Nations."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nuudel.publication.charts import fans, pyramids, style
from nuudel.publication.charts.style import known_decimals, number, span
from nuudel.publication.report.chapters.outlook_places import (
    change_maps,
    place_fans,
    place_table,
    school_map,
    school_table,
)
from nuudel.publication.report.chapters.outlook_trust import (
    back_blocks,
    back_text,
    choice_figure,
    crowding_text,
    has_crowding,
    name_of,
)
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import Values

if TYPE_CHECKING:
    from nuudel.model.projection.outlook import Outlook

# Years that a planner asks for; those beyond the projection fall away.
ASKED = (2030, 2040, 2050)
# Where the ends of the 80 per cent range and the median stand among the levels.
LOW95, LOW80, MEDIAN, HIGH80, HIGH95 = range(5)
# Counts of residents by soum, from which a start can be checked.
RESIDENTS = "soum_indicators"
# How many counted years of the country stand before the projection.
COUNTED_YEARS = 15
STOCKS = ("persons", "country", "capital_share", "grouped", "pyramid")
# Paths that differ by less than this are one.
SETTLED = 1e-6
# What a starting population and its rates are reconstructed from, where the pack has it.
USED = (
    "resident_population_by_age",
    "internal_migration",
    "wpp2024_population_projection",
    "wpp2024_components",
)


def write_outlook(material: Material) -> Chapter | None:
    """The projection in figures with their ranges, and what is to be said against it."""
    if material.outlook is None:
        return None
    source = source_of(material)
    shown = [year for year in ASKED if year <= material.outlook.years[-1]] or [
        int(material.outlook.years[-1])
    ]
    whole = between(material.outlook, int(material.outlook.years[0]), shown[-1])
    outlook = between(whole, settled_year(whole), shown[-1])
    blocks: list[Figure | TextTable] = []
    if outlook.capital:
        blocks.append(share_figure(material, outlook, whole, source))
    blocks.append(country_figure(material, outlook, source))
    if outlook.wpp_reasons.height:
        blocks.append(reason_table(material, outlook, source))
    blocks.append(place_fans(material, outlook, source))
    blocks += change_maps(material, outlook, shown, source)
    blocks.append(place_table(material, outlook, shown, source))
    blocks += [*school_map(material, outlook, source), *school_table(material, outlook, source)]
    blocks.append(pyramid_figure(material, outlook, source))
    blocks += back_blocks(material, outlook, source)
    if outlook.sensitivity.height:
        blocks.append(choice_figure(material, outlook, source))
    texts = (lead_text(material, whole, shown), share_text(material, outlook), back_text(material, outlook))
    paragraphs = tuple(text for text in texts if text)
    return Chapter("outlook", material.words("outlook.chapter"), paragraphs, blocks)


def settled_year(outlook: "Outlook") -> int:
    """The last year whose people follow from counts alone: all paths are still one. Else the first."""
    same = np.isclose(outlook.persons[0], outlook.persons[-1], rtol=SETTLED).all(axis=1)
    return int(outlook.years[np.flatnonzero(same)[-1]]) if same.any() else int(outlook.years[0])


def between(outlook: "Outlook", first: int, last: int) -> "Outlook":
    """The outlook from one year to another, both included."""
    stocks = slice(outlook.at(first), outlook.at(last) + 1)
    flows = slice(outlook.at(first), outlook.at(last))
    whole = {name: getattr(outlook, name)[:, stocks] for name in STOCKS}
    return replace(
        outlook,
        years=outlook.years[stocks],
        **whole,
        net_internal=outlook.net_internal[:, flows],
        net_international=outlook.net_international[:, flows],
        wpp=outlook.wpp.filter(pl.col("year").is_between(first, last)),
    )


def source_of(material: Material) -> str:
    """The source line of everything that rests on the reconstructed population and its rates."""
    return material.source_line(
        *(material.pack.table(name).source for name in USED if material.pack.has(name))
    )


def lead_text(material: Material, outlook: "Outlook", shown: list[int]) -> str:
    """The country in each year asked for, with its 80 per cent range, and what the figures rest on."""
    words = material.words
    told = []
    for year in shown:
        low, high = outlook.country[[LOW80, HIGH80], outlook.at(year)] / 1e6
        told.append(words("outlook.in_year", year=year, range=span(low, high)))
    rests = words("outlook.rests", first=int(outlook.years[0]), draws=number(outlook.draws))
    assumed = (words("outlook.rests_crowding"),) if has_crowding(outlook) else ()
    return " ".join((words("outlook.text", years=", ".join(told)), rests, *assumed))


def share_trend(outlook: "Outlook") -> str:
    """Whether the 80 per cent range of the capital's last share lies above, below or round its first."""
    now, last = outlook.capital_share[MEDIAN, 0], outlook.capital_share[:, -1]
    return "rises" if last[LOW80] > now else "falls" if last[HIGH80] < now else "unclear"


def share_slots(material: Material, outlook: "Outlook") -> dict[str, object]:
    share = 100 * outlook.capital_share
    return {
        "capital": material.name(outlook.capital),
        "first": int(outlook.years[0]),
        "year": int(outlook.years[-1]),
        "now": number(share[MEDIAN, 0], 1),
        "range": span(share[LOW80, -1], share[HIGH80, -1], 1),
    }


def share_text(material: Material, outlook: "Outlook") -> str:
    """The capital's people and the answer to whether its share still rises."""
    if not outlook.capital:
        return ""
    column = outlook.places.index(outlook.capital)
    key = {
        "rises": "outlook.share_rises",
        "falls": "outlook.share_falls",
        "unclear": "outlook.share_unclear",
    }[share_trend(outlook)]
    words = material.words
    low, high = outlook.persons[[LOW80, HIGH80], -1, column]
    unit, scale = ("outlook.million", 1e6) if high >= 1e6 else ("outlook.thousand", 1e3)
    now = outlook.persons[MEDIAN, 0, column] / scale
    people = words(
        "outlook.capital_people",
        capital=material.name(outlook.capital),
        year=int(outlook.years[-1]),
        range=words(unit, n=span(low / scale, high / scale)),
        now=words(unit, n=number(now, known_decimals(low / scale, high / scale))),
        first=int(outlook.years[0]),
    )
    hangs = crowding_text(material, outlook, int(outlook.years[-1]), "outlook.crowding")
    return " ".join((people, words(key, **share_slots(material, outlook)), *hangs))


def share_figure(material: Material, outlook: "Outlook", whole: "Outlook", source: str) -> Figure:
    """The capital's share of the country's people, as a fan; also in the years that counts settled."""
    words, share = material.words, 100 * whole.capital_share
    key = {
        "rises": "outlook.share_title_rises",
        "falls": "outlook.share_title_falls",
        "unclear": "outlook.share_title_unclear",
    }[share_trend(outlook)]
    slots = share_slots(material, outlook)
    fan = fans.Fan(whole.years, share, material.name(outlook.capital), style.IN, f"{slots['range']} %")
    return Figure(
        key="outlook-share",
        title=words(key, **slots),
        subtitle=words(
            "outlook.share_subtitle", capital=slots["capital"], first=int(whole.years[0]), last=slots["year"]
        ),
        painter=lambda canvas: fans.paint_fan(
            canvas, fan, unit=" %", cut=lambda value: words("outlook.cut", value=value)
        ),
        source=source,
        table="outlook_share",
        caveats=(
            *crowding_text(material, outlook, int(outlook.years[-1]), "outlook.crowding"),
            words("outlook.share_caveat"),
            *base_share(material, whole),
        ),
        legend=(("dashed", words("outlook.legend")),),
        tag=words("report.estimated"),
    )


def base_share(material: Material, whole: "Outlook") -> tuple[str, ...]:
    """The capital's share that counts of residents give for the year that the projection starts from."""
    year = int(whole.years[0])
    if not material.pack.has(RESIDENTS):
        return ()
    frame = material.pack.table(RESIDENTS).frame.filter(pl.col("year") == year)
    people = frame["resident_population"].to_numpy().astype(float)
    own = np.array([material.gazetteer.get(place).parent == whole.capital for place in frame["place"]], bool)
    if not np.nansum(people[own]):
        return ()
    counted = 100 * float(np.nansum(people[own]) / np.nansum(people))
    # Stocks are of the middles of years: the end of the first lies between two of them.
    here = 100 * float(whole.capital_share[MEDIAN, :2].mean())
    if number(counted, 1) == number(here, 1):
        return ()
    return (
        material.words("outlook.base_share", year=year, counted=number(counted, 1), here=number(here, 1)),
    )


def country_figure(material: Material, outlook: "Outlook", source: str) -> Figure:
    """The country's people beside the United Nations' projection, after the counted years."""
    words, last = material.words, int(outlook.years[-1])
    millions = outlook.country / 1e6
    low, high = millions[[LOW80, HIGH80], -1]
    past_years, past = counted_before(material, int(outlook.years[0]))
    fan = fans.Fan(
        outlook.years, millions, words("outlook.ours"), style.IN, span(low, high), past_years, past
    )
    beside = united_nations(material, outlook)
    key, slots = "outlook.country_title", {"year": last, "range": span(low, high)}
    if beside is not None:
        theirs = float(beside.middle[-1])
        key = "outlook.country_title_agrees" if low <= theirs <= high else "outlook.country_title_above"
        key = "outlook.country_title_below" if high < theirs else key
        slots |= {"theirs": number(theirs, known_decimals(low, high)), "at": int(beside.years[-1])}
    return Figure(
        key="outlook-country",
        title=words(key, **slots),
        subtitle=words("outlook.country_subtitle", last=last),
        painter=lambda canvas: fans.paint_fan(
            canvas, fan, beside, decimals=1, cut=lambda value: words("outlook.cut", value=value)
        ),
        source=source,
        table="outlook_country",
        caveats=(words("outlook.country_caveat"), *counted_beside(material, outlook)),
        legend=(("dashed", words("outlook.legend")),),
        tag=words("report.estimated"),
    )


def counted_before(material: Material, first: int) -> tuple[np.ndarray | None, Values | None]:
    """The country's counted people in millions, to the last count."""
    if not material.pack.has("national_population"):
        return None, None
    frame = material.pack.table("national_population").frame.filter(pl.col("year") >= first - COUNTED_YEARS)
    if frame.height < 2:
        return None, None
    return frame["year"].to_numpy(), frame["population"].to_numpy().astype(float) / 1e6


def counted_beside(material: Material, outlook: "Outlook") -> tuple[str, ...]:
    """Whether the last count lies outside the 95 per cent range of its year."""
    years, counts = counted_before(material, int(outlook.years[0]))
    if years is None or counts is None:
        return ()
    known = (years >= outlook.years[0]) & (years <= outlook.years[-1])
    if not known.any():
        return ()
    year, counted = int(years[known][-1]), float(counts[known][-1])
    low, high = outlook.country[[LOW95, HIGH95], outlook.at(year)] / 1e6
    if low <= counted <= high:
        return ()
    key = "outlook.country_counts_above" if counted > high else "outlook.country_counts_below"
    return (material.words(key, year=year, counted=number(counted, 2), range=span(low, high, 2)),)


def united_nations(material: Material, outlook: "Outlook") -> fans.Beside | None:
    """The United Nations' median with its 80 per cent range, in millions, where it has figures."""
    frame = outlook.wpp.drop_nulls("wpp_median").sort("year")
    if not frame.height:
        return None
    low, middle, high = (
        frame[name].cast(pl.Float64).to_numpy() / 1e6 for name in ("wpp_low80", "wpp_median", "wpp_high80")
    )
    end = span(float(low[-1]), float(high[-1])) if np.isfinite(low[-1]) else ""
    return fans.Beside(
        frame["year"].to_numpy(), middle, material.words("outlook.united_nations"), style.OUT, low, high, end
    )


def reason_table(material: Material, outlook: "Outlook", source: str) -> TextTable:
    """Where the difference to the United Nations comes from, component by component."""
    words = material.words
    rows = tuple(
        (
            name_of(material, "components", row["component"]),
            number(row["difference_persons"] / 1000, sign=True),
            name_of(material, "explanations", row["explanation"])
            if abs(row["difference_persons"]) >= 500
            else "",
        )
        for row in outlook.wpp_reasons.filter(pl.col("component") != "rounding").iter_rows(named=True)
    )
    return TextTable(
        title=words("outlook.reasons_title", year=outlook.wpp_year),
        header=tuple(words(f"outlook.column_{name}") for name in ("component", "difference", "why")),
        rows=rows,
        source=source,
        table="outlook_reasons",
        caveats=(words("outlook.reasons_note"),),
        total_row=outlook.wpp_reasons["component"][-1] == "total",
        text_columns=frozenset({0, 2}),
    )


def pyramid_figure(material: Material, outlook: "Outlook", source: str) -> Figure:
    """People by age now and in the last year; the title says how many become old."""
    words, first, last = material.words, int(outlook.years[0]), int(outlook.years[-1])
    thousands = outlook.pyramid / 1000
    people = thousands[MEDIAN].sum(axis=1)
    old = 100 * people[:, 60:].sum(axis=1) / people.sum(axis=1)
    return Figure(
        key="outlook-pyramid",
        title=words(
            "outlook.pyramid_title", year=last, first=first, then=number(old[0]), old=number(old[-1])
        ),
        subtitle=words("outlook.pyramid_subtitle"),
        painter=lambda canvas: pyramids.paint_pyramid(
            canvas,
            thousands[MEDIAN, 0],
            thousands[:, -1],
            (str(first), str(last)),
            (words("outlook.women"), words("outlook.men")),
        ),
        source=source,
        table="outlook_ages",
        caveats=(words("outlook.pyramid_caveat"),),
        legend=(("dashed", words("outlook.legend")),),
        tag=words("report.estimated"),
    )
