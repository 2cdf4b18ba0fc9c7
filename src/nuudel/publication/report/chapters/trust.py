"""What a planner does with the figures, what is known against them, and how they were made."""

import polars as pl

from nuudel.base.packs import PackTable
from nuudel.publication.charts.style import known_decimals, number
from nuudel.publication.report.chapters.ahead import HIGH80, LOW80
from nuudel.publication.report.chapters.estimated_routes import only_by_the_capital
from nuudel.publication.report.chapters.intensity import write_mismatch
from nuudel.publication.report.chapters.outlook import between, settled_year
from nuudel.publication.report.chapters.outlook_places import HIGH80 as HIGH
from nuudel.publication.report.chapters.outlook_places import LOW80 as LOW
from nuudel.publication.report.chapters.outlook_places import MEDIAN, PUPILS, pupils_ahead
from nuudel.publication.report.chapters.scenario_evidence import assumed_of
from nuudel.publication.report.chapters.scenarios import last_stated, register_only
from nuudel.publication.report.chapters.why_dzud import dzud_name, strongest_dzud, widest_range
from nuudel.publication.report.document import Chapter, TextTable
from nuudel.publication.report.material import Material

USED = (
    "internal_migration",
    "migration_flows",
    "national_population",
    "livestock_losses",
    "soum_indicators",
    "resident_population_by_age",
    "migrant_stocks",
    "remittances",
)


def write_planner(material: Material) -> Chapter | None:
    """Advice that follows from the figures: ranges, and years that are no base."""
    moves, capital, closed = material.internal, material.capital, material.closed
    if moves is None or capital is None or closed is None or moves.years[-1] < closed[1] + 3:
        return None
    words = material.words
    column = moves.column(capital)
    thousands = moves.in_migrants[:, column] / 1000
    net = moves.series.net_migrants[-3:, column] / 1000
    before = (moves.years >= closed[0] - 3) & (moves.years < closed[0])
    spans = {"": thousands[-3:], "net_": net, "before_": thousands[before]}
    slots = {f"{name}low": number(float(values.min())) for name, values in spans.items()}
    slots |= {f"{name}high": number(float(values.max())) for name, values in spans.items()}
    last = int(moves.years[-1])
    points = (
        (words("planner.closed_bold", **{"from": closed[0]}, to=closed[1]), words("planner.closed")),
        (
            words("planner.range_bold", **{"from": last - 2}, to=last),
            words("planner.range", capital=material.name(capital), **slots),
        ),
        (words("planner.survey_bold"), words("planner.survey")),
    )
    return Chapter("planner", words("planner.chapter"), points=(*points, *estimated_points(material)))


def estimated_points(material: Material) -> list[tuple[str, str]]:
    """What follows from the model's estimates: a range for the capital, dzuds, routes."""
    words, ahead, why, routes = material.words, material.ahead, material.why, material.routes
    points = []
    if ahead is not None and material.capital is not None:
        end = ahead.forecast.quantiles[-1, ahead.forecast.places.index(material.capital)] / 1000
        held = ahead.apart.filter(ahead.apart["model"] == ahead.choice.model)["coverage80"][0]
        slots = {"low": number(end[LOW80]), "high": number(end[HIGH80]), "held": number(held)}
        told = words("planner.forecast", year=ahead.forecast.years[-1], **slots)
        points.append((words("planner.forecast_bold"), told))
    dzud = strongest_dzud(why.dzuds) if why is not None else None
    if dzud is not None:
        told = words("planner.dzud", name=dzud_name(material, dzud), **widest_range(material, dzud))
        points.append((words("planner.dzud_bold"), told))
    if routes is not None and only_by_the_capital(material, routes.flows):
        points.append((words("planner.routes_bold"), words("planner.routes")))
    return [*points, *school_points(material), *lever_points(material)]


def school_points(material: Material) -> list[tuple[str, str]]:
    """How many more pupils the capital has room to make for, where the outlook's range leaves out none."""
    words, whole = material.words, material.outlook
    if whole is None or not whole.capital or PUPILS not in whole.groups:
        return []
    outlook = between(whole, settled_year(whole), int(whole.years[-1]))
    year, _, change = pupils_ahead(outlook)
    low, high = change[[LOW, HIGH], outlook.places.index(outlook.capital)]
    if low <= 0:
        return []
    slots = {"low": number(low), "high": number(high), "year": year}
    bold = words("planner.schools_bold", capital=material.name(outlook.capital))
    return [(bold, words("planner.schools", **slots))]


