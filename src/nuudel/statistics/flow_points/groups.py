"""Passages of a period by direction and mode, and by the strata that a survey is weighted to."""

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.filling import BLOCKS, FilledPoint
from nuudel.statistics.intervals import INTERVALS, OBSERVED, limits


def group_table(filled: FilledPoint) -> pl.DataFrame:
    """All, each direction, each mode, and each pair of them; pairs add up to directions, modes and all."""
    directions = sorted({direction for direction, _ in filled.groups})
    modes = sorted({mode for _, mode in filled.groups})
    wanted = [("", ""), *((d, "") for d in directions), *(("", m) for m in modes), *filled.groups]
    wanted = list(dict.fromkeys(wanted))
    member = np.array(
        [[d in ("", direction) and m in ("", mode) for direction, mode in filled.groups] for d, m in wanted],
        dtype=np.float64,
    ).reshape(len(wanted), len(filled.groups))
    observed, of_hours = (member @ counts.sum(axis=0) for counts in (filled.all_counted, filled.counted))
    gap = bool(filled.gap.any())
    bands = np.full((len(wanted), len(INTERVALS)), np.nan)
    passages = np.full(len(wanted), np.nan) if gap else of_hours
    if gap and not filled.why:
        drawn = filled.drawn_groups.sum(axis=1) @ member.T
        # Without any passage counted there are no groups, and the whole is drawn all the same.
        drawn[:, 0] = filled.drawn.sum(axis=1)
        passages, bands = of_hours + drawn.mean(axis=0), of_hours[:, None] + limits(drawn)
    count = len(wanted)
    return pl.DataFrame(
        {
            "point": [filled.point] * count,
            "direction": [direction for direction, _ in wanted],
            "mode": [mode for _, mode in wanted],
            "days": [len(filled.days)] * count,
            "observed_days": [int((filled.minutes > 0).sum())] * count,
            "observed": observed,
            "passages": passages,
            "label": [filled.label if gap else OBSERVED] * count,
            "why": [filled.why if gap else ""] * count,
            "of_hours": [filled.of_hours] * count,
            **{name: bands[:, at] for at, name in enumerate(INTERVALS)},
        }
    ).fill_nan(None)


def strata_table(filled: FilledPoint) -> pl.DataFrame:
    """Passages by six hours, direction and mode; only those counted where nothing may be estimated."""
    passages = filled.counted
    if not filled.why:
        passages = passages + filled.drawn_groups.mean(axis=0)
    rows = [
        (filled.point, block, direction, mode, float(passages[at, group]))
        for at, block in enumerate(BLOCKS)
        for group, (direction, mode) in enumerate(filled.groups)
    ]
    kinds = dict.fromkeys(("point", "block", "direction", "mode"), pl.String) | {"passages": pl.Float64}
    table = pl.DataFrame(rows, schema=kinds, orient="row")
    return table.filter(pl.col("passages") > 0)
