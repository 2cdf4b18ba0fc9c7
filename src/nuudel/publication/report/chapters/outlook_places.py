"""The projection place by place: small fans, maps of years to come, a table, and where pupils will be."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nuudel.publication.charts import fans, small_maps, style
from nuudel.publication.charts.style import known_decimals, number, span
from nuudel.publication.report.chapters.outlook_trust import held_caveat
from nuudel.publication.report.document import Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import Values

if TYPE_CHECKING:
    from nuudel.model.projection.outlook import Outlook

LOW95, LOW80, MEDIAN, HIGH80, HIGH95 = range(5)
# Classes of the change of people, per cent; the same in all maps, so that years can be compared.
CHANGE_BREAKS = (-30, -20, -10, -3, 3, 10, 20, 30)
# Schools are planned this many years ahead.
SCHOOL_YEARS = 10
PUPILS = "school"
# Under so many thousand people a place's figures have a decimal.
FEW_THOUSAND = 30


def change_of(values: Values) -> Values:
    """Change in per cent since the first year of its median, of quantiles x years x places."""
    change: Values = 100 * (values / values[MEDIAN, 0] - 1)
    return change


def crosses_zero(low: Values, high: Values) -> NDArray[np.bool_]:
    """Whether a range does not tell up from down."""
    unsure: NDArray[np.bool_] = (low <= 0) & (high >= 0)
    return unsure


def place_fans(material: Material, outlook: "Outlook", source: str) -> Figure:
    """Each place's change of people as a small fan, from the most gained to the most lost."""
    words, change = material.words, change_of(outlook.persons)
    end = change[:, -1]
    order = np.argsort(-end[MEDIAN])
    cells = [
        fans.SmallFan(
            fans.Fan(
                outlook.years,
                change[:, :, i],
                material.name(outlook.places[i]),
                style.IN if end[MEDIAN, i] >= 0 else style.OUT,
            ),
            span(end[LOW80, i], end[HIGH80, i], rounded(end[:, i]), signed=True) + " %",
        )
        for i in order
    ]
    return Figure(
        key="outlook-places",
        title=words(
            "outlook.places_title", changes=said_changes(material, outlook, end), year=int(outlook.years[-1])
        ),
        subtitle=words("outlook.places_subtitle", first=int(outlook.years[0]), last=int(outlook.years[-1])),
        painter=lambda canvas: fans.paint_small_fans(canvas, cells, unit=" %", signed=True, zero=True),
        source=source,
        table="outlook_population",
        caveats=(words("outlook.places_caveat"), *held_caveat(material, outlook)),
        legend=(("dashed", words("outlook.legend")),),
        tag=words("report.estimated"),
    )


def said_changes(material: Material, outlook: "Outlook", end: Values) -> str:
    """Which places probably become more, which fewer, and of which nobody knows; groups of none left out."""
    groups = (
        ("outlook.places_more", end[LOW80] > 0),
        ("outlook.places_fewer", end[HIGH80] < 0),
        ("outlook.places_unclear", crosses_zero(end[LOW80], end[HIGH80])),
    )
    said = [(key, said_places(material, outlook, chosen)) for key, chosen in groups]
    return "; ".join(material.words(key, places=places) for key, places in said if places)


def said_places(material: Material, outlook: "Outlook", chosen: NDArray[np.bool_]) -> str:
    """How many places, the capital apart; the name where it is one; nothing where it is none."""
    words, names = material.words, [p for p, wanted in zip(outlook.places, chosen, strict=True) if wanted]
    others = [place for place in names if place != outlook.capital]
    if len(names) <= 1 or len(others) <= 1:
        return ", ".join(material.name(place) for place in names)
    if len(others) == len(names):
        return words("outlook.count_units", n=len(names))
    return words("outlook.count_with_capital", capital=material.name(outlook.capital), n=len(others))


