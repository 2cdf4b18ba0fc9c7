"""Who gains and who loses: the last year on a map, and all years place by place."""

import numpy as np

from nuudel.publication.charts import maps, ranking, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import InternalMigration

COLUMNS = ("in_migrants", "out_migrants", "migrants")


def write_balance(material: Material) -> Chapter | None:
    """The balance per 100 moves of the last year, as a map where there are outlines, and as a table."""
    moves = material.internal
    if moves is None:
        return None
    words, year = material.words, int(moves.years[-1])
    balance = moves.series.net_per_100_moves[-1]
    losers = int((moves.series.net_migrants[-1] < 0).sum())
    text = words("balance.text", losers=losers, n=int(np.isfinite(balance).sum()), year=year)
    drawn = [balance_map(material, moves)] if material.unit_boundaries else [balance_bars(material, moves)]
    counted = np.flatnonzero(np.isfinite(balance)).tolist()
    order = sorted(counted, key=lambda i: moves.series.net_migrants[-1, i])
    if material.capital and material.flows is None:
        order = [i for i in order if moves.places[i] != material.capital] + [moves.column(material.capital)]
    rows = tuple(
        (
            material.name(moves.places[i]),
            number(moves.in_migrants[-1, i]),
            number(moves.out_migrants[-1, i]),
            number(moves.series.net_migrants[-1, i], sign=True),
            number(balance[i], sign=True),
        )
        for i in order
    )
    columns = ("place", "in", "out", "net", "per_100")
    table = TextTable(
        title=words("balance.table_title", year=year),
        header=tuple(words(f"balance.column_{column}") for column in columns),
        rows=rows,
        source=material.source_line(material.migration_table.source),
        table=material.margins_key,
        caveats=material.notes(material.migration_table, COLUMNS, moves.places, (year, year)),
        total_row=bool(material.capital and material.flows is None),
    )
    return Chapter("balance", words("balance.chapter"), (text,), (*drawn, table))


def balance_title(material: Material, moves: InternalMigration) -> str:
    """Of the place that loses most per move: how many leave for each few who come."""
    net, balance = moves.series.net_migrants[-1], moves.series.net_per_100_moves[-1]
    worst = int(np.nanargmin(balance))
    into = 1
    out = moves.out_migrants[-1, worst] / max(moves.in_migrants[-1, worst], 1)
    if out < 2:
        into, out = 10, 10 * out
    slots = {"worst": material.name(moves.places[worst]), "out": number(out), "into": into}
    if material.capital and net[moves.column(material.capital)] > 0:
        return material.words("balance.title_one", capital=material.name(material.capital), **slots)
    return material.words("balance.title", **slots)


def balance_map(material: Material, moves: InternalMigration) -> Figure:
    words, year = material.words, int(moves.years[-1])
    areas = material.unit_boundaries
    assert areas is not None
    balance = dict(zip(moves.places, moves.series.net_per_100_moves[-1].tolist(), strict=True))
    units = [
        maps.MapUnit(
            shape=region.geometry,
            value=balance.get(region.codes[0], np.nan),
            label=material.name(region.codes[0]),
            value_text=number(balance.get(region.codes[0], np.nan), sign=True),
            callout=region.codes[0] == material.capital,
            always=balance.get(region.codes[0]) == np.nanmin(list(balance.values())),
        )
        for region in areas.regions
    ]
    legend = (words("balance.legend_low"), "0", words("balance.legend_high"))
    outlines = words("balance.outlines", source=material.say_source(areas.source))
    return Figure(
        key="balance",
        title=balance_title(material, moves),
        subtitle=words("balance.subtitle", year=year),
        painter=lambda canvas: maps.paint_choropleth(
            canvas, units, style.NET_BREAKS, style.NET, legend, no_data_word=words("report.no_value")
        ),
        source=f"{material.source_line(material.migration_table.source)} {outlines}",
        table="balance_per_100_moves",
        caveats=material.notes(material.migration_table, COLUMNS, moves.places, (year, year)),
    )


def balance_bars(material: Material, moves: InternalMigration) -> Figure:
    balance = moves.series.net_per_100_moves[-1]
    order = np.argsort(balance)[: int(np.isfinite(balance).sum())]
    names = [material.name(moves.places[i]) for i in order]
    year = int(moves.years[-1])
    return Figure(
        key="balance",
        title=balance_title(material, moves),
        subtitle=material.words("balance.subtitle", year=year),
        painter=lambda canvas: ranking.paint_ranking(canvas, names, balance[order]),
        source=material.source_line(material.migration_table.source),
        table="balance_per_100_moves",
        caveats=material.notes(material.migration_table, COLUMNS, moves.places, (year, year)),
    )


def write_decades(material: Material) -> Chapter | None:
    """Every place's balance in every year, and what it lost or gained over all of them."""
    moves = material.internal
    if moves is None or len(moves.years) < 10:
        return None
    words, capital = material.words, material.capital
    first, last = int(moves.years[0]), int(moves.years[-1])
    sums = np.nansum(moves.series.net_migrants, axis=0)
    shown = [i for i in np.argsort(sums).tolist() if moves.places[i] != capital]
    names = [material.name(moves.places[i]) for i in shown]
    gainers = [material.name(moves.places[i]) for i in np.argsort(-sums).tolist() if sums[i] > 0]
    few = 0 < len(gainers) <= 3
    between = " " + words("report.and") + " "
    joined = between.join(gainers)
    title = (
        words("decades.title", first=first, gainers=joined)
        if few
        else words("decades.title_none", first=first)
    )
    window = {"first": first, "last": last}
    away = material.name(capital) if capital else ""
    blocks = (
        Figure(
            key="decades",
            title=title,
            subtitle=words("decades.subtitle", capital=away, **window)
            if capital
            else words("decades.subtitle_all", **window),
            painter=lambda canvas: ranking.paint_small_horizons(
                canvas,
                moves.years,
                names,
                moves.series.net_per_100_moves[:, shown],
                [number(sums[i], sign=True) for i in shown],
                band=material.closed,
            ),
            source=material.source_line(material.migration_table.source),
            table="balance_per_100_moves",
            caveats=(
                words("decades.sum_note"),
                *material.notes(material.migration_table, COLUMNS, moves.places),
            ),
        ),
    )
    return Chapter("decades", words("decades.chapter", years=last - first + 1), (), blocks)
