"""The units below a place: a table of them and a map by the indicator that tells most."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nuudel.publication.charts.plane_maps import Area, Key, paint_areas
from nuudel.publication.charts.style import number
from nuudel.publication.explorer.documents import Exhibit, Section
from nuudel.publication.explorer.palettes import RAMPS
from nuudel.publication.explorer.teller import Teller
from nuudel.publication.report.document import Figure, TextTable

# What the map of a place's units shows: the first of these that most of them have.
SHOWN = ("livestock_per_herder", "herders_per_100", "young_children_per_100")
MOST = 2 / 3
COLUMNS = ("residents", "young_children", "herders", "livestock_per_herder")
FEWEST_AREAS = 2
Latest = tuple[str, float]


def units_section(teller: Teller, code: str) -> Section | None:
    """Table and map of the units directly below; None where there are none."""
    children = [c for c in teller.bundle.details(code)["children"] if c in teller.bundle.places]
    if not children:
        return None
    level = teller.bundle.place(children[0]).level
    title = teller.level_words(level, plural=True)
    shown = next((exhibit for key in SHOWN if (exhibit := units_map(teller, level, children, key))), None)
    table = units_table(teller, level, children)
    blocks = (*((shown,) if shown else ()), *((table,) if table else ()))
    return Section("units", title, (), blocks) if blocks else None


def latest(teller: Teller, key: str, level: str, code: str) -> Latest | None:
    """The last year and value of an indicator at a place."""
    if key not in teller.bundle.indicators:
        return None
    years = teller.bundle.indicator(key).get(level, {})
    known = [year for year, row in years.items() if row.get(code) is not None]
    return (max(known), float(years[max(known)][code])) if known else None


def before(teller: Teller, key: str, level: str, code: str, year: str) -> Latest | None:
    """The last value before a year."""
    years = teller.bundle.indicator(key).get(level, {})
    known = [y for y, row in years.items() if y < year and row.get(code) is not None]
    return (max(known), float(years[max(known)][code])) if known else None


def titled(teller: Teller, entry: Mapping[str, Any]) -> str:
    """An indicator's title with its unit, where the title does not say it."""
    title, unit = teller.text(entry["title"]), teller.text(entry["unit"])
    return title if unit in title else f"{title}, {unit}"


def units_table(teller: Teller, level: str, children: Sequence[str]) -> TextTable | None:
    """Each unit with its residents, their change, and what else the indicators have of it."""
    keys = [k for k in COLUMNS if any(latest(teller, k, level, c) for c in children)]
    if not keys:
        return None
    years = {key: max(v[0] for c in children if (v := latest(teller, key, level, c))) for key in keys}
    header = [teller.level_words(level)]
    rows = []
    for key in keys:
        header.append(
            teller.say(
                "units_table.column",
                title=teller.text(teller.bundle.indicators[key]["title"]),
                year=years[key],
            )
        )
        if key == "residents":
            header.append(teller.say("columns.change"))
    order = sorted(children, key=lambda c: -(found[1] if (found := latest(teller, keys[0], level, c)) else 0))
    for code in order:
        row = [teller.name(code)]
        for key in keys:
            found = latest(teller, key, level, code)
            row.append(number(found[1]) if found else "–")
            if key == "residents":
                row.append(change_text(teller, level, code, found))
        rows.append(tuple(row))
    sources = dict.fromkeys(teller.text(teller.bundle.indicators[key]["source"]) for key in keys)
    return TextTable(
        title=teller.say("units_table.title", n=len(children), level=teller.level_words(level, plural=True)),
        header=tuple(header),
        rows=tuple(rows),
        source=teller.say("page.source", sources="; ".join(sources)),
        table="units",
    )


def change_text(teller: Teller, level: str, code: str, found: Latest | None) -> str:
    """Change in per cent since the year before that is known."""
    earlier = before(teller, "residents", level, code, found[0]) if found else None
    if found is None or earlier is None or not earlier[1]:
        return "–"
    return number(100 * (found[1] / earlier[1] - 1), 1, sign=True) + " %"


