"""Displacement tracking: operations in rounds, forms on phones, and the submissions that come back."""
