"""Poisson pseudo-maximum likelihood for gravity with origin, destination, pair and yearly effects.

effects        which effects, their levels, how many parameters they take up, and projection off them
solver         the estimate: Newton's method on the likelihood with the largest effect concentrated out
collinearity   covariates that effects and other covariates span
"""
