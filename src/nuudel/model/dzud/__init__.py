"""The chance that a soum is hit by a dzud next winter, and how little of it can be told beforehand."""
