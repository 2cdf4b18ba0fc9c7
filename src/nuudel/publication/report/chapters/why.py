"""Why people move: what goes with leaving and coming, what the dzuds did, what the closed register did."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.determinants.leavers import Determinants, MarginalEffect
from nuudel.model.experiments.dzud import BEFORE, DzudEffect
from nuudel.model.experiments.registration_ban import RegistrationBan
from nuudel.publication.charts import ranges, style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

SIDES = {"out": style.OUT, "in": style.IN}
# How many years before the ban its figure shows.
YEARS_BEFORE = 14


def write_why(material: Material) -> Chapter | None:
    """The effects in plain words, each with its interval, and the two natural experiments."""
    found = material.why
    if found is None or (found.determinants is None and not found.dzuds and found.ban is None):
        return None
    paragraphs: list[str] = []
    blocks: list[Figure | TextTable] = []
    if found.determinants is not None:
        paragraphs.append(effects_text(material, found.determinants))
        blocks.append(effects_figure(material, found.determinants))
    if found.dzuds:
        paragraphs += [dzud_text(material, dzud) for dzud in found.dzuds]
        blocks.append(dzud_figure(material, found.dzuds))
    if found.ban is not None:
        paragraphs.append(ban_text(material, found.ban))
        blocks += [ban_figure(material, found.ban), ban_table(material, found.ban)]
    return Chapter("why", material.words("why.chapter"), tuple(paragraphs), blocks)


def percent(value: float) -> str:
    """An effect in per cent as it is said: to the nearest five above twenty, else to one."""
    return number(5 * round(value / 5) if abs(value) > 20 else value)


def effects_text(material: Material, found: Determinants) -> str:
    """One sentence for each clear or likely effect, and one for the rest."""
    words = material.words
    told = [effect for effect in found.effects if effect.sure != "unclear"]
    first, last = years_of(found)
    sentences = [words("why.effects_lead", first=first, last=last)]
    sentences += [
        words(
            "why.effect",
            what=describe(material, effect),
            percent=percent(abs(effect.percent)),
            more=words("why.more" if effect.percent > 0 else "why.fewer"),
            who=words(f"why.who_{effect.side}"),
            low=percent(effect.low),
            high=percent(effect.high),
        )
        for effect in told
    ]
    if len(told) < len(found.effects):
        sentences.append(words("why.effects_unclear"))
    return " ".join(sentences)


def years_of(found: Determinants) -> tuple[int, int]:
    """First and last year of the main estimate."""
    row = found.curve.filter("main").row(0, named=True)
    return int(row["first_year"]), int(row["last_year"])


def describe(material: Material, effect: MarginalEffect) -> str:
    return material.words(f"why.{effect.determinant}_{effect.side}")


def effects_figure(material: Material, found: Determinants) -> Figure:
    words = material.words
    first, last = years_of(found)
    rows = [
        ranges.RangedValue(
            describe(material, effect),
            effect.percent,
            effect.low,
            effect.high,
            SIDES[effect.side],
            quiet=effect.sure == "unclear",
        )
        for effect in found.effects
    ]
    clear = [effect for effect in found.effects if effect.side == "out" and effect.sure == "clear"]
    losses = [effect for effect in clear if effect.determinant.startswith("losses")]
    key = "why.effects_title_losses" if losses and losses[0].percent > 0 else "why.effects_title"
    losses_table = material.pack.table("livestock_losses")
    return Figure(
        key="effects",
        title=words(key),
        subtitle=words("why.effects_subtitle", first=first, last=last),
        painter=lambda canvas: ranges.paint_ranges(canvas, rows, unit=" %"),
        source=material.source_line(material.migration_table.source, losses_table.source),
        table="migration_effects",
        caveats=(
            words("why.effects_caveat"),
            words("why.effects_range", ranges=specification_ranges(material, found)),
        ),
        legend=(("left", words("why.legend_out")), ("came", words("why.legend_in"))),
        tag=words("report.estimated"),
    )


def specification_ranges(material: Material, found: Determinants) -> str:
    """Lowest to highest estimate of each loss effect over all specifications, in words."""
    return "; ".join(
        f"{describe(material, effect)}: {percent(effect.lowest)} … {percent(effect.highest)} %"
        for effect in found.effects
        if effect.determinant.startswith("losses")
    )


def dzud_text(material: Material, dzud: DzudEffect) -> str:
    """Persons more who left, with the interval, and whether the years before were level."""
    words = material.words
    sure = dzud.persons.low > 0 or dzud.persons.high < 0
    level = dzud.before_chance > 0.1
    return " ".join(
        (
            words(
                "why.dzud" if sure else "why.dzud_unclear",
                event=dzud_name(dzud),
                persons=number(dzud.persons.estimate, -3),
                low=number(dzud.persons.low, -3),
                high=number(dzud.persons.high, -3),
                counted=number(dzud.counted, -3),
            ),
            words("why.dzud_level" if level else "why.dzud_not_level"),
        )
    )


def dzud_name(dzud: DzudEffect) -> str:
    first, last = dzud.dzud_years[0], dzud.dzud_years[-1]
    return str(first) if first == last else f"{first}–{last}"


def dzud_figure(material: Material, dzuds: tuple[DzudEffect, ...]) -> Figure:
    words = material.words
    panels = [
        (
            words("why.dzud_panel", event=dzud_name(dzud)),
            [
                ranges.RangedValue(
                    number(offset, sign=True),
                    row["percent"],
                    row["percent_low"],
                    row["percent_high"],
                    style.OUT,
                    quiet=offset < 0,
                )
                for offset, row in zip(
                    dzud.offsets.tolist(), dzud.to_frame().iter_rows(named=True), strict=True
                )
            ],
        )
        for dzud in dzuds
    ]
    sure = [dzud for dzud in dzuds if dzud.persons.low > 0]
    strongest = max(sure, key=lambda dzud: dzud.persons.estimate, default=None)
    title = (
        words("why.dzud_title")
        if strongest is None
        else words(
            "why.dzud_title_sure",
            event=dzud_name(strongest),
            low=number(strongest.persons.low / 1000),
            high=number(strongest.persons.high / 1000),
        )
    )
    losses = material.pack.table("livestock_losses")
    return Figure(
        key="dzud_effect",
        title=title,
        subtitle=words("why.dzud_subtitle"),
        painter=lambda canvas: ranges.paint_lags(
            canvas,
            panels,
            before=BEFORE,
            words=(words("why.dzud_before"), words("why.dzud_after")),
            unit=" %",
        ),
        source=material.source_line(material.migration_table.source, losses.source),
        table="dzud_effects",
        caveats=(words("why.dzud_caveat"), words("why.dzud_later", last=int(material.internal.years[-1]))),  # type: ignore[union-attr]
        tag=words("report.estimated"),
    )


def ban_text(material: Material, ban: RegistrationBan) -> str:
    words = material.words
    return words(
        "why.ban",
        capital=material.name(ban.place),
        **{"from": ban.first},
        to=ban.last,
        low=number(ban.missing.min(), -3),
        high=number(ban.missing.max(), -3),
        placebo=number(ban.largest_placebo.min(), -3),
        back_from=ban.last + 1,
        back_to=int(ban.ban_years[-1]),
        back_low=number(100 * float(np.nanmin(ban.made_up_share))),
        back_high=number(100 * float(np.nanmax(ban.made_up_share))),
    )


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
    lines = [
        years.Series(observed, style.IN, words("why.ban_registered")),
        years.Series(expected, style.ALL, words("why.ban_expected"), dashed=True),
    ]
    return Figure(
        key="ban_effect",
        title=words(
            "why.ban_title",
            low=number(ban.missing.min() / 1000),
            high=number(ban.missing.max() / 1000),
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
        caveats=(words("why.ban_placebo"),),
    )
