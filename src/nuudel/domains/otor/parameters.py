"""Reads ``parameters.yaml``: values that change, each from a day on, with unit and source."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base import dated
from nuudel.base.errors import WebError

FILE = Path(__file__).parent / "parameters.yaml"

Parameters = Mapping[str, dated.Parameter[float]]


def value(name: str, on: date) -> float:
    """The value of a parameter that is in force on a day.

    Raises
    ------
    WebError
        ``WEB-452`` where there is no such parameter, or no value yet on that day.
    """

    def missing(next_step: str) -> WebError:
        return WebError(452, f"the parameter {name!r} of otor has no value on {on}.", next_step, (name,))

    return dated.value_on(parameters(), name, on, missing)


def days(name: str, on: date) -> int:
    """A parameter that counts days."""
    return int(value(name, on))


@cache
def parameters() -> Parameters:
    """All parameters of the domain."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Parameters:
    """Parameters from YAML; ``WEB-451`` where the file is faulty."""
    return dated.read_parameters(text, dated.NUMBER, wrong)


def wrong(name: str, what: str) -> WebError:
    return WebError(451, f"parameters.yaml of otor: {name} {what}.", "Correct the file.", (name,))
