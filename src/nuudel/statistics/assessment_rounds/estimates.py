"""Areas of the frame that were not covered: what they may have, with intervals, or that it cannot be said."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from nuudel.statistics.assessment_rounds.ratios import Floats, Integers, RatioDraws, by_parent, fit_ratios
from nuudel.statistics.input_tables import need, once
from nuudel.statistics.intervals import ESTIMATED, INTERVALS, NOT_ESTIMATED, OBSERVED, limits

OUTSIDE = "outside"
"""The parent of areas that are reported but not in the frame."""
FEWEST_RATIOS = 5
"""Covered areas with a base below which no ratio is estimated."""
FEWEST_PARENTS = 4
"""Parents with such areas below which one without is not estimated: how far parents differ is unknown."""
WORST = 0.1
"""Share of the covered areas that fared worst: of what areas that were missed may have lost, a scenario."""
WIDEST = 4.0
"""A parent's total whose upper bound (95 %) is more times the lower one is no figure that anybody can use."""
EMPTY_BEFORE = "empty_before"
BASES = (("last_round", "before"), ("register", "population"))


@dataclass(frozen=True)
class Estimates:
    """A round with its gaps filled where that can be done.

    Attributes
    ----------
    areas
        ``area``, ``parent``, ``persons`` (null where not estimated), ``label`` (observed, estimated,
        not_estimated), ``basis`` (counted, last_round, register, none), ``base`` (the figure that the ratio
        is applied to), ``if_worst`` (see totals), ``why`` (no_base, empty_before, few_ratios, few_parents, or
        empty), ``low_80``, ``high_80``, ``low_95``, ``high_95`` (of estimated ones).
    totals
        One row a ``parent``, the first (``""``) for all: ``areas``, ``observed_areas``, ``estimated_areas``,
        ``not_estimated_areas``, ``observed`` and ``estimated`` (persons), ``persons`` (their sum; null
        where an area could not be estimated), ``label``, ``why`` (also too_wide: a parent whose figure
        would say too little), the intervals of ``persons``, and ``persons_if_worst``: ``persons`` if the
        areas that were missed had fared like the worst tenth of those covered, which no interval says.
    ratios
        of the bases that were used: ``basis``, ``parent`` (``""`` for all), ``areas`` that both have,
        ``ratio`` (median), ``low_95``, ``high_95``.
    """

    areas: pl.DataFrame
    totals: pl.DataFrame
    ratios: pl.DataFrame


def estimate(
    areas: pl.DataFrame,
    now: pl.DataFrame,
    before: pl.DataFrame | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
) -> Estimates:
    """Estimate the areas of a frame that were not covered, and the total with them.

    An area takes the ratio of its parent place: to its own figure of the last round where it has one, else to
    its population. One that was found empty in the last round has no ratio and is not estimated; nor is one
    whose parent has no covered area while few parents have. The ratios are pooled partially
    (``fit_ratios``). The figure of an area is the mean of its draws, so that figures add up; intervals are
    quantiles of the draws. A total adds the areas up within each draw: the ratio that they share makes their
    errors go together, and the interval of the total carries it.

    Areas that were missed are taken to have moved like those that were covered. Where areas are missed
    because of what happened in them, the figures are wrong, and no interval tells by how much.

    Parameters
    ----------
    areas
        The frame: ``area``, ``parent``; optional ``population``.
    now, before
        ``area``, ``persons``: one row for each area covered in this round, and in the last.
    draws
        Number of draws; ``seed``: the same seed gives the same figures.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``.
    """
    rows = framed(areas, now, before)
    names = sorted(rows["parent"].unique().to_list())
    parent = np.searchsorted(names, rows["parent"].to_numpy()).astype(np.int64)
    gaps = Gaps(rows["persons"].to_numpy(), rows["before"].to_numpy(), parent, len(names), draws)
    random, ratios = np.random.default_rng(seed), [RATIOS]
    for basis, column in BASES:
        fit = gaps.fill(basis, rows[column].to_numpy(), random)
        if fit is not None:
            ratios.append(ratio_table(basis, names, fit, gaps.member_counts))
    told = rows.select("area", "parent").with_columns(gaps.columns()).fill_nan(None)
    return Estimates(told, totals(told, names, gaps.sums), pl.concat(ratios))


