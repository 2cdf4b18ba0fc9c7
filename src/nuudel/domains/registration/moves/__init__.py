"""Moves: reported, checked between registers, decided, followed by the citizen, certified."""
