"""Who was counted: by origin, reason, sex and age, needs; shares that add up, and sums that do not."""

from collections.abc import Sequence

import polars as pl

from nuudel.statistics.input_tables import need, once

NOT_STATED = "not_stated"
GROUPS = ("women", "men", "older_women", "older_men", "girls", "boys")
"""Under 18, 18 to 59, 60 and over; a form without older ones tells all from 18 among women and men."""


def breakdown(rows: pl.DataFrame, by: str, whole: pl.DataFrame | None = None) -> pl.DataFrame:
    """Persons by a code such as origin or reason, with shares that add up to 1.

    Parameters
    ----------
    rows
        ``area``, ``persons`` and the column ``by``; a null code is ``not_stated``.
    whole
        ``area``, ``persons``: what the area told in all. What its rows leave of it is ``not_stated`` too;
        where its rows are more than the whole, the rows count (``wrong_sums`` lists such areas).

    Returns
    -------
    polars.DataFrame
        ``key``, ``persons``, ``areas`` (that named it), ``share``; the most persons first, ``not_stated``
        last.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``.
    """
    need(rows, "rows", ("area", "persons", by))
    numbers = pl.col("persons").cast(pl.Float64)
    told = rows.select("area", numbers, pl.col(by).cast(pl.String).fill_null(NOT_STATED).alias("key"))
    if whole is not None:
        need(whole, "the whole", ("area", "persons"))
        once(whole, "the whole", "area")
        sums = told.group_by("area").agg(pl.col("persons").sum().alias("told"))
        left = whole.select("area", numbers).join(sums, on="area", how="left")
        rest = (pl.col("persons") - pl.col("told").fill_null(0.0)).clip(lower_bound=0.0)
        left = left.select("area", rest, pl.lit(NOT_STATED).alias("key")).filter(pl.col("persons") > 0)
        told = pl.concat([told, left])
    return (
        told.drop_nulls("persons")
        .group_by("key")
        .agg(pl.col("persons").sum(), pl.col("area").n_unique().cast(pl.Int64).alias("areas"))
        .with_columns(share_of(pl.col("persons"), pl.col("persons").sum()))
        .sort(pl.col("key") == NOT_STATED, -pl.col("persons"), "key")
    )


def sex_and_age(values: pl.DataFrame) -> pl.DataFrame:
    """Women and men (18 to 59), older ones (60 and over), girls and boys present, with shares of all.

    Parameters
    ----------
    values
        ``area`` and any of women, men, older_women, older_men, girls, boys; with ``persons``, who is in none
        of the groups is ``not_stated``. A row in which none is told counts as not stated as a whole.

    Returns
    -------
    polars.DataFrame
        ``key``, ``persons``, ``areas``, ``share``, in this order, ``not_stated`` last. They add up.
    """
    need(values, "values", ("area",))
    groups = [name for name in GROUPS if name in values.columns]
    table = values.select("area", pl.col(groups).cast(pl.Float64))
    long = table.unpivot(groups, index="area", variable_name="key", value_name="persons").drop_nulls()
    whole = values.select("area", "persons").drop_nulls() if "persons" in values.columns else None
    found = breakdown(long, "key", whole)
    order = {name: place for place, name in enumerate(GROUPS)}
    return found.sort(pl.col("key").replace_strict(order, default=len(GROUPS)))


def needs(rows: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """In how many areas a need was named, and how many persons live in them.

    Parameters
    ----------
    rows
        ``area``, ``need``; twice named in one area counts once. Areas that are not covered are left out.
    covered
        ``area``, ``persons``: the areas that could have named it.

    Returns
    -------
    polars.DataFrame
        ``need``, ``areas``, ``share_of_areas``, ``persons``, ``share_of_persons``, the most areas first.
        Shares do not add up: an area names several.
    """
    need(rows, "needs", ("area", "need"))
    need(covered, "the areas covered", ("area", "persons"))
    once(covered, "the areas covered", "area")
    areas, persons = covered.height, float(covered["persons"].cast(pl.Float64).sum())
    return (
        rows.select("area", "need")
        .drop_nulls()
        .unique()
        .join(covered.select("area", pl.col("persons").cast(pl.Float64)), on="area")
        .group_by("need")
        .agg(pl.len().cast(pl.Int64).alias("areas"), pl.col("persons").sum())
        .with_columns(
            (pl.col("areas") / areas).alias("share_of_areas"),
            share_of(pl.col("persons"), pl.lit(persons)).alias("share_of_persons"),
        )
        .select("need", "areas", "share_of_areas", "persons", "share_of_persons")
        .sort(-pl.col("areas"), "need")
    )


def wrong_sums(values: pl.DataFrame, whole: str, parts: Sequence[str]) -> pl.DataFrame:
    """Areas whose parts are more than the whole, or, where all parts are told, differ from it.

    Returns
    -------
    polars.DataFrame
        ``area``, ``whole``, ``parts``, ``difference`` (parts minus whole, persons).
    """
    need(values, "values", ("area", whole, *parts))
    all_told = pl.all_horizontal(pl.col(name).is_not_null() for name in parts)
    told = values.with_columns(
        pl.col(whole).cast(pl.Float64).alias("whole"),
        pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in parts).alias("parts"),
        all_told.alias("all_told"),
    ).with_columns((pl.col("parts") - pl.col("whole")).alias("difference"))
    wrong = (pl.col("difference") > 0) | (pl.col("all_told") & (pl.col("difference") < 0))
    return told.filter(wrong).select("area", "whole", "parts", "difference")


def share_of(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A share; null where the whole is 0."""
    return pl.when(whole > 0).then(part / whole).alias("share")
