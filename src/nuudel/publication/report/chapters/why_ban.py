"""What the closed register did: arrivals that went missing, and what happened in the other registers."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.experiments.registration_ban import RegistrationBan
from nuudel.model.experiments.spillovers import ELSEWHERE, Spillovers
from nuudel.publication.charts import style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Figure, TextTable
from nuudel.publication.report.material import Material

# How many years before the ban its figure shows.
YEARS_BEFORE = 14


def ban_text(material: Material, ban: RegistrationBan) -> str:
    words = material.words
    return words(
        "why.ban",
        capital=material.name(ban.place),
        **{"from": ban.first},
        to=ban.last,
        n=len(ban.models),
        low=number(ban.missing.min(), -3),
        high=number(ban.missing.max(), -3),
        placebo=number(ban.largest_placebo.min(), -3),
        since=int(ban.placebos.years[ban.placebos.comparable][0]),
        ever=number(largest_ever(ban), -3),
        back_from=ban.last + 1,
        back_to=int(ban.ban_years[-1]),
        back_low=number(100 * float(np.nanmin(ban.made_up_share))),
        back_high=number(100 * float(np.nanmax(ban.made_up_share))),
    )


def elsewhere_text(material: Material, found: Spillovers) -> str:
    """What the ban did to the registers of all other places together, against years without one."""
    words, rest = material.words, found.places.index(ELSEWHERE)
    single = [i for i, place in enumerate(found.places) if place not in (ELSEWHERE, found.banned)]
    said = ["why.beyond" if found.beyond_placebo[side, rest] else "why.within_usual" for side in (0, 1)]
    return words(
        "why.elsewhere",
        out_low=number(-found.high[1, rest], -3),
        out_high=number(-found.low[1, rest], -3),
        out_say=words(said[1]),
        fell=int((found.effect[1, single] < 0).sum()),
        n=len(single),
        in_low=number(found.low[0, rest], -3, sign=True),
        in_high=number(found.high[0, rest], -3, sign=True),
        in_say=words(said[0]),
    )


def largest_ever(ban: RegistrationBan) -> float:
    """The largest error, in all windows before the ban, of the model that was wrong the least, persons."""
    frame = ban.placebo_frame().with_columns(error=(pl.col("expected") - pl.col("observed")).abs())
    return float(frame.group_by("model").agg(pl.col("error").max())["error"].min())  # type: ignore[arg-type]


def ban_figure(material: Material, ban: RegistrationBan) -> Figure:
    """Registered arrivals against the range that stated models expected."""
    words = material.words
    shown = ban.years >= ban.first - YEARS_BEFORE
    when = ban.years[shown]

    def ahead(values: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = np.full(when.size, np.nan)
        spread[np.isin(when, ban.ban_years)] = values / 1000
        return spread

    expected = ahead(ban.central)
    # The line of what was expected begins at the last year that was counted without the ban.
    eve = int(np.flatnonzero(when == ban.first - 1)[0])
    low, high = ahead(ban.low), ahead(ban.high)
    for line in (expected, low, high):
        line[eve] = ban.observed[shown][eve] / 1000
    observed = ban.observed[shown] / 1000
    # The steadiest model, and the most that it was wrong by in comparable windows without a ban.
    at = int(ban.largest_placebo.argmin())
    steadiest, error = ban.missing[at], ban.largest_placebo[at]
    lines = [
        years.Series(observed, style.IN, words("why.ban_registered")),
        years.Series(expected, style.ALL, words("why.ban_expected"), dashed=True),
    ]
    return Figure(
        key="ban_effect",
        title=words(
            "why.ban_title",
            low=number((steadiest - error) / 1000),
            high=number((steadiest + error) / 1000),
            **{"from": ban.first},
            to=ban.last,
        ),
        subtitle=words("why.ban_subtitle", capital=material.name(ban.place), n=len(ban.models)),
        painter=lambda canvas: years.paint_lines(
            canvas, when, lines, bands=[years.Band(low, high, style.ALL, 0.18)], events=material.events
        ),
        source=material.source_line(material.migration_table.source),
        table="registration_ban",
        caveats=(words("why.ban_caveat"), words("why.ban_back")),
        legend=(("dashed", words("why.ban_legend")),),
        tag=words("report.estimated"),
    )


def ban_table(material: Material, ban: RegistrationBan) -> TextTable:
    """Each counterfactual with what it says is missing and what came back."""
    words = material.words
    order = np.argsort(ban.missing)
    return TextTable(
        title=words("why.ban_table", n=len(ban.models)),
        header=tuple(words(f"why.column_{name}") for name in ("model", "missing", "placebo", "back")),
        rows=tuple(
            (
                words(f"why.model_{ban.models[i]}"),
                number(ban.missing[i], -2),
                number(ban.largest_placebo[i], -2),
                number(100 * ban.made_up_share[i]) + " %",
            )
            for i in order
        ),
        source=material.source_line(material.migration_table.source),
        table="registration_ban",
        caveats=(words("why.ban_placebo", since=int(ban.placebos.years[ban.placebos.comparable][0])),),
    )
