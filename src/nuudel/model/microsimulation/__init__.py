"""Microsimulation: a synthetic population, and what happens to each individual of it, year by year."""
