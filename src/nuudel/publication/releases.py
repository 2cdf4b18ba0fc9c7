"""The tables that a country's release consists of, each built from the same material as the report."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from nuudel.base.packs import PackTable
from nuudel.base.provenance import Caveat, Effect, Quality, Source, Text
from nuudel.publication.report.material import Material
from nuudel.publication.report.words import languages, load_words
from nuudel.publication.tables import STATUSES, Dimension, Measure, Status, Table
from nuudel.statistics.disclosure.policies import already_public
from nuudel.statistics.disclosure.protection import public_statement

EFFECT_STATUS = {Effect.DOUBTFUL: Status.DOUBTFUL, Effect.NOT_COMPARABLE: Status.NOT_COMPARABLE}


def languages_of(material: Material) -> tuple[str, ...]:
    """The languages in which both the pack and the reports have texts."""
    return tuple(lang for lang in material.pack.languages if lang in languages())


def texts(material: Material, key: str) -> Text:
    """A message in every language of the release."""
    return {lang: load_words(lang)(key) for lang in languages_of(material)}


def place_dimension(material: Material, codes: Sequence[str], key: str = "place") -> Dimension:
    labels = {lang: unique_labels(material, codes, lang) for lang in languages_of(material)}
    return Dimension(key, texts(material, f"tables.{key}"), tuple(codes), labels)


def unique_labels(material: Material, codes: Sequence[str], lang: str) -> tuple[str, ...]:
    """Names of places; where two have the same name, the name of the unit above stands behind it."""
    names = [material.gazetteer.get(code).name(lang) for code in codes]
    unique = []
    for code, name in zip(codes, names, strict=True):
        parent = material.gazetteer.get(code).parent
        doubled = names.count(name) > 1 and parent is not None
        unique.append(f"{name} ({material.gazetteer.get(parent).name(lang)})" if doubled and parent else name)
    return tuple(unique)


def year_dimension(material: Material, years: Sequence[int]) -> Dimension:
    codes = tuple(str(year) for year in years)
    return Dimension(
        "year",
        texts(material, "tables.year"),
        codes,
        dict.fromkeys(languages_of(material), codes),
        is_time=True,
    )


def word_dimension(material: Material, key: str, codes: Sequence[str]) -> Dimension:
    labels = {
        lang: tuple(load_words(lang)(f"tables.{code}") for code in codes) for lang in languages_of(material)
    }
    return Dimension(key, texts(material, f"tables.{key}"), tuple(codes), labels)


def release(
    material: Material,
    key: str,
    dimensions: tuple[Dimension, ...],
    unit: str,
    values: ArrayLike,
    tables: Sequence[PackTable],
    *,
    decimals: int = 0,
    status: ArrayLike | None = None,
    caveats: Sequence[Caveat] = (),
) -> Table:
    """One table of the release; its sources and caveats are those of the pack's tables."""
    figures = np.asarray(values, dtype=float)
    last = max(int(d.codes[-1][:4]) for d in dimensions if d.is_time)
    sources: dict[str, Source] = {table.source.key: table.source for table in tables}
    noted = {caveat.key: caveat for table in tables for caveat in table.caveats}
    noted |= {caveat.key: caveat for caveat in caveats}
    return Table(
        key=key,
        title=texts(material, f"tables.{key}_title"),
        dimensions=dimensions,
        measure=Measure(
            key, texts(material, f"tables.{key}_measure"), texts(material, f"tables.unit_{unit}"), decimals
        ),
        values=figures,
        quality=Quality.OBSERVED,
        sources=tuple(sources.values()),
        disclosure=in_languages(material, public_statement(already_public(tables[0].source)).text),
        as_of=date(last, 12, 31),
        caveats=tuple(noted.values()),
        **({} if status is None else {"status": np.asarray(status, dtype=np.int8)}),
    )


