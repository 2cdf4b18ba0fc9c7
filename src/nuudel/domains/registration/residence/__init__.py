"""Dwellings, households, and who lived where on a day."""
