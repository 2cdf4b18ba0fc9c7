"""Alerts: rules that watch what is entered, and who is told within the minute."""
