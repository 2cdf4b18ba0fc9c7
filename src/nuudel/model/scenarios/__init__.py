"""Scenarios: levers and shocks, dated, with the evidence for their size, and what they change."""
