"""Rehearsals: an operation beside the real one, with synthetic submissions that come as from phones."""
