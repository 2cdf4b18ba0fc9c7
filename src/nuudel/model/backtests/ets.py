"""Exponential smoothing in state-space form from statsmodels, one series at a time: the library rival."""

import warnings

import numpy as np

from nuudel.model.backtests.history import Floats, History, Mask

FEWEST_COUNTS = 10
"""statsmodels' heuristic start of level and trend needs ten values."""


def ets(known: History, horizons: int) -> Floats:
    """ETS(A,N,N) or ETS(A,Ad,N) of log(1 + count), whichever has the lower corrected AIC.

    Each series is fitted by itself by statsmodels' ``ExponentialSmoothing`` (Hyndman et al. 2008,
    *Forecasting with Exponential Smoothing*). A gap is filled with the value before it; a series of fewer
    than ten counts keeps its last value.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that stops at a bound is judged by its AICc like the others
        columns = [series_forecast(column[~leading(column)], horizons) for column in known.counts.T]
    return np.stack(columns, axis=1)


def leading(column: Floats) -> Mask:
    """Whether each year lies before the first count, shape (T,)."""
    before: Mask = np.cumsum(~np.isnan(column)) == 0
    return before


def series_forecast(column: Floats, horizons: int) -> Floats:
    """Forecasts (H,) of one series that starts with a count."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    if not column.size:
        return np.full(horizons, np.nan)
    counted = np.maximum.accumulate(np.where(np.isnan(column), 0, np.arange(column.size)))
    z = np.log1p(column[counted])
    if z.size < FEWEST_COUNTS or np.ptp(z) == 0:
        return np.full(horizons, np.expm1(z[-1]))
    level, damped = (
        ExponentialSmoothing(
            z, trend=trend, damped_trend=trend is not None, initialization_method="heuristic"
        ).fit(use_brute=trend is None)
        for trend in (None, "add")
    )
    if level.aicc <= damped.aicc:
        ahead = np.full(horizons, level.level[-1])
    else:
        steps = np.cumsum(damped.params["damping_trend"] ** np.arange(1, horizons + 1))
        ahead = damped.level[-1] + steps * damped.trend[-1]
    forecast: Floats = np.maximum(np.expm1(ahead), 0.0)
    return forecast
