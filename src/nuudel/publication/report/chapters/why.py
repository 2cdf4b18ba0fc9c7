"""Why people move: what goes with leaving and coming, what the dzuds did, what the closed register did."""

import numpy as np

from nuudel.model.determinants.between_places import BetweenPlaces
from nuudel.model.determinants.leavers import LOSSES_BEFORE, LOSSES_NOW, Determinants, MarginalEffect
from nuudel.publication.charts import ranges, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.chapters.why_ban import ban_figure, ban_table, ban_text, elsewhere_text
from nuudel.publication.report.chapters.why_dzud import dzud_figure, dzud_text, later_text
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

SIDES = {"out": style.OUT, "in": style.IN}
LOSSES = (LOSSES_NOW, LOSSES_BEFORE)


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
        if found.spillovers is not None:
            paragraphs.append(elsewhere_text(material, found.spillovers))
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
