"""Migrants abroad by country, and what is sent home."""

import numpy as np
import polars as pl

from nuudel.publication.charts import ranking, style, years
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure
from nuudel.publication.report.material import Material

COUNTRIES_SHOWN = 12


def write_abroad(material: Material) -> Chapter | None:
    """Stocks abroad in the last year, and personal transfers by year."""
    if not material.pack.has("migrant_stocks"):
        return None
    words = material.words
    table = material.pack.table("migrant_stocks")
    stocks = table.frame.filter(pl.col("origin") == material.pack.country)
    first, last = stocks["year"].min(), stocks["year"].max()
    latest = stocks.filter(pl.col("year") == last).sort("persons", descending=True)
    totals = dict(stocks.group_by("year").agg(pl.col("persons").sum()).iter_rows())
    names = latest[f"partner_{material.lang}"].to_list()
    persons = latest["persons"].to_numpy().astype(float)
    shown = [*names[:COUNTRIES_SHOWN], words("abroad.other")]
    values = np.append(persons[:COUNTRIES_SHOWN], persons[COUNTRIES_SHOWN:].sum())
    figure = Figure(
        key="abroad",
        title=words(
            "abroad.title",
            first_country=names[0],
            second_country=names[1],
            n=len(names),
            country=material.country_name,
        ),
        subtitle=words("abroad.subtitle", country=material.country_name, year=last),
        painter=lambda canvas: ranking.paint_ranking(
            canvas,
            shown,
            values,
            signed=False,
            colours=[style.CATEGORIES[0]] * (len(shown) - 1) + [style.QUIET],
        ),
        source=material.source_line(table.source),
        table="migrants_abroad",
        caveats=tuple(c.text[material.lang] for c in table.caveats if c.key != "scaled_years"),
    )
    text = words(
        "abroad.text",
        total=number(totals[last]),
        country=material.country_name,
        year=last,
        ratio=f"{totals[last] / totals[first]:.1f}",
        first=first,
    )
    blocks = (figure, remittances(material)) if material.pack.has("remittances") else (figure,)
    return Chapter("abroad", words("abroad.chapter"), (text,), blocks)


def remittances(material: Material) -> Figure:
    """Net personal transfers by calendar year; a year that is not complete is left out."""
    words, table = material.words, material.pack.table("remittances")
    yearly = (
        table.frame.group_by(pl.col("month").str.slice(0, 4).cast(pl.Int32).alias("year"))
        .agg(pl.col("net_million_usd").sum(), pl.len().alias("months"))
        .filter(pl.col("months") == 12)
        .sort("year")
    )
    shown, values = yearly["year"].to_numpy(), yearly["net_million_usd"].to_numpy()
    last, peak = int(shown[-1]), int(np.argmax(values))
    above = years.Series(
        np.where(values >= 0, values, np.nan),
        style.IN,
        labels={int(shown[i]): number(values[i]) for i in {peak, len(values) - 1} if values[i] >= 0},
    )
    below = years.Series(np.where(values < 0, -values, np.nan), style.OUT)
    return Figure(
        key="remittances",
        title=words("abroad.remittances_title", value=number(values[-1]), year=last),
        subtitle=words("abroad.remittances_subtitle", first=int(shown[0]), last=last),
        painter=lambda canvas: years.paint_horizon(canvas, shown, above, below, height=250),
        source=material.source_line(table.source),
        table="remittances",
        caveats=material.notes(table, years=(int(shown[0]), last)),
    )
