"""Where people live: change of residents by soum, and the ages of the capital."""

import numpy as np
import polars as pl

from nuudel.publication.charts import ages, maps
from nuudel.publication.charts.style import NET
from nuudel.publication.report.document import Chapter, Figure
from nuudel.publication.report.material import Material

# Age groups are named in the title when their share is larger by this many percentage points.
CLEAR_EXCESS = 0.2
CHANGE_BREAKS = (-4, -3, -2, -1, 1, 2, 3, 4)


def write_residents(material: Material) -> Chapter | None:
    """Residents of soums and districts, where the pack has them for two years."""
    if not material.pack.has("soum_indicators"):
        return None
    words = material.words
    blocks = [change_map(material)]
    if material.capital and material.pack.has("resident_population_by_age"):
        blocks.append(age_figure(material, material.capital))
    return Chapter("residents", words("soums.chapter"), (words("soums.text"),), blocks)


def change_map(material: Material) -> Figure:
    words, table = material.words, material.pack.table("soum_indicators")
    people = table.frame.filter(pl.col("resident_population") > 0)
    first, last = (int(year) for year in people["year"].unique().sort().gather([0, -1]))
    wide = people.pivot("year", index="place", values="resident_population").drop_nulls()
    rise = dict(zip(wide["place"], 100 * (wide[str(last)] / wide[str(first)] - 1), strict=True))
    areas = material.boundaries_of(table.columns["place"].level)
    assert areas is not None
    totals = {p: (a, b) for p, a, b in wide.select("place", str(first), str(last)).iter_rows()}

    def change(codes: tuple[str, ...]) -> float:
        known = [totals[code] for code in codes if code in totals]
        return 100 * (sum(b for _, b in known) / sum(a for a, _ in known) - 1) if known else np.nan

    units = [maps.MapUnit(region.geometry, change(region.codes)) for region in areas.regions]
    above = material.unit_boundaries
    outlines_above = [region.geometry for region in above.regions] if above else []
    grew = sum(value > 0 for value in rise.values())
    window = {"from": first, "to": last}
    legend = (words("soums.legend_low"), "0", words("soums.legend_high"))
    outlines = words("balance.outlines", source=material.say_source(areas.source))
    notes = material.notes(table, ("resident_population",), years=(first, last))
    return Figure(
        key="residents",
        title=words("soums.title", grew=grew, n=len(rise), **window),
        subtitle=words("soums.subtitle", **window),
        painter=lambda canvas: maps.paint_choropleth(
            canvas,
            units,
            CHANGE_BREAKS,
            NET,
            legend,
            no_data_word=words("report.no_value"),
            border=0.4,
            upper=outlines_above,
        ),
        source=f"{material.source_line(table.source)} {outlines}",
        table="resident_population",
        caveats=((words("soums.caveat"), *notes) if areas.approximate else notes),
        tag=words("report.approximate") if areas.approximate else "",
    )


def age_figure(material: Material, capital: str) -> Figure:
    """Share of each age group among residents of the capital and of the rest of the country."""
    words, table = material.words, material.pack.table("resident_population_by_age")
    parents = {
        code: material.gazetteer.at_level(code, material.unit_level) for code in table.frame["place"].unique()
    }
    inside = [code for code, unit in parents.items() if unit is not None and unit.code == capital]
    groups = table.frame.with_columns(pl.col("place").is_in(inside).alias("capital"))
    groups = groups.filter(pl.col("age") != "total").with_columns(
        pl.col("age").str.extract(r"^(\d+)").cast(pl.Int32).alias("from")
    )
    wide = groups.group_by("from", "age", "capital").agg(pl.col("resident_population").sum()).sort("from")
    of_capital = wide.filter(pl.col("capital"))["resident_population"].to_numpy()
    of_rest = wide.filter(~pl.col("capital"))["resident_population"].to_numpy()
    labels = wide.filter(pl.col("capital"))["age"].to_list()
    shares = 100 * of_capital / of_capital.sum(), 100 * of_rest / of_rest.sum()
    low, high = longest_excess(shares[0] - shares[1] - CLEAR_EXCESS)
    year = int(table.frame["year"][0])
    return Figure(
        key="ages",
        title=words(
            "ages.title",
            capital=material.name(capital),
            low=labels[low].split("-")[0],
            high=labels[high].split("-")[-1],
        ),
        subtitle=words("ages.subtitle", year=year),
        painter=lambda canvas: ages.paint_ages(
            canvas, labels, shares[0], shares[1], (material.name(capital), words("ages.rest"))
        ),
        source=material.source_line(table.source),
        table="resident_population_by_age",
        caveats=material.notes(table),
    )


def longest_excess(difference: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[int, int]:
    """First and last index of the run of positive differences with the largest sum."""
    best, start = (0.0, 0, 0), None
    for index, value in enumerate([*difference.tolist(), -1.0]):
        if value > 0 and start is None:
            start = index
        if value <= 0 and start is not None:
            best = max(best, (float(difference[start:index].sum()), start, index - 1))
            start = None
    return best[1], best[2]