def in_languages(material: Material, text: Text) -> Text:
    return {lang: text[lang] for lang in languages_of(material)}


def build_release(material: Material) -> list[Table]:
    """All tables that the material allows."""
    builders: tuple[Callable[[Material], list[Table]], ...] = (
        migration_tables,
        flow_tables,
        livestock_tables,
        resident_tables,
        abroad_tables,
    )
    return [table for build in builders for table in build(material)]


def migration_tables(material: Material) -> list[Table]:
    """Registered migration by place and year, and the national indicators."""
    moves = material.internal
    if moves is None:
        return []
    source = material.migration_table
    places, years = place_dimension(material, moves.places), year_dimension(material, moves.years.tolist())
    directions = word_dimension(material, "direction", ("in", "out", "net"))
    persons = np.stack([moves.in_migrants, moves.out_migrants, moves.series.net_migrants], axis=-1).transpose(
        1, 0, 2
    )
    status = np.stack(
        [margin_status(source, moves.places, moves.years.tolist(), c) for c in COLUMNS], axis=-1
    )
    status = np.concatenate([status, status.max(axis=-1, keepdims=True)], axis=-1)
    status[~np.isfinite(persons)] = STATUSES.index(Status.MISSING)
    balance = moves.series.net_per_100_moves.T
    both = status[:, :, 2].copy()
    both[~np.isfinite(balance)] = STATUSES.index(Status.MISSING)
    tables = [
        release(
            material,
            "registered_migration",
            (places, years, directions),
            "persons",
            persons,
            [source],
            status=status,
        ),
        release(
            material,
            "balance_per_100_moves",
            (places, years),
            "per_100_moves",
            balance,
            [source],
            decimals=1,
            status=both,
        ),
        release(
            material,
            "migration_effectiveness",
            (years,),
            "percent",
            moves.series.mei_percent,
            [source],
            decimals=1,
        ),
    ]
    if np.isfinite(moves.population).any():
        known = np.isfinite(moves.population)
        bases = word_dimension(material, "basis", ("by_in", "by_out"))
        rates = 10 * np.stack([moves.series.cmi_in_percent[known], moves.series.cmi_out_percent[known]])
        window = year_dimension(material, moves.years[known].tolist())
        population = material.pack.table("national_population")
        tables.append(
            release(
                material,
                "migration_intensity",
                (bases, window),
                "per_1000",
                rates,
                [source, population],
                decimals=2,
            )
        )
    if material.capital:
        share = 100 * moves.in_migrants[:, moves.column(material.capital)] / moves.series.national_in
        tables.append(release(material, "capital_share", (years,), "percent", share, [source], decimals=1))
    return tables


COLUMNS = ("in_migrants", "out_migrants")


def margin_status(source: PackTable, places: Sequence[str], years: Sequence[int], column: str) -> np.ndarray:
    """Status of each figure by the caveats that name its place, shape (places, years)."""
    status = np.zeros((len(places), len(years)), dtype=np.int8)
    for caveat in source.caveats:
        mark = EFFECT_STATUS.get(caveat.effect)
        if mark is None or caveat.years is None:
            continue
        for i, place in enumerate(places):
            for j, year in enumerate(years):
                if caveat.covers(column=column, place=place, year=year):
                    status[i, j] = max(status[i, j], STATUSES.index(mark))
    return status


def flow_tables(material: Material) -> list[Table]:
    """The origin-destination table."""
    flows = material.flows
    if flows is None:
        return []
    origins = place_dimension(material, flows.places, "origin")
    destinations = place_dimension(material, flows.places, "destination")
    persons = flows.persons.copy()
    np.fill_diagonal(persons, np.nan)
    status = np.where(np.isnan(persons), STATUSES.index(Status.NOT_APPLICABLE), 0)[:, :, None]
    dimensions = (origins, destinations, year_dimension(material, [flows.year]))
    source = material.pack.table("migration_flows")
    return [
        release(
            material, "migration_flows", dimensions, "persons", persons[:, :, None], [source], status=status
        )
    ]


