"""Reads ``parameters.yaml``: values that change, each from a day on, with unit and source."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base import dated
from nuudel.base.errors import WebError

FILE = Path(__file__).parent / "parameters.yaml"

Parameters = Mapping[str, dated.Parameter[int]]


def value(name: str, on: date) -> int:
    """The value of a parameter that is in force on a day.

    Raises
    ------
    WebError
        ``WEB-352`` where there is no such parameter, or no value yet on that day.
    """

    def missing(next_step: str) -> WebError:
        return WebError(352, f"the parameter {name!r} has no value on {on}.", next_step, (name,))

    return dated.value_on(parameters(), name, on, missing)


@cache
def parameters() -> Parameters:
    """All parameters of the domain."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Parameters:
    """Parameters from YAML; ``WEB-351`` where the file is faulty."""
    return dated.read_parameters(text, dated.WHOLE, wrong)


def wrong(name: str, what: str) -> WebError:
    return WebError(351, f"parameters.yaml: {name} {what}.", "Correct the file.", (name,))
