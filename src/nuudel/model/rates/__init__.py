"""Rates by age: model migration schedules, life tables, fertility and mortality, graduation and smoothing."""
