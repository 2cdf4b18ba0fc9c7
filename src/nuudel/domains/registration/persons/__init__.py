"""Persons: names, numbers, births; found by number and by name."""