def lever_points(material: Material) -> list[tuple[str, str]]:
    """That levers are small beside the capital's growth, and what is only assumed of them."""
    words, whole, found = material.words, material.outlook, material.scenarios
    if whole is None or found is None or not found.capital or whole.capital != found.capital:
        return []
    points, year, capital = [], last_stated(found), whole.places.index(whole.capital)
    now = whole.persons[MEDIAN, whole.at(settled_year(whole)), capital]
    low, high = (whole.persons[[LOW, HIGH], whole.at(year), capital] - now) / 1000
    acts = set(found.evidence.filter(pl.col("kind") == "lever")["scenario"]) - register_only(found)
    moved = found.differences.filter(
        pl.col("scenario").is_in(list(acts))
        & (pl.col("indicator") == "population")
        & (pl.col("place") == found.capital)
        & (pl.col("year") == year)
    )
    most = moved.select("low80", "high80").to_numpy() / 1000
    if most.size and abs(most).max() < low:
        ends = (number(end, known_decimals(low, high)) for end in (low, high))
        slots = dict(zip(("low", "high"), ends, strict=True))
        told = words("planner.levers", **slots, year=year, most=number(abs(most).max()))
        points.append((words("planner.levers_bold", capital=material.name(found.capital)), told))
    assumed, every = assumed_of(found)
    if assumed:
        points.append((words("planner.measure_bold"), words("planner.measure", n=assumed, all=every)))
    return points


def write_trust(material: Material) -> Chapter:
    """Every caveat of every table that the report uses, and the sources."""
    words = material.words
    tables = [material.pack.table(name) for name in USED if material.pack.has(name)]
    points = tuple(
        (bold(material, table, caveat.places, caveat.years), caveat.text[material.lang])
        for table in tables
        for caveat in table.caveats
    )
    blocks = [block for block in (write_mismatch(material), sources(material, tables)) if block]
    return Chapter("trust", words("trust.chapter"), (words("trust.text"),), blocks, points)


def bold(
    material: Material, table: PackTable, places: tuple[str, ...], covered: tuple[int, int] | None
) -> str:
    """The beginning of a note: its table, its place where it is one place, its years."""
    parts = [table.title[material.lang]]
    if len(places) == 1:
        parts.append(material.name(places[0]))
    if covered:
        parts.append(f"{covered[0]}–{covered[1]}" if covered[0] != covered[1] else str(covered[0]))
    return ", ".join(parts) + "."


def sources(material: Material, tables: list[PackTable]) -> TextTable:
    words = material.words
    columns = ("table", "source", "licence", "first", "last")
    return TextTable(
        title=words("trust.sources_title"),
        header=tuple(words(f"trust.column_{column}") for column in columns),
        rows=tuple(
            (
                table.title[material.lang],
                ", ".join(
                    (
                        table.source.institution[material.lang],
                        table.source.identifier or table.source.title[material.lang],
                    )
                ),
                material.say_licence(table.source),
                *years_of(table),
            )
            for table in tables
        ),
        source="",
        text_columns=frozenset({0, 1, 2}),
    )


def years_of(table: PackTable) -> tuple[str, str]:
    if "month" in table.frame.columns:
        months = table.frame["month"]
        return str(months.min())[:4], str(months.max())[:4]
    return str(table.frame["year"].min()), str(table.frame["year"].max())


def write_method(material: Material) -> Chapter:
    """How the figures were made."""
    words = material.words
    keys = ["series" if material.flows is None else "series_flows", "balance"]
    if material.internal is not None and len(material.internal.years) > 1:
        keys.append("effectiveness")
    if material.internal is not None and material.pack.has("national_population"):
        keys.append("intensity")
    if material.flows is None:
        keys.append("od" if material.routes is None else "od_estimated")
    keys.append("disclosure")
    points = [("", words(f"method.{key}")) for key in keys]
    points += [(words("method.not_estimated"), problem) for problem in material.problems]
    return Chapter("method", words("method.chapter"), points=tuple(points))
