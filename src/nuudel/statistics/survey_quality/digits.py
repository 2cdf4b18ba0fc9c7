"""Last digits of one enumerator's counts, against those of the others in the round.

Myers (1940) and Whipple's index look at the last digits of ages; the same is done for last digits of counts
(Bredl, Winker and Kötschau 2012). Counts that key informants say are rounded by nature: so an enumerator is
compared with the others who ask with the same basis, not with digits that are all as frequent.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from nuudel.statistics.survey_quality.flags import DOUBTFUL, flags, together
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.tables import Tables

OF_AREA = (
    "persons", "households", "displaced", "returned", "migrants", "arrived", "departed",
    "girls", "boys", "women", "men", "older_women", "older_men",
)  # fmt: skip
COUNTS = {
    "area": OF_AREA,
    "subarea": OF_AREA,
    "watch": ("counted",),
    "event": ("persons", "households", "injured", "animals_lost"),
}
DIGITS = pl.DataFrame({"digit": range(10)}, schema={"digit": pl.Int64})


def digits(now: pl.DataFrame, layout: str, limits: Limits) -> pl.DataFrame:
    """How often each last digit is told by each enumerator, and how often the others would have told it.

    Equal counts of one submission are one: they are the same people.

    Returns
    -------
    polars.DataFrame
        ``enumerator``, ``digit`` (0 to 9), ``count``, ``expected``: the shares of all others with the same
        basis, times this enumerator's counts with it.
    """
    kind = pl.col("basis").fill_null("") if "basis" in now.columns else pl.lit("")
    told = (
        now.with_columns(kind=kind)
        .unpivot(COUNTS.get(layout, ()), index=["submission", "enumerator", "kind"], value_name="value")
        .filter(pl.col("value") >= limits["digit_from"])
        .unique(["submission", "value"])
    )
    held = told.group_by("enumerator", "kind", digit=pl.col("value") % 10).agg(count=pl.len())
    grid = held.select("enumerator", "kind").unique().join(DIGITS, how="cross")
    cells = grid.join(held, on=["enumerator", "kind", "digit"], how="left").with_columns(
        pl.col("count").cast(pl.Int64).fill_null(0)
    )
    others_digit = pl.col("count").sum().over("kind", "digit") - pl.col("count")
    own = pl.col("count").sum().over("enumerator", "kind")
    others = pl.col("count").sum().over("kind") - own
    # Where nobody else asks with this basis, nothing is expected but what was told.
    expected = pl.when(others > 0).then(own * others_digit / others).otherwise(pl.col("count"))
    return (
        cells.with_columns(expected=expected)
        .group_by("enumerator", "digit")
        .agg(pl.col("count").sum(), pl.col("expected").sum())
        .sort("enumerator", "digit")
    )


def preferences(table: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Enumerators with digits enough: the test of each against the others, corrected for the number of tests.

    Returns
    -------
    polars.DataFrame
        ``enumerator``, ``told`` (how many digits), ``index`` (the share of digits that would have to be
        others), ``rounded`` (the share of 0 and 5), ``usual`` (that of the others), ``p`` (after Holm).
    """
    from scipy.special import chdtrc

    gap = pl.col("count") - pl.col("expected")
    # Both sides are samples: the variance of a difference is that of the own and of the others' share.
    total = pl.col("count").sum().over("digit")
    others = (total - pl.col("count")).clip(lower_bound=1)
    spread = pl.col("expected") * (1 + pl.col("expected") / others)
    rows = (
        table.with_columns(term=pl.when(spread > 0).then(gap**2 / spread).otherwise(0.0))
        .group_by("enumerator")
        .agg(
            told=pl.col("count").sum(),
            chi=pl.col("term").sum(),
            free=(pl.col("expected") > 0).sum() - 1,
            index=gap.abs().sum() / 2,
            rounded=pl.col("count").filter(pl.col("digit") % 5 == 0).sum(),
            usual=pl.col("expected").filter(pl.col("digit") % 5 == 0).sum(),
        )
        .filter(pl.col("told") >= limits["digits_least"])
        .sort("enumerator")
        .with_columns(pl.col("index", "rounded", "usual") / pl.col("told"))
    )
    p = chdtrc(np.maximum(rows["free"].to_numpy(), 1), rows["chi"].to_numpy())
    return rows.with_columns(p=pl.Series(holm(p), dtype=pl.Float64))


def holm(p: Sequence[float] | np.ndarray) -> list[float]:
    """Probabilities corrected for how many were tested (Holm 1979)."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    found = np.empty(len(values))
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(value) for value in found]


def digit_preference(tables: Tables, layout: str, limits: Limits) -> pl.DataFrame:
    """A flag at the first submission of each enumerator whose digits differ: it is about all of them."""
    if layout not in COUNTS:
        return together(())
    tested = preferences(digits(tables.now, layout, limits), limits)
    if len(tested) < limits["digit_enumerators"]:
        return together(())
    odd = tested.filter((pl.col("p") < limits["digit_alpha"]) & (pl.col("index") >= limits["digit_index"]))
    first = tables.now.sort("submission").group_by("enumerator", maintain_order=True).first()
    found = first.select("enumerator", "submission").join(odd, on="enumerator")
    return flags(
        found,
        "digits",
        DOUBTFUL,
        1 - pl.col("p"),
        index=pl.col("index") * 100,
        told="told",
        rounded=pl.col("rounded") * 100,
        usual=pl.col("usual") * 100,
    )
