"""Reads the part's ``parameters.yaml``; its form is that of the moves' parameters."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.parameters import Parameter, read_parameters

FILE = Path(__file__).parent / "parameters.yaml"


def opening_offered(on: date) -> bool:
    """Whether on a day people are entered as living where they lived before the register began.

    Raises
    ------
    WebError
        ``WEB-407`` where no value is in force on the day.
    """
    in_force = [one.value for one in parameters()["opening_offered"].values if one.start <= on]
    if not in_force or in_force[-1] is None:
        raise WebError(
            407, f"the parameter 'opening_offered' of residence has no value on {on}.", "Fill it in.",
            ("opening_offered",),
        )  # fmt: skip
    return bool(in_force[-1])


@cache
def parameters() -> Mapping[str, Parameter]:
    """All parameters of residence."""
    return read_parameters(FILE.read_text("utf-8"))
