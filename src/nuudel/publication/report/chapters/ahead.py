"""Looking ahead: how well the years ahead could be told in the past, and what the winning model expects."""

import numpy as np

from nuudel.model.findings import Ahead
from nuudel.publication.charts import style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import InternalMigration

# How many counted years stand before the forecast, and where the quantiles 2.5, 10 … 97.5 per cent are.
YEARS_SHOWN = 15
# An 80 % range that held less often than this is called too narrow.
ENOUGH_HELD = 75.0
LOW95, LOW80, MEDIAN, HIGH80, HIGH95 = 0, 1, 3, 5, 6


def write_ahead(material: Material) -> Chapter | None:
    """The skill of every model against the last value, and the forecast."""
    ahead, moves = material.ahead, material.internal
    if ahead is None or moves is None:
        return None
    place = material.capital or moves.places[int(np.nanargmax(np.nansum(moves.in_migrants, axis=0)))]
    return Chapter(
        "ahead",
        material.words("ahead.chapter"),
        (skill_text(material, ahead), material.words("ahead.limits", last=ahead.forecast.origin)),
        (
            forecast_figure(material, ahead, moves, place),
            skill_table(material, ahead),
            forecast_table(material, ahead, moves),
        ),
    )


def skill_text(material: Material, ahead: Ahead) -> str:
    """Which model won and by how much; whether the rule itself would have won, chosen as known then."""
    words, choice = material.words, ahead.choice
    won, honest = choice.against_naive, choice.prequential.against_naive
    first, last = ahead.origins
    key = "ahead.won" if choice.beats_naive else "ahead.not_sure"
    if choice.model == won.rival:
        key = "ahead.simplest"
    return " ".join(
        (
            words("ahead.test", first=first, last=last),
            words(
                key,
                model=words(f"ahead.model_{choice.model}"),
                percent=number(-won.percent),
                score=number(won.score),
                naive=number(won.rival_score),
                low=number(-100 * won.high / won.rival_score),
                high=number(-100 * won.low / won.rival_score),
            ),
            words(
                "ahead.honest_better" if honest.estimate < 0 else "ahead.honest_worse",
                percent=number(abs(honest.percent)),
                low=number(-100 * honest.high / honest.rival_score),
                high=number(-100 * honest.low / honest.rival_score),
            ),
        )
    )


def skill_table(material: Material, ahead: Ahead) -> TextTable:
    """Every model with its errors, its coverage and its difference to the last value."""
    words = material.words
    columns = ("model", "mae", "crps", "coverage80", "difference")

    def against(row: dict[str, float]) -> str:
        if row["crps_difference"] == 0:
            return "–"
        ends = f"{number(row['crps_low'], sign=True)} … {number(row['crps_high'], sign=True)}"
        return f"{number(row['crps_difference'], sign=True)} ({ends})"

    rows = []
    for row in ahead.scores.iter_rows(named=True):
        name = words(f"ahead.model_{row['model']}")
        name = words("ahead.chosen", model=name) if row["model"] == ahead.choice.model else name
        rows.append(
            (name, number(row["mae"]), number(row["crps"]), number(row["coverage80"]) + " %", against(row))
        )
    return TextTable(
        title=words("ahead.table", first=ahead.origins[0], last=ahead.origins[1]),
        header=tuple(words(f"ahead.column_{column}") for column in columns),
        rows=tuple(rows),
        source=material.source_line(material.migration_table.source),
        table="forecast_skill",
        caveats=(words("ahead.table_note"),),
        text_columns=frozenset({0}),
    )


def forecast_figure(material: Material, ahead: Ahead, moves: InternalMigration, place: str) -> Figure:
    """Arrivals and departures of one place, counted and expected."""
    words, told = material.words, ahead.forecast
    column, n = moves.column(place), len(moves.places)
    counted = moves.years[-YEARS_SHOWN:]
    shown = np.concatenate([counted, np.array(told.years)])

    def series(values: np.ndarray, side: int, quantile: int) -> np.ndarray:
        spread = np.full(shown.size, np.nan)
        spread[counted.size - 1] = values[-1] / 1000
        spread[counted.size :] = told.quantiles[:, side * n + column, quantile] / 1000
        return spread

    lines, bands = [], []
    for side, colour, name in ((0, style.IN, "came"), (1, style.OUT, "left")):
        values = (moves.in_migrants, moves.out_migrants)[side][-YEARS_SHOWN:, column]
        past = np.full(shown.size, np.nan)
        past[: counted.size] = values / 1000
        lines.append(years.Series(past, colour))
        lines.append(
            years.Series(series(values, side, MEDIAN), colour, words(f"capital.{name}"), dashed=True)
        )
        for low, high, opacity in ((LOW95, HIGH95, 0.1), (LOW80, HIGH80, 0.2)):
            bands.append(years.Band(series(values, side, low), series(values, side, high), colour, opacity))
    end = told.quantiles[-1, column] / 1000
    return Figure(
        key="forecast",
        title=words(
            "ahead.figure_title",
            place=material.name(place),
            year=told.years[-1],
            low=number(end[LOW80]),
            high=number(end[HIGH80]),
        ),
        subtitle=words("ahead.figure_subtitle", first=int(counted[0]), last=told.origin, end=told.years[-1]),
        painter=lambda canvas: years.paint_lines(canvas, shown, lines, bands=bands, events=material.events),
        source=material.source_line(material.migration_table.source),
        table="migration_forecast",
        caveats=(left_out(material, told.origin), *narrow_range(material, ahead, place)),
        legend=(("dashed", words("ahead.legend")),),
        tag=words("report.estimated"),
    )


def left_out(material: Material, last: int) -> str:
    """What the forecast does not know: a dzud after the last count, where there was one, and new rules."""
    later = [event for event in material.events if event.kind == "dzud" and event.start > last]
    if not later:
        return material.words("ahead.figure_caveat")
    span = f"{later[0].start}–{later[-1].end}"
    return material.words("ahead.later", last=last, span=span)


def narrow_range(material: Material, ahead: Ahead, place: str) -> tuple[str, ...]:
    """A warning where the ranges of the capital held much less often than they should."""
    used = ahead.apart.filter(ahead.apart["model"] == ahead.choice.model)
    held = float(used["coverage80"][0])
    if place != material.capital or not held < ENOUGH_HELD:
        return ()
    return (material.words("ahead.apart", place=material.name(place), percent=number(held)),)


def forecast_table(material: Material, ahead: Ahead, moves: InternalMigration) -> TextTable:
    """What is expected for each place in the last year forecast, with 80 % ranges."""
    words, told, n = material.words, ahead.forecast, len(moves.places)
    end = told.quantiles[-1]
    order = np.argsort(-end[:n, MEDIAN])

    def expected(series: int) -> tuple[str, str]:
        low, middle, high = (number(end[series, at], -1) for at in (LOW80, MEDIAN, HIGH80))
        return middle, f"{low}–{high}"

    return TextTable(
        title=words("ahead.places", year=told.years[-1]),
        header=tuple(words(f"ahead.column_{name}") for name in ("place", "in", "range", "out", "range")),
        rows=tuple((material.name(moves.places[i]), *expected(int(i)), *expected(int(n + i))) for i in order),
        source=material.source_line(material.migration_table.source),
        table="migration_forecast",
        caveats=(words("ahead.estimated"),),
    )
