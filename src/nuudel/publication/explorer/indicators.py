"""What the map can be coloured by: which figures of a pack, in which unit, with which classes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import PackTable
from nuudel.base.provenance import Caveat, Effect, Quality, Source, Text
from nuudel.publication.charts.style import NET_BREAKS
from nuudel.publication.explorer.read import UNDATED
from nuudel.publication.explorer.words import in_all_languages, languages, say, source_line
from nuudel.publication.report.material import Material

CLASSES = 7
# Shares of all values below each break, so that each class holds about as many places.
SHARES = tuple(k / CLASSES for k in range(1, CLASSES))
AIMAGS, SOUMS, LOSSES, NORMALS = (
    "aimag_indicators",
    "soum_indicators",
    "livestock_losses",
    "temperature_normals",
)
AGES = "resident_population_by_age"
Persons = NDArray[np.float64]
# level -> year -> place -> value
Values = dict[str, dict[str, dict[str, float | None]]]


@dataclass(frozen=True)
class Indicator:
    """An indicator and its values.

    ``mark`` is ``fill`` for rates, balances and shares, ``dots`` for counts, which are never a fill.
    ``breaks`` hold for the first level, ``level_breaks`` for each; values below the first are class 1.
    """

    key: str
    title: Text
    unit: Text
    palette: str
    mark: str
    decimals: int
    quality: str
    sources: tuple[Source, ...]
    caveats: tuple[Text, ...]
    values: Values
    level_breaks: Mapping[str, tuple[float, ...]]

    def entry(self) -> dict[str, object]:
        """What ``index.json`` says of it."""
        years = sorted({int(y) for level in self.values.values() for y in level if y != UNDATED})
        return {
            "key": self.key,
            "title": self.title,
            "unit": self.unit,
            "levels": list(self.values),
            "years": years,
            "palette": self.palette,
            "mark": self.mark,
            "decimals": self.decimals,
            "breaks": list(next(iter(self.level_breaks.values()))),
            "level_breaks": {level: list(breaks) for level, breaks in self.level_breaks.items()},
            "quality": self.quality,
            "source": source_text(self.sources),
            "caveat": joined(self.caveats),
        }


@dataclass(frozen=True)
class Column:
    """An indicator read off a column of the pack's tables, or off one divided by another.

    ``by`` is the column that it is divided by, times ``factor``; of tables with months, only ``month``.
    """

    key: str
    column: str
    tables: tuple[str, ...]
    palette: str
    by: str = ""
    factor: float = 1.0
    decimals: int = 0
    month: int = 0
    quality: Quality = Quality.OBSERVED

    @property
    def mark(self) -> str:
        return "dots" if not self.by and not self.month and self.quality is Quality.OBSERVED else "fill"


BOTH = (AIMAGS, SOUMS)
COLUMNS = (
    Column("livestock_per_herder", "livestock_head", BOTH, "grass", by="herder_households"),
    Column(
        "herders_per_100",
        "herder_households",
        BOTH,
        "grass",
        by="resident_population",
        factor=100,
        decimals=1,
    ),
    Column(
        "young_children_per_100",
        "children_under_5",
        BOTH,
        "grass",
        by="resident_population",
        factor=100,
        decimals=1,
    ),
    Column("poverty", "poverty_headcount_percent", (AIMAGS,), "larch", decimals=1, quality=Quality.ESTIMATED),
    Column("temperature_january", "mean_temperature_c", (NORMALS,), "larch", decimals=1, month=1),
    Column("temperature_july", "mean_temperature_c", (NORMALS,), "larch", decimals=1, month=7),
    Column(
        "hay_per_animal", "hay_harvest_tonnes", BOTH, "grass", by="livestock_head", factor=1000, decimals=1
    ),
    Column("residents", "resident_population", BOTH, "grass"),
    Column("young_children", "children_under_5", BOTH, "grass"),
    Column("herders", "herder_households", BOTH, "grass"),
    Column("livestock", "livestock_head", BOTH, "grass"),
    Column("livestock_losses", "adult_losses_thousand_head", (LOSSES,), "larch", decimals=1),
)


def indicators_of(material: Material, people: Mapping[str, Mapping[str, int]]) -> list[Indicator]:
    """Every indicator that the pack's tables allow; ``people`` are residents by place and year."""
    found = [*moves_indicators(material, people)]
    for spec in COLUMNS:
        tables = [material.pack.table(name) for name in spec.tables if material.pack.has(name)]
        tables = [t for t in tables if {spec.column, spec.by} - {""} <= set(t.frame.columns)]
        if tables and (indicator := read_column(material, spec, tables)):
            found.append(indicator)
    return found


