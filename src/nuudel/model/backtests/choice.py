"""Which model the main job uses: a rule stated beforehand, and what following it would have brought."""

from dataclasses import dataclass

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.backtests.backtest import Backtest
from nuudel.model.backtests.differences import Difference, difference, select_cells
from nuudel.model.backtests.history import Floats, Mask
from nuudel.model.backtests.models import NAIVE

FEWEST_ORIGINS = 5
PREQUENTIAL_DRAWS = 500


@dataclass(frozen=True)
class Prequential:
    """The score of the rule itself: at each origin it chooses by the scores known then.

    Attributes
    ----------
    origins
        O years.
    chosen
        O names; the naive rival while fewer than five origins have been scored.
    against_naive
        CRPS of the models chosen, minus that of the naive rival, over all origins.
    """

    origins: tuple[int, ...]
    chosen: tuple[str, ...]
    against_naive: Difference


@dataclass(frozen=True)
class Choice:
    """The model that wins, and by how much.

    Attributes
    ----------
    model
        The choice: the simplest model whose CRPS lies within one standard error of the best; the naive rival
        where fewer than five origins could be scored.
    best
        The model of lowest CRPS.
    against_naive
        CRPS of the choice minus that of the naive rival, with interval. It flatters the choice a little,
        because the same years picked it; ``prequential`` does not.
    against_best
        CRPS of the choice minus that of the best model.
    within
        Models within one standard error of the best, simplest first.
    beats_naive
        Whether the whole 95 % interval of ``against_naive`` lies below 0.
    prequential
        The score of the rule.
    """

    model: str
    best: str
    against_naive: Difference
    against_best: Difference
    within: tuple[str, ...]
    beats_naive: bool
    prequential: Prequential


def choose_model(backtest: Backtest, rival: str = NAIVE) -> Choice:
    """Choose by CRPS over all cells, with the one-standard-error rule.

    Among the models whose mean CRPS exceeds the lowest by at most one bootstrap standard error of that
    difference, the simplest (fewest parts, then lower CRPS) is taken; with fewer than five origins scored,
    the naive rival (the rule of Breiman, Friedman, Olshen &
    Stone 1984, *Classification and Regression Trees*, section 3.4.3, on paired differences).

    Raises
    ------
    ModelError
        ``MODEL-505`` the rival was not run; ``MODEL-508`` no cell could be scored.
    """
    base = backtest.number(rival)
    cells = select_cells(backtest)
    if np.isnan(backtest.crps).all():
        raise ModelError(
            508,
            "no forecast of the backtest could be compared with a count.",
            "Choose origins with counted years after them.",
            ("origins",),
        )
    best, within = contenders(backtest, cells)
    scored = (~np.isnan(backtest.crps)).any(axis=(0, 2, 3))
    enough = int(scored.sum()) >= FEWEST_ORIGINS
    model = within[0] if enough else rival
    at = backtest.number(model)
    against_naive = difference((model, rival), backtest.crps[at], backtest.crps[base], cells, backtest.seed)
    lead = backtest.crps[backtest.number(best)]
    return Choice(
        model=model,
        best=best,
        against_naive=against_naive,
        against_best=difference((model, best), backtest.crps[at], lead, cells, backtest.seed),
        within=within,
        beats_naive=enough and against_naive.high < 0,
        prequential=choose_as_known(backtest, rival),
    )


def contenders(backtest: Backtest, cells: Mask, draws: int | None = None) -> tuple[str, tuple[str, ...]]:
    """The best model, and all within one standard error of it, simplest first."""
    scored = cells & ~np.isnan(backtest.crps).any(axis=0)
    means = np.array([score[scored].mean() for score in backtest.crps])
    lead = int(np.argmin(means))
    names = backtest.models
    more = {} if draws is None else {"draws": draws}
    near = []
    for at, score in enumerate(backtest.crps):
        gap = difference((names[at], names[lead]), score, backtest.crps[lead], scored, backtest.seed, **more)
        if gap.estimate <= gap.standard_error:
            near.append((backtest.parts[at], float(means[at]), names[at]))
    return names[lead], tuple(name for _, _, name in sorted(near))


def choose_as_known(backtest: Backtest, rival: str = NAIVE) -> Prequential:
    """Follow the rule through the years: at each origin, use only cells whose target year was known.

    This is the honest score of a choice by past scores (prequential; Dawid 1984, *JRSS A* 147, 278-292).
    """
    when = np.array(backtest.origins)
    target = when[:, None, None] + np.arange(1, backtest.horizons + 1)[None, :, None]
    followed: Floats = np.empty_like(backtest.observed)
    chosen = []
    for at, origin in enumerate(when):
        known = np.broadcast_to(target <= origin, backtest.observed.shape)
        scored = known & ~np.isnan(backtest.crps).any(axis=0)
        if scored.any(axis=(1, 2)).sum() < FEWEST_ORIGINS:
            model = rival
        else:
            model = contenders(backtest, scored, PREQUENTIAL_DRAWS)[1][0]
        chosen.append(model)
        followed[at] = backtest.crps[backtest.number(model), at]
    naive = backtest.crps[backtest.number(rival)]
    cells = select_cells(backtest)
    against = difference(("chosen_as_known", rival), followed, naive, cells, backtest.seed)
    return Prequential(backtest.origins, tuple(chosen), against)
