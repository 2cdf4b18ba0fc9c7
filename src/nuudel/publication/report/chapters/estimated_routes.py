"""Who goes where nobody counts it: the origin-destination tables estimated from margins."""

import numpy as np
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.origin_destination.validation import NARROW, TableValidation
from nuudel.publication.charts import maps, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.chapters.routes import paint_caravans
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

# A map of more lines is haze; on the phone fewer still can be told apart.
ROUTES_SHOWN, ROUTES_ON_PHONE, ROWS = 40, 20, 20


def write_estimated_routes(material: Material) -> Chapter | None:
    """The flow map in dashes, the flows that are known well enough, and the test of the method."""
    if material.routes is None:
        return None
    flows, tested = material.routes.flows, material.routes.tested
    words = material.words
    held = [country.coverage[80] for country in tested.countries]
    narrow = [country for country in tested.countries if country.narrow]
    cells = sum(country.narrow for country in narrow)
    inside = sum(country.narrow * country.coverage80_narrow for country in narrow) / max(cells, 1)
    return Chapter(
        "estimated",
        words("estimated.chapter"),
        (
            words(
                "estimated.text",
                first=flows.years[0],
                last=flows.years[-1],
                countries=", ".join(material.country_names(flows.learnt_from)),
            ),
            width_text(material, flows),
            words(
                "estimated.tested",
                mean=number(float(np.mean(held))),
                worst=number(min(held)),
                cells=number(cells),
                inside=number(inside),
            ),
        ),
        (
            *((routes_figure(material, flows), routes_table(material, flows)) if largest(flows, 1) else ()),
            tested_table(material, tested),
        ),
    )


def width_text(material: Material, flows: EstimatedFlows) -> str:
    """How many routes are shown, and whether any of them passes by the capital."""
    words, known = material.words, well_known(flows)
    text = words(
        "estimated.width",
        n=number(known.sum()),
        all=number(len(flows.places) * (len(flows.places) - 1)),
        ratio=number(NARROW),
        shown=number(100 * share_shown(flows)),
    )
    return " ".join((text, words("estimated.capital_only"))) if only_by_the_capital(material, flows) else text


def only_by_the_capital(material: Material, flows: EstimatedFlows) -> bool:
    """Whether no route between two places other than the capital is known well enough."""
    if material.capital is None:
        return False
    others = np.arange(len(flows.places)) != flows.places.index(material.capital)
    return not well_known(flows)[np.ix_(others, others)].any()


def well_known(flows: EstimatedFlows) -> NDArray[np.bool_]:
    """Flows of the last year whose 80 % range ends at most ``NARROW`` times where it begins."""
    low, high = flows.low80[-1], flows.high80[-1]
    known: NDArray[np.bool_] = (low > 0) & (high <= NARROW * low)
    return known


def share_shown(flows: EstimatedFlows) -> float:
    """Share of all moves of the last year that well known flows make up."""
    moves = flows.mean[-1]
    return float(np.nansum(moves[well_known(flows)]) / np.nansum(moves))


def largest(flows: EstimatedFlows, count: int) -> list[tuple[int, int]]:
    """Origin and destination of the largest well known flows of the last year, largest first."""
    cells = np.where(well_known(flows), np.nan_to_num(flows.mean[-1]), 0.0)
    order = np.argsort(-cells, axis=None)[: min(count, int((cells > 0).sum()))]
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
        legend=(("came", words("estimated.to_capital")), ("left", words("estimated.from_capital")))
        if material.capital
        else (),
        tag=words("report.estimated"),
    )


def paint(material: Material, flows: EstimatedFlows, canvas: style.Canvas) -> Drawing:
    shown = largest(flows, ROUTES_ON_PHONE if canvas.is_phone else ROUTES_SHOWN)
    capital = flows.places.index(material.capital) if material.capital else -1

    def colour(origin: int, destination: int) -> str:
        return style.IN if destination == capital else style.OUT if origin == capital else style.ALL

    caravans = [
        maps.Caravan(i, j, float(flows.mean[-1][i, j]), colour(i, j), estimated=True) for i, j in shown
    ]
    everywhere = set(range(len(flows.places)))
    named = {place for pair in shown[:8] for place in pair} if canvas.is_phone else everywhere
    names = [material.name(code) if i in named else "" for i, code in enumerate(flows.places)]
    return paint_caravans(material, canvas, flows.places, names, caravans)


def routes_table(material: Material, flows: EstimatedFlows) -> TextTable:
    """The largest flows of the last year, each with its range."""
    words = material.words
    rows = tuple(
        (
            words(
                "estimated.route",
                origin=material.name(flows.places[i]),
                destination=material.name(flows.places[j]),
            ),
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


def tested_table(material: Material, tested: TableValidation) -> TextTable:
    """How near the method comes where the truth is known, beside simpler ones."""
    words = material.words
    names = material.country_names(country.country for country in tested.countries)
    baselines = list(tested.countries[0].baselines)[1:]
    columns = ("country", "ours", *(f"baseline{k}" for k in range(1, len(baselines) + 1)), "held", "narrow")
    return TextTable(
        title=words("estimated.test_title"),
        header=tuple(words(f"estimated.column_{name}") for name in columns),
        rows=tuple(
            (
                name,
                number(country.cpc_mean, 2),
                *(number(country.baselines[baseline], 2) for baseline in baselines),
                number(country.coverage[80]) + " %",
                f"{number(country.coverage80_narrow)} % ({country.narrow})",
            )
            for name, country in zip(names, tested.countries, strict=True)
        ),
        source="",
        caveats=(words("estimated.test_note"),),
    )
