"""What the dzuds did: persons more who left, by event and by year since."""

from collections.abc import Sequence

from nuudel.model.experiments.dzud import BEFORE, DzudEffect
from nuudel.model.experiments.dzud import percent as percent_of
from nuudel.model.experiments.dzud_variants import DzudForecast
from nuudel.publication.charts import ranges, style
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Figure
from nuudel.publication.report.material import Material


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
