"""Forecasts of margins, scored on the past.

    history        counts and losses up to an origin: all that a forecaster is given
    levels         exponential levels for many parameters at once, and averages over them
    naive          last value, means of the last few
    smoothing      smoothing of logarithms, damped trend, shares of a national total
    ets            the library's exponential smoothing
    count_panel    negative-binomial panel with and without livestock losses
    robust_panel   pooled regression of changes ahead
    reverting      robust reverting levels, averaged over parameters
    combination    equal and stacked mixes
    models         the one list of them
    intervals      adaptive conformal intervals from past errors
    rolling        forecasts from rolling origins
    backtest       run_backtest: every model, every origin, scored
    scores         CRPS, coverage, widths
    differences    block bootstrap on differences to a rival; tables of scores
    choice         the model that wins, by a rule stated beforehand
    forecast       the years after the last one, by that model
    announcement   a policy that was announced, as a scenario; never in the competition

A forecaster sees a history cut off at the origin; nothing else is ever handed to it.
"""
