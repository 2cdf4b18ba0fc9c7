"""Herder households, the counts of their animals, and their camps."""
