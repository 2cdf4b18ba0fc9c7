"""Coverage of a round, and what changed since the last one, with what changed because coverage changed."""

from dataclasses import dataclass

import polars as pl

from nuudel.statistics.assessment_rounds.estimates import OUTSIDE, Estimates
from nuudel.statistics.input_tables import need, once

OUTCOMES = ("done", "refused", "unreachable", "missing")


@dataclass(frozen=True)
class Change:
    """What changed between two rounds.

    Attributes
    ----------
    areas
        ``area``, ``parent``, ``before``, ``now`` (persons; null where not covered), ``group`` (``both``,
        ``new``, ``lost``), ``change`` (persons that the area adds to the change of the total).
    totals
        One row a ``parent``, the first (``""``) for all: ``before``, ``now``, ``change``, ``both``, ``new``,
        ``lost``, ``areas_both``, ``areas_new``, ``areas_lost``; exactly ``change = both + new - lost``. With
        estimates also ``estimated_before``, ``estimated_now``, ``estimated_change`` and ``full_change``.
    """

    areas: pl.DataFrame
    totals: pl.DataFrame


def coverage(areas: pl.DataFrame) -> pl.DataFrame:
    """How many areas of the frame were covered, by parent place.

    Parameters
    ----------
    areas
        The frame: ``area``, ``parent``, ``outcome`` (done, refused, unreachable; all else is missing);
        optional ``population``.

    Returns
    -------
    polars.DataFrame
        ``parent`` (``""`` first: all), ``areas``, ``done``, ``refused``, ``unreachable``, ``missing``,
        ``share`` (of the areas, 0 to 1); with population also ``population``, ``population_done``,
        ``population_share``, of the areas whose population is known.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``.
    """
    need(areas, "the frame", ("area", "parent", "outcome"))
    once(areas, "the frame", "area")
    outcome = pl.when(pl.col("outcome").is_in(OUTCOMES)).then(pl.col("outcome")).otherwise(pl.lit("missing"))
    told = areas.with_columns(outcome.alias("outcome"))
    made = [pl.len().cast(pl.Int64).alias("areas")]
    made += [(pl.col("outcome") == name).sum().cast(pl.Int64).alias(name) for name in OUTCOMES]
    shares = [pl.when(pl.col("areas") > 0).then(pl.col("done") / pl.col("areas")).alias("share")]
    if "population" in areas.columns:
        done = pl.col("population").filter(pl.col("outcome") == "done").sum()
        made += [pl.col("population").sum(), done.alias("population_done")]
        known = pl.col("population") > 0
        share = pl.when(known).then(pl.col("population_done") / pl.col("population"))
        shares.append(share.alias("population_share"))
    return by_parent(told, made).with_columns(shares)


def change(
    areas: pl.DataFrame,
    now: pl.DataFrame,
    before: pl.DataFrame,
    *,
    now_estimates: Estimates | None = None,
    before_estimates: Estimates | None = None,
) -> Change:
    """The change since the last round as an identity: nothing is left over.

    Parameters
    ----------
    areas
        The frame: ``area``, ``parent``. Areas that are reported but not in it have the parent ``outside``.
    now, before
        ``area``, ``persons``; one row for each area that was covered.
    now_estimates, before_estimates
        Of the areas not covered, from ``estimate``: their change is told apart from what was observed.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``.
    """
    need(areas, "the frame", ("area", "parent"))
    once(areas, "the frame", "area")
    both = reported(before, "before").join(reported(now, "now"), on="area", how="full", coalesce=True)
    was, is_now = pl.col("before"), pl.col("now")
    group = pl.when(was.is_null()).then(pl.lit("new")).when(is_now.is_null()).then(pl.lit("lost"))
    rows = (
        both.join(areas.select("area", "parent"), on="area", how="left")
        .with_columns(pl.col("parent").fill_null(OUTSIDE), group.otherwise(pl.lit("both")).alias("group"))
        .with_columns((is_now.fill_null(0.0) - was.fill_null(0.0)).alias("change"))
        .select("area", "parent", "before", "now", "group", "change")
        .sort("area")
    )
    of = {name: pl.col("group") == name for name in ("both", "new", "lost")}
    made = [pl.col("before").sum(), pl.col("now").sum(), pl.col("change").sum()]
    made += [pl.col("change").filter(chosen).sum().alias(name) for name, chosen in of.items()]
    made += [chosen.sum().cast(pl.Int64).alias(f"areas_{name}") for name, chosen in of.items()]
    totals = by_parent(rows, made).with_columns(-pl.col("lost"))
    # -0.0 would be printed as such.
    totals = totals.with_columns(pl.col("lost") + 0.0)
    for name, found in (("before", before_estimates), ("now", now_estimates)):
        if found is not None:
            totals = totals.join(estimated_part(found, name), on="parent", how="left", maintain_order="left")
    if now_estimates is not None and before_estimates is not None:
        estimated = pl.col("estimated_now") - pl.col("estimated_before")
        totals = totals.with_columns(estimated.alias("estimated_change"))
        totals = totals.with_columns((pl.col("change") + pl.col("estimated_change")).alias("full_change"))
    return Change(rows, totals)


def estimated_part(found: Estimates, name: str) -> pl.DataFrame:
    """The estimated persons by parent; null where an area could not be estimated."""
    whole = pl.when(pl.col("not_estimated_areas") == 0).then(pl.col("estimated"))
    return found.totals.select("parent", whole.alias(f"estimated_{name}"))


def reported(table: pl.DataFrame, name: str) -> pl.DataFrame:
    need(table, f"the round {name}", ("area", "persons"))
    once(table, f"the round {name}", "area")
    return table.select("area", pl.col("persons").cast(pl.Float64).alias(name)).drop_nulls()


def by_parent(table: pl.DataFrame, made: list[pl.Expr]) -> pl.DataFrame:
    """Aggregates of all rows, and of those of each parent."""
    whole = table.select(pl.lit("").alias("parent"), *made)
    return pl.concat([whole, table.group_by("parent").agg(made).sort("parent")], how="vertical_relaxed")
