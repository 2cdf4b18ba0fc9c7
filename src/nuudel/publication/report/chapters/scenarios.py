"""What would change: each scenario beside the baseline, by place, with its cost and its evidence."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nuudel.publication.charts import fans, ranges, small_maps, style
from nuudel.publication.charts.style import known_decimals, number, span
from nuudel.publication.report.chapters.outlook import source_of
from nuudel.publication.report.chapters.outlook_places import class_words, crosses_zero, extremes, shapes_of
from nuudel.publication.report.chapters.outlook_trust import crowding_text
from nuudel.publication.report.chapters.scenario_evidence import (
    assumed_of,
    evidence_table,
    evidence_text,
    prices_text,
    unit_cost_table,
)
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import Values

if TYPE_CHECKING:
    from nuudel.model.scenarios.comparison import ScenarioComparison

LOW80, MEDIAN, HIGH80 = 1, 2, 3
SHARE = "capital_share"
# Sums over the country that stand in the table, where the comparison has them.
SUMS = ("schools_lacking", "housing_lacking", "clinics_lacking")
# Classes of the change of a place's people against the baseline, per cent.
BREAKS = (-10, -5, -2, -0.5, 0.5, 2, 5, 10)
# Scenarios that move no place by this much, in per cent, have no map.
SEEN = 0.5


def write_scenarios(material: Material) -> Chapter | None:
    """Differences to the baseline on the same draws, and what they rest on."""
    found = material.scenarios
    if found is None or len(found.names) < 2:
        return None
    words, source = material.words, source_of(material)
    blocks: list[Figure | TextTable] = [description_table(material, found)]
    if found.capital:
        blocks += [difference_figure(material, found, source), share_figure(material, found, source)]
    blocks += change_maps(material, found, source)
    blocks += [summary_table(material, found, source), *cost_table(material, found)]
    blocks += [evidence_table(material, found), *unit_cost_table(material, found)]
    paragraphs = (
        " ".join(
            (
                *((f"{share_sentence(material, found)}.",) if found.capital else ()),
                words(
                    "scenarios.text",
                    n=len(found.names) - 1,
                    last=last_stated(found),
                    draws=number(found.draws),
                ),
            )
        ),
        *((capital_text(material, found),) if found.capital else ()),
        evidence_text(material, found),
    )
    return Chapter("scenarios", words("scenarios.chapter"), paragraphs, blocks)


def description_table(material: Material, found: "ScenarioComparison") -> TextTable:
    """What happens in each scenario, before any figure speaks of it."""
    words, titles = material.words, marked_titles(material, found)
    return TextTable(
        title=words("scenarios.descriptions"),
        header=(words("scenarios.column_scenario"), words("scenarios.column_done")),
        rows=tuple(zip(titles[1:], found.texts[material.lang][1:], strict=True)),
        source="",
        text_columns=frozenset({0, 1}),
    )


def marked_titles(material: Material, found: "ScenarioComparison") -> tuple[str, ...]:
    """What scenarios are called, with a mark on those that count registered people only."""
    register = register_only(found)
    return tuple(
        material.words("scenarios.register_mark", title=title) if name in register else title
        for name, title in zip(found.names, found.titles[material.lang], strict=True)
    )


def last_stated(found: "ScenarioComparison") -> int:
    return max(found.stated_years)


def share_change(found: "ScenarioComparison") -> Values:
    """Change of the capital's share in the last stated year, percentage points: scenarios x quantiles."""
    row = int(np.flatnonzero(found.years == last_stated(found))[0])
    return 100 * found.capital_share_difference[1:, :, row]


def is_sure(change: Values) -> bool:
    """Whether the 80 per cent range of a change leaves out zero; a change of nothing is not sure."""
    return bool(change[LOW80] > 0 or change[HIGH80] < 0)


