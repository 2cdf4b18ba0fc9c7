"""The capital: the years of the closed register, its forty years, and those who leave it."""

import numpy as np

from nuudel.publication.charts import style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import InternalMigration, Values

COLUMNS = ("in_migrants", "out_migrants", "migrants")


def write_register(material: Material) -> Chapter | None:
    """The years in which the capital registered no newcomers."""
    moves, capital, closed = material.internal, material.capital, material.closed
    if moves is None or capital is None or closed is None:
        return None
    words, place = material.words, material.name(capital)
    first, last = max(int(moves.years[0]), closed[0] - 17), int(moves.years[-1])
    rows = moves.years >= first
    values = moves.in_migrants[rows, moves.column(capital)] / 1000
    shown = moves.years[rows]
    marked = material.closed_years
    outside = [i for i, year in enumerate(shown) if year not in marked]
    lowest = min((i for i, year in enumerate(shown) if year in marked), key=lambda i: values[i])
    peak = max(outside, key=lambda i: values[i])
    labelled = {peak, lowest, len(shown) - 1, int(np.flatnonzero(shown == closed[0] - 1)[0])}
    series = years.Series(
        values,
        style.IN,
        labels={int(shown[i]): number(values[i], 1) for i in labelled},
        marked=marked,
        doubtful=material.doubtful_years(material.migration_table, "in_migrants", capital),
    )
    means = {
        name: float(moves.window(*window, capital, "in").mean())
        for name, window in {
            "during": closed,
            "before": (closed[0] - 3, closed[0] - 1),
            "after": (closed[1] + 1, closed[1] + 3),
        }.items()
        if window[1] <= last
    }
    rose = means.get("after", 0) > 1.5 * means["during"]
    paragraphs: tuple[str, ...] = ()
    if "after" in means:
        numbers = {name: number(round(value, -2)) for name, value in means.items()}
        six = float(moves.window(closed[0], closed[1] + 3, capital, "in").mean())
        span = {"from": closed[0], "to": closed[1], "end": closed[1] + 3, "six": number(six, -2)}
        late = (words("register.text_late", **span),) if six < means["before"] else ()
        paragraphs = (" ".join((words("register.text", **span, **numbers), *late)),)
    figure = Figure(
        key="register",
        title=words("register.title_rose" if rose else "register.title_changed"),
        subtitle=words("register.subtitle", capital=place, first=first, last=last),
        painter=lambda canvas: years.paint_horizon(canvas, shown, series, events=material.events),
        source=material.source_line(material.migration_table.source),
        table=material.margins_key,
        caveats=(words("register.caveat"),),
    )
    return Chapter("register", words("register.chapter"), paragraphs, (figure,))


def write_capital(material: Material) -> Chapter | None:
    """What the capital gained over all years, and its share of all arrivals."""
    moves, capital = material.internal, material.capital
    if moves is None or capital is None or len(moves.years) < 2:
        return None
    words, place, column = material.words, material.name(capital), moves.column(capital)
    first, last = int(moves.years[0]), int(moves.years[-1])
    net = moves.series.net_migrants[:, column]
    share = 100 * moves.in_migrants[:, column] / moves.series.national_in
    share_out = 100 * moves.out_migrants[:, column] / moves.series.national_out
    doubtful = material.doubtful_nationally(material.migration_table, ("in_migrants", "migrants"))
    span = half_of_gain(net)
    text = words(
        "capital.text",
        half_start=int(moves.years[span[0]]),
        half_end=int(moves.years[span[1]]),
        last=last,
        share=number(share[-1]),
        share_out=number(share_out[-1]),
    )
    blocks = (
        capital_figure(material, moves, capital, number(round(float(net.sum()), -2))),
        Figure(
            key="capital-share",
            title=words(
                "capital.share_title",
                capital=place,
                first=first,
                then=number(share[0]),
                last=last,
                now=number(share[-1]),
            ),
            subtitle=words("capital.share_subtitle", capital=place),
            painter=lambda canvas: years.paint_horizon(
                canvas,
                moves.years,
                years.Series(
                    share,
                    style.IN,
                    labels={int(moves.years[i]): number(share[i]) for i in (0, len(share) - 1)},
                    marked=material.closed_years,
                    doubtful=doubtful,
                ),
                events=material.events,
                height=250,
            ),
            source=material.source_line(material.migration_table.source),
            table="capital_share",
            caveats=material.notes(
                material.migration_table, ("in_migrants", "migrants"), moves.places, (first, last), about=last
            ),
            legend=(("hatched", words("report.doubtful")),) if doubtful else (),
        ),
    )
    return Chapter("capital", words("capital.chapter"), (text,), blocks)