def rounded(quantiles: Values) -> int:
    """Decimals for a change in per cent: whole numbers at the finest."""
    return min(0, known_decimals(quantiles[LOW80], quantiles[HIGH80]))


def change_maps(material: Material, outlook: "Outlook", shown: Sequence[int], source: str) -> list[Figure]:
    """The same country in each year asked for: change of people since the start; unsure places hatched."""
    areas = shapes_of(material, outlook.places)
    if areas is None:
        return []
    words, change = material.words, change_of(outlook.persons)
    shapes, columns, outlines = areas
    panels = []
    for year in shown:
        low, middle, high = change[[LOW80, MEDIAN, HIGH80], outlook.at(year)][:, columns]
        note, marked = extremes(material, [outlook.places[c] for c in columns], middle, 0)
        panels.append(small_maps.MapPanel(str(year), middle, crosses_zero(low, high), note, marked))
    end = change[:, outlook.at(shown[-1])]
    falling = said_places(material, outlook, end[HIGH80] < 0)
    rising = said_places(material, outlook, end[LOW80] > 0)
    title = "outlook.maps_title_gain" if rising else "outlook.maps_title_none"
    classes = class_words(CHANGE_BREAKS, " %")
    return [
        Figure(
            key="outlook-maps",
            title=words("outlook.maps_title" if falling else title, places=falling or rising, year=shown[-1]),
            subtitle=words("outlook.maps_subtitle", first=int(outlook.years[0])),
            painter=lambda canvas: small_maps.paint_small_maps(
                canvas, shapes, panels, CHANGE_BREAKS, style.NET, classes, words("outlook.unsure")
            ),
            source=f"{source} {outlines}",
            table="outlook_population",
            caveats=held_caveat(material, outlook),
            tag=words("report.estimated"),
        )
    ]


def extremes(
    material: Material, places: Sequence[str], values: Values, decimals: int
) -> tuple[str, tuple[int, ...]]:
    """The places with the highest and the lowest value in words, and which they are."""
    marked = tuple(dict.fromkeys((int(np.nanargmax(values)), int(np.nanargmin(values)))))
    said = [f"{material.name(places[i])} {number(values[i], decimals, sign=True)} %" for i in marked]
    return ", ".join(said), marked


def class_words(breaks: Sequence[float], unit: str) -> tuple[str, ...]:
    """The words of each class, from the lowest."""
    said = [number(value, 0 if value == round(value) else 1, sign=True) for value in breaks]
    middle = [f"{low} … {high}{unit}" for low, high in pairwise(said)]
    return (f"< {said[0]}{unit}", *middle, f"> {said[-1]}{unit}")


def shapes_of(material: Material, places: Sequence[str]):  # type: ignore[no-untyped-def]
    """Shapes, the column of each shape's place, and the line on outlines; None without outlines."""
    areas = material.boundaries_of(material.gazetteer.get(places[0]).level)
    if areas is None:
        return None
    at = {code: column for column, code in enumerate(places)}
    regions = [region for region in areas.regions if region.codes[0] in at]
    columns = [at[region.codes[0]] for region in regions]
    outlines = material.words("balance.outlines", source=material.say_source(areas.source))
    return [region.geometry for region in regions], columns, outlines


def place_table(material: Material, outlook: "Outlook", shown: Sequence[int], source: str) -> TextTable:
    """People of each place at the start and their 80 per cent range in each year asked for, in thousands."""
    words, thousands = material.words, outlook.persons / 1000
    order = np.argsort(-thousands[MEDIAN, -1])
    rows = []
    for i in order:
        ranges = [thousands[[LOW80, HIGH80], outlook.at(year), i] for year in shown]
        finest = 0 if thousands[MEDIAN, 0, i] >= FEW_THOUSAND else 1
        decimals = [min(known_decimals(low, high), finest) for low, high in ranges]
        rows.append(
            (
                material.name(outlook.places[i]),
                number(thousands[MEDIAN, 0, i], max(decimals[0], 0)),
                *(span(low, high, d) for (low, high), d in zip(ranges, decimals, strict=True)),
            )
        )
    return TextTable(
        title=words("outlook.table_title"),
        header=(words("outlook.column_place"), str(int(outlook.years[0])), *(str(year) for year in shown)),
        rows=tuple(rows),
        source=source,
        table="outlook_population",
        caveats=(words("outlook.table_note"),),
    )