def livestock_tables(material: Material) -> list[Table]:
    """Adult livestock lost, by place and year."""
    if not material.pack.has("livestock_losses"):
        return []
    source = material.pack.table("livestock_losses")
    return [
        long_table(material, source, "livestock_losses", "adult_losses_thousand_head", "thousand_head", 1)
    ]


def resident_tables(material: Material) -> list[Table]:
    """Residents of soums, and by age."""
    tables = []
    if material.pack.has("soum_indicators"):
        source = material.pack.table("soum_indicators")
        tables.append(
            long_table(material, source, "resident_population", "resident_population", "persons", 0)
        )
    if material.pack.has("resident_population_by_age"):
        source = material.pack.table("resident_population_by_age")
        frame = source.frame.filter(pl.col("age") != "total")
        places, ages = (
            frame["place"].unique().sort().to_list(),
            frame["age"].unique(maintain_order=True).to_list(),
        )
        labels = dict.fromkeys(languages_of(material), tuple(age.replace("-", "–") for age in ages))
        age = Dimension(
            "age", texts(material, "tables.age"), tuple(age.replace("+", "-plus") for age in ages), labels
        )
        wide = frame.pivot("age", index="place", values="resident_population").sort("place").select(ages)
        year = year_dimension(material, [int(source.frame["year"][0])])
        values = wide.to_numpy().astype(float)[:, :, None]
        dimensions = (place_dimension(material, places), age, year)
        tables.append(
            release(material, "resident_population_by_age", dimensions, "persons", values, [source])
        )
    return tables


def long_table(
    material: Material, source: PackTable, key: str, column: str, unit: str, decimals: int
) -> Table:
    """A column of a pack's table with the key (year, place)."""
    frame = source.frame.drop_nulls(column)
    places, years = frame["place"].unique().sort().to_list(), frame["year"].unique().sort().to_list()
    values = np.full((len(places), len(years)), np.nan)
    for place, year, value in frame.select("place", "year", column).iter_rows():
        values[places.index(place), years.index(year)] = value
    status = margin_status(source, places, years, column)
    status[~np.isfinite(values)] = STATUSES.index(Status.MISSING)
    dimensions = (place_dimension(material, places), year_dimension(material, years))
    return release(material, key, dimensions, unit, values, [source], decimals=decimals, status=status)


def abroad_tables(material: Material) -> list[Table]:
    """Migrants abroad by country and year, and net transfers by year."""
    tables = []
    if material.pack.has("migrant_stocks"):
        source = material.pack.table("migrant_stocks")
        frame = source.frame.filter(pl.col("origin") == material.pack.country).sort("destination", "year")
        names = frame.unique("destination", keep="first", maintain_order=True)
        countries, years = names["destination"].to_list(), frame["year"].unique().sort().to_list()
        labels = {lang: tuple(names[f"partner_{lang}"]) for lang in languages_of(material)}
        values = np.full((len(countries), len(years)), np.nan)
        for country, year, persons in frame.select("destination", "year", "persons").iter_rows():
            values[countries.index(country), years.index(year)] = persons
        country = Dimension("country", texts(material, "tables.country"), tuple(countries), labels)
        tables.append(
            release(
                material,
                "migrants_abroad",
                (country, year_dimension(material, years)),
                "persons",
                values,
                [source],
            )
        )
    if material.pack.has("remittances"):
        source = material.pack.table("remittances")
        months = source.frame["month"].to_list()
        codes = tuple(months)
        month = Dimension(
            "month",
            texts(material, "tables.month"),
            codes,
            dict.fromkeys(languages_of(material), codes),
            is_time=True,
        )
        values = source.frame["net_million_usd"].to_numpy()
        tables.append(release(material, "remittances", (month,), "million_usd", values, [source], decimals=3))
    return tables
