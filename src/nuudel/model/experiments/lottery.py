"""Randomisation inference: what the estimate would be if exposure histories fell to places by lot."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.determinants.place_fit import regression_of, with_trends
from nuudel.model.determinants.place_panel import lag_name
from nuudel.model.determinants.replicates import PlaceRegression, one_thread
from nuudel.model.panel import FlowPanel

Floats = NDArray[np.float64]


def lottery(
    panel: FlowPanel,
    exposure: Exposure,
    offsets: Sequence[int],
    only: Collection[int] | None,
    combination: Floats,
    lots: int,
    seed: int,
    *,
    trends: bool = False,
) -> float:
    """Two-sided p-value of a combination of slopes when whole histories of exposure are dealt to places.

    The statistic is the ratio of the combination to its cluster-robust standard error (MacKinnon & Webb 2020,
    *Journal of Econometrics* 218, section 4). It treats all places as equally likely to have been struck,
    which large and small places, deserts and towns are not. An exposure that is not known counts as 0.
    """
    panel, nuisances = with_trends(panel) if trends else (panel, ())
    years = list(panel.periods)
    here = [exposure.places.index(place) for place in panel.origins]
    history = np.nan_to_num(np.stack([exposure.lag(k, years, only)[:, here] for k in offsets]))
    names = [lag_name(k) for k in offsets]
    dealt = regression_of(panel, (*names, *nuisances), shown=len(names), year_effects=True)
    rng = np.random.default_rng([seed, 1])
    extreme = done = 0
    with one_thread():
        actual, start = ratio(dealt, combination, np.zeros(dealt.columns.shape[1]))
        start[: len(names)] = 0.0
        for _ in range(lots):
            order = rng.permutation(len(here))
            dealt.columns[:, : len(names)] = history[:, panel.period, order[panel.origin]].T
            try:
                extreme += abs(ratio(dealt, combination, start)[0]) >= abs(actual)
            except ModelError:
                continue
            done += 1
    return (1 + extreme) / (1 + done)


def ratio(regression: PlaceRegression, combination: Floats, start: Floats) -> tuple[float, Floats]:
    """A combination of the first slopes over its cluster-robust standard error, and all slopes."""
    weights = np.zeros(regression.columns.shape[1])
    weights[: len(combination)] = combination
    count = int(regression.place.max()) + 1
    slopes, fitted, information = regression.solve(np.ones(count), start)
    half = regression.scores(fitted) @ np.linalg.solve(information, weights)
    return float(weights @ slopes / np.sqrt(half @ half)), slopes