def pupils_ahead(outlook: "Outlook") -> tuple[int, Values, Values]:
    """The year that schools are planned for, pupils now, and the change till then: thousands, by place."""
    year = int(min(outlook.years[0] + SCHOOL_YEARS, outlook.years[-1]))
    pupils = outlook.grouped[:, :, outlook.groups.index(PUPILS)] / 1000
    return year, pupils[MEDIAN, 0], pupils[:, outlook.at(year)] - pupils[MEDIAN, 0]


def said_range(change: Values) -> str:
    """The 80 per cent range of a change in thousands."""
    low, high = change[[LOW80, HIGH80]]
    return span(low, high, min(known_decimals(low, high), 1), signed=True)


def school_table(material: Material, outlook: "Outlook", source: str) -> list[TextTable]:
    """Each place's pupils now and the range of their change, the largest first."""
    if PUPILS not in outlook.groups:
        return []
    words, (year, now, change) = material.words, pupils_ahead(outlook)
    rows = tuple(
        (material.name(outlook.places[i]), number(now[i], 1), said_range(change[:, i]))
        for i in np.argsort(-now)
    )
    return [
        TextTable(
            title=words("outlook.schools_table"),
            header=(
                words("outlook.column_place"),
                words("outlook.column_now", year=int(outlook.years[0])),
                words("outlook.column_change", year=year),
            ),
            rows=rows,
            source=source,
            table="outlook_groups",
            caveats=(words("outlook.schools_note"),),
        )
    ]


def school_map(material: Material, outlook: "Outlook", source: str) -> list[Figure]:
    """Where pupils become more and fewer in the years that schools are planned for."""
    areas = shapes_of(material, outlook.places)
    if areas is None or PUPILS not in outlook.groups:
        return []
    words = material.words
    shapes, columns, outlines = areas
    year, _, every = pupils_ahead(outlook)
    change = every[:, columns]
    unsure = crosses_zero(change[LOW80], change[HIGH80])
    bubbles = [
        small_maps.Bubble(
            i,
            float(change[MEDIAN, i]),
            material.name(outlook.places[c]),
            said_range(change[:, i]),
            bool(unsure[i]),
        )
        for i, c in enumerate(columns)
    ]
    key = small_maps.round_sizes([bubble.value for bubble in bubbles])
    sizes = [
        (size, words("outlook.thousand_pupils", n=number(size, known_decimals(0, 5 * size)))) for size in key
    ]
    largest = int(np.argmax(np.abs(change[MEDIAN])))
    up = change[MEDIAN, largest] > 0
    title = "outlook.schools_title_more" if up else "outlook.schools_title_fewer"
    title = "outlook.schools_title_unsure" if unsure[largest] else title
    return [
        Figure(
            key="outlook-schools",
            title=words(
                title,
                place=material.name(outlook.places[columns[largest]]),
                range=span(*np.sort(np.abs(change[[LOW80, HIGH80], largest])))
                if not unsure[largest]
                else said_range(change[:, largest]),
                year=year,
            ),
            subtitle=words("outlook.schools_subtitle", first=int(outlook.years[0]), year=year),
            painter=lambda canvas: small_maps.paint_bubbles(canvas, shapes, bubbles, sizes),
            source=f"{source} {outlines}",
            table="outlook_groups",
            caveats=(words("outlook.schools_caveat"),),
            legend=(
                ("came", words("outlook.more_pupils")),
                ("left", words("outlook.fewer_pupils")),
                ("hatched", words("outlook.unsure_pupils")),
            ),
            tag=words("report.estimated"),
        )
    ]
