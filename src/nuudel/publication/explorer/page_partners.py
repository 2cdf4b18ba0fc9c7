"""Where people of a place go and come from, in one year."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nuudel.publication.charts.partners import Partner, Stream, paint_partners
from nuudel.publication.charts.style import number, span
from nuudel.publication.explorer.documents import Exhibit, Section
from nuudel.publication.explorer.teller import Teller
from nuudel.publication.report.document import Figure, TextTable

SHOWN, LISTED = 7, 21
# Simple shares that a title may name.
SHARES = tuple(sorted({(n, of) for of in (2, 3, 4, 5, 10) for n in range(1, of)}, key=lambda f: f[1]))
NEARLY_ALL, SMALL = 0.95, 0.08
NOTHING: tuple[Any, ...] = (float("nan"), None, None)


def partners_section(teller: Teller, code: str, upto: int | None = None) -> Section | None:
    """The figure of the largest partners; None where nothing is known of routes."""
    years = teller.bundle.details(code)["partners"]
    known = [int(year) for year in years if upto is None or int(year) <= upto]
    if not known:
        return None
    year = max(known)
    sides = years[str(year)]
    if not sides["to"] and not sides["from"]:
        return None
    estimated = teller.bundle.index["flows"]["quality"] == "estimated"
    rows = merged(sides)
    note = teller.text(teller.bundle.index["flows"]["coverage_note"])
    figure = Figure(
        key="partners",
        title=partners_title(teller, sides, year),
        subtitle=teller.say("partners.subtitle", year=year),
        painter=lambda canvas: paint_partners(
            canvas,
            [
                Partner(teller.name(c), Stream(*as_floats(to)), Stream(*as_floats(back)))
                for c, to, back in rows[:SHOWN]
            ],
            (teller.say("partners.went"), teller.say("partners.came")),
        ),
        source=teller.source(teller.moves_source),
        table="flows",
        caveats=(note,),
        tag=teller.say("page.estimated") if estimated else "",
        legend=(("range", teller.say("partners.range")),) if estimated else (),
    )
    return Section(
        "partners", teller.say("partners.section"), (), (Exhibit(figure, table(teller, rows, year)),)
    )


def merged(
    sides: Mapping[str, Sequence[Sequence[Any]]],
) -> list[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """Partners by their two streams together, largest first: code, those who went, those who came."""
    to = {row[0]: tuple(row[1:]) for row in sides["to"]}
    back = {row[0]: tuple(row[1:]) for row in sides["from"]}
    codes = dict.fromkeys((*to, *back))
    found = [(code, to.get(code, NOTHING), back.get(code, NOTHING)) for code in codes]
    found.sort(key=lambda row: -float(np.nansum([row[1][0], row[2][0]])))
    return found


def as_floats(row: Sequence[float | None]) -> tuple[float, float, float]:
    first, low, high = (float("nan") if value is None else float(value) for value in row)
    return first, low, high


def partners_title(teller: Teller, sides: Mapping[str, Sequence[Sequence[Any]]], year: int) -> str:
    """What share of those who left, or came if they are more, the largest partner has."""
    by_size = sorted(("to", "from"), key=lambda side: -sum(row[1] for row in sides[side]))
    for side in by_size:
        rows = sides[side]
        total = sum(row[1] for row in rows)
        if not total:
            continue
        name, share = teller.name(rows[0][0]), rows[0][1] / total
        if share >= NEARLY_ALL:
            return teller.say(f"partners.{side}_nearly_all", name=name, year=year)
        if share < SMALL:
            return teller.say(f"partners.{side}_many", name=name, n=len(rows))
        n, of = min(SHARES, key=lambda f: abs(f[0] / f[1] - share))
        return teller.say(f"partners.{side}_share", n=n, of=of, name=name)
    return teller.say("partners.nobody", year=year)


def table(
    teller: Teller, rows: Sequence[tuple[str, tuple[Any, ...], tuple[Any, ...]]], year: int
) -> TextTable:
    def said(row: tuple[Any, ...]) -> tuple[str, str]:
        persons, low, high = as_floats(row)
        return number(persons), span(low, high, 0) if np.isfinite(low) else "–"

    ranged = any(row[1][1] is not None or row[2][1] is not None for row in rows)
    columns = (
        ("partner", "went", "went_range", "came", "came_range") if ranged else ("partner", "went", "came")
    )
    body = []
    for code, to, back in rows[:LISTED]:
        (went, went_range), (came, came_range) = said(to), said(back)
        cells = (went, went_range, came, came_range) if ranged else (went, came)
        body.append((teller.name(code), *cells))
    return TextTable(
        title=teller.say("partners.table", year=year),
        header=tuple(teller.say(f"columns.{name}") for name in columns),
        rows=tuple(body),
        source=teller.source(teller.moves_source),
        table="flows",
        summary=teller.say("page.numbers"),
    )
