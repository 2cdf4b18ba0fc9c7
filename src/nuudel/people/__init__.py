"""Persons: names in both scripts, registration numbers, pseudonyms, linkage, a synthetic population."""
