"""Two places beside each other."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.publication.charts import style
from nuudel.publication.charts.ages import paint_ages
from nuudel.publication.charts.fans import Fan, SmallFan, paint_small_fans
from nuudel.publication.charts.style import number, span
from nuudel.publication.charts.years import Series, paint_two_panels
from nuudel.publication.explorer.documents import ComparePage, Exhibit, Section
from nuudel.publication.explorer.page_ahead import HIGH80, LOW80, MEDIAN, STATED, STEP
from nuudel.publication.explorer.page_moves import FEWEST_YEARS
from nuudel.publication.explorer.page_people import ages_title, parts_caveat, shares
from nuudel.publication.explorer.page_units import latest, titled
from nuudel.publication.explorer.pages import caveats_of
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.teller import Moves, Teller
from nuudel.publication.report.document import Figure, TextTable


def compose_compare(bundle: Bundle, a: str, b: str, lang: str) -> ComparePage:
    """The page of two places; errors as ``compose_place``."""
    teller = Teller(bundle, lang)
    for code in (a, b):
        bundle.place(code)
    one, two = teller.moves(a), teller.moves(b)
    sections = (
        figures_section(teller, a, b),
        moves_section(teller, a, b, one, two) if one and two else None,
        ages_section(teller, a, b),
        ahead_section(teller, a, b),
    )
    return ComparePage(
        title=teller.say("compare.title", first=teller.name(a), second=teller.name(b)),
        lead=compare_lead(teller, a, b, one, two),
        sections=tuple(section for section in sections if section is not None),
        caveats=tuple(dict.fromkeys((*caveats_of(teller, a), *caveats_of(teller, b)))),
        codes=(a, b),
    )


def compare_lead(teller: Teller, a: str, b: str, one: Moves | None, two: Moves | None) -> str:
    """Who gained and who lost in the last year that both have."""
    common = common_year(one, two)
    if one is None or two is None or common is None:
        return teller.say("compare.lead_none")
    nets = [came - left for came, left in (one.at(common), two.at(common))]
    names = [teller.name(a), teller.name(b)]
    if nets[0] * nets[1] < 0:
        up = 0 if nets[0] > 0 else 1
        return teller.say(
            "compare.lead_apart", year=common, gainer=names[up], gained=number(nets[up]),
            loser=names[1 - up], lost=number(-nets[1 - up]),
        )  # fmt: skip
    both = "gained" if min(nets) > 0 else "lost" if max(nets) < 0 else ""
    said = [number(net, sign=True) for net in nets]
    key = f"lead_both_{both}" if both else "lead_other"
    return teller.say(f"compare.{key}", year=common, first=names[0], second=names[1], a=said[0], b=said[1])


def common_year(one: Moves | None, two: Moves | None) -> int | None:
    if one is None or two is None:
        return None
    both = one.years[np.isfinite(one.net) & np.isfinite(two.net)]
    return int(both[-1]) if both.size else None


def figures_section(teller: Teller, a: str, b: str) -> Section:
    """Came, left, the balance and every indicator that one of them has, with their years."""
    rows: list[tuple[str, ...]] = []
    told = [teller.moves(code) for code in (a, b)]
    years = [moves.last_year() if moves else None for moves in told]
    for row, column in enumerate(("came", "left", "net")):
        cells = []
        for moves, year in zip(told, years, strict=True):
            if moves is None or year is None:
                cells.append("–")
                continue
            came, left = moves.at(year)
            value = (came, left, came - left)[row]
            cells.append(f"{number(value, sign=column == 'net')} ({year})")
        if cells != ["–", "–"]:
            rows.append((teller.say(f"columns.{column}"), *cells))
    for key, entry in teller.bundle.indicators.items():
        found = [latest(teller, key, teller.bundle.place(code).level, code) for code in (a, b)]
        if any(found):
            rows.append(
                (
                    titled(teller, entry),
                    *(dated(f, entry["decimals"], entry["palette"] == "net") for f in found),
                )
            )
    table = TextTable(
        title=teller.say("compare.figures_title"),
        header=(teller.say("columns.indicator"), teller.name(a), teller.name(b)),
        rows=tuple(rows),
        source=teller.source(*(source["key"] for source in teller.bundle.index["sources"])),
        table="indicators",
    )
    return Section("figures", teller.say("compare.figures"), (), (table,))


def dated(found: tuple[str, float] | None, decimals: int, signed: bool) -> str:
    """A value with its year behind it."""
    if found is None:
        return "–"
    year = f" ({found[0]})" if found[0].isdigit() else ""
    return number(found[1], decimals, sign=signed) + year


def moves_section(teller: Teller, a: str, b: str, one: Moves, two: Moves) -> Section | None:
    if (np.isfinite(one.per_100) & np.isfinite(two.per_100)).sum() < FEWEST_YEARS:
        return None
    names = (teller.name(a), teller.name(b))
    first, last = int(one.years[0]), int(one.years[-1])
    figure = Figure(
        key="compare-moves",
        title=moves_title(teller, names, one, two),
        subtitle=teller.say("compare.moves_subtitle", first=first, last=last),
        painter=lambda canvas: paint_both(teller, names, one, two, canvas),
        source=teller.source(teller.moves_source),
        table="moves",
        legend=(
            ("came", teller.say("moves.more_came")),
            ("left", teller.say("moves.more_left")),
            *((("doubtful", teller.say("moves.doubtful")),) if one.doubts or two.doubts else ()),
        ),
    )
    rows = tuple(
        (str(year), number(x, 0, sign=True), number(y, 0, sign=True))
        for year, x, y in zip(one.years.tolist()[::-1], one.per_100[::-1], two.per_100[::-1], strict=True)
    )
    numbers = TextTable(
        teller.say("compare.moves_table"), (teller.say("columns.year"), *names), rows, figure.source,
        table="moves", summary=teller.say("page.numbers"),
    )  # fmt: skip
    return Section("moves", teller.say("compare.moves"), (), (Exhibit(figure, numbers),))


def moves_title(teller: Teller, names: tuple[str, str], one: Moves, two: Moves) -> str:
    """In how many of the years that both have one of them lost more for its moves than the other."""
    known = np.isfinite(one.per_100) & np.isfinite(two.per_100)
    gap = (one.per_100 - two.per_100)[known]
    lower, higher = int((gap < 0).sum()), int((gap > 0).sum())
    if lower == higher:
        return teller.say("compare.moves_title_even")
    leaver = 0 if lower > higher else 1
    return teller.say(
        "compare.moves_title_closer", leaver=names[leaver], other=names[1 - leaver], n=max(lower, higher),
        of=int(known.sum()),
    )  # fmt: skip


def paint_both(
    teller: Teller, names: tuple[str, str], one: Moves, two: Moves, canvas: style.Canvas
) -> Drawing:
    upper, lower = (
        Series(
            moves.per_100,
            style.IN,
            name=teller.say("compare.axis", name=name),
            doubtful=moves.doubtful_years(),
            colour_below=style.OUT,
        )
        for name, moves in zip(names, (one, two), strict=True)
    )
    return paint_two_panels(canvas, one.years, upper, lower, events=teller.events(), one_scale=True)


def ages_section(teller: Teller, a: str, b: str) -> Section | None:
    one, two = (teller.bundle.details(code)["ages"] for code in (a, b))
    if one is None or two is None or not sum(one["both"]) or not sum(two["both"]):
        return None
    own, theirs = shares(one["both"]), shares(two["both"])
    names = (teller.name(a), teller.name(b))
    figure = Figure(
        key="compare-ages",
        title=ages_title(teller, *names, one["groups"], own - theirs),
        subtitle=teller.say("people.subtitle", year=one["year"]),
        painter=lambda canvas: paint_ages(canvas, one["groups"], own, theirs, names),
        source=teller.source(one["source"]),
        table="ages",
        caveats=tuple(dict.fromkeys((*parts_caveat(teller, a, one), *parts_caveat(teller, b, two)))),
    )
    rows = zip(one["groups"], own.tolist(), theirs.tolist(), strict=True)
    numbers = TextTable(
        teller.say("people.table", year=one["year"]),
        (teller.say("columns.age"), *(teller.say("columns.share_of", name=name) for name in names)),
        tuple((group.replace("-", "–"), number(x, 1), number(y, 1)) for group, x, y in rows),
        figure.source,
        table="ages",
        summary=teller.say("page.numbers"),
    )
    return Section("people", teller.say("people.section"), (), (Exhibit(figure, numbers),))


def ahead_section(teller: Teller, a: str, b: str) -> Section | None:
    """Both forecasts as change since their first year, on one scale."""
    told = [teller.bundle.details(code)["forecast"] for code in (a, b)]
    if any(entry is None for entry in told):
        return None
    years = np.array(told[0]["years"])
    persons = [np.array(entry["persons"], dtype=float) for entry in told]
    changes = [100 * (values / values[MEDIAN, 0] - 1) for values in persons]
    names = (teller.name(a), teller.name(b))
    at = min(int(np.searchsorted(years, STATED)), years.size - 1)
    said = [span(c[LOW80, at], c[HIGH80, at], 0, signed=True) + " %" for c in changes]
    cells = [
        SmallFan(Fan(years, c, name, style.IN if c[MEDIAN, -1] >= 0 else style.OUT), text)
        for c, name, text in zip(changes, names, said, strict=True)
    ]
    first = int(years[0])
    figure = Figure(
        key="compare-forecast",
        title=teller.say(
            "compare.ahead_title", year=int(years[at]), first=names[0], second=names[1], a=said[0], b=said[1]
        ),
        subtitle=teller.say("compare.ahead_subtitle", first=first),
        painter=lambda canvas: paint_small_fans(canvas, cells, signed=True, zero=True, columns=2),
        source=teller.say("ahead.source"),
        table="forecast",
        caveats=(teller.say("ahead.caveat"),),
        tag=teller.say("page.estimated"),
    )
    shown = [i for i, year in enumerate(years.tolist()) if year % STEP == 0]
    rows = tuple(
        (str(years[i]), *(span(c[LOW80, i], c[HIGH80, i], 0, signed=True) for c in changes)) for i in shown
    )
    numbers = TextTable(
        teller.say("compare.ahead_table", first=first), (teller.say("columns.year"), *names), rows,
        teller.say("ahead.source"), table="forecast", summary=teller.say("page.numbers"),
    )  # fmt: skip
    return Section("forecast", teller.say("ahead.section"), (), (Exhibit(figure, numbers),))
