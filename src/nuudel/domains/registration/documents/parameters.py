"""Reads the part's ``parameters.yaml``; its form is that of the moves' parameters."""

from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base import dated
from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.parameters import Parameters, read_parameters

FILE = Path(__file__).parent / "parameters.yaml"


@cache
def parameters() -> Parameters:
    """All parameters of documents."""
    return read_parameters(FILE.read_text("utf-8"))


def known(name: str, on: date) -> int | None:
    """The value in force on a day; None where it is to be filled in.

    Raises
    ------
    WebError
        ``WEB-406`` where there is no such parameter.
    """

    def unknown(next_step: str) -> WebError:
        return WebError(406, f"there is no parameter {name!r} of documents.", next_step, (name,))

    return dated.named(parameters(), name, unknown).on(on)


def value(name: str, on: date) -> int:
    """The value in force on a day; ``WEB-406`` where there is none, and the program cannot do without it."""
    found = known(name, on)
    if found is None:
        raise WebError(406, f"the parameter {name!r} has no value on {on}.", "Fill it in.", (name,))
    return found