def read_column(material: Material, spec: Column, tables: Sequence[PackTable]) -> Indicator | None:
    values: Values = {}
    for table in tables:
        frame = rates(spec, table.frame)
        for place, year, value in frame.iter_rows():
            level = material.gazetteer.get(place).level
            values.setdefault(level, {}).setdefault(str(year), {})[place] = round(value, spec.decimals + 1)
    wanted = [c for c in (spec.column, spec.by) if c]
    caveats = {
        caveat.key: in_all_languages(caveat.text)
        for table in tables
        for caveat in table.caveats
        if speaks_of(caveat, wanted)
    }
    if not values:
        return None
    return indicator(
        spec.key, spec.palette, spec.mark, spec.decimals, str(spec.quality),
        [table.source for table in tables], tuple(caveats.values()), values,
    )  # fmt: skip


def rates(spec: Column, frame: pl.DataFrame) -> pl.DataFrame:
    """Columns place, year and value, without rows that have none."""
    value = pl.col(spec.column).cast(pl.Float64)
    if spec.month:
        normals = frame.filter(pl.col("month") == spec.month)
        return normals.group_by("place").agg(value.mean().alias("value")).select(
            "place", pl.lit(UNDATED).alias("year"), "value"
        ).sort("place")  # fmt: skip
    if spec.by:
        value = spec.factor * value / pl.when(pl.col(spec.by) > 0).then(pl.col(spec.by))
    return frame.select("place", "year", value.alias("value")).drop_nulls().sort("year", "place")


def speaks_of(caveat: Caveat, columns: Sequence[str]) -> bool:
    """Whether a caveat is about these columns of all places."""
    about = not caveat.columns or bool(set(columns) & set(caveat.columns))
    return about and not caveat.places and caveat.effect is not Effect.MISSING


def moves_indicators(material: Material, people: Mapping[str, Mapping[str, int]]) -> list[Indicator]:
    """The balance per 100 moves, and arrivals and departures per 1,000 residents where they are known."""
    moves = material.internal
    if moves is None:
        return []
    table, level = material.migration_table, material.unit_level
    years = [str(year) for year in moves.years.tolist()]
    net = moves.series.net_per_100_moves

    def by_year(value: Callable[[int, int], float]) -> dict[str, dict[str, float | None]]:
        return {
            year: {
                code: round(v, 1) if np.isfinite(v := value(t, i)) else None
                for i, code in enumerate(moves.places)
            }
            for t, year in enumerate(years)
        }

    caveats = tuple(in_all_languages(c.text) for c in table.caveats if not c.places and not c.years)
    balance = {level: by_year(lambda t, i: float(net[t, i]))}
    found = [
        indicator(
            "net_per_100_moves", "net", "fill", 0, "observed", [table.source], caveats, balance,
            breaks=NET_BREAKS,
        )
    ]  # fmt: skip
    for key, persons, palette in (
        ("arrivals_per_1000", moves.in_migrants, "sky"),
        ("departures_per_1000", moves.out_migrants, "larch"),
    ):

        def rate(t: int, i: int, persons: Persons = persons) -> float:
            residents = people.get(moves.places[i], {}).get(years[t])
            return 1000 * float(persons[t, i]) / residents if residents else float("nan")

        values = {
            year: row for year, row in by_year(rate).items() if any(v is not None for v in row.values())
        }
        if values:
            note = say("index.rate_caveat")
            found.append(
                indicator(
                    key, palette, "fill", 1, "observed", [table.source], (*caveats, note), {level: values}
                )
            )
    return found


def indicator(
    key: str,
    palette: str,
    mark: str,
    decimals: int,
    quality: str,
    sources: Sequence[Source],
    caveats: tuple[Text, ...],
    values: Values,
    breaks: Sequence[float] = (),
) -> Indicator:
    return Indicator(
        key=key,
        title=say(f"indicators.{key}"),
        unit=say(f"units.{key}"),
        palette=palette,
        mark=mark,
        decimals=decimals,
        quality=quality,
        sources=tuple({source.key: source for source in sources}.values()),
        caveats=caveats,
        values=values,
        level_breaks={level: tuple(breaks) or breaks_of(years) for level, years in values.items()},
    )


def breaks_of(years: Mapping[str, Mapping[str, float | None]]) -> tuple[float, ...]:
    """Six rising round numbers that part the values of all years into seven classes of about equal size."""
    known = np.array([v for row in years.values() for v in row.values() if v is not None], dtype=float)
    if known.size == 0:
        return ()
    raw = np.quantile(known, SHARES)
    spread = float(raw[-1] - raw[0]) or abs(float(raw[0])) or 1.0
    for digits in range(1, 5):
        found = sorted({nice(float(value), spread, digits) for value in raw})
        if len(found) == len(raw):
            break
    return tuple(found)


def nice(value: float, spread: float, digits: int) -> float:
    """A number to the digits that matter beside the smaller of itself and the spread of all breaks."""
    size = min(abs(value) or spread, spread)
    places = digits - 1 - int(np.floor(np.log10(size)))
    step = 10.0**-places / 2 if digits == 1 else 10.0**-places
    return round(round(value / step) * step, max(places, 0) + 1)


def source_text(sources: Sequence[Source]) -> Text:
    return {lang: "; ".join(source_line(source)[lang] for source in sources) for lang in languages()}


def joined(texts: Sequence[Text]) -> Text:
    return {lang: " ".join(text[lang] for text in texts) for lang in languages()}
