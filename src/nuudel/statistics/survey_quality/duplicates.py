"""The same area, watch or event told twice, and figures that repeat as they do not by chance."""

import numpy as np
import polars as pl

from nuudel.statistics.survey_quality.digits import COUNTS
from nuudel.statistics.survey_quality.flags import DOUBTFUL, IMPOSSIBLE, NOTE, flags, together
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.sums import with_times
from nuudel.statistics.survey_quality.tables import Tables

SIDES = ("in", "out")
SMALL = 9
"""Smaller figures are equal by chance too often."""
MOST = 400
"""A submission is compared with so many of the same enumerator before it."""
ANSWERS = (
    "point", "direction", "sex", "age_from", "age_to", "citizenship", "reason", "mode", "duration",
    "origin", "destination", "group_size", "children", "often",
)  # fmt: skip


def twice(tables: Tables, layout: str) -> pl.DataFrame:
    """The same area and day, or the same kind of event there, told several times."""
    if layout == "area":
        keys = ["form", "area", "day"]
        rows = tables.now
    elif layout == "event":
        keys = ["form", "area", "day", "kind"]
        rows = tables.now
    else:
        return together(())
    rows = rows.filter((pl.col("area") != "") & pl.col("day").is_not_null()).sort("submission")
    rows = rows.with_columns(
        first=pl.col("submission").first().over(keys),
        first_persons=pl.col("persons").first().over(keys),
    )
    found = rows.filter(pl.col("submission") != pl.col("first"))
    score = pl.when(pl.col("persons") == pl.col("first_persons")).then(1.0).otherwise(0.7)
    return flags(found, "twice", DOUBTFUL, score, pl.col("first"), now="persons", first="first_persons")


def watched_twice(tables: Tables) -> pl.DataFrame:
    """Watches of one direction at one point that overlap; two enumerators may take a direction each.

    Who tells no direction counted both.
    """
    keys = ["form", "point", "day", "way"]
    both = pl.lit(list(SIDES))
    if "directions" in tables.now.columns:
        told = pl.col("directions")
        both = pl.when(told.is_in(SIDES).fill_null(False)).then(pl.concat_list(told)).otherwise(both)
    rows = with_times(tables.now).with_columns(way=both).explode("way")
    rows = rows.filter(pl.col("point").is_not_null() & pl.col("day").is_not_null())
    rows = rows.sort("start", "submission").with_columns(end=pl.col("start") + pl.col("length"))
    before = {
        "before_end": pl.col("end").cum_max().shift(1).over(keys),
        "before": pl.col("submission").shift(1).over(keys),
    }
    found = rows.with_columns(**before).with_columns(overlap=pl.col("before_end") - pl.col("start"))
    found = found.filter(pl.col("overlap") > 0).unique("submission", keep="first", maintain_order=True)
    return flags(found, "watched_twice", IMPOSSIBLE, other=pl.col("before"), overlap="overlap")


def alike(tables: Tables, layout: str, limits: Limits, since: pl.DataFrame | None = None) -> pl.DataFrame:
    """Two submissions of one enumerator about different areas whose figures are nearly all the same.

    After the percentmatch of Kuriakose and Robbins (2016): the share of equal figures among those above 9
    in either.

    Parameters
    ----------
    since
        ``enumerator`` and ``since``: only these, and only their submissions from that one on.
    """
    names = [name for name in COUNTS.get(layout, ()) if name in tables.now.columns]
    if len(names) < limits["alike_figures"]:
        return together(())
    found: list[tuple[str, str, float, int]] = []
    rows = tables.now if since is None else tables.now.join(since, on="enumerator")
    for (_,), own in rows.sort("submission").group_by(["enumerator"], maintain_order=True):
        first = 0 if since is None else int((own["submission"] < own["since"][0]).sum())
        found += pairs_alike(own.tail(len(own) - max(first - MOST, 0)), names, limits, min(first, MOST))
    schema = {"submission": pl.String(), "with": pl.String(), "share": pl.Float64(), "figures": pl.Int64()}
    table = pl.DataFrame(found, schema=schema, orient="row")
    return flags(
        table,
        "alike",
        DOUBTFUL,
        pl.col("share"),
        pl.col("with"),
        share=pl.col("share") * 100,
        figures="figures",
    )


def pairs_alike(
    own: pl.DataFrame, names: list[str], limits: Limits, first: int = 0
) -> list[tuple[str, str, float, int]]:
    """Of each submission from ``first`` on the earlier one that it is most like, if it is like one."""
    figures = own.select(pl.col(names).fill_null(-1)).to_numpy()
    areas, ids = own["area"].to_numpy(), own["submission"].to_list()
    found = []
    for row in range(max(first, 1), len(figures)):
        start = max(row - MOST, 0)
        before, this = figures[start:row], figures[row]
        large = (before > SMALL) | (this > SMALL)
        compared = large.sum(axis=1)
        same = ((before == this) & large).sum(axis=1)
        share = np.where(compared >= limits["alike_figures"], same / np.maximum(compared, 1), 0.0)
        share[areas[start:row] == areas[row]] = 0.0  # the same area twice is told as that
        best = int(share.argmax())
        if share[best] >= limits["alike_share"]:
            found.append((ids[row], ids[start + best], float(share[best]), int(compared[best])))
    return found


def travellers_alike(tables: Tables, limits: Limits) -> pl.DataFrame:
    """Travellers with all the same answers, of one enumerator on one day, where such answers are rare.

    How rare is the sum of the logarithms of the shares that each answer has among all travellers.
    """
    rows = tables.now.filter(pl.col("agreed") == "yes").sort("submission")
    if rows.is_empty():
        return together(())
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in ANSWERS]
    rows = rows.with_columns(texts)
    bits = pl.sum_horizontal(-((pl.len().over(name) / pl.len()).log(2)) for name in ANSWERS)
    keys = ["enumerator", "day", *ANSWERS]
    rows = rows.with_columns(bits=bits, first=pl.col("submission").first().over(keys))
    found = rows.filter((pl.col("submission") != pl.col("first")) & (pl.col("bits") >= limits["alike_bits"]))
    score = 1 - limits["alike_bits"] / (2 * pl.col("bits"))
    return flags(found, "travellers_alike", NOTE, score, pl.col("first"), answers=pl.lit(len(ANSWERS)))
