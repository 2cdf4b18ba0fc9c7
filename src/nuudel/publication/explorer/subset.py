"""What a page shows as a table for download, in every format of the publication."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from nuudel.base.errors import PublicationError
from nuudel.base.packs import nearest
from nuudel.base.provenance import COMPUTED, Caveat, Effect, Quality, Source, Text
from nuudel.publication.explorer.read import UNDATED, Bundle
from nuudel.publication.explorer.words import languages, say
from nuudel.publication.tables import STATUSES, Dimension, Measure, Status, Table

KINDS = ("moves", "flows", "indicator")
SIDES = ("in", "out", "net")
ENDS = ("estimate", "low80", "high80")


def subset_table(
    bundle: Bundle,
    what: str,
    *,
    places: Sequence[str] = (),
    years: Sequence[int] = (),
    indicator: str = "",
    level: str = "",
) -> Table:
    """A part of the bundle as a table for publication.

    Parameters
    ----------
    what
        ``moves``: arrivals, departures and balance by place and year; ``flows``: routes of the years, those
        of ``places`` where any are named; ``indicator``: the values of ``indicator`` at a ``level``.
    places
        Codes; all of the level where none is named.
    years
        All that are known where none is named; for flows the last one.
    level
        The first of the indicator where none is named.

    Raises
    ------
    PublicationError
        ``PUBLICATION-323`` an unknown place, ``PUBLICATION-324`` an unknown year or indicator,
        ``PUBLICATION-325`` another unknown filter, or nothing is left.
    """
    builders: Mapping[str, Callable[[], Table]] = {
        "moves": lambda: moves_table(bundle, places, years),
        "flows": lambda: flows_table(bundle, places, years),
        "indicator": lambda: indicator_table(bundle, indicator, level, places, years),
    }
    if what not in builders:
        raise PublicationError(
            325,
            f"there is no table {what!r} to download.",
            f"Name one there is{nearest(what, KINDS)}.",
            ("what",),
        )
    return builders[what]()


def moves_table(bundle: Bundle, places: Sequence[str], years: Sequence[int]) -> Table:
    """Arrivals, departures and balance by place and year, doubtful ones marked."""
    codes = [
        c
        for c in chosen_places(bundle, places, bundle.unit_level)
        if bundle.series.get(c, {}).get("arrivals")
    ]
    shown = chosen_years(bundle.years, years)
    refuse_nothing(codes, shown)
    values = np.full((len(codes), len(shown), len(SIDES)), np.nan)
    status = np.zeros(values.shape, dtype=np.int8)
    for i, code in enumerate(codes):
        entry = bundle.series[code]
        for j, year in enumerate(shown):
            at = bundle.years.index(year)
            came, left = (
                np.nan if (v := entry[key][at]) is None else v for key in ("arrivals", "departures")
            )
            values[i, j] = came, left, came - left
        mark_doubts(status, i, shown, entry["doubtful"])
    status[np.isnan(values)] = STATUSES.index(Status.MISSING)
    dimensions = (place_dimension(bundle, codes), year_dimension(shown), word_dimension("direction", SIDES))
    return build(
        bundle,
        "explorer_moves",
        say("subset.moves"),
        dimensions,
        say("subset.persons"),
        values,
        status=status,
        source_keys=[str(bundle.index["moves_source"])],
        quality=Quality.OBSERVED,
        caveats=move_caveats(bundle, codes),
    )


def move_caveats(bundle: Bundle, codes: Sequence[str]) -> tuple[Caveat, ...]:
    """What is known against the moves of these places."""
    return tuple(
        Caveat(
            entry["key"],
            Effect(entry["effect"]),
            entry["text"],
            places=tuple(entry["places"]),
            years=tuple(entry["years"]) if entry["years"] else None,
        )
        for entry in bundle.index["caveats"]
        if not entry["places"] or set(entry["places"]) & set(codes)
    )


def mark_doubts(
    status: np.ndarray, row: int, years: Sequence[int], doubts: Sequence[Mapping[str, Any]]
) -> None:
    """Statuses of one place: a balance is as doubtful as the worse of its sides."""
    marks = {"doubtful": Status.DOUBTFUL, "not_comparable": Status.NOT_COMPARABLE}
    for doubt in doubts:
        mark = marks.get(doubt["effect"])
        if mark is None or doubt["year"] not in years:
            continue
        column = years.index(doubt["year"])
        for side in (*doubt["sides"], "net"):
            at = (row, column, SIDES.index(side))
            status[at] = max(status[at], STATUSES.index(mark))


def flows_table(bundle: Bundle, places: Sequence[str], years: Sequence[int]) -> Table:
    """Routes by origin, destination and year: estimates with their 80 % range, or counts."""
    known = tuple(bundle.index["flows"]["years"])
    shown = chosen_years(known, years or known[-1:])
    wanted = set(chosen_places(bundle, places, bundle.unit_level)) if places else None
    rows = [
        (year, *row)
        for year in shown
        for row in bundle.flows(year)["rows"]
        if wanted is None or row[0] in wanted or row[1] in wanted
    ]
    order = [unit.code for unit in bundle.units()]
    origins = [code for code in order if any(row[1] == code for row in rows)]
    destinations = [code for code in order if any(row[2] == code for row in rows)]
    refuse_nothing(rows, shown)
    quality = Quality(bundle.index["flows"]["quality"])
    ends = ENDS if quality in COMPUTED else ("counted",)
    values = np.full((len(origins), len(destinations), len(shown), len(ends)), np.nan)
    for year, origin, destination, *figures in rows:
        at = origins.index(origin), destinations.index(destination), shown.index(year)
        values[at] = [np.nan if figure is None else figure for figure in figures[: len(ends)]]
    status = np.where(np.isnan(values), STATUSES.index(Status.MISSING), 0)
    own = np.array(origins)[:, None] == np.array(destinations)[None, :]
    status[own] = STATUSES.index(Status.NOT_APPLICABLE)
    dimensions = (
        place_dimension(bundle, origins, "origin"),
        place_dimension(bundle, destinations, "destination"),
        year_dimension(shown),
        word_dimension("figure", ends),
    )
    note = Caveat("routes", Effect.CONCEPT, bundle.index["flows"]["coverage_note"])
    return build(
        bundle,
        "explorer_flows",
        say("subset.flows"),
        dimensions,
        say("subset.persons"),
        values,
        source_keys=[str(bundle.index["moves_source"])],
        quality=quality,
        status=status,
        caveats=(note,),
    )


def indicator_table(
    bundle: Bundle, key: str, level: str, places: Sequence[str], years: Sequence[int]
) -> Table:
    """The values of one indicator by place and year."""
    levels = bundle.indicator(key)
    entry = bundle.indicators[key]
    wanted = level or next(iter(levels))
    if wanted not in levels:
        raise PublicationError(
            325,
            f"indicator {key} has no level {wanted!r}.",
            f"Name one it has{nearest(wanted, tuple(levels))}.",
            ("level",),
        )
    by_year = levels[wanted]
    known = sorted(by_year)
    shown = [year for year in known if not years or year == UNDATED or int(year) in years]
    codes = [c for c in chosen_places(bundle, places, wanted) if any(c in by_year[year] for year in shown)]
    refuse_nothing(codes, shown)
    cells = [[by_year[year].get(code) for year in shown] for code in codes]
    values = np.array([[np.nan if v is None else v for v in row] for row in cells], dtype=float)
    dated = shown != [UNDATED]
    time = year_dimension([int(y) for y in shown]) if dated else undated_dimension()
    keys = [
        s["key"]
        for s in bundle.index["sources"]
        if s["line"][languages()[0]] in entry["source"][languages()[0]]
    ]
    note = Caveat(f"{key}_note", Effect.CONCEPT, entry["caveat"])
    return build(
        bundle,
        f"explorer_{key}",
        entry["title"],
        (place_dimension(bundle, codes), time),
        entry["unit"],
        values,
        source_keys=keys,
        quality=Quality(entry["quality"]),
        decimals=entry["decimals"],
        caveats=(note,) if any(entry["caveat"].values()) else (),
        as_of=entry.get("as_of"),
        disclosure=entry.get("disclosure"),
    )


def build(
    bundle: Bundle,
    key: str,
    title: Text,
    dimensions: tuple[Dimension, ...],
    unit: Text,
    values: np.ndarray,
    *,
    source_keys: Sequence[str],
    quality: Quality,
    caveats: tuple[Caveat, ...],
    status: np.ndarray | None = None,
    decimals: int = 0,
    as_of: str | None = None,
    disclosure: Text | None = None,
) -> Table:
    entries = {entry["key"]: entry for entry in bundle.index["sources"]}
    sources = tuple(
        Source(k, e["institution"], e["title"], e["identifier"], e["licence"])
        for k in source_keys
        if (e := entries.get(k))
    )
    time = next((d for d in dimensions if d.is_time), None)
    last = int(time.codes[-1]) if time else max(bundle.years, default=1)
    usual = say("subset.disclosure_estimated" if quality in COMPUTED else "subset.disclosure")
    return Table(
        key=key,
        title=title,
        dimensions=dimensions,
        measure=Measure(key, title, unit, decimals),
        values=values,
        quality=quality,
        sources=sources,
        disclosure=disclosure or usual,
        as_of=date.fromisoformat(as_of) if as_of else date(last, 12, 31),
        caveats=caveats,
        **({} if status is None else {"status": status}),
    )


def chosen_places(bundle: Bundle, places: Sequence[str], level: str) -> list[str]:
    """The places named, each known to the bundle; all of a level where none is named."""
    return [bundle.place(code).code for code in places] or [unit.code for unit in bundle.units(level)]


def chosen_years(known: Sequence[int], years: Sequence[int]) -> list[int]:
    unknown = [year for year in years if year not in known]
    if unknown:
        raise PublicationError(
            324, f"the explorer has no figures of {unknown[0]}.", "Choose a year that it shows.", ("year",)
        )
    return [year for year in known if not years or year in years]


def refuse_nothing(*axes: Sequence[object]) -> None:
    if not all(axes):
        raise PublicationError(
            325, "nothing is left of the table.", "Name other places or years.", ("places", "years")
        )


def place_dimension(bundle: Bundle, codes: Sequence[str], key: str = "place") -> Dimension:
    """Names of places; where two are the same, with the name of the place above, or the code."""

    def labels(lang: str) -> tuple[str, ...]:
        names = [bundle.name(code, lang) for code in codes]
        full = [
            f"{name} ({bundle.name(parent, lang)})"
            if names.count(name) > 1 and (parent := bundle.place(code).parent)
            else name
            for name, code in zip(names, codes, strict=True)
        ]
        return tuple(
            f"{name} {code}" if full.count(name) > 1 else name for name, code in zip(full, codes, strict=True)
        )

    return Dimension(key, say(f"subset.{key}"), tuple(codes), {lang: labels(lang) for lang in languages()})


def year_dimension(years: Sequence[int]) -> Dimension:
    codes = tuple(str(year) for year in years)
    return Dimension("year", say("subset.year"), codes, dict.fromkeys(languages(), codes), is_time=True)


def undated_dimension() -> Dimension:
    """The one category of figures that belong to no year."""
    words = say("subset.unnamed_year")
    return Dimension("period", say("subset.year"), (UNDATED,), {lang: (words[lang],) for lang in languages()})


def word_dimension(key: str, codes: Sequence[str]) -> Dimension:
    texts = {code: say(f"subset.{code}") for code in codes}
    labels = {lang: tuple(texts[code][lang] for code in codes) for lang in languages()}
    return Dimension(key, say(f"subset.{key}"), tuple(codes), labels)