class Gaps:
    """The areas of a frame while their gaps are filled, one basis after the other.

    Attributes
    ----------
    sums
        Shape (draws, parents): what was filled in, added up within each draw.
    """

    def __init__(self, counted: Floats, before: Floats, parent: Integers, parents: int, draws: int) -> None:
        missing = np.isnan(counted)
        self.counted, self.parent, self.parents = counted, parent, parents
        self.persons, self.base = counted.copy(), np.full(len(counted), np.nan)
        self.label = np.where(missing, NOT_ESTIMATED, OBSERVED).astype(object)
        self.basis = np.where(missing, "none", "counted").astype(object)
        self.why = np.where(missing, "no_base", "").astype(object)
        self.why[missing & (before == 0)] = EMPTY_BEFORE
        self.worst = np.full(len(counted), np.nan)
        self.bands = np.full((len(counted), len(INTERVALS)), np.nan)
        self.sums = np.zeros((draws, parents))
        self.member_counts = np.zeros(parents, dtype=np.int64)

    def fill(self, basis: str, base: Floats, random: np.random.Generator) -> RatioDraws | None:
        """Estimate what is still missing and has this base; None where that is nothing, or cannot be."""
        known = ~np.isnan(self.counted) & (base > 0)
        wanted = (self.label == NOT_ESTIMATED) & (self.why != EMPTY_BEFORE) & (base > 0)
        if not wanted.any():
            return None
        if (known & (self.counted > 0)).sum() < FEWEST_RATIOS:
            self.why[wanted] = "few_ratios"
            return None
        held = np.bincount(self.parent[known & (self.counted > 0)], minlength=self.parents) > 0
        if held.sum() < FEWEST_PARENTS:
            self.why[wanted & ~held[self.parent]] = "few_parents"
            wanted &= held[self.parent]
            if not wanted.any():
                return None
        draws = len(self.sums)
        fit = fit_ratios(self.counted[known], base[known], self.parent[known], self.parents, draws, random)
        drawn = fit.persons(base[wanted], self.parent[wanted], random)
        self.persons[wanted], self.base[wanted] = drawn.mean(axis=0), base[wanted]
        self.worst[wanted] = base[wanted] * np.quantile(self.counted[known] / base[known], WORST)
        self.bands[wanted] = limits(drawn)
        self.label[wanted], self.basis[wanted], self.why[wanted] = ESTIMATED, basis, ""
        self.sums += by_parent(drawn, self.parent[wanted], self.parents)
        self.member_counts = np.bincount(self.parent[known], minlength=self.parents)
        return fit

    def columns(self) -> list[pl.Series]:
        texts = {"label": self.label, "basis": self.basis, "why": self.why}
        columns = {"persons": self.persons, **texts, "base": self.base, "if_worst": self.worst}
        found = [pl.Series(name, values.tolist()) for name, values in columns.items()]
        return found + [pl.Series(name, self.bands[:, at]) for at, name in enumerate(INTERVALS)]


REASONS = ("no_base", EMPTY_BEFORE, "few_ratios", "few_parents")
"""Why a total cannot be told, the first that holds for an area of it."""
RATIOS = pl.DataFrame(
    schema={"basis": pl.String, "parent": pl.String, "areas": pl.Int64}
    | dict.fromkeys(("ratio", "low_95", "high_95"), pl.Float64)
)


