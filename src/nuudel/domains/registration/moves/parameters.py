"""Reads ``parameters.yaml``: values that laws and orders change, each from a day on, with unit and source."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base import dated
from nuudel.base.errors import WebError

FILE = Path(__file__).parent / "parameters.yaml"

Parameters = Mapping[str, dated.Parameter[int | None]]


def known(name: str, on: date) -> int | None:
    """The value in force on a day; None where it is to be filled in, or where none is in force yet.

    Raises
    ------
    WebError
        ``WEB-411`` where there is no such parameter.
    """

    def unknown(next_step: str) -> WebError:
        return WebError(411, f"there is no parameter {name!r} of moves.", next_step, (name,))

    return dated.named(parameters(), name, unknown).on(on)


def value(name: str, on: date) -> int:
    """The value in force on a day, where the program cannot do without it.

    Raises
    ------
    WebError
        ``WEB-411`` where there is no such parameter, or no value on that day.
    """
    found = known(name, on)
    if found is None:
        raise WebError(411, f"the parameter {name!r} has no value on {on}.", "Fill it in.", (name,))
    return found


@cache
def parameters() -> Parameters:
    """All parameters of moves."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Parameters:
    """Parameters from YAML; ``WEB-410`` where the file is faulty."""
    return dated.read_parameters(text, dated.WHOLE_OR_OPEN, wrong)


def wrong(name: str, what: str) -> WebError:
    return WebError(410, f"parameters.yaml of moves: {name} {what}.", "Correct the file.", (name,))