def units_map(teller: Teller, level: str, children: Sequence[str], key: str) -> Exhibit | None:
    """The units as areas in the classes of an indicator; None where shapes or most values are missing."""
    drawn = teller.bundle.shapes(level)
    values = {c: found[1] for c in children if (found := latest(teller, key, level, c))}
    if drawn is None or len(values) < max(FEWEST_AREAS, MOST * len(children)):
        return None
    entry = teller.bundle.indicators[key]
    years = sorted({found[0] for c in children if (found := latest(teller, key, level, c))})
    shapes = {unit["code"]: unit for unit in drawn["units"] if unit["code"] in children}
    if len(shapes) < FEWEST_AREAS:
        return None
    breaks = entry["level_breaks"][level]
    ramp = RAMPS[entry["palette"]]
    top, low = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    areas = [
        Area(
            unit["d"],
            int(np.digitize(values[c], breaks)) if c in values else None,
            tuple(unit["c"]),
            teller.name(c) if c in (top, low) else "",
            number(values[c], entry["decimals"]) if c in (top, low) else "",
        )
        for c, unit in shapes.items()
    ]
    figure = Figure(
        key="units-map",
        title=teller.say(f"units_map.{key}", most=teller.name(top), least=teller.name(low)),
        subtitle=teller.say(
            "units_map.subtitle",
            title=titled(teller, entry),
            year=years[-1],
        ),
        painter=lambda canvas: paint_areas(canvas, areas, ramp, class_key(teller, entry, breaks)),
        source=teller.indicator_source(key),
        table=f"indicator-{key}",
        caveats=(*shape_caveats(teller, level, children), *missing_caveat(teller, children, values)),
    )
    return Exhibit(figure, values_table(teller, level, entry, values, years[-1]))


def class_key(teller: Teller, entry: Mapping[str, Any], breaks: Sequence[float]) -> Key:
    """The key of an indicator's classes, in the words of its scale."""
    digits = max(0, *(len(f"{b:g}".partition(".")[2]) for b in breaks))
    if entry["palette"] == "net":
        low, high = (number(b, 0, sign=True) for b in (breaks[0], breaks[-1]))
        words = (teller.say("key.loses", n=low), "0", teller.say("key.gains", n=high))
    else:
        words = (
            teller.say("key.under", n=number(breaks[0], digits)),
            "",
            teller.say("key.over", n=number(breaks[-1], digits)),
        )
    return Key(teller.text(entry["title"]), *words, teller.say("key.no_data"))


def shape_caveats(teller: Teller, level: str, codes: Sequence[str]) -> tuple[str, ...]:
    """What is known against the borders drawn."""
    entry = next(entry for entry in teller.bundle.index["levels"] if entry["key"] == level)
    return tuple(
        teller.text(c["text"]) for c in entry["caveats"] if not c["places"] or set(c["places"]) & set(codes)
    )


def missing_caveat(teller: Teller, codes: Sequence[str], values: Mapping[str, float]) -> tuple[str, ...]:
    gone = [teller.name(c) for c in codes if c not in values]
    return (teller.say("units_map.missing", names=teller.listed(gone)),) if gone else ()


def values_table(
    teller: Teller, level: str, entry: Mapping[str, Any], values: Mapping[str, float], year: str
) -> TextTable:
    ranked = sorted(values.items(), key=lambda item: -item[1])
    return TextTable(
        title=f"{teller.text(entry['title'])}, {year}",
        header=(teller.level_words(level), teller.text(entry["unit"])),
        rows=tuple((teller.name(code), number(value, entry["decimals"])) for code, value in ranked),
        source=teller.indicator_source(entry["key"]),
        table=f"indicator-{entry['key']}",
        summary=teller.say("page.numbers"),
    )
