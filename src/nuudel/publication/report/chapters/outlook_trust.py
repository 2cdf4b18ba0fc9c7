"""How far the projection is to be trusted: the same method in the past, and what its assumptions change."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nuudel.publication.charts import choices, fans, style
from nuudel.publication.charts.style import known_decimals, number
from nuudel.publication.report.document import Figure, TextTable
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.projection.outlook import Outlook

# An 80 % range is said to have held if between these shares of counts lay inside.
HELD = (0.7, 0.9)
# What is shown of the past, where it was counted: the first of these.
INDICATORS = ("net_internal", "in_migrants", "out_migrants", "population")
PEOPLE = "population"
METHODS = ("outlook", "no_change", "linear")
# Assumptions about errors change the width of a range, not its middle.
ERRORS = "error_"
# The row of the assumptions as they are.
REFERENCE = "reference"
RANGE = ("low95", "low80", "median", "high80", "high95")
# A change under this share of the largest cannot be seen beside it.
WORTH_SAYING = 0.02
# More assumptions than these are haze.
ASSUMPTIONS_SHOWN = 9


def name_of(material: Material, group: str, key: str) -> str:
    """What a thing of the model is called in the report; its own name where it has none."""
    message = f"{group}.{key}"
    return material.words(message) if message in material.words.messages else key.replace("_", " ")


def has_crowding(outlook: "Outlook") -> bool:
    """Whether people react to crowding in the outlook, so that it hangs on how they do."""
    return not crowding_row(outlook).is_empty()


def crowding_row(outlook: "Outlook") -> pl.DataFrame:
    """The outlook without any reaction to crowding, where it was tried."""
    return outlook.sensitivity.filter((pl.col("assumption") == "feedback") & (pl.col("choice") == "none"))


def crowding_text(material: Material, outlook: "Outlook", year: int, key: str) -> tuple[str, ...]:
    """What the capital's share of a year would be if nobody reacted to crowding, beside what it is."""
    own = outlook.sensitivity.filter(pl.col("assumption") == REFERENCE)
    without = crowding_row(outlook)
    if not outlook.capital or outlook.sensitivity_year != year or own.is_empty() or without.is_empty():
        return ()
    none, middle = (number(100 * float(rows["capital_share"][0]), 1) for rows in (without, own))
    return (material.words(key, none=none, middle=middle),)


def held_caveat(material: Material, outlook: "Outlook") -> tuple[str, ...]:
    """A warning beside ranges of people, where such ranges of the past were too narrow."""
    found = [share for name, share in judged(outlook, "narrow") if name == PEOPLE]
    return tuple(material.words("outlook.held_caveat", covered=number(100 * share)) for share in found)


def coverage_of(outlook: "Outlook", years: str = "all") -> tuple[int, float]:
    """How many counts of the past there are, and the share of them inside the 80 per cent range."""
    frame = outlook.back_coverage.filter((pl.col("horizon") == 0) & (pl.col("years") == years))
    cells = frame["cells"].to_numpy().astype(float)
    if not cells.sum():
        return 0, float("nan")
    return int(cells.sum()), float(np.average(frame["covered80"].to_numpy(), weights=cells))


def verdict(held: float) -> str:
    """Whether ranges of the past were right, too narrow or too wide."""
    return "right" if HELD[0] <= held <= HELD[1] else "narrow" if held < HELD[0] else "wide"


def back_text(material: Material, outlook: "Outlook") -> str:
    """What the method would have told from an earlier year, and how often its ranges held."""
    cells, held = coverage_of(outlook)
    if not cells:
        return ""
    words = material.words
    sentences = [words("outlook.back_text", year=outlook.back_year, n=number(cells), held=number(100 * held))]
    narrow, wide = judged(outlook, "narrow"), judged(outlook, "wide")
    for key, found in (("outlook.back_narrow", narrow), ("outlook.back_wide", wide)):
        if found:
            told = [
                words("outlook.back_of", what=name_of(material, "indicators", name), held=number(100 * share))
                for name, share in found
            ]
            sentences.append(words(key, which=", ".join(told)))
    if not narrow and not wide:
        sentences.append(words("outlook.back_right"))
    apart, without = coverage_of(outlook, "undistorted")
    if apart and apart != cells:
        sentences.append(words("outlook.back_undistorted", held=number(100 * without), n=number(apart)))
    return " ".join(sentences)


