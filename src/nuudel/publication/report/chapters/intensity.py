"""How much people move in all, and the dzud years beside it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    population = material.pack.table("national_population")
    figure = Figure(
        key="intensity",
        title=words(
            "intensity.title",
            now=number(by_in[-1]),
            last=last,
        ),
        subtitle=words("intensity.subtitle", first=first, last=last),
        painter=lambda canvas: years.paint_lines(
            canvas,
            shown,
            [
                years.Series(by_in, style.IN, words("intensity.by_in"), doubtful=doubtful),
                years.Series(by_out, style.OUT, words("intensity.by_out"), doubtful=doubtful),
            ],
            events=material.events,
            dzud_word=words("report.dzud"),
        ),
        source=material.source_line(material.migration_table.source, population.source),
        table="migration_intensity",
        legend=(("dashed", words("report.doubtful")),) if doubtful else (),
        caveats=material.notes(
            material.migration_table, COLUMNS, moves.places, (first, last), about=min(doubtful, default=None)
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
    peak = int(np.argmax(mei))
    return Figure(
        key="effectiveness",
        title=words("intensity.mei_title", last=int(moves.years[-1]), mei=number(mei[-1])),
        subtitle=words("intensity.mei_subtitle", first=int(moves.years[0]), last=int(moves.years[-1])),
        painter=lambda canvas: years.paint_lines(
            canvas,
            moves.years,
            [
                years.Series(
                    mei,
                    style.ALL,
                    labels={int(moves.years[i]): number(mei[i]) for i in (peak, len(mei) - 1)},
                    doubtful=doubtful,
                )
            ],
            events=material.events,
            height=250,
        ),
        source=material.source_line(material.migration_table.source),
        table="migration_effectiveness",
        legend=(("dashed", words("report.doubtful")),) if doubtful else (),
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
    upper = years.Series(left, style.OUT, words("dzud.upper", n=len(rural)))
    labels = {
        int(moves.years[i]): number(lost[i], 1)
        for i in {worst, int(np.nanargmax(np.where(moves.years < 2005, lost, 0)))}
    }
    lower = years.Series(lost, style.QUIET, words("dzud.lower"), labels=labels, heavy=heavy)
    figure = Figure(
        key="dzud",
        title=dzud_title(material, moves.years, left, heavy),
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
    later = {year: value / 1000 for year, value in lost_by_year.items() if year > last}
    text = [
        words(
            "dzud.text",
            years=", ".join(str(year) for year in sorted(heavy)),
            median=number(float(np.nanmedian(lost)), 2),
            first=first,
            last=last,
        )
    ]
    gravest = max(later, key=lambda year: later[year], default=None)
    if gravest is not None and later[gravest] > HEAVY_LOSS * np.nanmedian(lost):
        text.append(words("dzud.later", last=last, year=gravest, lost=number(later[gravest], 1)))
    if material.closed:
        text.append(words("dzud.closed", **{"from": material.closed[0]}, to=material.closed[1] + 1))
    return Chapter("dzud", words("dzud.chapter"), (" ".join(text),), (figure,))


def dzud_title(
    material: Material, shown: NDArray[np.int_], left: NDArray[np.float64], heavy: frozenset[int]
) -> str:
    """The largest rise and the largest fall of leaving in years of heavy losses.

    Years in which the register was closed, and the one after, say nothing about leaving.
    """
    disturbed = material.closed_years | {year + 1 for year in material.closed_years}
    change = {
        int(year): 100 * (left[i] / left[i - 1] - 1)
        for i, year in enumerate(shown)
        if i and year in heavy and not {int(year), int(year) - 1} & disturbed
    }
    rises = [year for year in change if change[year] > 0]
    falls = [year for year in change if change[year] < 0]
    if not rises or not falls:
        return material.words("dzud.title")
    up, down = max(rises, key=lambda year: change[year]), min(falls, key=lambda year: change[year])
    slots = {"up": up, "more": number(change[up]), "down": down, "fewer": number(-change[down])}
    return material.words("dzud.title_both", **slots)


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
