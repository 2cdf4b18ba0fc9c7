"""A survey of travellers weighted to the passages that were counted."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.filling import BLOCK_HOURS, BLOCKS
from nuudel.statistics.input_tables import need, once

FEWEST_INTERVIEWS = 5
"""Interviews below which a stratum is joined with others."""
TRIM = 3.0
"""Weights above so many times the median are cut to it."""
LIKE = {
    "on_foot": "light",
    "animal": "light",
    "motorcycle": "light",
    "bicycle": "light",
    "bus": "carrier",
    "train": "carrier",
    "air": "carrier",
    "boat": "carrier",
}
"""Modes whose travellers may stand for each other; any other is like itself only."""
LEVELS: tuple[tuple[str, ...], ...] = (
    ("point", "block", "direction", "mode"),
    ("point", "block", "direction", "like"),
    ("point", "direction", "like"),
    ("point", "like"),
    ("like",),
)
"""What strata are told apart by, the finest first; modes that are not alike are never joined."""


@dataclass(frozen=True)
class Weighted:
    """Interviews with weights.

    Attributes
    ----------
    interviews
        As given, with ``stratum``, ``weight`` (passages that an interview stands for) and ``trimmed``.
        Those of a point where nothing was counted have no weight.
    strata
        ``stratum``, ``level`` (what it is told apart by), ``interviews``, ``passages``.
    effective
        Kish's effective number of interviews, (Σw)² / Σw²; ``design_effect`` is interviews by it.
    unweighted
        Interviews without a weight; ``not_reached``: passages of strata of which nobody was asked, or too
        few.
    trimmed, moved
        Interviews whose weight was cut, and the passages that were so given to others.
    passages
        Those that the weights add up to.
    """

    interviews: pl.DataFrame
    strata: pl.DataFrame
    effective: float
    design_effect: float
    unweighted: int
    not_reached: float
    trimmed: int = 0
    moved: float = 0.0
    passages: float = 0.0

    @property
    def reached(self) -> float:
        """Share of the passages that the interviews stand for; shares of answers are of these only."""
        whole = self.passages + self.not_reached
        return self.passages / whole if whole else float("nan")


def weigh(interviews: pl.DataFrame, strata: pl.DataFrame) -> Weighted:
    """Post-stratify interviews to passages by point, six hours, direction and mode.

    A stratum with fewer than five interviews is joined with others in which somebody was asked: first over
    modes that are alike (on foot, animal and motorcycle; bus, train, aircraft and boat), then hours of the
    day, directions, points. The cells of passages and interviews that are left over at one level meet at the
    next. Passages of strata without any interview are not reached: nobody stands for them. A weight is the
    passages of a stratum by its interviews. Weights of more than three times the median are cut to it, and
    all are then raised by one factor, so that they add up to the passages again.

    Parameters
    ----------
    interviews
        ``interview``, ``point``, ``hour`` (0 to 23), ``direction``, ``mode``, and answers.
    strata
        ``point``, ``block``, ``direction``, ``mode``, ``passages``: of ``estimate``.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``.

    Notes
    -----
    Sources: Kish (1965), Survey Sampling, section 11.7; Potter (1990), Proceedings of the Section on Survey
    Research Methods, American Statistical Association, 225-230 (trimming).
    """
    need(interviews, "the interviews", ("interview", "point", "hour", "direction", "mode"))
    need(strata, "the strata", ("point", "block", "direction", "mode", "passages"))
    once(interviews, "the interviews", "interview")
    codes = [pl.col(name).cast(pl.String).fill_null("") for name in ("point", "direction", "mode")]
    hour = (pl.col("hour").cast(pl.Int64) // BLOCK_HOURS).fill_null(-1)
    block = hour.replace_strict(dict(enumerate(BLOCKS)), default="")
    asked = interviews.select("interview", *codes, block.alias("block"))
    counted = strata.filter(pl.col("passages") > 0)
    points = counted["point"].unique().to_list()
    like_mode = pl.col("mode").replace(LIKE).alias("like")
    asked = asked.filter(pl.col("point").is_in(points)).with_columns(like_mode)
    counted = counted.with_columns(like_mode)
    made, found, left_asked = [], [], asked
    # Of whom nobody was asked, nobody stands for: neither who came by night for those of the day.
    left_counted = counted.join(asked, on=LEVELS[0], how="semi")
    for level in LEVELS:
        joined = pl.concat_str([pl.lit("/".join(level)), *level], separator=" ").alias("stratum")
        in_level, passages = left_asked.with_columns(joined), left_counted.with_columns(joined)
        sizes = in_level.group_by("stratum").agg(pl.len().alias("interviews"))
        sums = passages.group_by("stratum").agg(pl.col("passages").sum())
        kept = sizes.join(sums, on="stratum").filter(pl.col("interviews") >= FEWEST_INTERVIEWS)
        found.append(kept.with_columns(pl.lit("/".join(level)).alias("level")))
        made.append(
            in_level.join(kept, on="stratum").select("interview", "stratum", "interviews", "passages")
        )
        left_asked = in_level.join(kept, on="stratum", how="anti").drop("stratum")
        left_counted = passages.join(kept, on="stratum", how="anti").drop("stratum")
    weight = pl.concat(made).with_columns((pl.col("passages") / pl.col("interviews")).alias("weight"))
    whole, limit = weight["weight"].sum(), pl.col("weight").median() * TRIM
    over = pl.max_horizontal(pl.col("weight") - limit, 0.0).sum()
    moved = float(weight.select(over).item() or 0.0)
    weight = weight.with_columns(
        (pl.col("weight") > limit).alias("trimmed"), pl.min_horizontal("weight", limit)
    )
    weight = weight.with_columns(pl.col("weight") * whole / pl.col("weight").sum())
    told = interviews.join(
        weight.select("interview", "stratum", "weight", "trimmed"),
        on="interview",
        how="left",
        maintain_order="left",
    )
    effective = kish(told["weight"].drop_nulls().to_numpy())
    return Weighted(
        interviews=told,
        strata=pl.concat(found).select("stratum", "level", "interviews", "passages").sort("level", "stratum"),
        effective=effective,
        design_effect=weight.height / effective if effective else float("nan"),
        unweighted=interviews.height - weight.height,
        not_reached=float(counted["passages"].sum()) - float(whole),
        trimmed=int(weight["trimmed"].sum()),
        moved=moved,
        passages=float(whole),
    )


def kish(weight: np.ndarray) -> float:
    """The effective number of interviews."""
    square = float((weight**2).sum())
    return float(weight.sum() ** 2 / square) if square else 0.0


def shares(weighted: Weighted, column: str) -> pl.DataFrame:
    """Weighted shares of the answers to a question, with 95 % intervals.

    The interval is Clopper and Pearson's with the effective number of interviews in place of the number
    (Korn & Graubard 1998, Survey Methodology 24, 193-201), or that of the days, where ``interviews`` have a
    ``day`` and days differ more than that. Who did not answer is left out. Shares are of
    passages, not of persons: who passes often is in them often.

    Returns
    -------
    polars.DataFrame
        ``key``, ``interviews``, ``share``, ``low_95``, ``high_95``, ``effective``; the largest share first.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``.
    """
    from scipy.special import betaincinv

    need(weighted.interviews, "the interviews", (column,))
    told = weighted.interviews.drop_nulls([column, "weight"])
    number = kish(told["weight"].to_numpy())
    key = pl.col(column).cast(pl.String).alias("key")
    found = told.group_by(key).agg(pl.len().cast(pl.Int64).alias("interviews"), pl.col("weight").sum())
    found = found.with_columns((pl.col("weight") / pl.col("weight").sum()).alias("share"))
    share = found["share"].to_numpy()
    effective = np.minimum(number, clustered(told.with_columns(key), found))
    yes, no = share * effective, (1 - share) * effective
    low = np.where(share > 0, betaincinv(np.maximum(yes, 1e-9), no + 1, 0.025), 0.0)
    high = np.where(share < 1 - 1e-12, betaincinv(yes + 1, np.maximum(no, 1e-9), 0.975), 1.0)
    return (
        found.with_columns(
            pl.Series("low_95", low), pl.Series("high_95", high), pl.Series("effective", effective)
        )
        .select("key", "interviews", "share", "low_95", "high_95", "effective")
        .sort(-pl.col("share"), "key")
    )


def clustered(told: pl.DataFrame, found: pl.DataFrame) -> np.ndarray:
    """For each answer the number of a simple sample that varies as much as the days do; inf without days.

    The variance of a weighted share is that of the days' sums of residuals (Taylor linearisation); the
    number is raised to the degrees of freedom of so few days by the squared ratio of t quantiles (Korn &
    Graubard).
    """
    from scipy.special import stdtrit

    count = told["day"].n_unique() if "day" in told.columns else 0
    effective = np.full(found.height, np.inf)
    if count < 2:
        return effective
    days, weight = told["day"].rank("dense").to_numpy().astype(np.int64) - 1, told["weight"].to_numpy()
    keys = told["key"].to_numpy()
    ratio = float(stdtrit(max(len(weight) - 1, 1), 0.975) / stdtrit(count - 1, 0.975)) ** 2
    for at, (key, share) in enumerate(found.select("key", "share").iter_rows()):
        residual = np.bincount(days, weight * ((keys == key) - share), count) / weight.sum()
        variance = float((residual**2).sum()) * count / (count - 1)
        if variance > 0:
            effective[at] = share * (1 - share) / variance * ratio
    return effective
