"""Models of who goes where, all with one protocol: fit on known cells, predict others.

    protocol             the protocol, and margins
    factors              factors of places by year, carried on to years not known
    balancing            factors that meet margins (iterative proportional fitting)
    geography            covariates of the map: intervening population, accessibility
    spatial_interaction  gravity by what it takes as known (Wilson's family); competing destinations
    radiation            radiation, its finite and its one-parameter versions
    pair_effects         pair, origin-year and destination-year effects, carried on
    shrunk_pairs         each pair between its own past and another model
    boosting             gradient boosting, a benchmark
    naive                last flow, mean flow, random mixing; any model fitted to margins

No prediction reads the flows of the cells it is asked for.
"""
