"""Statistics: one file per family of indicators, uncertainty, disclosure control, reconciliation of sources.

``indicators`` holds the one list of indicators and computes all of them at once.
"""
