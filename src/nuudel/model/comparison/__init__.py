"""Which model of flows is right about cells it has not seen, and what each determinant is worth there.

scores            common part of commuters, errors, deviance, skill
designs           held-out years and held-out regions
comparison        models against a reference, with intervals of the differences
determinants      what is lost without a covariate
marginal_effects  a coefficient as per cent more or fewer for a change of the covariate
"""
