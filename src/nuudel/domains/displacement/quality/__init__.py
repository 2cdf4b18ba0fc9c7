"""Checks while the team is still in the field: what is doubtful, asked about, and what became of it."""