def capital_figure(material: Material, moves: InternalMigration, capital: str, net: str) -> Figure:
    words, place, column = material.words, material.name(capital), moves.column(capital)
    came, left = moves.in_migrants[:, column] / 1000, moves.out_migrants[:, column] / 1000
    table = material.migration_table

    def label(values: Values) -> dict[int, str]:
        ends = {int(np.nanargmax(values)), len(values) - 1}
        return {int(moves.years[i]): number(values[i], 1) for i in ends}

    arrivals = years.Series(
        came,
        style.IN,
        labels=label(came),
        marked=material.closed_years,
        doubtful=material.doubtful_years(table, "in_migrants", capital),
    )
    departures = years.Series(
        left,
        style.OUT,
        labels=label(left),
        doubtful=material.doubtful_years(table, "out_migrants", capital),
    )
    return Figure(
        key="capital",
        title=words("capital.title", first=int(moves.years[0]), capital=place, net=net),
        subtitle=words("capital.subtitle", capital=place),
        painter=lambda canvas: years.paint_horizon(
            canvas,
            moves.years,
            arrivals,
            departures,
            events=material.events,
            dzud_word=words("report.dzud"),
            height=360,
        ),
        source=material.source_line(table.source),
        table=material.margins_key,
        caveats=material.notes(table, COLUMNS, [capital]),
        legend=(
            ("came", words("capital.came")),
            ("left", words("capital.left")),
            *((("hatched", words("report.doubtful")),) if arrivals.doubtful or departures.doubtful else ()),
        ),
    )


def half_of_gain(net: Values) -> tuple[int, int]:
    """First and last row of the shortest run of years that holds half of the whole gain."""
    half, total = np.nansum(net) / 2, np.concatenate([[0], np.nancumsum(net)])
    spans = [
        (last - first, first, last - 1)
        for first in range(len(net))
        for last in range(first + 1, len(net) + 1)
        if total[last] - total[first] >= half
    ]
    _, first, last = min(spans, default=(0, 0, len(net) - 1))
    return first, last


def write_reverse(material: Material) -> Chapter | None:
    """Those who leave the capital for an aimag: reverse migration."""
    moves, capital = material.internal, material.capital
    if moves is None or capital is None or len(moves.years) < 5:
        return None
    words, place = material.words, material.name(capital)
    last = int(moves.years[-1])
    left = moves.out_migrants[:, moves.column(capital)] / 1000
    five = number(1000 * left[-5:].sum())
    peak = int(np.nanargmax(left))
    window = {"from": last - 4, "to": last, "n": five}
    table = material.migration_table
    figure = Figure(
        key="reverse",
        title=words("reverse.title", capital=place, **window),
        subtitle=words("reverse.subtitle", capital=place),
        painter=lambda canvas: years.paint_horizon(
            canvas,
            moves.years,
            years.Series(
                left,
                style.OUT,
                labels={int(moves.years[i]): number(left[i], 1) for i in (peak, len(left) - 1)},
                doubtful=material.doubtful_years(table, "out_migrants", capital),
            ),
            events=material.events,
            height=270,
        ),
        source=material.source_line(table.source),
        table=material.margins_key,
        caveats=material.notes(table, ("out_migrants", "migrants"), [capital]),
    )
    paragraphs = [words("reverse.text", **window)]
    paragraphs += evidence(material)
    return Chapter("reverse", words("reverse.chapter"), tuple(paragraphs), (figure,))


def evidence(material: Material) -> list[str]:
    """What the country's review says of the same figure; the two differ, both are given."""
    if not material.pack.has("review_evidence"):
        return []
    table = material.pack.table("review_evidence")
    noted = [c for c in table.caveats if c.key == "left_the_capital"]
    return [caveat.text[material.lang] for caveat in noted]
