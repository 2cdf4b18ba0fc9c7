"""The dated parameters of duplicates, in ``parameters.yaml``."""

from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.parameters import Parameters, read_parameters

FILE = Path(__file__).parent / "parameters.yaml"


def threshold(on: date) -> float:
    """From which probability, 0 to 1, the search for duplicates proposes a pair.

    Raises
    ------
    WebError
        ``WEB-435`` where none is in force on the day.
    """
    found = parameters()["batch_threshold"].on(on)
    if found is None:
        raise WebError(
            435, f"the search for duplicates has no threshold on {on}.", "Add one.", ("batch_threshold",)
        )
    return found / 100


def second_officer_for_paper(on: date) -> bool:
    """Whether two officers merge what only an attached paper shows to be one person."""
    return bool(parameters()["second_officer_paper"].on(on))


@cache
def parameters() -> Parameters:
    return read_parameters(FILE.read_text("utf-8"))
