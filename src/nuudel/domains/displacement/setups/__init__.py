"""Setups: operations as they are usually run, from which a new one stands within the hour."""