def framed(areas: pl.DataFrame, now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """The frame with the figures of both rounds, and areas that are reported without being in it."""
    for table, called, columns in (
        (areas, "the frame", ("area", "parent")),
        (now, "the round now", ("area", "persons")),
        *(((before, "the round before", ("area", "persons")),) if before is not None else ()),
    ):
        need(table, called, columns)
        once(table, called, "area")
    empty = pl.DataFrame(schema={"area": pl.String, "persons": pl.Float64})
    last = (empty if before is None else before).select("area", pl.col("persons").cast(pl.Float64))
    frame = areas.select(
        "area",
        "parent",
        pl.col("population").cast(pl.Float64)
        if "population" in areas.columns
        else pl.lit(None, dtype=pl.Float64).alias("population"),
    )
    counted = now.select("area", pl.col("persons").cast(pl.Float64)).drop_nulls()
    return (
        frame.join(counted, on="area", how="full", coalesce=True)
        .with_columns(pl.col("parent").fill_null(OUTSIDE))
        .join(last.rename({"persons": "before"}), on="area", how="left")
        .with_columns(pl.col("persons", "before", "population").fill_null(float("nan")))
        .sort("area")
    )


def ratio_table(basis: str, names: list[str], fit: RatioDraws, areas: Integers) -> pl.DataFrame:
    """The ratios with their intervals: of all, and of each parent that has covered areas."""
    held = areas > 0
    every = np.exp(np.column_stack([fit.common, fit.parents[:, held]]))
    low, middle, high = np.quantile(every, [0.025, 0.5, 0.975], axis=0)
    kept = ["", *(name for name, some in zip(names, held, strict=True) if some)]
    counts = [int(areas.sum()), *areas[held].tolist()]
    columns = (len(kept) * [basis], kept, counts, middle, low, high)
    return pl.DataFrame(dict(zip(RATIOS.columns, columns, strict=True)), schema=RATIOS.schema)


def totals(told: pl.DataFrame, names: list[str], sums: Floats) -> pl.DataFrame:
    """Observed plus estimated, with the intervals of the sums of draws."""
    of = {name: pl.col("label") == name for name in (OBSERVED, ESTIMATED, NOT_ESTIMATED)}
    made = [pl.len().cast(pl.Int64).alias("areas")]
    made += [chosen.sum().cast(pl.Int64).alias(f"{name}_areas") for name, chosen in of.items()]
    made += [
        pl.col("persons").cast(pl.Float64).filter(of[name]).sum().alias(name)
        for name in (OBSERVED, ESTIMATED)
    ]
    made.append(pl.col("if_worst").cast(pl.Float64).sum().alias("if_worst"))
    reasons = [pl.when((pl.col("why") == why).any()).then(pl.lit(why)) for why in REASONS]
    made.append(pl.coalesce(*reasons, pl.lit("")).alias("why"))
    rows = pl.concat(
        [told.select(pl.lit("").alias("parent"), *made), told.group_by("parent").agg(made).sort("parent")]
    )
    every = np.column_stack([sums.sum(axis=1), sums])
    columns = dict(zip(INTERVALS, limits(every).T, strict=True))
    bands = pl.DataFrame({"parent": ["", *names], **columns})
    whole, some = pl.col("not_estimated_areas") == 0, pl.col("estimated_areas") > 0
    high, low = (pl.col("observed") + pl.col(key) for key in ("high_95", "low_95"))
    wide = whole & some & (pl.col("parent") != "") & (high > WIDEST * low)
    label = pl.when(~whole | wide).then(pl.lit(NOT_ESTIMATED)).when(some).then(pl.lit(ESTIMATED))
    return (
        rows.join(bands, on="parent", how="left", maintain_order="left")
        .with_columns(
            pl.when(whole & ~wide).then(pl.col("observed") + pl.col("estimated")).alias("persons"),
            label.otherwise(pl.lit(OBSERVED)).alias("label"),
            pl.when(wide).then(pl.lit("too_wide")).otherwise(pl.col("why")).alias("why"),
            *(
                pl.when(whole & some & ~wide).then(pl.col("observed") + pl.col(key)).alias(key)
                for key in INTERVALS
            ),
            pl.when(whole & some).then(pl.col("observed") + pl.col("if_worst")).alias("persons_if_worst"),
        )
        .select(
            *("parent", "areas", "observed_areas", "estimated_areas", "not_estimated_areas"),
            *("observed", "estimated", "persons", "label", "why", *INTERVALS, "persons_if_worst"),
        )
    )
