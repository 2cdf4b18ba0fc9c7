"""The moves of a place: what its lead says, its large numbers, and the balance over the years."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.publication.charts import style
from nuudel.publication.charts.style import number
from nuudel.publication.charts.years import Series, paint_horizon, paint_two_panels
from nuudel.publication.explorer.documents import Exhibit, Section, Tile
from nuudel.publication.explorer.teller import DOUBTFUL, NOT_COMPARABLE, Moves, Teller
from nuudel.publication.report.document import Figure, TextTable

LOSSES = "livestock_losses"
# Years before a rule that it is compared with, and the shares of them under which moves stopped or fell.
BEFORE, STOPPED, FELL = 5, 0.2, 0.6
# Years of one sign in a row, up to the last, that are a finding.
LONG_RUN = 5
# Fewer years than this are no picture of years.
FEWEST_YEARS = 3
# A year's losses so many times the median are named.
HEAVY = 4


def moves_lead(teller: Teller, moves: Moves, year: int) -> str:
    """The sum of all years, and how many came for each 100 who left in the last."""
    came, left = moves.at(year)
    known = np.isfinite(moves.net)
    total, first = float(moves.net[known].sum()), int(moves.years[known][0])
    said = []
    if known.sum() >= FEWEST_YEARS and total:
        key = "lead.gained" if total > 0 else "lead.lost"
        said.append(teller.say(key, first=first, n=number(abs(total), rounding(total))))
    if left > 0 and came != left:
        ratio = 100 * came / left
        said.append(
            teller.say("lead.for_100_left", year=year, n=number(ratio))
            if ratio < 100
            else teller.say("lead.for_100_came", year=year, n=number(100 * left / came))
        )
    elif came == left:
        said.append(teller.say("lead.level", year=year, n=number(came)))
    else:
        said.append(teller.say("lead.nobody_left", year=year, n=number(came)))
    return " ".join(said)


def rounding(value: float) -> int:
    """Digits to round a sum to: three of them are kept."""
    return min(0, 2 - int(np.floor(np.log10(max(abs(value), 1)))))


def move_tiles(teller: Teller, code: str, moves: Moves, year: int) -> list[Tile]:
    """Came, left and the balance of a year, each with what is known against it."""
    came, left = moves.at(year)
    doubt = {side: first_reason(teller, moves, year, side) for side in ("in", "out")}
    population = teller.bundle.series[code]["population"]
    near = max(
        (int(y) for y in population if abs(int(y) - year) <= 2), key=lambda y: -abs(y - year), default=None
    )
    net = came - left
    note = ""
    if near is not None and population[str(near)]:
        rate = 1000 * net / population[str(near)]
        note = teller.say("tiles.net_note", n=number(rate, 0 if abs(rate) >= 10 else 1, sign=True), year=near)
    sides = [
        Tile(
            key,
            teller.say(f"tiles.{key}", year=year),
            number(persons),
            teller.say(f"tiles.{key}_note"),
            side,
            doubt[side],
        )
        for key, side, persons in (("came", "in", came), ("left", "out", left))
    ]
    balance = number(net, sign=True)
    return [
        *sides,
        Tile("net", teller.say("tiles.net", year=year), balance, note, "", doubt["in"] or doubt["out"]),
    ]


def first_reason(teller: Teller, moves: Moves, year: int, side: str) -> str:
    reasons = moves.reasons(year, side)
    return teller.text(reasons[0]) if reasons else ""


def moves_section(teller: Teller, code: str, moves: Moves) -> Section:
    title = teller.say("moves.section")
    if np.isfinite(moves.net).sum() < FEWEST_YEARS:
        return Section("moves", title, (), (moves_table(teller, moves, None),))
    losses = losses_of(teller, code, moves)
    figure = Figure(
        key="moves",
        title=moves_title(teller, moves),
        subtitle=teller.say(
            "moves.subtitle_losses" if losses is not None else "moves.subtitle",
            first=int(moves.years[0]),
            last=int(moves.years[-1]),
        ),
        painter=lambda canvas: paint_moves(teller, moves, losses, canvas),
        source=moves_source(teller, losses is not None),
        table="moves",
        caveats=year_caveats(teller, moves),
        legend=(
            ("came", teller.say("moves.more_came")),
            ("left", teller.say("moves.more_left")),
            *((("doubtful", teller.say("moves.doubtful")),) if moves.doubtful_years() else ()),
        ),
    )
    return Section("moves", title, (), (Exhibit(figure, moves_table(teller, moves, losses)),))


def moves_source(teller: Teller, with_losses: bool) -> str:
    keys = [teller.moves_source]
    if with_losses:
        known = teller.text(teller.bundle.indicators[LOSSES]["source"])
        keys += [s["key"] for s in teller.bundle.index["sources"] if teller.text(s["line"]) in known]
    return teller.source(*keys)


def losses_of(teller: Teller, code: str, moves: Moves) -> np.ndarray | None:
    """Adult livestock lost by year, thousand head; None where nothing is known."""
    if LOSSES not in teller.bundle.indicators:
        return None
    levels = teller.bundle.indicator(LOSSES)
    by_year: Mapping[str, Any] = levels.get(teller.bundle.place(code).level, {})
    rows = [by_year.get(str(year), {}).get(code) for year in moves.years.tolist()]
    values = np.array([np.nan if value is None else value for value in rows], dtype=float)
    return values if np.isfinite(values).any() else None


def moves_title(teller: Teller, moves: Moves) -> str:
    """The finding: what a rule did, a long run of years of one sign, or how many years were of one."""
    found = rule_title(teller, moves) or run_title(teller, moves)
    if found:
        return found
    known = moves.net[np.isfinite(moves.net)]
    more, fewer = int((known > 0).sum()), int((known < 0).sum())
    if more == fewer:
        return teller.say("moves.title_even", n=more)
    key = "moves.title_gained" if more > fewer else "moves.title_lost"
    return teller.say(key, n=max(more, fewer), of=known.size)


def rule_title(teller: Teller, moves: Moves) -> str:
    """What a rule on registration did to the balance, where it broke what was before and came back."""
    rule = teller.rule
    if rule is None or not moves.years[0] + BEFORE <= rule["from"] <= rule["to"] < moves.years[-1]:
        return ""
    first, last = rule["from"], rule["to"]
    before = moves.mean(moves.net, first - BEFORE, first - 1)
    during = moves.mean(moves.net, first, last)
    after = moves.mean(moves.net, last + 1, int(moves.years[-1]))
    if not np.isfinite([before, during, after]).all() or not before or before * after <= 0:
        return ""
    share = during / before
    if abs(after) < FELL * abs(before) or share >= FELL:
        return ""
    gains = "gain" if before > 0 else "loss"
    state = "stopped" if share < STOPPED else "fell"
    event = teller.text(rule["label"])
    return teller.say(
        f"moves.rule_{gains}_{state}",
        event=event,
        inside=event[0].lower() + event[1:],
        back=last + 1,
    )


def run_title(teller: Teller, moves: Moves) -> str:
    known = np.isfinite(moves.net)
    signs, years = np.sign(moves.net[known]), moves.years[known]
    length = 1
    while length < signs.size and signs[-1 - length] == signs[-1]:
        length += 1
    if length < LONG_RUN or not signs[-1]:
        return ""
    return teller.say("moves.run_gain" if signs[-1] > 0 else "moves.run_loss", first=int(years[-length]))


def year_caveats(teller: Teller, moves: Moves) -> tuple[str, ...]:
    """Reasons against single years, the years before each, those of all places in one sentence each."""
    years: dict[str, list[int]] = {}
    for doubt in moves.doubts:
        years.setdefault(teller.text(doubt["reason"]), []).append(doubt["year"])
    return tuple(
        teller.say("page.years_reason", years=year_span(sorted(set(told))), reason=reason)
        for reason, told in years.items()
    )


def year_span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def paint_moves(teller: Teller, moves: Moves, losses: np.ndarray | None, canvas: style.Canvas) -> Drawing:
    """The balance as bars on the horizon, doubtful years hatched, livestock losses in a panel under it."""
    events = teller.events()
    upper = Series(
        moves.net,
        style.IN,
        name=teller.say("moves.axis_net"),
        labels=extreme_labels(moves, canvas),
        doubtful=moves.doubtful_years(DOUBTFUL),
        colour_below=style.OUT,
    )
    if losses is None:
        return paint_horizon(canvas, moves.years, upper, events=events, height=280)
    dzud = {y for e in events if e.kind == "dzud" for y in range(e.start, e.end + 1)}
    heavy = frozenset(y for y in dzud if y in moves.years.tolist())
    lower = Series(
        losses,
        style.QUIET,
        name=teller.say("moves.axis_losses"),
        labels=heavy_labels(teller, moves, losses, heavy),
        heavy=heavy,
    )
    return paint_two_panels(canvas, moves.years, upper, lower, events=events)


def extreme_labels(moves: Moves, canvas: style.Canvas) -> dict[int, str]:
    """Words at the largest gain, the largest loss and the last year; on the phone without the year."""
    known = np.flatnonzero(np.isfinite(moves.net))
    wanted = {known[moves.net[known].argmax()], known[moves.net[known].argmin()], known[-1]}
    found = {}
    for row in sorted(wanted):
        value, year = float(moves.net[row]), int(moves.years[row])
        short = canvas.is_phone or row == known[-1]
        found[year] = number(value, sign=True) if short else f"{year}: {number(value, sign=True)}"
    return found


def heavy_labels(teller: Teller, moves: Moves, losses: np.ndarray, heavy: frozenset[int]) -> dict[int, str]:
    """The largest loss of each dzud, in words."""
    found: dict[int, str] = {}
    for event in teller.events():
        rows = [
            i
            for i, y in enumerate(moves.years.tolist())
            if event.kind == "dzud" and event.start <= y <= event.end and np.isfinite(losses[i])
        ]
        if rows:
            top = max(rows, key=lambda i: losses[i])
            found[int(moves.years[top])] = number(float(losses[top]))
    return found


def moves_table(teller: Teller, moves: Moves, losses: np.ndarray | None) -> TextTable:
    """Came, left, the balance and losses by year, the last year first; doubtful ones carry a sign."""
    doubtful = moves.doubtful_years(DOUBTFUL) | moves.doubtful_years(NOT_COMPARABLE)
    rows = []
    for i in range(moves.years.size - 1, -1, -1):
        year = int(moves.years[i])
        mark = " *" if year in doubtful else ""
        row = [
            f"{year}{mark}",
            number(moves.arrivals[i]),
            number(moves.departures[i]),
            number(moves.net[i], sign=True),
        ]
        rows.append((*row, number(losses[i], 1)) if losses is not None else tuple(row))
    columns = ("year", "came", "left", "net", *(("losses",) if losses is not None else ()))
    return TextTable(
        title=teller.say("moves.table"),
        header=tuple(teller.say(f"columns.{name}") for name in columns),
        rows=tuple(rows),
        source=moves_source(teller, losses is not None),
        table="moves",
        caveats=(teller.say("page.star"),) if doubtful else (),
        summary=teller.say("page.numbers"),
    )
