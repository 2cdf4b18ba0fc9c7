"""Everything of a place's page that is numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import PackTable
from nuudel.places.gazetteer import Place
from nuudel.publication.explorer.indicators import AGES, NORMALS, Indicator
from nuudel.publication.explorer.routes import rounded
from nuudel.publication.explorer.series import MARGINS, PEOPLE, speaks_of_years
from nuudel.publication.explorer.words import in_all_languages
from nuudel.publication.report.material import Material

Numbers = NDArray[np.float64]
Flows = Mapping[int, Mapping[str, object]]
# Tables of which a place page uses figures: their caveats on the place stand on it.
USED = ("internal_migration", "migration_flows", *dict.fromkeys(name for _, name in PEOPLE), AGES, NORMALS)

# Columns of them that a place page shows; a caveat on others stays away.
SHOWN_COLUMNS = frozenset({
    *MARGINS.values(), "migrants", "population", "resident_population", "children_under_5",
    "herder_households", "livestock_head", "mean_temperature_c",
})  # fmt: skip


def place_files(
    material: Material, indicators: Sequence[Indicator], flows: Flows
) -> dict[str, dict[str, object]]:
    """The content of ``place-<code>.json`` for every place of the index."""
    parts = PlaceParts(material, indicators, flows)
    return {place.code: parts.file(place) for place in listed_places(material)}


def listed_places(material: Material) -> list[Place]:
    """The units of today at the level of migration and below, upper levels first; settlements are none."""
    levels = [level.name for level in material.gazetteer.levels]
    wanted = levels[levels.index(material.unit_level) :]
    moved = set(material.internal.places) if material.internal else set()
    found = [p for level in wanted if level != "settlement" for p in material.gazetteer.units(level)]
    gone = [material.gazetteer.get(code) for code in sorted(moved - {p.code for p in found})]
    return [*found, *gone]


class PlaceParts:
    """Figures arranged by place once, so that a file for each of hundreds of places is quick to make."""

    def __init__(self, material: Material, indicators: Sequence[Indicator], flows: Flows) -> None:
        self.material = material
        self.indicators = indicators
        self.population = population_rows(material)
        self.ages = ages_by_place(material)
        self.normals = normals_by_place(material)
        self.partners = partners_by_place(flows)
        self.scenarios = scenarios_by_place(material)
        self.caveats = PlaceCaveats(material)
        self.children: dict[str, list[str]] = {}
        for place in listed_places(material):
            self.children.setdefault(place.parent or "", []).append(place.code)

    def file(self, place: Place) -> dict[str, object]:
        code = place.code
        return {
            "code": code,
            "population": self.population.get(code, []),
            "ages": self.ages.get(code),
            "partners": self.partners.get(code, {}),
            "forecast": forecast_of(self.material, code),
            "scenarios": self.scenarios.get(code, []),
            "indicators": self.values(place),
            "temperature": self.normals.get(code),
            "children": self.children.get(code, []),
            "elevation_m": place.elevation_m,
            "caveats": self.caveats.of(code),
        }

    def values(self, place: Place) -> list[dict[str, Any]]:
        """Each indicator's values at a place, by year."""
        found = []
        for indicator in self.indicators:
            years = indicator.values.get(place.level, {})
            own = {year: row[place.code] for year, row in years.items() if row.get(place.code) is not None}
            if own:
                found.append({"key": indicator.key, "values": own})
        return found


def population_rows(material: Material) -> dict[str, list[dict[str, object]]]:
    """People of each place by year and table; the tables count differently and are never joined."""
    found: dict[str, list[dict[str, object]]] = {}
    for column, name in PEOPLE:
        if not material.pack.has(name) or column not in material.pack.table(name).frame.columns:
            continue
        table = material.pack.table(name)
        frame = table.frame.select("place", "year", column).drop_nulls().sort("place", "year")
        for place, year, persons in frame.iter_rows():
            row = {
                "year": year,
                "value": persons,
                "table": name,
                "source": table.source.key,
                "quality": "observed",
            }
            found.setdefault(place, []).append(row)
    return found


def ages_by_place(material: Material) -> dict[str, dict[str, object]]:
    """Residents by age group of the one year that is known: of a lower level, and summed to the upper ones.

    ``other`` are those of the place that it is compared with: the capital; for the capital itself, all of
    the country but it. ``parts`` of the ``of`` units below are known.
    """
    if not material.pack.has(AGES):
        return {}
    table = material.pack.table(AGES)
    groups = table.frame["age"].unique(maintain_order=True).to_list()
    counted = age_sums(material, table, len(groups))
    capital, country = material.pack.capital, material.pack.country
    rest = counted.get(country, np.zeros(len(groups))) - counted.get(capital or "", np.zeros(len(groups)))
    known = set(table.frame["place"].to_list())
    found: dict[str, dict[str, object]] = {}
    for code, persons in counted.items():
        inside = capital in (code, *(p.code for p in material.gazetteer.ancestors(code)))
        below = [p.code for p in material.gazetteer.children(code) if p.level != "settlement"]
        other = rest if code == capital else counted.get(capital or "")
        found[code] = {
            "year": int(table.frame["year"][0]),
            "groups": groups,
            "both": persons.astype(int).tolist(),
            "compare": country if code == capital else capital,
            "other": None if other is None else other.astype(int).tolist(),
            "in_capital": inside and code != capital,
            "parts": len(known & set(below)) or None,
            "of": len(below) or None,
            "source": table.source.key,
        }
    return found