def said_span(change: Values, *, signed: bool = True) -> str:
    """The 80 per cent range of a change of the share; as fine as a sure one needs to be told from none."""
    low, high = change[[LOW80, HIGH80]] if signed else np.sort(np.abs(change[[LOW80, HIGH80]]))
    return span(low, high, share_decimals(change), signed=signed)


def share_decimals(change: Values) -> int:
    """One, or two where an end of a sure range would be printed as none."""
    vanishes = is_sure(change) and min(abs(change[LOW80]), abs(change[HIGH80])) < 0.05
    return 2 if vanishes else 1


def share_sentence(material: Material, found: "ScenarioComparison") -> str:
    """How far scenarios move the capital's share at most, beside how far all that nobody knows does."""
    row = int(np.flatnonzero(found.years == last_stated(found))[0])
    low, high = 100 * found.capital_share[0, [LOW80, HIGH80], row]
    return material.words(
        "scenarios.share_title",
        capital=material.name(found.capital),
        year=last_stated(found),
        most=number(np.abs(share_change(found)[:, [LOW80, HIGH80]]).max(), 1),
        width=number(high - low, 1),
    )


def said_change(material: Material, found: "ScenarioComparison", index: int) -> dict[str, object]:
    change = share_change(found)[index]
    return {
        "scenario": found.titles[material.lang][index + 1],
        "range": said_span(change),
        "capital": material.name(found.capital),
        "year": last_stated(found),
    }


def capital_text(material: Material, found: "ScenarioComparison") -> str:
    """Which scenario lowers and which raises the capital's share most, among those with a clear sign."""
    words, change = material.words, share_change(found)
    register = register_only(found)
    sure = [i for i in range(len(change)) if is_sure(change[i])]
    moving = [i for i in sure if found.names[i + 1] not in register]
    lower = [i for i in moving if change[i, MEDIAN] < 0]
    higher = [i for i in moving if change[i, MEDIAN] > 0]
    sentences = []
    for chosen, key in ((lower, "scenarios.lowers"), (higher, "scenarios.raises")):
        if chosen:
            most = max(chosen, key=lambda i: abs(change[i, MEDIAN]))
            only = {"scenarios.lowers": "scenarios.lowers_only", "scenarios.raises": "scenarios.raises_only"}
            said = key if len(chosen) > 1 else only[key]
            sentences.append(words(said, **said_change(material, found, most)))
    if len(sure) < len(change):
        sentences.append(words("scenarios.unsure", n=len(change) - len(sure)))
    return " ".join(sentences)


def difference_figure(material: Material, found: "ScenarioComparison", source: str) -> Figure:
    """Each scenario's change of the capital's share with its 80 per cent range, from most down to most up."""
    words, change = material.words, share_change(found)
    order = np.argsort(change[:, MEDIAN])
    titles = marked_titles(material, found)
    decimals = max(share_decimals(c) for c in change)
    rows = [
        ranges.RangedValue(
            titles[i + 1],
            float(change[i, MEDIAN]),
            float(change[i, LOW80]),
            float(change[i, HIGH80]),
            style.OUT if change[i, MEDIAN] < 0 else style.IN,
            quiet=not is_sure(change[i]),
        )
        for i in order
    ]
    register = register_only(found)
    sure = [i for i in order if is_sure(change[i]) and found.names[i + 1] not in register]
    strongest = max(sure, key=lambda i: abs(change[i, MEDIAN]), default=None)
    key = "scenarios.title_none"
    if strongest is not None:
        key = "scenarios.title_lower" if change[strongest, MEDIAN] < 0 else "scenarios.title_higher"
    slots = said_change(material, found, int(order[0] if strongest is None else strongest))
    if strongest is not None:
        slots["range"] = said_span(change[strongest], signed=False)
    assumed, every = assumed_of(found)
    known = material.outlook
    hangs = crowding_text(material, known, last_stated(found), "scenarios.crowding") if known else ()
    return Figure(
        key="scenario-differences",
        title=words(key, **slots),
        subtitle=words("scenarios.subtitle", capital=slots["capital"], year=slots["year"]),
        painter=lambda canvas: ranges.paint_ranges(canvas, rows, decimals=decimals),
        source=source,
        table="scenario_differences",
        caveats=(
            words("scenarios.caveat", n=assumed, all=every),
            *hangs,
            *register_caveat(material, found),
        ),
        tag=words("report.scenario"),
    )


