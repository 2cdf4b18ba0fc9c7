"""Pairs that may be one person: found, reviewed side by side, merged and un-merged."""
