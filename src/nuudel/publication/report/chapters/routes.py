"""Who goes where: for countries with a full origin-destination table."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.publication.charts import maps, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Flows, Material
from nuudel.statistics.connectivity import migration_connectivity
from nuudel.statistics.distance import migration_distance
from nuudel.statistics.distance_decay import distance_decay
from nuudel.statistics.gini import migration_gini

# All routes: the top seventy; more lines are haze.
ROUTES_SHOWN = 70


def write_routes(material: Material) -> Chapter | None:
    """The flow map, the indicators that need the whole table, and the table itself."""
    flows = material.flows
    if flows is None:
        return None
    words, table = material.words, material.pack.table("migration_flows")
    names = [material.name(code) for code in flows.places]
    origin, destination = np.unravel_index(int(flows.persons.argmax()), flows.persons.shape)
    figure = Figure(
        key="routes",
        title=words(
            "flows.title",
            origin=names[origin],
            destination=names[destination],
            n=number(flows.persons[origin, destination]),
        ),
        subtitle=words("flows.subtitle", year=flows.year),
        painter=lambda canvas: paint(material, flows, names, canvas),
        source=material.source_line(table.source),
        table="migration_flows",
        caveats=material.notes(table),
    )
    matrix = TextTable(
        title=words("flows.table_title", year=flows.year),
        header=("", *names),
        rows=tuple(
            (name, *("" if i == j else number(flows.persons[i, j]) for j in range(len(names))))
            for i, name in enumerate(names)
        ),
        source=material.source_line(table.source),
        table="migration_flows",
    )
    blocks = (figure, matrix) if len(names) <= 10 else (figure,)
    return Chapter("routes", words("flows.chapter"), findings(material, flows), blocks)


def findings(material: Material, flows: Flows) -> tuple[str, ...]:
    """Connectivity, distance, distance decay and concentration, in sentences."""
    words = material.words
    connectivity = migration_connectivity(flows.persons)
    distance = migration_distance(flows.persons, flows.distances)
    decay = distance_decay(flows.persons, flows.distances)
    gini = migration_gini(flows.persons)
    low, high = decay.beta - 1.96 * decay.standard_error, decay.beta + 1.96 * decay.standard_error
    return (
        words(
            "flows.text_all" if connectivity.streams == connectivity.possible else "flows.text",
            connected=number(connectivity.streams),
            cells=number(connectivity.possible),
            mean=number(distance.mean_km),
            median=number(distance.median_km),
        ),
        words(
            "flows.distance",
            percent=number(100 * (1 - 2.0**-decay.beta)),
            exponent=number(decay.beta, 2),
            low=number(low, 2),
            high=number(high, 2),
        ),
        words("flows.gini", gini=number(gini.total_corrected, 2)),
    )


def paint(material: Material, flows: Flows, names: list[str], canvas: style.Canvas) -> Drawing:
    order = np.argsort(-flows.persons, axis=None)[:ROUTES_SHOWN]
    caravans = [
        maps.Caravan(int(i), int(j), float(flows.persons[i, j]), style.ALL, estimated=False)
        for i, j in zip(*np.unravel_index(order, flows.persons.shape), strict=True)
        if flows.persons[i, j] > 0
    ]
    return paint_caravans(material, canvas, flows.places, names, caravans)


def paint_caravans(
    material: Material,
    canvas: style.Canvas,
    places: Sequence[str],
    names: Sequence[str],
    caravans: Sequence[maps.Caravan],
) -> Drawing:
    """Flows on the country's map."""
    latitudes, longitudes = material.gazetteer.coordinates(list(places))
    areas = material.unit_boundaries
    return maps.paint_flows(
        canvas,
        np.column_stack([longitudes, latitudes]),
        names,
        caravans,
        outlines={region.codes[0]: region.geometry for region in areas.regions} if areas else None,
        persons_word=material.words("flows.persons"),
    )
