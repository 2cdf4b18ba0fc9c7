"""Limits of the checks: dated parameters with their sources; an operation may set its own."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base import dated
from nuudel.base.errors import StatisticsError

FILE = Path(__file__).parent / "parameters.yaml"
Limits = Mapping[str, float]


def limits_on(day: date, own: Limits | None = None) -> Limits:
    """All limits as they hold on a day.

    Parameters
    ----------
    own
        Those that an operation has set itself; they come first.

    Raises
    ------
    StatisticsError
        ``STATISTICS-361`` where there is no limit of a name, or none on that day.
    """
    own = own or {}
    for name in own:
        dated.named(known(), name, missing(name))
    return {name: own.get(name, dated.value_on(known(), name, day, missing(name))) for name in known()}


@cache
def known() -> Mapping[str, dated.Parameter[float]]:
    """All limits with their units and sources."""
    return read(FILE.read_text("utf-8"))


def read(text: str) -> Mapping[str, dated.Parameter[float]]:
    """Limits from YAML; ``STATISTICS-360`` where the file is faulty."""
    return dated.read_parameters(text, dated.NUMBER, wrong)


def wrong(name: str, what: str) -> StatisticsError:
    return StatisticsError(360, f"limits of survey checks: {name} {what}.", "Correct the file.", (name,))


def missing(name: str) -> dated.Missing:
    def error(next_step: str) -> StatisticsError:
        return StatisticsError(361, f"there is no limit {name!r} of survey checks.", next_step, (name,))

    return error