def register_only(found: "ScenarioComparison") -> frozenset[str]:
    """Scenarios that change the register and say nothing of who moves."""
    return frozenset(found.differences.filter(pl.col("concept") == "registration")["scenario"])


def register_caveat(material: Material, found: "ScenarioComparison") -> tuple[str, ...]:
    """A warning that names them, where there are any."""
    register = register_only(found)
    titles = zip(found.names, found.titles[material.lang], strict=True)
    names = ", ".join(title for name, title in titles if name in register)
    return (material.words("scenarios.registration", names=names),) if names else ()


def share_figure(material: Material, found: "ScenarioComparison", source: str) -> Figure:
    """How each scenario's change of the capital's share builds up and fades: a small fan for each."""
    words, change = material.words, share_change(found)
    titles, years = marked_titles(material, found), found.years[found.years <= last_stated(found)]
    paths = 100 * found.capital_share_difference[:, :, : years.size]
    cells = [
        fans.SmallFan(
            fans.Fan(years, paths[i + 1], titles[i + 1], style.IN if is_sure(change[i]) else style.INK_2),
            said_span(change[i]),
        )
        for i in np.argsort(change[:, MEDIAN])
    ]
    return Figure(
        key="scenario-shares",
        title=share_sentence(material, found),
        subtitle=words(
            "scenarios.share_subtitle",
            capital=material.name(found.capital),
            first=int(years[0]),
            last=int(years[-1]),
        ),
        painter=lambda canvas: fans.paint_small_fans(
            canvas, cells, decimals=1, signed=True, zero=True, columns=3, outer=False
        ),
        source=source,
        table="scenario_share_change",
        caveats=(words("scenarios.share_caveat"),),
        legend=(("dashed", words("scenarios.legend")),),
        tag=words("report.scenario"),
    )


def place_changes(found: "ScenarioComparison", name: str) -> Values:
    """Change of people in per cent of the baseline in the last stated year: (low, median, high) x places."""
    frame = found.differences.filter(
        (pl.col("scenario") == name)
        & (pl.col("indicator") == "population")
        & (pl.col("year") == last_stated(found))
    )
    rows = {row["place"]: row for row in frame.iter_rows(named=True)}
    change = np.full((3, len(found.places)), np.nan)
    for i, place in enumerate(found.places):
        if place in rows:
            row = rows[place]
            change[:, i] = [100 * row[end] / row["baseline"] for end in ("low80", "median", "high80")]
    return change


def change_maps(material: Material, found: "ScenarioComparison", source: str) -> list[Figure]:
    """A map for each scenario that moves a place enough to be seen."""
    areas = shapes_of(material, found.places)
    register = register_only(found)
    changes = {name: place_changes(found, name) for name in found.names[1:] if name not in register}
    seen = {name: c for name, c in changes.items() if np.nanmax(np.abs(np.nan_to_num(c[1]))) >= SEEN}
    if areas is None or not seen:
        return []
    words, titles = material.words, dict(zip(found.names, found.titles[material.lang], strict=True))
    shapes, columns, outlines = areas
    panels = []
    for name, change in seen.items():
        low, middle, high = change[:, columns]
        note, marked = extremes(material, [found.places[c] for c in columns], middle, 1)
        panels.append(small_maps.MapPanel(titles[name], middle, crosses_zero(low, high), note, marked))
    largest = max(seen, key=lambda name: np.nanmax(np.abs(seen[name][1])))
    at = int(np.nanargmax(np.abs(seen[largest][1])))
    low, high = seen[largest][[0, 2], at]
    return [
        Figure(
            key="scenario-maps",
            title=words(
                "scenarios.maps_title",
                place=material.name(found.places[at]),
                scenario=titles[largest],
                range=span(low, high, min(known_decimals(low, high), 1), signed=True),
                year=last_stated(found),
            ),
            subtitle=words("scenarios.maps_subtitle", year=last_stated(found)),
            painter=lambda canvas: small_maps.paint_small_maps(
                canvas,
                shapes,
                panels,
                BREAKS,
                style.NET,
                class_words(BREAKS, " %"),
                words("outlook.unsure"),
            ),
            source=f"{source} {outlines}",
            table="scenario_differences",
            tag=words("report.scenario"),
        )
    ]