def age_sums(material: Material, table: PackTable, groups: int) -> dict[str, Numbers]:
    """Residents by age group of every place with figures, and of all that it lies in."""
    order = {age: k for k, age in enumerate(table.frame["age"].unique(maintain_order=True).to_list())}
    lines = {
        code: (code, *(p.code for p in material.gazetteer.ancestors(code)))
        for code in table.frame["place"].unique().to_list()
    }
    found: dict[str, Numbers] = {}
    for place, age, persons in table.frame.select("place", "age", "resident_population").iter_rows():
        for code in lines[place]:
            found.setdefault(code, np.zeros(groups))[order[age]] += persons
    return found


def normals_by_place(material: Material) -> dict[str, dict[str, object]]:
    """Mean temperature of each ten days of the year, the mean of a place's stations."""
    if not material.pack.has(NORMALS):
        return {}
    table = material.pack.table(NORMALS)
    frame = table.frame
    means = frame.group_by("place", "month", "dekad").agg(pl.col("mean_temperature_c").mean())
    found: dict[str, dict[str, object]] = {}
    for place, *_, value in means.sort("place", "month", "dekad").iter_rows():
        found.setdefault(place, {"mean_c": [], "source": table.source.key})["mean_c"].append(round(value, 1))  # type: ignore[attr-defined]
    return {place: entry for place, entry in found.items() if len(entry["mean_c"]) == 36}  # type: ignore[arg-type]


def partners_by_place(flows: Flows) -> dict[str, dict[str, dict[str, list[list[object]]]]]:
    """Partners of each place by year, largest first: code, persons and the 80 % range (None: counted)."""
    found: dict[str, dict[str, dict[str, list[list[object]]]]] = {}
    for year, file in flows.items():
        for origin, destination, *figures in file["rows"]:  # type: ignore[attr-defined]
            for code, side, partner in ((origin, "to", destination), (destination, "from", origin)):
                years = found.setdefault(code, {}).setdefault(str(year), {"to": [], "from": []})
                years[side].append([partner, *figures])
    return found


def forecast_of(material: Material, code: str) -> dict[str, object] | None:
    """People to come with their ranges, to what the ranges support; None where there is no outlook."""
    outlook = material.outlook
    if outlook is None or code not in outlook.places:
        return None
    quantiles = outlook.persons[:, :, outlook.places.index(code)]
    return {
        "years": outlook.years.tolist(),
        "levels": [float(level) for level in outlook.levels],
        "persons": np.rint(quantiles).astype(int).tolist(),
        "quality": outlook.quality,
    }


def scenarios_by_place(material: Material) -> dict[str, list[dict[str, object]]]:
    """What each scenario changes in a place's people, against the baseline on the same draws."""
    told = material.scenarios
    if told is None:
        return {}
    titles = {
        name: in_all_languages({lang: told.titles[lang][k] for lang in told.titles})
        for k, name in enumerate(told.names)
    }
    frame = told.differences.filter(pl.col("indicator") == "population").sort("scenario", "place", "year")
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, place, year, *figures in frame.select(
        "scenario", "place", "year", "median", "low80", "high80"
    ).iter_rows():
        entry = found.setdefault(place, {}).setdefault(
            name, {"key": name, "title": titles[name], "years": [], "median": [], "low": [], "high": []}
        )
        entry["years"].append(year)
        for key, value in zip(("median", "low", "high"), rounded(*figures), strict=True):
            entry[key].append(value)
    return {place: list(entries.values()) for place, entries in found.items()}


class PlaceCaveats:
    """The caveats of the tables that a place page uses, read once for all places."""

    def __init__(self, material: Material) -> None:
        tables = [material.pack.table(name) for name in USED if material.pack.has(name)]
        self.told = [(table, caveat) for table in tables for caveat in table.caveats]
        self.named = {table.name: places_in(table) for table in tables}
        self.texts = {(t.name, c.key): in_all_languages(c.text) for t, c in self.told}

    def of(self, code: str) -> list[dict[str, object]]:
        """What tables say of this very place, and of all places over all years or in a few."""
        found: dict[str, dict[str, object]] = {}
        for table, caveat in self.told:
            if caveat.columns and not set(caveat.columns) & SHOWN_COLUMNS:
                continue
            there = code in self.named[table.name] or table.name in (AGES, NORMALS)
            own = there and code in caveat.places
            lasting = caveat.years is None or speaks_of_years(caveat)
            general = not caveat.places and lasting and code in self.named[table.name]
            if own or general:
                entry: dict[str, object] = {
                    "key": caveat.key,
                    "text": self.texts[table.name, caveat.key],
                    "effect": str(caveat.effect),
                    "years": list(caveat.years) if caveat.years else None,
                    "own": own,
                }
                found.setdefault(caveat.key, entry)
        return list(found.values())


def places_in(table: PackTable) -> frozenset[str]:
    """The places that a table has figures of."""
    columns = [name for name in ("place", "origin", "destination") if name in table.frame.columns]
    return frozenset(code for name in columns for code in table.frame[name].to_list())
