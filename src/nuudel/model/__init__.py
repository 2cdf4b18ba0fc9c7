"""The model of migration: what moves people, who goes where, what a policy did, what comes next.

    compiled            loops compiled by numba
    findings            what the model found about a country, for reports and releases
    panel               flows between places in some years, with named covariates: what every model is given
    ppml                Poisson gravity with origin, destination, pair and yearly effects
    gravity             constrained gravity, radiation, competing destinations, a boosted benchmark
    comparison          scores on held-out years and regions
    origin_destination  tables estimated from margins, with their uncertainty
    determinants        what goes with leaving, in plain figures
    experiments         what a ban on registration and the dzuds did, against counterfactuals
    backtests           forecasts of margins, scored on the past; the winner is chosen by code

Nothing here reads a file: the pipeline hands over statistics, and gets frozen results back.
"""
