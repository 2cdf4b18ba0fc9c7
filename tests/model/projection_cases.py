"""The synthetic inputs that the benchmark measures, for tests."""

from nuudel.bench.projection_case import CELL, case, departures

__all__ = ["CELL", "case", "departures"]
