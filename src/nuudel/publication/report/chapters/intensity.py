"""How much people move in all, and the dzud years beside it."""

import numpy as np
import polars as pl

from nuudel.publication.charts import style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import InternalMigration
from nuudel.statistics.reconciliation.margins import reconcile_margins

COLUMNS = ("in_migrants", "out_migrants", "migrants")
# A year counts as a year of dzud losses when more than twice the median of all years was lost.
HEAVY_LOSS = 2.0


def write_intensity(material: Material) -> Chapter | None:
    """Crude migration intensity by arrivals and by departures, and migration effectiveness."""
    moves = material.internal
    if moves is None or len(moves.years) < 2 or not np.isfinite(moves.population).any():
        return None
    words = material.words
    known = np.isfinite(moves.population)
    shown = moves.years[known]
    by_in, by_out = 10 * moves.series.cmi_in_percent[known], 10 * moves.series.cmi_out_percent[known]
    first, last = int(shown[0]), int(shown[-1])
    doubtful = material.doubtful_nationally(material.migration_table, COLUMNS)
    peak = int(np.argmax(np.where(np.isin(shown, list(doubtful)), 0, np.minimum(by_in, by_out))))
    peak_range = sorted((by_in[peak], by_out[peak]))
    population = material.pack.table("national_population")
    figure = Figure(
        key="intensity",
        title=words(
            "intensity.title",
            now=number(by_in[-1]),
            last=last,
            low=number(np.floor(peak_range[0])),
            high=number(np.ceil(peak_range[1])),
            peak_year=int(shown[peak]),
        ),
        subtitle=words("intensity.subtitle", first=first, last=last),
        painter=lambda canvas: years.paint_lines(
            canvas,
            shown,
            [
                years.Series(by_in, style.IN, words("intensity.by_in")),
                years.Series(by_out, style.OUT, words("intensity.by_out")),
            ],
            events=material.events,
            dzud_word=words("report.dzud"),
        ),
        source=material.source_line(material.migration_table.source, population.source),
        table="migration_intensity",
        caveats=material.notes(
            material.migration_table, COLUMNS, moves.places, (first, last), about=int(shown[peak])
        ),
    )
    return Chapter(
        "intensity",
        words("intensity.chapter"),
        intensity_text(material, moves),
        (figure, effectiveness(material, moves)),
    )


def intensity_text(material: Material, moves: InternalMigration) -> tuple[str, ...]:
    gap = np.abs(moves.series.national_in - moves.series.national_out)
    if not gap.any():
        return ()
    worst = int(np.argmax(gap))
    agree = int(moves.years[np.flatnonzero(gap)[-1]]) + 1
    if agree > moves.years[-1]:
        return ()
    slots = {"agree": agree, "worst": int(moves.years[worst]), "gap": number(gap[worst])}
    return (material.words("intensity.text", **slots),)


def effectiveness(material: Material, moves: InternalMigration) -> Figure:
    words, mei = material.words, moves.series.mei_percent
    doubtful = material.doubtful_nationally(material.migration_table, COLUMNS)
    peak = int(np.argmax(np.where(np.isin(moves.years, list(doubtful)), 0, mei)))
    return Figure(
        key="effectiveness",
        title=words("intensity.mei_title", peak_year=int(moves.years[peak]), mei=number(mei[peak])),
        subtitle=words("intensity.mei_subtitle", first=int(moves.years[0]), last=int(moves.years[-1])),
        painter=lambda canvas: years.paint_lines(
            canvas,
            moves.years,
            [
                years.Series(
                    mei,
                    style.ALL,
                    labels={int(moves.years[i]): number(mei[i]) for i in (peak, len(mei) - 1)},
                )
            ],
            events=material.events,
            height=250,
        ),
        source=material.source_line(material.migration_table.source),
        table="migration_effectiveness",
        caveats=material.notes(material.migration_table, COLUMNS, moves.places, about=int(moves.years[peak])),
    )


def write_dzud(material: Material) -> Chapter | None:
    """People who left the aimags and animals lost, beside each other, without a claim of cause."""
    moves = material.internal
    if moves is None or not material.pack.has("livestock_losses"):
        return None
    words = material.words
    table = material.pack.table("livestock_losses")
    lost_by_year = dict(
        table.frame.group_by("year").agg(pl.col("adult_losses_thousand_head").sum()).iter_rows()
    )
    lost = np.array([lost_by_year.get(int(year), np.nan) for year in moves.years]) / 1000
    rural = [i for i, place in enumerate(moves.places) if place != material.capital]
    left = np.nansum(moves.out_migrants[:, rural], axis=1) / 1000
    heavy = frozenset(moves.years[lost > HEAVY_LOSS * np.nanmedian(lost)].tolist())
    worst = int(np.nanargmax(lost))
    first, last = int(moves.years[0]), int(moves.years[-1])
    rise = 100 * (left[worst] / left[worst - 1] - 1) if worst else 0.0
    title = words("dzud.title")
    if rise > 0:
        slots = {"year": int(moves.years[worst]), "lost": number(lost[worst], 1), "percent": number(rise)}
        title = words("dzud.title_more", **slots)
    upper = years.Series(left, style.OUT, words("dzud.upper", n=len(rural)))
    labels = {
        int(moves.years[i]): number(lost[i], 1)
        for i in {worst, int(np.nanargmax(np.where(moves.years < 2005, lost, 0)))}
    }
    lower = years.Series(lost, style.QUIET, words("dzud.lower"), labels=labels, heavy=heavy)
    figure = Figure(
        key="dzud",
        title=title,
        subtitle=words("dzud.subtitle", first=first, last=last),
        painter=lambda canvas: years.paint_two_panels(
            canvas, moves.years, upper, lower, events=material.events
        ),
        source=material.source_line(material.migration_table.source, table.source),
        table="livestock_losses",
        caveats=material.notes(table, years=(first, last), about=int(moves.years[worst]))
        + material.notes(
            material.migration_table,
            ("out_migrants", "migrants"),
            [moves.places[i] for i in rural],
            (first, last),
        )[:1],
        legend=(("left", words("capital.left")), ("dzud", words("dzud.heavy"))),
    )
    text = words("dzud.text", years=", ".join(str(year) for year in sorted(heavy)))
    return Chapter("dzud", words("dzud.chapter"), (text,), (figure,))


def write_mismatch(material: Material) -> TextTable | None:
    """The years in which the country's in- and out-migrants differ most."""
    moves = material.internal
    if moves is None:
        return None
    difference = moves.series.national_in - moves.series.national_out
    if not difference.any():
        return None
    words = material.words
    worst = np.argsort(-np.abs(difference))[:5]
    columns = ("year", "in_total", "out_total", "difference", "estimate")
    likely = reconcile_margins(
        moves.years.tolist(), moves.series.national_in.tolist(), moves.series.national_out.tolist()
    )
    return TextTable(
        title=words("trust.mismatch_title", year=int(moves.years[worst[0]])),
        header=tuple(words(f"trust.column_{column}") for column in columns),
        rows=tuple(
            (
                str(moves.years[i]),
                number(moves.series.national_in[i]),
                number(moves.series.national_out[i]),
                number(difference[i], sign=True),
                f"{number(likely.low80[i], -3)}–{number(likely.high80[i], -3)}",
            )
            for i in worst
        ),
        caveats=(words("trust.estimate_note", error=number(likely.error_percent)),),
        source=material.source_line(material.migration_table.source),
        table="migration_intensity",
    )
