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
    unique = [
        f"{name} {code}" if unique.count(name) > 1 else name for name, code in zip(unique, codes, strict=True)
    ]
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


def word_dimension(
    material: Material, key: str, codes: Sequence[str], messages: Sequence[str] | None = None
) -> Dimension:
    """Categories named by the messages ``tables.CODE``, or by those given."""
    named = messages or [f"tables.{code}" for code in codes]
    labels = {lang: tuple(load_words(lang)(message) for message in named) for lang in languages_of(material)}
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
    quality: Quality = Quality.OBSERVED,
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
        quality=quality,
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
    from nuudel.publication.estimates import estimate_tables

    builders: tuple[Callable[[Material], list[Table]], ...] = (
        place_tables,
        national_tables,
        flow_tables,
        livestock_tables,
        resident_tables,
        abroad_tables,
        estimate_tables,
    )
    return [table for build in builders for table in build(material)]


def place_tables(material: Material) -> list[Table]:
    """Registered migration and its balance, by place and year."""
    moves = material.internal
    if moves is None:
        return []
    source = material.migration_table
    places, years = place_dimension(material, moves.places), year_dimension(material, moves.years.tolist())
    directions = word_dimension(material, "direction", ("in", "out", "net"))
    persons = np.stack([moves.in_migrants.T, moves.out_migrants.T, moves.series.net_migrants.T], axis=-1)
    sides = [margin_status(source, moves.places, moves.years.tolist(), column) for column in COLUMNS]
    status = np.stack([*sides, np.maximum(*sides)], axis=-1)
    status[~np.isfinite(persons)] = STATUSES.index(Status.MISSING)
    balance, doubts = moves.series.net_per_100_moves.T, np.maximum(*sides)
    doubts[~np.isfinite(balance)] = STATUSES.index(Status.MISSING)
    by_direction, by_place = (places, years, directions), (places, years)
    key = "balance_per_100_moves"
    return [
        release(material, material.margins_key, by_direction, "persons", persons, [source], status=status),
        release(material, key, by_place, "per_100_moves", balance, [source], decimals=1, status=doubts),
    ]


def national_tables(material: Material) -> list[Table]:
    """Effectiveness, intensity and the capital's share, by year."""
    moves = material.internal
    if moves is None:
        return []
    source, series = material.migration_table, moves.series
    years = year_dimension(material, moves.years.tolist())
    in_doubt = material.doubtful_nationally(source, COLUMNS)
    doubts = np.where(np.isin(moves.years, list(in_doubt)), STATUSES.index(Status.DOUBTFUL), 0)
    key = "migration_effectiveness"
    mei = series.mei_percent
    tables = [release(material, key, (years,), "percent", mei, [source], decimals=1, status=doubts)]
    known = np.isfinite(moves.population)
    if known.any():
        bases = word_dimension(material, "basis", ("by_in", "by_out"))
        rates = 10 * np.stack([series.cmi_in_percent[known], series.cmi_out_percent[known]])
        shape = (bases, year_dimension(material, moves.years[known].tolist()))
        both = [source, material.pack.table("national_population")]
        status = np.stack([doubts[known], doubts[known]])
        key = "migration_intensity"
        tables.append(release(material, key, shape, "per_1000", rates, both, decimals=2, status=status))
    if material.capital:
        share = 100 * moves.in_migrants[:, moves.column(material.capital)] / series.national_in
        own = margin_status(source, [material.capital], moves.years.tolist(), COLUMNS[0])[0]
        status = np.maximum(own, doubts)
        key = "capital_share"
        tables.append(release(material, key, (years,), "percent", share, [source], decimals=1, status=status))
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
