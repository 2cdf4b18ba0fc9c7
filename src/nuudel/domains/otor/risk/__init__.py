"""The chance of a dzud by soum, with the skill that stands beside it."""
