"""Reads the part's ``parameters.yaml``; its form is that of the moves' parameters."""

from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.parameters import Parameters, read_parameters

FILE = Path(__file__).parent / "parameters.yaml"


def opening_offered(on: date) -> bool:
    """Whether on a day people are entered as living where they lived before the register began.

    Raises
    ------
    WebError
        ``WEB-407`` where no value is in force on the day.
    """
    found = parameters()["opening_offered"].on(on)
    if found is None:
        raise WebError(
            407, f"the parameter 'opening_offered' of residence has no value on {on}.", "Fill it in.",
            ("opening_offered",),
        )  # fmt: skip
    return bool(found)


@cache
def parameters() -> Parameters:
    """All parameters of residence."""
    return read_parameters(FILE.read_text("utf-8"))
