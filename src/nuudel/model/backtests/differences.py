"""Tables of scores, and block-bootstrap intervals on every difference to a rival."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.backtests.backtest import Backtest
from nuudel.model.backtests.history import Floats, Mask
from nuudel.model.backtests.models import NAIVE
from nuudel.model.backtests.scores import COVERAGES, covered, interval

BLOCK_YEARS = 5
FEWEST_FOR_RANGE = 8
"""With fewer origins a block is nearly the whole, and a difference has no interval."""
DRAWS = 4000
LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """A model's mean score minus a rival's, persons; below 0 the model is better.

    Attributes
    ----------
    model, rival
        Names.
    score, rival_score
        Mean scores over the same cells.
    estimate, low, high
        Difference with its 95 % interval.
    standard_error
        Standard deviation of the bootstrap draws.
    percent
        ``estimate`` in per cent of the rival's score.
    """

    model: str
    rival: str
    score: float
    rival_score: float
    estimate: float
    low: float
    high: float
    standard_error: float
    percent: float


def select_cells(
    backtest: Backtest,
    *,
    horizon: int | None = None,
    side: str | None = None,
    apart: bool | None = None,
    distorted: bool | None = None,
    period: str | None = None,
) -> Mask:
    """Shape (O, H, S): the cells that fit all conditions given; what is None is not asked about."""
    cells = np.ones(backtest.observed.shape, dtype=bool)
    n = len(backtest.places)
    if horizon is not None:
        cells &= (np.arange(backtest.horizons) + 1 == horizon)[None, :, None]
    if side is not None:
        cells &= np.repeat([side == "in", side == "out"], n)
    if apart is not None:
        cells &= backtest.apart == apart
    if distorted is not None:
        cells &= backtest.distorted == distorted
    if period is not None:
        cells &= (np.array(backtest.periods()) == period)[:, None, None]
    return cells


def block_draws(origins: int, seed: int, draws: int = DRAWS) -> NDArray[np.int_]:
    """How often each origin is drawn, (draws, origins): circular blocks of five origins in a row.

    Blocks keep what neighbouring origins share: overlapping target years and lasting changes (Politis &
    Romano 1992, "A circular block-resampling procedure"). All places of an origin stay together.
    """
    block = min(BLOCK_YEARS, origins)
    random = np.random.default_rng(seed)
    number = -(-origins // block)
    starts = random.integers(origins, size=(draws, number))
    chosen = ((starts[:, :, None] + np.arange(block)) % origins).reshape(draws, -1)[:, :origins]
    flat = chosen + origins * np.arange(draws)[:, None]
    return np.bincount(flat.ravel(), minlength=draws * origins).reshape(draws, origins)


def by_origin(score: Floats, cells: Mask) -> tuple[Floats, Floats]:
    """Sums and numbers of scored cells, each (…, O), of scores (…, O, H, S)."""
    usable = cells & ~np.isnan(score)
    return np.where(usable, score, 0.0).sum(axis=(-2, -1)), usable.sum(axis=(-2, -1)).astype(np.float64)


def difference(
    names: tuple[str, str], score: Floats, rival: Floats, cells: Mask, seed: int, draws: int = DRAWS
) -> Difference:
    """The difference of two models' mean scores with its block-bootstrap interval.

    Parameters
    ----------
    names
        Of the model and its rival.
    score, rival
        Shape (O, H, S).
    cells
        Shape (O, H, S): which to compare; a cell that one of the two lacks is left out.
    """
    both = cells & ~np.isnan(score) & ~np.isnan(rival)
    total, number = by_origin(score, both)
    other, _ = by_origin(rival, both)
    if not number.sum():
        nothing = float("nan")
        return Difference(*names, *[nothing] * 7)
    gap = total - other
    drawn = block_draws(len(gap), seed, draws)
    counted = drawn @ number
    means = (drawn @ gap)[counted > 0] / counted[counted > 0]
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if int((number > 0).sum()) < FEWEST_FOR_RANGE:
        low = high = np.nan
    estimate, base = float(gap.sum() / number.sum()), float(other.sum() / number.sum())
    return Difference(
        *names,
        score=base + estimate,
        rival_score=base,
        estimate=estimate,
        low=float(low),
        high=float(high),
        standard_error=float(means.std(ddof=1)),
        percent=100 * estimate / base if base else float("nan"),
    )


def crps_difference(
    backtest: Backtest, model: str, rival: str = NAIVE, cells: Mask | None = None
) -> Difference:
    """Difference in CRPS between two models of a backtest, over all cells or some."""
    one, other = backtest.crps[backtest.number(model)], backtest.crps[backtest.number(rival)]
    chosen = select_cells(backtest) if cells is None else cells
    return difference((model, rival), one, other, chosen, backtest.seed)


def score_table(backtest: Backtest, cells: Mask | None = None, rival: str = NAIVE) -> pl.DataFrame:
    """One row per model, best CRPS first.

    Columns: model, parts, forecasts (scored cells), crps and mae (persons), coverage50, coverage80 and
    coverage95 (per cent), width50, width80 and width95 (mean, persons); difference, low, high and percent
    against the rival, of CRPS and of MAE (crps_difference … mae_percent), with 95 % block-bootstrap
    intervals.
    """
    chosen = select_cells(backtest) if cells is None else cells
    base = backtest.number(rival)
    rows = []
    for at, model in enumerate(backtest.models):
        usable = chosen & ~np.isnan(backtest.crps[at])
        kept = backtest.quantiles[at][usable]
        inside = covered(kept, backtest.observed[usable])
        low, high = interval(kept)
        pair = (model, rival)
        crps = difference(pair, backtest.crps[at], backtest.crps[base], chosen, backtest.seed)
        error = difference(
            pair, backtest.absolute_error[at], backtest.absolute_error[base], chosen, backtest.seed
        )
        row: dict[str, str | int | float] = {
            "model": model,
            "parts": backtest.parts[at],
            "forecasts": int(usable.sum()),
            "crps": crps.score,
            "mae": error.score,
        }
        empty = not usable.any()
        for number, level in enumerate(COVERAGES):
            row[f"coverage{level}"] = float("nan") if empty else 100 * float(inside[:, number].mean())
        for number, level in enumerate(COVERAGES):
            row[f"width{level}"] = float("nan") if empty else float((high - low)[:, number].mean())
        row |= {f"crps_{name}": getattr(crps, field) for name, field in PRINTED}
        row |= {f"mae_{name}": getattr(error, field) for name, field in PRINTED}
        rows.append(row)
    return pl.DataFrame(rows).sort("crps", nulls_last=True)


PRINTED = (("difference", "estimate"), ("low", "low"), ("high", "high"), ("percent", "percent"))
