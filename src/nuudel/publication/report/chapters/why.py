"""Why people move: what goes with leaving and coming, what the dzuds did, what the closed register did."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.determinants.between_places import BetweenPlaces
from nuudel.model.determinants.leavers import LOSSES_BEFORE, LOSSES_NOW, Determinants, MarginalEffect
from nuudel.model.experiments.dzud import BEFORE, DzudEffect
from nuudel.model.experiments.dzud import percent as percent_of
from nuudel.model.experiments.dzud_variants import DzudForecast
from nuudel.model.experiments.registration_ban import RegistrationBan
from nuudel.publication.charts import ranges, style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

SIDES = {"out": style.OUT, "in": style.IN}
LOSSES = (LOSSES_NOW, LOSSES_BEFORE)
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
    told = [dzud for dzud in (found.pooled, *found.dzuds) if dzud is not None]
    if told:
        by_herd = {dzud.event: dzud for dzud in found.dzuds_by_herd}
        paragraphs += [dzud_text(material, dzud, by_herd.get(dzud.event)) for dzud in told]
        paragraphs += [later_text(material, dzud) for dzud in found.later]
        blocks.append(dzud_figure(material, told))
    if found.ban is not None:
        paragraphs.append(ban_text(material, found.ban))
        blocks += [ban_figure(material, found.ban), ban_table(material, found.ban)]
    if found.between is not None:
        blocks.append(between_table(material, found.between))
    return Chapter("why", material.words("why.chapter"), tuple(paragraphs), blocks)


def percent(value: float) -> str:
    """An effect in per cent as it is said: to the nearest five above twenty, else to one."""
    return number(5 * round(value / 5) if abs(value) > 20 else value)


def effects_text(material: Material, found: Determinants) -> str:
    """One sentence for each effect whose range leaves out zero, and one for the rest."""
    words = material.words
    arrivals = material.why.arrivals if material.why is not None else None
    doubted = arrivals is not None and not arrivals.flat_before
    told = [
        effect
        for effect in found.effects
        if effect.sure == "clear" and not (doubted and effect.side == "in" and effect.determinant in LOSSES)
    ]
    first, last = years_of(found)
    sentences = [words("why.within"), words("why.effects_lead", first=first, last=last)]
    sentences += [
        words(
            f"why.say_{effect.determinant}_{effect.side}",
            percent=percent(abs(effect.percent)),
            more=words("why.more" if effect.percent > 0 else "why.fewer"),
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
            quiet=effect.sure != "clear",
        )
        for effect in found.effects
    ]
    after = [e for e in found.effects if (e.side, e.determinant) == ("out", LOSSES_BEFORE)]
    rose = any(effect.sure == "clear" and effect.percent > 0 for effect in after)
    key = "why.effects_title_losses" if rose else "why.effects_title"
    losses_table = material.pack.table("livestock_losses")
    return Figure(
        key="effects",
        title=words(key),
        subtitle=words("why.effects_subtitle", first=first, last=last),
        painter=lambda canvas: ranges.paint_ranges(canvas, rows, unit=" %"),
        source=material.source_line(material.migration_table.source, losses_table.source),
        table="migration_effects",
        caveats=effect_caveats(material, found),
        legend=(("left", words("why.legend_out")), ("came", words("why.legend_in"))),
        tag=words("report.estimated"),
    )


def effect_caveats(material: Material, found: Determinants) -> tuple[str, ...]:
    """What the effects do not say: causes, other ways of estimating, and paths that differed before."""
    words, why = material.words, material.why
    caveats = []
    losses = {e.determinant: e for e in found.effects if e.side == "out" and e.determinant in LOSSES}
    if len(losses) == len(LOSSES):
        ends = {
            f"{name}_{end}": percent(getattr(losses[determinant], f"{end}est"))
            for name, determinant in zip(("now", "next"), LOSSES, strict=True)
            for end in ("low", "high")
        }
        after = losses[LOSSES_BEFORE]
        tenths = {"tenth": after.percent, "tenth_low": after.low, "tenth_high": after.high}
        caveats = [
            words(
                "why.effects_caveat",
                **{name: number(100 * ((1 + value / 100) ** 0.1 - 1), 1) for name, value in tenths.items()},
            ),
            words("why.effects_range", **ends),
        ]
    if why is not None and why.arrivals is not None and not why.arrivals.flat_before:
        caveats.append(words("why.arrivals_before"))
    return tuple(caveats)


def dzud_text(material: Material, dzud: DzudEffect, by_herd: DzudEffect | None) -> str:
    """Persons more who left, with the interval; by the other measure; whether the years before were level."""
    words = material.words
    sure = dzud.persons.low > 0 or dzud.persons.high < 0
    sentences = [
        words("why.dzud" if sure else "why.dzud_unclear", name=dzud_name(material, dzud), **in_persons(dzud))
    ]
    if by_herd is not None:
        sentences.append(words("why.dzud_by_herd", **in_persons(by_herd)))
    before = percent_of(dzud.before)
    slots = {
        "before": before["percent"],
        "before_low": before["percent_low"],
        "before_high": before["percent_high"],
    }
    against = dzud.persons_against_before
    sentences.append(
        words(
            "why.dzud_level",
            **{name: number(value) for name, value in slots.items()},
            against_low=number(against.low, -3),
            against_high=number(against.high, -3),
        )
        if dzud.flat_before
        else words("why.dzud_not_level")
    )
    return " ".join(sentences)


def in_persons(dzud: DzudEffect) -> dict[str, str]:
    """The effect in persons, rounded to what is known."""
    told = {"persons": dzud.persons.estimate, "low": dzud.persons.low, "high": dzud.persons.high}
    return {name: number(value, -3) for name, value in (told | {"counted": dzud.counted}).items()}


def dzud_name(material: Material, dzud: DzudEffect) -> str:
    first, last = (dzud.dzud_years[0], dzud.dzud_years[-1]) if dzud.dzud_years else dzud.sample
    key = "why.dzud_name" if dzud.dzud_years else "why.all_losses"
    return material.words(key, span=str(first) if first == last else f"{first}–{last}")


def later_text(material: Material, dzud: DzudForecast) -> str:
    """A dzud after the last count: a forecast, and called one."""
    years_of_losses = [row for row in material.events if row.kind == "dzud" and row.start == dzud.years[0]]
    event = years_of_losses[0]
    total = {"persons": dzud.total.estimate, "low": dzud.total.low, "high": dzud.total.high}
    return material.words(
        "why.later",
        name=material.words("why.dzud_name", span=f"{event.start}–{event.end}"),
        first=dzud.years[0],
        last=dzud.years[-1],
        **{name: number(value, -3) for name, value in total.items()},
    )


def dzud_figure(material: Material, dzuds: Sequence[DzudEffect]) -> Figure:
    words = material.words
    panels = [
        (
            dzud_name(material, dzud),
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
    strongest = strongest_dzud(dzuds)
    title = (
        words("why.dzud_title")
        if strongest is None
        else words(
            "why.dzud_title_sure",
            name=dzud_name(material, strongest),
            **widest_range(material, strongest),
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
        caveats=dzud_caveats(material),
        tag=words("report.estimated"),
    )


def strongest_dzud(dzuds: Sequence[DzudEffect]) -> DzudEffect | None:
    """The dzud after which surely more people left; of several the one with most."""
    sure = [dzud for dzud in dzuds if dzud.dzud_years and dzud.persons.low > 0]
    return max(sure, key=lambda dzud: dzud.persons.estimate, default=None)


def widest_range(material: Material, dzud: DzudEffect) -> dict[str, str]:
    """Thousand persons over the ways to measure: by head, by share of the herd, against the years before."""
    by_herd = material.why.dzuds_by_herd if material.why is not None else ()
    same = [dzud, *(other for other in by_herd if other.event == dzud.event)]
    told = [persons for one in same for persons in (one.persons, one.persons_against_before)]
    ends = {"low": min(persons.low for persons in told), "high": max(persons.high for persons in told)}
    return {name: number(value / 1000) for name, value in ends.items()}


def dzud_caveats(material: Material) -> tuple[str, ...]:
    words, capital = material.words, material.capital
    left_out = (words("why.dzud_capital", capital=material.name(capital)),) if capital else ()
    last = int(material.internal.years[-1]) if material.internal is not None else ""
    return words("why.dzud_caveat"), *left_out, words("why.dzud_later", last=last)


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


def between_table(material: Material, found: BetweenPlaces) -> TextTable:
    """What distinguishes places that many leave, all other characteristics held equal; clearest first."""
    words, joint = material.words, 1
    columns = ("determinant", "difference", "effect", "range")
    reach = np.maximum(np.abs(found.low[joint]), np.abs(found.high[joint]))
    order = np.lexsort((reach, -np.abs(found.percent[joint])))
    rows = tuple(
        (
            words(f"why.trait_{found.names[k]}"),
            number(found.standard_deviation[k], 0 if found.standard_deviation[k] >= 10 else 1),
            number(found.percent[joint, k], sign=True) + " %",
            f"{number(found.low[joint, k])} … {number(found.high[joint, k])} %",
        )
        for k in order
    )
    indicators = material.pack.table("aimag_indicators")
    return TextTable(
        title=words("why.between_title"),
        header=tuple(words(f"why.column_{name}") for name in columns),
        rows=rows,
        source=material.source_line(material.migration_table.source, indicators.source),
        caveats=(
            words("why.between_note", n=len(found.places), years=", ".join(str(y) for y in found.years)),
        ),
    )