def judged(outlook: "Outlook", which: str) -> list[tuple[str, float]]:
    """The indicators whose ranges of the past were too narrow or too wide, with the share that they held."""
    frame = outlook.back_coverage.filter((pl.col("horizon") == 0) & (pl.col("years") == "all"))
    shares = frame.select("indicator", "covered80").iter_rows()
    return [(name, share) for name, share in shares if verdict(share) == which]


def back_blocks(material: Material, outlook: "Outlook", source: str) -> list[Figure | TextTable]:
    """The past as the method would have told it, and how it compares with simpler ones."""
    if not coverage_of(outlook)[0]:
        return []
    return [back_figure(material, outlook, source), back_table(material, outlook, source)]


def shown_past(outlook: "Outlook") -> tuple[str, str]:
    """Indicator and place that are drawn: the capital's, or those of the place with most counts."""
    indicator = next((name for name in INDICATORS if (outlook.back["indicator"] == name).any()), None)
    if indicator is None:
        indicator = str(outlook.back["indicator"][0])
    places = outlook.back.filter(pl.col("indicator") == indicator)["place"].value_counts(sort=True)
    known = places["place"].to_list()
    return indicator, outlook.capital if outlook.capital in known else str(known[0])


def back_figure(material: Material, outlook: "Outlook", source: str) -> Figure:
    """One place's counts on the ranges that the method would have given."""
    words = material.words
    indicator, place = shown_past(outlook)
    rows = outlook.back.filter((pl.col("indicator") == indicator) & (pl.col("place") == place)).sort("year")
    years = rows["year"].to_numpy()
    fan = fans.Fan(
        years,
        rows.select(RANGE).to_numpy().T / 1000,
        words("outlook.back_expected", year=outlook.back_year),
        style.IN,
        past_years=years,
        past=rows["observed"].cast(pl.Float64).to_numpy() / 1000,
        past_colour=style.INK,
        past_name=words("outlook.back_counted"),
    )
    cells, held = coverage_of(outlook)
    closed = rows["distorted"].any()
    worst = min(judged(outlook, "narrow"), key=lambda found: found[1], default=None)
    slots = {"year": outlook.back_year, "n": number(cells), "held": number(100 * held)}
    title = words("outlook.back_title", **slots)
    if worst is not None:
        what = name_of(material, "indicators", worst[0])
        title = words("outlook.back_title_worst", **slots, what=what, worst=number(100 * worst[1]))
    return Figure(
        key="outlook-back",
        title=title,
        subtitle=words(
            "outlook.back_subtitle",
            place=material.name(place),
            what=name_of(material, "indicators", indicator),
            first=int(years[0]),
            last=int(years[-1]),
        ),
        painter=lambda canvas: fans.paint_fan(canvas, fan, events=material.events),
        source=source,
        table="outlook_back",
        caveats=(words("outlook.back_closed"),) if closed else (),
        legend=(("dashed", words("outlook.back_legend")),),
        tag=words("report.estimated"),
    )