def summary_table(material: Material, found: "ScenarioComparison", source: str) -> TextTable:
    """Each scenario: people in the capital, and who lacks what in the country; differences in thousands."""
    words, year, country = material.words, last_stated(found), material.pack.country
    frame = found.differences.filter(pl.col("year") == year)
    present = set(frame.filter(pl.col("place") == country)["indicator"])
    sums = [name for name in SUMS if name in present]
    wanted = [("population", found.capital)] if found.capital else []
    wanted += [(name, country) for name in sums]
    cells = {(row["scenario"], row["indicator"], row["place"]): row for row in frame.iter_rows(named=True)}
    register = register_only(found)
    rows = tuple(
        (
            title,
            *(
                ranged(None if name in register and key[0] in SUMS else cells.get((name, *key)), scale=1000)
                for key in wanted
            ),
        )
        for name, title in zip(found.names[1:], marked_titles(material, found)[1:], strict=True)
    )
    capital = (
        [words("scenarios.column_capital", capital=material.name(found.capital))] if found.capital else []
    )
    return TextTable(
        title=words("scenarios.table_title", year=year),
        header=(
            words("scenarios.column_scenario"),
            *capital,
            *(words(f"scenarios.column_{name}") for name in sums),
        ),
        rows=rows,
        source=source,
        table="scenario_differences",
        caveats=(words("scenarios.table_note"), *register_caveat(material, found)),
    )


def ranged(row: dict[str, float] | None, prefix: str = "", *, signed: bool = True, scale: float = 1) -> str:
    """The 80 per cent range of a row, as exact as it is wide; a dash where there is none."""
    if row is None or row[f"{prefix}median"] is None:
        return "–"
    low, high = row[f"{prefix}low80"] / scale, row[f"{prefix}high80"] / scale
    return span(low, high, min(known_decimals(low, high), 0 if scale == 1 else 1), signed=signed)


def cost_table(material: Material, found: "ScenarioComparison") -> list[TextTable]:
    """What each scenario costs in all, and for each person by whom the capital changes."""
    words = material.words
    titles = dict(zip(found.names, marked_titles(material, found), strict=True))
    paid = found.cost.filter(pl.col("median") != 0)
    if not paid.height:
        return []
    people = found.differences.filter(
        (pl.col("place") == found.capital)
        & (pl.col("indicator") == "population")
        & (pl.col("year") == paid["year"][0])
    )
    changes = {row["scenario"]: row for row in people.iter_rows(named=True)}
    rows = tuple(
        (
            titles[row["scenario"]],
            ranged(row, signed=False, scale=1000),
            ranged(changes.get(row["scenario"]), scale=1000),
            ranged(row, "per_person_", signed=False),
        )
        for row in paid.iter_rows(named=True)
    )
    capital = material.name(found.capital) if found.capital else ""
    header = (
        words("scenarios.column_scenario"),
        words("scenarios.column_cost"),
        words("scenarios.column_capital_change", capital=capital, year=paid["year"][0]),
        words("scenarios.column_per_person"),
    )
    return [
        TextTable(
            title=words("scenarios.cost_title"),
            header=header,
            rows=rows,
            source="",
            table="scenario_cost",
            caveats=(
                words("scenarios.cost_note", year=paid["year"][0], prices=prices_text(material, found)),
            ),
        )
    ]
