"""The people of a place by age against those of the capital, and the temperature over the year."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nuudel.publication.charts.ages import paint_ages
from nuudel.publication.charts.seasons import paint_seasons
from nuudel.publication.charts.style import number
from nuudel.publication.explorer.documents import Exhibit, Section
from nuudel.publication.explorer.teller import Teller, Values
from nuudel.publication.report.document import Figure, TextTable

# Points by which a run of age groups must differ to be named in the title.
DIFFERENT = 1.0
PERIOD_DAYS = 10


def people_section(teller: Teller, code: str) -> Section | None:
    ages = teller.bundle.details(code)["ages"]
    if ages is None or not sum(ages["both"]) or not ages["other"] or not sum(ages["other"]):
        return None
    other, beside = other_name(teller, ages), other_name(teller, ages, short=True)
    own, theirs = shares(ages["both"]), shares(ages["other"])
    figure = Figure(
        key="ages",
        title=ages_title(teller, teller.name(code), other, ages["groups"], own - theirs),
        subtitle=teller.say("people.subtitle", year=ages["year"]),
        painter=lambda canvas: paint_ages(canvas, ages["groups"], own, theirs, (teller.name(code), beside)),
        source=teller.source(ages["source"]),
        table="ages",
        caveats=parts_caveat(teller, code, ages),
    )
    numbers = ages_table(teller, code, ages, beside, own, theirs)
    return Section("people", teller.say("people.section"), (), (Exhibit(figure, numbers),))


def other_name(teller: Teller, ages: Mapping[str, Any], *, short: bool = False) -> str:
    """The place that is compared with: the capital, or for it the rest of the country."""
    if ages["compare"] == teller.bundle.country_code:
        return teller.say("people.rest_short" if short else "people.rest")
    return teller.name(ages["compare"])


def shares(persons: Sequence[int]) -> Values:
    counted = np.array(persons, dtype=float)
    found: Values = 100 * counted / counted.sum()
    return found


def parts_caveat(teller: Teller, code: str, ages: Mapping[str, Any]) -> tuple[str, ...]:
    """How many of the units below are known, where not all of them are."""
    parts, of = ages["parts"], ages["of"]
    if not parts or parts >= of:
        return ()
    return (teller.say("people.parts", parts=parts, of=of),)


def ages_title(teller: Teller, name: str, other: str, groups: Sequence[str], gap: Values) -> str:
    """The ages of which a place has fewer, and those of which it has more, than the other."""
    few, many = widest(-gap), widest(gap)
    lacks, has = -gap[few].sum() >= DIFFERENT, gap[many].sum() >= DIFFERENT
    if not lacks and not has:
        return teller.say("people.title_alike", name=name, other=other)
    slots = {"name": name, "other": other, "few": age_span(groups[few]), "many": age_span(groups[many])}
    key = "both" if lacks and has else "few" if lacks else "many"
    return teller.say(f"people.title_{key}", **slots)


def widest(gap: Values) -> slice:
    """The run of neighbouring groups with the largest sum."""
    best, where = -np.inf, slice(0, 1)
    for first in range(gap.size):
        for last in range(first + 1, gap.size + 1):
            total = float(gap[first:last].sum())
            if total > best:
                best, where = total, slice(first, last)
    return where


def age_span(groups: Sequence[str]) -> str:
    """``25–39`` of the groups 25-29 to 35-39; ``65+`` where the last is open."""
    first, last = groups[0], groups[-1]
    if last.endswith("+"):
        return f"{first.split('-')[0].rstrip('+')}+"
    return f"{first.split('-')[0]}–{last.split('-')[-1]}"


def ages_table(
    teller: Teller, code: str, ages: Mapping[str, Any], other: str, own: Values, theirs: Values
) -> TextTable:
    rows = zip(ages["groups"], ages["both"], own.tolist(), theirs.tolist(), strict=True)
    return TextTable(
        title=teller.say("people.table", year=ages["year"]),
        header=(
            teller.say("columns.age"),
            teller.say("columns.persons"),
            teller.say("columns.share_of", name=teller.name(code)),
            teller.say("columns.share_of", name=other),
        ),
        rows=tuple((g.replace("-", "–"), number(n), number(a, 1), number(b, 1)) for g, n, a, b in rows),
        source=teller.source(ages["source"]),
        table="ages",
        summary=teller.say("page.numbers"),
    )


def climate_section(teller: Teller, code: str) -> Section | None:
    """The temperature over the year, where a station of the place has it."""
    normals = teller.bundle.details(code)["temperature"]
    if normals is None:
        return None
    means = np.array(normals["mean_c"], dtype=float)
    months = teller.say("climate.months").split()
    figure = Figure(
        key="temperature",
        title=climate_title(teller, means),
        subtitle=teller.say("climate.subtitle"),
        painter=lambda canvas: paint_seasons(canvas, means, months, " °C"),
        source=teller.source(normals["source"]),
        table="temperature",
        caveats=(teller.say("climate.caveat"),),
    )
    numbers = TextTable(
        title=teller.say("climate.table"),
        header=(teller.say("columns.month"), *(teller.say(f"columns.dekad{k}") for k in (1, 2, 3))),
        rows=tuple(
            (month, *(number(v, 1) for v in means[3 * k : 3 * k + 3])) for k, month in enumerate(months)
        ),
        source=teller.source(normals["source"]),
        table="temperature",
        summary=teller.say("page.numbers"),
    )
    return Section("climate", teller.say("climate.section"), (), (Exhibit(figure, numbers),))


def climate_title(teller: Teller, means: Values) -> str:
    """For how many days of the year the mean is below zero, and the coldest and warmest means."""
    cold = int((means < 0).sum()) * PERIOD_DAYS
    return teller.say("climate.title", days=cold, low=number(means.min()), high=number(means.max()))