def back_table(material: Material, outlook: "Outlook", source: str) -> TextTable:
    """For each indicator how often the ranges held, and the mean error beside simpler methods."""
    words = material.words
    held = outlook.back_coverage.filter((pl.col("horizon") == 0) & (pl.col("years") == "all"))
    wrong = outlook.back_errors.filter(pl.col("years") == "all")
    errors = {(row["indicator"], row["method"]): row["percent"] for row in wrong.iter_rows(named=True)}
    methods = [method for method in METHODS if any(key[1] == method for key in errors)]
    rows = tuple(
        (
            name_of(material, "indicators", row["indicator"]),
            number(row["cells"]),
            number(100 * row["covered80"]) + " %",
            number(100 * row["covered95"]) + " %",
            *(number(errors.get((row["indicator"], method), np.nan)) + " %" for method in methods),
        )
        for row in held.iter_rows(named=True)
    )
    columns = [words(f"outlook.column_{name}") for name in ("indicator", "cells", "held80", "held95")]
    return TextTable(
        title=words("outlook.back_table", year=outlook.back_year),
        header=(*columns, *(words(f"outlook.column_{method}") for method in methods)),
        rows=rows,
        source=source,
        table="outlook_back_errors",
        caveats=(words("outlook.back_note"),),
    )


def choice_figure(material: Material, outlook: "Outlook", source: str) -> Figure:
    """What other assumptions would change: the capital's share, or the country's people without a capital."""
    words, by_share = material.words, bool(outlook.capital)
    column, factor = ("capital_share_change", 100) if by_share else ("country_change", 1e-3)
    rows = assumption_rows(material, outlook.sensitivity, column, factor)
    first = rows[0]
    strongest = max(first.choices, key=lambda choice: abs(choice[1]))
    reach = [value for row in rows for _, value in row.choices]
    decimals = max(known_decimals(min(0, *reach), max(0, *reach)), 0)
    return Figure(
        key="outlook-sensitivity",
        title=words("outlook.choice_title", assumption=first.name, choice=strongest[0]),
        subtitle=words(
            "outlook.choice_subtitle" if by_share else "outlook.choice_subtitle_country",
            year=outlook.sensitivity_year,
            capital=material.name(outlook.capital) if by_share else "",
        ),
        painter=lambda canvas: choices.paint_choices(
            canvas, rows, words("outlook.choice_base"), decimals=max(decimals, 1), unit=""
        ),
        source=source,
        table="outlook_sensitivity",
        caveats=(words("outlook.choice_caveat"), *width_text(material, outlook)),
        legend=(("hatched", words("outlook.choice_legend")),),
        tag=words("report.estimated"),
    )


def assumption_rows(
    material: Material, frame: pl.DataFrame, column: str, factor: float
) -> Sequence[choices.AssumptionRow]:
    """Assumptions with the changes that their other choices make, the strongest first."""
    about_errors = pl.col("assumption").str.starts_with(ERRORS)
    exchanged = frame.filter((pl.col("assumption") != REFERENCE) & ~about_errors)
    largest = float(exchanged[column].abs().max() or 0)  # type: ignore[arg-type]
    changed = exchanged.filter(pl.col(column).abs() >= max(WORTH_SAYING * largest, 1e-12))
    rows = [
        choices.AssumptionRow(
            name_of(material, "assumptions", str(assumption)),
            tuple(
                (name_of(material, "choices", row["choice"]), factor * row[column])
                for row in part.iter_rows(named=True)
            ),
        )
        for (assumption,), part in changed.group_by(["assumption"], maintain_order=True)
    ]
    rows.sort(key=lambda row: -max(abs(value) for _, value in row.choices))
    return rows[:ASSUMPTIONS_SHOWN]


def width_text(material: Material, outlook: "Outlook") -> tuple[str, ...]:
    """How much wider or narrower the capital's range would be with errors learnt in another way."""
    frame = outlook.sensitivity.with_columns(
        width=100 * (pl.col("capital_share_high80") - pl.col("capital_share_low80"))
    )
    own = frame.filter(pl.col("assumption") == REFERENCE)["width"]
    others = frame.filter(pl.col("assumption").str.starts_with(ERRORS))["width"]
    if not outlook.capital or own.is_empty() or others.is_empty():
        return ()
    low, high = (number(float(value), 1) for value in (others.min(), others.max()))  # type: ignore[arg-type]
    return (material.words("outlook.widths", own=number(float(own[0]), 1), low=low, high=high),)
