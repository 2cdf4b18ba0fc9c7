"""Who goes where nobody counts it: the origin-destination tables estimated from margins."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.publication.charts import maps, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

# A map of more lines is haze; on the phone fewer still can be told apart.
ROUTES_SHOWN, ROUTES_ON_PHONE, ROWS = 40, 20, 20


def write_estimated_routes(material: Material) -> Chapter | None:
    """The flow map in dashes, and the largest flows with their ranges."""
    flows = material.estimated
    if flows is None:
        return None
    words, last = material.words, flows.years[-1]
    inside = tested_share(flows)
    return Chapter(
        "estimated",
        words("estimated.chapter"),
        (
            words(
                "estimated.text",
                first=flows.years[0],
                last=last,
                countries=", ".join(material.country_names(flows.learnt_from)),
            ),
            words("estimated.width", ratio=number(inside, 1)),
        ),
        (routes_figure(material, flows), routes_table(material, flows)),
    )


def tested_share(flows: EstimatedFlows) -> float:
    """How many times its lower end the upper end of an 80 % range is, for a flow of middling size."""
    low, high = flows.low80[-1], flows.high80[-1]
    known = (flows.mean[-1] >= np.nanmedian(flows.mean[-1])) & (low > 0)
    return float(np.median(high[known] / low[known]))


def largest(flows: EstimatedFlows, count: int) -> list[tuple[int, int]]:
    """Origin and destination of the largest flows of the last year, largest first."""
    cells = np.nan_to_num(flows.mean[-1])
    order = np.argsort(-cells, axis=None)[:count]
    return [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, cells.shape), strict=True)]


def routes_figure(material: Material, flows: EstimatedFlows) -> Figure:
    words, last = material.words, flows.years[-1]
    origin, destination = largest(flows, 1)[0]
    low, high = flows.low80[-1][origin, destination], flows.high80[-1][origin, destination]
    return Figure(
        key="estimated_routes",
        title=words(
            "estimated.title",
            origin=material.name(flows.places[origin]),
            destination=material.name(flows.places[destination]),
            low=number(low, -2),
            high=number(high, -2),
        ),
        subtitle=words("estimated.subtitle", year=last),
        painter=lambda canvas: paint(material, flows, canvas),
        source=material.source_line(material.migration_table.source),
        table="estimated_flows",
        caveats=(words("estimated.caveat"),),
        tag=words("report.estimated"),
    )


def paint(material: Material, flows: EstimatedFlows, canvas: style.Canvas) -> Drawing:
    latitudes, longitudes = material.gazetteer.coordinates(list(flows.places))
    shown = largest(flows, ROUTES_ON_PHONE if canvas.is_phone else ROUTES_SHOWN)
    capital = flows.places.index(material.capital) if material.capital else -1

    def colour(origin: int, destination: int) -> str:
        return style.IN if destination == capital else style.OUT if origin == capital else style.ALL

    caravans = [
        maps.Caravan(i, j, float(flows.mean[-1][i, j]), colour(i, j), estimated=True) for i, j in shown
    ]
    named = (
        {place for pair in shown[:8] for place in pair} if canvas.is_phone else set(range(len(flows.places)))
    )
    names = [material.name(code) if i in named else "" for i, code in enumerate(flows.places)]
    areas = material.unit_boundaries
    outlines = {region.codes[0]: region.geometry for region in areas.regions} if areas else None
    return maps.paint_flows(
        canvas,
        np.column_stack([longitudes, latitudes]),
        names,
        caravans,
        outlines=outlines,
        persons_word=material.words("flows.persons"),
    )


def routes_table(material: Material, flows: EstimatedFlows) -> TextTable:
    """The largest flows of the last year, each with its range."""
    words = material.words
    rows = tuple(
        (
            f"{material.name(flows.places[i])} → {material.name(flows.places[j])}",
            number(flows.mean[-1][i, j], -1),
            f"{number(flows.low80[-1][i, j], -1)}–{number(flows.high80[-1][i, j], -1)}",
        )
        for i, j in largest(flows, ROWS)
    )
    return TextTable(
        title=words("estimated.table", n=len(rows), year=flows.years[-1]),
        header=tuple(words(f"estimated.column_{name}") for name in ("route", "persons", "range")),
        rows=rows,
        source=material.source_line(material.migration_table.source),
        table="estimated_flows",
        caveats=(words("estimated.table_note"),),
    )
