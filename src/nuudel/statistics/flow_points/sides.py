"""Points of which some watches counted one direction only: each direction has its own minutes."""

from dataclasses import replace

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.filling import FilledPoint

SIDES = ("in", "out")
MARK = "\x1f"


def sided(
    watches: pl.DataFrame, rows: pl.DataFrame, points: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame | None]:
    """Such points as two, one for each direction, so that a direction nobody counted is no zero.

    A passing of another direction, or of none, is taken for one of the direction of its watch; in a watch of
    both for an inward one. Its own code stays.
    """
    if "directions" not in watches.columns:
        return watches, rows, points
    one_way = pl.col("directions").is_in(SIDES).fill_null(False)
    split = watches.filter(one_way)["point"].unique().to_list()
    if not split:
        return watches, rows, points
    here = pl.col("point").is_in(split)
    parts = watches.filter(here).with_columns(pl.lit(list(SIDES)).alias("side")).explode("side")
    parts = parts.filter(~one_way | (pl.col("directions") == pl.col("side")))
    parts = parts.with_columns(
        pl.concat_str(name, pl.lit(MARK), "side").alias(name) for name in ("watch", "point")
    )
    told = rows.join(watches.filter(here).select("watch", "directions"), on="watch", how="semi")
    way = pl.col("direction").cast(pl.String)
    own = watches.filter(here).select("watch", pl.col("directions").alias("own"))
    told = told.join(own, on="watch", how="left", maintain_order="left")
    counted = (
        pl.when(pl.col("own").is_in(SIDES).fill_null(False))
        .then("own")
        .otherwise(pl.when(way.is_in(SIDES).fill_null(False)).then(way).otherwise(pl.lit(SIDES[0])))
    )
    told = told.with_columns(pl.concat_str("watch", pl.lit(MARK), counted).alias("watch")).drop("own")
    others = rows.join(watches.filter(here).select("watch"), on="watch", how="anti")
    if points is not None:
        both = points.filter(here).with_columns(pl.lit(list(SIDES)).alias("side")).explode("side")
        both = both.with_columns(pl.concat_str("point", pl.lit(MARK), "side").alias("point")).drop("side")
        points = pl.concat([points.filter(~here), both])
    return pl.concat([watches.filter(~here), parts.drop("side")]), pl.concat([others, told]), points


def point_of(code: str) -> str:
    return code.partition(MARK)[0]


def together(parts: list[FilledPoint]) -> FilledPoint:
    """The directions of a point as one again."""
    if len(parts) == 1:
        return parts[0]
    first, last = parts
    groups = tuple(sorted({*first.groups, *last.groups}))

    def laid(name: str) -> np.ndarray:
        """Both directions' groups at their places, the same ones added."""
        whole = np.zeros((*getattr(first, name).shape[:-1], len(groups)))
        for part in parts:
            for at, group in enumerate(part.groups):
                whole[..., groups.index(group)] += getattr(part, name)[..., at]
        return whole

    return replace(
        first,
        point=point_of(first.point),
        groups=groups,
        gap=first.gap | last.gap,
        minutes=np.maximum(first.minutes, last.minutes),
        all_observed=first.all_observed + last.all_observed,
        observed=first.observed + last.observed,
        rates=first.rates + last.rates,
        drawn=first.drawn + last.drawn,
        counted=laid("counted"),
        all_counted=laid("all_counted"),
        drawn_groups=laid("drawn_groups"),
    )
