"""Determinants: what goes with leaving and arriving, by place and year and between places."""
